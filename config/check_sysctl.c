/* SPDX-License-Identifier: Apache-2.0 */
/* A sysctl may be set only where a namespace of the service keeps it from the host. */
#include "config/check_rules.h"

#include "config/names.h"

#include <stdio.h>
#include <string.h>

struct sysctl_home {
	const char *name; /* one that ends in "." stands for all that begin so */
	enum spec_namespace_type type;
};

static const struct sysctl_home sysctl_homes[] = {
	{"net.", SPEC_NS_NETWORK},
	{"fs.mqueue.", SPEC_NS_IPC},
	{"kernel.msgmax", SPEC_NS_IPC},
	{"kernel.msgmnb", SPEC_NS_IPC},
	{"kernel.msgmni", SPEC_NS_IPC},
	{"kernel.msg_next_id", SPEC_NS_IPC},
	{"kernel.sem", SPEC_NS_IPC},
	{"kernel.sem_next_id", SPEC_NS_IPC},
	{"kernel.shmall", SPEC_NS_IPC},
	{"kernel.shmmax", SPEC_NS_IPC},
	{"kernel.shmmni", SPEC_NS_IPC},
	{"kernel.shm_next_id", SPEC_NS_IPC},
	{"kernel.shm_rmid_forced", SPEC_NS_IPC},
	{"kernel.domainname", SPEC_NS_UTS},
	{"kernel.hostname", SPEC_NS_UTS},
};

/* sysctl(8): where "/" comes first, it separates, and "." belongs to a name. */
static void sysctl_with_dots(const char *name, char *dotted, size_t room)
{
	size_t first = strcspn(name, "./");
	bool swap = name[first] == '/';

	(void)snprintf(dotted, room, "%s", name); /* a longer name is no sysctl, and begins as it does */
	for (char *c = dotted; swap && *c; c++)
		*c = *c == '/' ? '.' : *c == '.' ? '/' : *c;
}

static const struct sysctl_home *sysctl_home_find(const char *name)
{
	for (size_t i = 0; i < sizeof sysctl_homes / sizeof *sysctl_homes; i++) {
		const char *home = sysctl_homes[i].name;
		size_t length = strlen(home);

		if (strncmp(name, home, length) == 0 && (home[length - 1] == '.' || !name[length]))
			return &sysctl_homes[i];
	}
	return NULL;
}

static void sysctl_has_a_namespace(const struct spec *spec, const char *name, struct report *report)
{
	struct check_at at = check_at_key("/linux/sysctl", name);
	const struct sysctl_home *home;
	char dotted[256];

	sysctl_with_dots(name, dotted, sizeof dotted);
	home = sysctl_home_find(dotted);
	if (!home)
		report_refuse(report, "spec-conflict", at.text, "belongs to no namespace and would change the host's");
	else if (!check_namespace(spec, home->type))
		report_refuse(report, "spec-conflict", at.text, "needs a namespace of type '%s' in /linux/namespaces",
			names_of(&names_namespace, home->type));
	else if (strcmp(dotted, "kernel.hostname") == 0)
		report_refuse(report, "spec-conflict", at.text, "use /hostname");
}

static void sysctls_have_namespaces(const struct spec *spec, struct report *report)
{
	for (size_t i = 0; spec->linux && i < spec->linux->sysctl.n; i++)
		sysctl_has_a_namespace(spec, spec->linux->sysctl.items[i].key, report);
}

static check_rule *const rules[] = {
	sysctls_have_namespaces,
};
const struct check_rules check_sysctl_rules = CHECK_RULES(rules);
