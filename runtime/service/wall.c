/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/wall.h"

#include "runtime/service/backend.h"
#include "runtime/service/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define WALL_PROGRAM_MICROVM "cloche-microvm"

/* What a wish is called in a message, and what it asks for; NULL: nothing. */
struct wall_asked {
	const char *where, *name;
};

static const char *wall_of_annotation(const struct spec *spec)
{
	for (size_t i = 0; i < spec->annotations.n; i++)
		if (strcmp(spec->annotations.items[i].key, WALL_ANNOTATION) == 0)
			return spec->annotations.items[i].value;
	return NULL;
}

static const char *wall_of_program(const char *program)
{
	const char *slash = program ? strrchr(program, '/') : NULL;
	const char *name = slash ? slash + 1 : program;

	return name && strcmp(name, WALL_PROGRAM_MICROVM) == 0 ? "microvm" : NULL;
}

static struct wall_asked wall_asked_for(const struct wall_wish *wish)
{
	const struct wall_asked wishes[] = {
		{"--isolation", wish->option},
		{"the annotation '" WALL_ANNOTATION "'", wall_of_annotation(wish->spec)},
		{"the spec's vm", wish->spec->vm ? "microvm" : NULL},
		{"the program's name", wall_of_program(wish->program)},
	};

	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
		if (wishes[i].name)
			return wishes[i];
	return (struct wall_asked){"", isolation_namespace.name};
}

/* The thicker wall, where it can be used. */
static struct wall_choice wall_choose_itself(void)
{
	struct wall_choice choice = {.name = isolation_microvm.name, .reason = "this host can run microVMs"};
	const struct probe_finding *missing;
	struct probe_report report;

	probe_host(&report);
	missing = probe_missing(&report, isolation_microvm.name);
	if (missing) {
		choice.name = isolation_namespace.name;
		(void)snprintf(choice.reason, sizeof choice.reason, "this host cannot run microVMs: %s: %s",
			missing->what, missing->text); /* a cut reason is still one */
	}
	return choice;
}

/*
 * Who installs cloche-microvm as an orchestrator's runtime decides for all that it starts; the annotation is of whoever
 * starts it.
 */
static int wall_check_thickness(const struct wall_wish *wish, const struct wall_asked *asked, struct err *e)
{
	const char *least = wall_of_program(wish->program);

	if (!least || wish->option || strcmp(asked->name, least) == 0)
		return 0;
	return err_set(e, EPERM, "thinner-wall",
		"%s asks for '%s' isolation, but cloche is called as " WALL_PROGRAM_MICROVM
		": call it as cloche, or leave the annotation out",
		asked->where, asked->name);
}

int wall_choose(const struct wall_wish *wish, struct wall_choice *ret, struct err *e)
{
	const struct wall_asked asked = wall_asked_for(wish);
	bool known = strcmp(asked.name, "microvm") == 0 || strcmp(asked.name, "namespace") == 0;
	int r = wall_check_thickness(wish, &asked, e);

	if (r < 0)
		return r;
	if (strcmp(asked.name, "auto") == 0) {
		*ret = wall_choose_itself();
		return 0;
	}
	if (!known)
		return err_set(e, EINVAL, "unknown-wall", "%s: found '%s', want namespace, microvm or auto",
			asked.where, asked.name);
	if (!backend_find(asked.name))
		return err_set(e, ENOTSUP, "no-such-wall",
			"%s asks for '%s' isolation, which this cloche does not have: use 'namespace'", asked.where,
			asked.name);
	*ret = (struct wall_choice){.name = asked.name};
	return 0;
}
