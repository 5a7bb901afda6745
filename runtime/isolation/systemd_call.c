/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a helper that may hang or die; it bounds its own waits. See systemd_call.h. */
#include "runtime/isolation/systemd_call.h"

#include "base/fd.h"
#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

enum { SAYING_MAX = 4096, EXIT_NO_HELPER = 127 };

static const char *const verb_names[] = {[SYSTEMD_START] = "start", [SYSTEMD_SET] = "set", [SYSTEMD_STOP] = "stop"};

/* The helper's argv, in the arena. */
static char **arguments_make(const char *helper, const struct systemd_call *call, struct arena *arena)
{
	size_t n = 0, properties_n = call->properties ? call->properties->n : 0;
	char **argv = arena_array(arena, 5 + properties_n, sizeof *argv);

	if (!argv)
		return NULL;
	argv[n++] = arena_string(arena, helper);
	if (call->user)
		argv[n++] = arena_string(arena, "--user");
	argv[n++] = arena_string(arena, verb_names[call->verb]);
	argv[n++] = arena_string(arena, call->unit);
	for (size_t i = 0; i < properties_n; i++) {
		const struct systemd_property *p = &call->properties->items[i];

		argv[n++] = arena_format(arena, "%s=%s:%s", p->name, p->type, p->value);
	}
	for (size_t i = 0; i < n; i++)
		if (!argv[i])
			return NULL;
	return argv;
}

static void run_helper(char **argv, int saying)
{
	(void)dup2(saying, STDERR_FILENO);
	(void)fcntl(STDIN_FILENO, F_SETFD, FD_CLOEXEC);
	(void)close_range(STDERR_FILENO + 1, ~0U, 0);
	execv(argv[0], argv);
	_exit(EXIT_NO_HELPER);
}

/* Waits until it has said all and ended. */
static int wait_helper(pid_t pid, int saying, struct text *said, struct err *e)
{
	struct err ignored = ERR_NONE;
	int status;

	(void)fd_read_all(saying, "cloche-systemd", SAYING_MAX, said, &ignored); /* the status is what counts */
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "wait for cloche-systemd");
	if (WIFSIGNALED(status))
		return err_set(e, EIO, "systemd-failed", "cloche-systemd was killed by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

static int helper_failed(const char *helper, int status, const struct text *said, struct err *e)
{
	const char *text = text_string(said);

	if (status == EXIT_NO_HELPER)
		return err_set(e, ENOENT, "no-systemd-driver",
			"start '%s': systemd's driver is not installed; leave out --systemd-cgroup or install it",
			helper);
	return err_set(e, EIO, "systemd-failed", "%.*s", (int)strcspn(text, "\n"),
		*text ? text : "cloche-systemd failed and said nothing");
}

int systemd_call(const char *helper, const struct systemd_call *call, struct err *e)
{
	own_arena arena = {0};
	char **argv = arguments_make(helper, call, &arena);
	own_fd reading = -1, writing = -1;
	own_text said = {0};
	int ends[2], status;
	pid_t pid;

	if (!argv)
		return err_nomem(e);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe for cloche-systemd");
	reading = ends[0];
	writing = ends[1];
	pid = fork();
	if (pid < 0)
		return err_sys(e, "fork cloche-systemd");
	if (pid == 0)
		run_helper(argv, writing);
	own_release_fd(&writing);
	status = wait_helper(pid, reading, &said, e);
	return status > 0 ? helper_failed(helper, status, &said, e) : status;
}
