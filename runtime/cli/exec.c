/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "config/names.h"
#include "config/parse.h"
#include "runtime/cli/foreground.h"
#include "runtime/cli/open.h"
#include "runtime/cli/values.h"
#include "runtime/cli/verbs.h"
#include "runtime/service/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

struct exec_options {
	const char *process, *user, *cwd, *apparmor, *process_label, *cgroup, *console_socket, *pid_file;
	struct cli_list additional_gids, env, caps;
	struct cli_number preserve_fds;
	bool tty, no_new_privs, detach, ignore_paused;
};

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

/* With or without "CAP_", in any case. */
static int exec_capabilities(const struct cli_list *list, uint64_t *ret, struct err *e)
{
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
			return err_set(e, EINVAL, "usage", "--cap: there is no capability '%s'", list->items[i]);
		*ret |= (uint64_t)1 << capability;
	}
	return 0;
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
	r = r ? r : exec_groups(&o->additional_gids, a, ret, e);
	return r ? r : exec_capabilities(&o->caps, &ret->capabilities, e);
}

/* In place of the service's own process, which is the base where no file gives another. */
static int exec_process(const struct cli_call *call, struct spec *spec, struct err *e)
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

static int exec_check(const struct cli_call *call, struct err *e)
{
	const struct exec_options *o = call->options;

	if (o->process && call->n > 1)
		return err_set(e, EINVAL, "usage", "exec: found --process and a command, want one of them");
	if (!o->process && call->n < 2)
		return err_set(e, EINVAL, "usage", "exec: want a command, or --process FILE");
	return 0;
}

static int exec_check_terminal(const struct exec_options *o, bool terminal, struct err *e)
{
	if (terminal && o->detach && !o->console_socket)
		return err_set(e, EINVAL, "no-console-socket",
			"a process with a terminal can be detached only with a --console-socket to send it to");
	if (!terminal && o->console_socket)
		return err_set(e, EINVAL, "no-terminal", "--console-socket is for a process with a terminal");
	return 0;
}

static int exec_run(const struct cli_call *call, struct service *s, const struct spec *spec, struct err *e)
{
	const struct exec_options *o = call->options;
	own_fd signals = foreground_begin(e);
	own_fd pidfd = -1, console = -1;
	struct service_executed executed;
	unsigned int passed = 0;
	int r = signals < 0 ? signals : cli_inherited_pass(&call->global->inherited, o->preserve_fds.value, &passed, e);

	if (r < 0)
		return r;
	r = service_execute(s,
		&(struct service_exec){
			.spec = spec,
			.pid_file = o->pid_file,
			.console_socket = o->console_socket,
			.cgroup = o->cgroup,
			.preserve_fds = passed,
			.listen_fds = call->global->inherited.listening,
			.ignore_paused = o->ignore_paused,
			.interrupt_fd = signals,
		},
		&executed, e);
	if (r < 0)
		return r;
	pidfd = executed.pidfd;
	console = executed.console;
	return o->detach ? 0 : foreground_wait(executed.pid, &console, e);
}

static int cli_exec(const struct cli_call *call, struct err *e)
{
	own_service s = SERVICE_NONE;
	own_spec spec = {0};
	int r = exec_check(call, e);

	r = r ? r : cli_open(call, false, &s, e);
	r = r ? r : service_spec(&s, &spec, e);
	r = r ? r : exec_process(call, &spec, e);
	r = r ? r : exec_check_terminal(call->options, spec.process->terminal.value, e);
	return r ? r : exec_run(call, &s, &spec, e);
}

#define EXEC_OPTION(name, letter, kind, field, argument, help)                                                         \
	{                                                                                                              \
		name, letter, kind, offsetof(struct exec_options, field), argument, help                               \
	}

static const struct cli_option exec_options[] = {
	EXEC_OPTION("process", 'p', CLI_TEXT, process, "FILE", "the process to start, as in a spec"),
	EXEC_OPTION("tty", 't', CLI_FLAG, tty, NULL, "give it a terminal"),
	EXEC_OPTION("user", 'u', CLI_TEXT, user, "UID[:GID]", "run as this user"),
	EXEC_OPTION("additional-gids", 'g', CLI_LIST, additional_gids, "GID", "add a group"),
	EXEC_OPTION("cwd", 0, CLI_TEXT, cwd, "DIR", "its working directory"),
	EXEC_OPTION("env", 'e', CLI_LIST, env, "NAME=VALUE", "add to the environment"),
	EXEC_OPTION("cap", 'c', CLI_LIST, caps, "CAPABILITY", "add a capability"),
	EXEC_OPTION("apparmor", 0, CLI_TEXT, apparmor, "PROFILE", "its AppArmor profile"),
	EXEC_OPTION("process-label", 0, CLI_TEXT, process_label, "LABEL", "its SELinux label"),
	EXEC_OPTION("no-new-privs", 0, CLI_FLAG, no_new_privs, NULL, "it can gain no privileges"),
	EXEC_OPTION("preserve-fds", 0, CLI_NUMBER, preserve_fds, "N", "pass descriptors 3 to 2+N on"),
	EXEC_OPTION("console-socket", 0, CLI_TEXT, console_socket, "SOCKET", "send the terminal's master there"),
	EXEC_OPTION("pid-file", 0, CLI_TEXT, pid_file, "FILE", "write the process id to FILE"),
	EXEC_OPTION("detach", 'd', CLI_FLAG, detach, NULL, "do not wait for its end"),
	EXEC_OPTION("cgroup", 0, CLI_TEXT, cgroup, "PATH", "into this group below the service's own"),
	EXEC_OPTION("ignore-paused", 0, CLI_FLAG, ignore_paused, NULL, "also where the service is paused"),
};

const struct cli_verb cli_verb_exec = {
	.name = "exec",
	.synopsis = "[options] ID COMMAND… | --process FILE [options] ID",
	.summary = "Start a further process in a service, and end with its exit status",
	.options = exec_options,
	.options_n = sizeof exec_options / sizeof *exec_options,
	.options_size = sizeof(struct exec_options),
	.arguments_min = 1,
	.arguments_max = -1,
	.command = true,
	.launches = true,
	.failure = 125,
	.run = cli_exec,
};
