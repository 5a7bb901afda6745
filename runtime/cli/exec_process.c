/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/exec_process.h"

#include "base/log.h"
#include "config/names.h"
#include "config/parse.h"
#include "runtime/cli/values.h"
#include "runtime/service/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* UID[:GID] */
static int exec_user(const char *text, struct process_changes *changes, struct err *e)
{
	const char *colon = strchrnul(text, ':');
	int r = cli_value_id("--user", text, colon, &changes->uid.value, e);

	changes->uid.set = true;
	if (r < 0 || !*colon)
		return r;
	changes->gid.set = true;
	return cli_value_id("--user", colon + 1, colon + 1 + strlen(colon + 1), &changes->gid.value, e);
}

static int exec_groups(const struct cli_list *list, struct arena *a, struct process_changes *changes, struct err *e)
{
	uint64_t *gids = arena_array(a, list->n + 1, sizeof *gids);
	int r = gids ? 0 : err_nomem(e);

	for (size_t i = 0; i < list->n && r == 0; i++)
		r = cli_value_id("--additional-gids", list->items[i], strchrnul(list->items[i], '\0'), &gids[i], e);
	changes->gids = gids;
	changes->gids_n = list->n;
	return r;
}

/* With or without "CAP_", in any case. As in a spec, one that nobody knows is told of and left out. */
static uint64_t exec_capabilities(const struct cli_list *list)
{
	uint64_t ret = 0;

	for (size_t i = 0; i < list->n; i++) {
		char name[32];
		int capability;

		if (snprintf(name, sizeof name, "%s%s", strncasecmp(list->items[i], "CAP_", 4) == 0 ? "" : "CAP_",
			    list->items[i]) >= (int)sizeof name)
			name[0] = '\0'; /* no capability has a name that long */
		for (char *c = name; *c; c++)
			*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
		capability = names_find(&names_capability, name);
		if (capability < 0)
			log_warning("--cap: there is no capability '%s'", list->items[i]);
		else
			ret |= (uint64_t)1 << capability;
	}
	return ret;
}

static int exec_changes(const struct cli_call *call, struct arena *a, struct process_changes *ret, struct err *e)
{
	const struct exec_options *o = call->options;
	int r = o->user ? exec_user(o->user, ret, e) : 0;

	ret->args = (struct strings){
		.set = call->n > 1,
		.n = (size_t)call->n - 1,
		.items = (const char **)(uintptr_t)(call->arguments + 1), /* only read */
	};
	ret->cwd = o->cwd;
	ret->apparmor_profile = o->apparmor;
	ret->selinux_label = o->process_label;
	ret->terminal = (struct opt_bool){.set = o->tty || !o->process, .value = o->tty};
	ret->no_new_privileges = (struct opt_bool){.set = o->no_new_privs, .value = true};
	ret->env = (struct strings){.set = o->env.n > 0, .n = o->env.n, .items = o->env.items};
	r = r ? r : cli_value_env(&o->env, e);
	ret->capabilities = exec_capabilities(&o->caps);
	return r ? r : exec_groups(&o->additional_gids, a, ret, e);
}

int exec_process(const struct cli_call *call, struct spec *spec, struct err *e)
{
	const struct exec_options *o = call->options;
	struct spec_process *process = arena_alloc(&spec->arena, sizeof *process);
	struct process_changes changes = {0};
	int r = process ? 0 : err_nomem(e);

	if (r == 0 && o->process)
		r = process_load(AT_FDCWD, o->process, &spec->arena, process, e);
	else if (r == 0 && spec->process)
		*process = *spec->process;
	r = r ? r : exec_changes(call, &spec->arena, &changes, e);
	r = r ? r : process_change(&spec->arena, &changes, process, e);
	r = r ? r : process_validate(process, e);
	if (r < 0)
		return err_ctx(e, "the process to execute");
	spec->process = process;
	return 0;
}
