/* SPDX-License-Identifier: Apache-2.0 */
/* What run and create share: the same options, the same way to a service. */
#pragma once

#include "runtime/cli/cli.h"
#include "runtime/cli/source.h"
#include "runtime/service/service.h"

struct cli_make_options {
	const char *bundle, *config, *id, *pid_file, *pidfd_socket, *console_socket, *isolation, *trace;
	struct cli_number preserve_fds;
	struct cli_list env;
	bool no_pivot, no_new_keyring, no_subreaper, detach, keep;
};

#define CLI_MAKE_OPTION(name, letter, kind, field, argument, help)                                                     \
	{                                                                                                              \
		name, letter, kind, offsetof(struct cli_make_options, field), argument, help                           \
	}

/* The rows of both verbs' tables. */
#define CLI_MAKE_OPTIONS                                                                                               \
	CLI_MAKE_OPTION("bundle", 'b', CLI_TEXT, bundle, "DIR", "the bundle, with config.json in it"),                 \
		CLI_MAKE_OPTION(                                                                                       \
			"config", 'f', CLI_TEXT, config, "FILE", "a spec of the bundle other than config.json"),       \
		CLI_MAKE_OPTION("id", 0, CLI_TEXT, id, "ID", "the service's id (default: the name of the spec)"),      \
		CLI_MAKE_OPTION("isolation", 0, CLI_TEXT, isolation, "WALL", "namespace, microvm or auto"),            \
		CLI_MAKE_OPTION("env", 'e', CLI_LIST, env, "NAME=VALUE", "add to the environment"),                    \
		CLI_MAKE_OPTION("pid-file", 0, CLI_TEXT, pid_file, "FILE", "write the process id to FILE"),            \
		CLI_MAKE_OPTION("pidfd-socket", 0, CLI_TEXT, pidfd_socket, "SOCKET", "send a pidfd of it there"),      \
		CLI_MAKE_OPTION(                                                                                       \
			"console-socket", 0, CLI_TEXT, console_socket, "SOCKET", "send the terminal's master there"),  \
		CLI_MAKE_OPTION("preserve-fds", 0, CLI_NUMBER, preserve_fds, "N", "pass descriptors 3 to 2+N on"),     \
		CLI_MAKE_OPTION("no-pivot", 0, CLI_FLAG, no_pivot, NULL, "change the root without pivot_root"),        \
		CLI_MAKE_OPTION("no-new-keyring", 0, CLI_FLAG, no_new_keyring, NULL, "keep the session keyring"),      \
		CLI_MAKE_OPTION(                                                                                       \
			"no-subreaper", 0, CLI_FLAG, no_subreaper, NULL, "for runc's callers: cloche never is one")

/* What is to be made, found out from the call; owns what the request borrows. */
struct cli_making {
	struct source_loaded loaded;
	struct service_request request;
	const char *pidfd_socket; /* borrowed; NULL: none */
};

#define own_making __attribute__((cleanup(cli_making_free))) struct cli_making

int cli_making_prepare(const struct cli_call *call, struct cli_making *ret, struct err *e);
/* A terminal needs somebody who has its other end: us, as long as we stand by, or a console socket. */
int cli_making_check_terminal(const struct cli_call *call, const struct spec *spec, bool stands_by, struct err *e);
/* service_make(), its warnings to the log, and a pidfd to who waits for one. */
int cli_making_make(struct cli_making *making, struct service_made *made, struct err *e);
void cli_making_free(struct cli_making *making);

/* Tells of what is no reason to fail. */
void cli_warn_of(const struct report *report);

/* The directory of services for this call; in the arena. */
int cli_root(const struct cli_global *global, struct arena *a, const char **ret, struct err *e);
