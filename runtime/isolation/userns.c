/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/userns.h"

#include "base/arena.h"
#include "base/fd.h"
#include "base/own.h"
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int userns_write(int process, const char *name, const struct spec_id_mappings *maps, struct err *e)
{
	own_text lines = {0};

	for (size_t i = 0; i < maps->n; i++)
		text_format(
			&lines, "%u %u %u\n", maps->items[i].container_id, maps->items[i].host_id, maps->items[i].size);
	if (lines.failed)
		return err_nomem(e);
	return lines.length ? file_write(process, name, lines.data, e) : 0;
}

/* newuidmap PID CONTAINER HOST SIZE … */
static int userns_map_by_program(const char *program, pid_t pid, const struct spec_id_mappings *maps, struct err *e)
{
	own_arena arena = {0};
	const char **argv = arena_array(&arena, 3 + 3 * maps->n, sizeof *argv);
	size_t n = 2;
	int r;

	if (!argv)
		return err_nomem(e);
	argv[0] = program;
	argv[1] = arena_format(&arena, "%d", pid);
	for (size_t i = 0; i < maps->n; i++) {
		argv[n++] = arena_format(&arena, "%u", maps->items[i].container_id);
		argv[n++] = arena_format(&arena, "%u", maps->items[i].host_id);
		argv[n++] = arena_format(&arena, "%u", maps->items[i].size);
	}
	r = spawn_run(&(struct spawn){.path = program, .argv = argv, .timeout_ms = -1, .interrupt_fd = -1}, e);
	return r < 0 ? err_ctx(e, "map ids (install the package 'uidmap' and see subuid(5) and subgid(5))") : 0;
}

static bool userns_is_own_id(const struct spec_id_mappings *maps, uint32_t id)
{
	return maps->n == 1 && maps->items[0].size == 1 && maps->items[0].host_id == id;
}

/* An unprivileged writer may map its own id only, and its group only once setgroups(2) is given up. */
static int userns_map_own(int process, const struct spec_linux *l, pid_t pid, struct err *e)
{
	int r;

	if (!userns_is_own_id(&l->uid_mappings, geteuid()))
		r = userns_map_by_program("newuidmap", pid, &l->uid_mappings, e);
	else
		r = userns_write(process, "uid_map", &l->uid_mappings, e);
	if (r < 0)
		return r;
	if (!userns_is_own_id(&l->gid_mappings, getegid()))
		return userns_map_by_program("newgidmap", pid, &l->gid_mappings, e);
	r = file_write(process, "setgroups", "deny", e);
	return r ? r : userns_write(process, "gid_map", &l->gid_mappings, e);
}

int userns_map(pid_t pid, const struct spec_linux *l, bool privileged, struct err *e)
{
	char path[32];
	own_fd process = -1;
	int r;

	(void)snprintf(path, sizeof path, "/proc/%d", pid); /* fits: 6 + 11 characters */
	process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return err_sys(e, "open '%s'", path);
	if (!privileged)
		return userns_map_own(process, l, pid, e);
	r = userns_write(process, "uid_map", &l->uid_mappings, e);
	return r ? r : userns_write(process, "gid_map", &l->gid_mappings, e);
}

/* A child that does nothing but be in the namespace while its maps are written. */
static pid_t userns_hold(void)
{
	struct clone_args arguments = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
	pid_t parent = getpid(), pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);

	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a cloche that dies takes it along */
	if (getppid() != parent)
		_exit(0); /* it had died before */
	for (;;)
		(void)pause(); /* until it is killed */
}

int userns_open_for_maps(const struct spec_id_mappings *uids, const struct spec_id_mappings *gids, struct err *e)
{
	const struct spec_linux l = {.uid_mappings = *uids, .gid_mappings = *gids};
	char path[48];
	pid_t pid = userns_hold();
	int fd = -1, r;

	if (pid < 0)
		return err_sys(e, "make a user namespace");
	r = userns_map(pid, &l, true, e);
	(void)snprintf(path, sizeof path, "/proc/%d/ns/user", pid); /* fits: 14 + 11 characters */
	if (r == 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r == 0 && fd < 0)
		r = err_sys(e, "open '%s'", path);
	(void)kill(pid, SIGKILL); /* our unreaped child: the number is still its own */
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return r < 0 ? r : fd;
}

int userns_become_root(struct err *e)
{
	/* EPERM: setgroups(2) is denied in this namespace, and the caller's groups stay as they are */
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return err_sys(e, "drop the supplementary groups");
	if (setresgid(0, 0, 0) < 0)
		return err_sys(e, "become group 0 of the user namespace (is container id 0 mapped in gidMappings?)");
	if (setresuid(0, 0, 0) < 0)
		return err_sys(e, "become user 0 of the user namespace (is container id 0 mapped in uidMappings?)");
	return 0;
}
