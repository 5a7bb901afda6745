/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "base/process.h"
#include "runtime/cli/exec_process.h"
#include "runtime/cli/foreground.h"
#include "runtime/cli/make.h"
#include "runtime/cli/open.h"
#include "runtime/cli/pidfd.h"
#include "runtime/cli/verbs.h"

#include <errno.h>
#include <signal.h>

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
	own_fd pidfd = -1, console = -1, socket = -1;
	own_report report = {0};
	struct service_executed executed;
	unsigned int passed = 0;
	int r = signals < 0 ? signals : cli_inherited_pass(&call->global->inherited, o->preserve_fds.value, &passed, e);

	r = r ? r : cli_pidfd_connect(o->pidfd_socket, &socket, e);
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
			.report = &report,
		},
		&executed, e);
	cli_warn_of(&report);
	if (r < 0)
		return r;
	pidfd = executed.pidfd;
	console = executed.console;
	r = cli_pidfd_send(socket, pidfd, e);
	if (r < 0)
		(void)process_signal(pidfd, SIGKILL, &(struct err){0}); /* it may just have ended */
	return r < 0 || o->detach ? r : foreground_wait(executed.pid, &console, NULL, e);
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
	r = r ? r : foreground_take_size(&spec, e);
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
	EXEC_OPTION("pidfd-socket", 0, CLI_TEXT, pidfd_socket, "SOCKET", "send a pidfd of it there"),
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
