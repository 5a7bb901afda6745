/* SPDX-License-Identifier: Apache-2.0 */
/* The process that the words of an exec ask for. */
#pragma once

#include "config/spec.h"
#include "runtime/cli/cli.h"

struct exec_options {
	const char *process, *user, *cwd, *apparmor, *process_label, *cgroup, *console_socket, *pid_file, *pidfd_socket;
	struct cli_list additional_gids, env, caps;
	struct cli_number preserve_fds;
	bool tty, no_new_privs, detach, ignore_paused;
};

/* Puts it in place of the service's own process in spec, which is the base where no file gives another. */
int exec_process(const struct cli_call *call, struct spec *spec, struct err *e);
