/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: processes that stop late. See cgroup_process.h. */
#include "runtime/isolation/cgroup_process.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/process.h"
#include "runtime/isolation/cgroup_parse.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	FREEZE_MAX_MS = 5000,
	FREEZE_ROUND_MS = 25,    /* then version 1 is thawed and frozen again */
	FREEZE_UNTOLD_MS = 250,  /* long enough, where the kernel will not tell */
	FREEZE_KTHREAD_BIT = 21, /* PF_KTHREAD, of the flags in proc(5)'s stat */
};

static int not_frozen(const struct cgroup_place *place, struct err *e)
{
	return err_set(e, EBUSY, "not-frozen", "freeze the cgroup '%s': its processes did not stop within %d s",
		place->dir, FREEZE_MAX_MS / 1000);
}

/* Reads freezer.state until it is FROZEN, for a short while. 1: it is; 0: not yet. */
static int look_for_frozen(const struct cgroup_place *place, struct err *e)
{
	const struct timespec pause = {.tv_nsec = 100000};

	for (int i = 0; i < FREEZE_ROUND_MS * 10; i++) {
		own_text state = {0};
		int r = cgroup_place_read(place, "freezer.state", &state, e);

		if (r < 0)
			return r;
		if (strcmp(text_string(&state), "FROZEN\n") == 0)
			return 1;
		(void)nanosleep(&pause, NULL); /* a signal only makes us look sooner */
	}
	return 0;
}

/*
 * Version 1 may stay FREEZING for ever when a process was forking or in ptrace just
 * then; thawing and freezing again gets it out.
 */
static int freeze_v1(const struct cgroup_place *place, struct err *e)
{
	for (int i = 0; i < FREEZE_MAX_MS / FREEZE_ROUND_MS; i++) {
		int r = cgroup_place_write(place, "freezer.state", "FROZEN", e);

		if (r == 0)
			r = look_for_frozen(place, e);
		if (r != 0)
			return r < 0 ? r : 0;
		r = cgroup_place_write(place, "freezer.state", "THAWED", e);
		if (r < 0)
			return r;
	}
	return not_frozen(place, e);
}

/* cgroup.events raises POLLPRI when it changes; it is read first, so that no change is missed. */
static int wait_events(const struct cgroup_place *place, uint64_t wanted, int max_ms, struct err *e)
{
	char path[PATH_MAX];
	own_fd fd = -1;

	if (snprintf(path, sizeof path, "%s/cgroup.events", place->dir) >= PATH_MAX)
		return err_set(e, ENAMETOOLONG, "cgroup-path-too-long", "cgroup '%s': name too long", place->dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "open '%s'", path);
	for (int i = 0; i < max_ms / FREEZE_ROUND_MS; i++) {
		struct pollfd change = {.fd = fd, .events = POLLPRI};
		own_text events = {0};
		uint64_t frozen;
		int r = lseek(fd, 0, SEEK_SET) < 0 ? err_sys(e, "rewind '%s'", path)
						   : fd_read_all(fd, path, PATH_MAX, &events, e);

		if (r < 0)
			return r;
		if (cgroup_flat_number(text_string(&events), "frozen", &frozen) && frozen == wanted)
			return 0;
		(void)poll(&change, 1, FREEZE_ROUND_MS); /* however it returns, the file is read again */
	}
	return not_frozen(place, e);
}

static bool is_kernel_thread(pid_t pid)
{
	own_text stat = {0};
	struct err ignored = ERR_NONE;
	const char *name_end;
	unsigned long flags;
	char path[32];

	(void)snprintf(path, sizeof path, "/proc/%d/stat", pid); /* fits */
	if (file_read(AT_FDCWD, path, PATH_MAX, &stat, &ignored) < 0)
		return false;
	name_end = strrchr(text_string(&stat), ')');
	return name_end && sscanf(name_end, ") %*c %*d %*d %*d %*d %*d %lu", &flags) == 1 &&
	       (flags >> FREEZE_KTHREAD_BIT & 1);
}

/*
 * KVM has a thread of the kernel's per machine in its cgroup (before Linux 6.13). It does not stop, and the kernel,
 * which waits for it, never tells that the rest has.
 */
static bool has_kernel_threads(const struct cgroup *cgroup)
{
	own_pid_list pids = {0};
	struct err ignored = ERR_NONE;

	if (cgroup_pids(cgroup, &pids, &ignored) < 0)
		return false;
	for (size_t i = 0; i < pids.n; i++)
		if (is_kernel_thread(pids.items[i]))
			return true;
	return false;
}

static int freeze_v2(const struct cgroup *cgroup, const struct cgroup_place *place, bool on, struct err *e)
{
	struct err ignored = ERR_NONE;
	bool untold = on && has_kernel_threads(cgroup);
	int r = cgroup_place_write(place, "cgroup.freeze", on ? "1" : "0", e);

	if (r < 0)
		return r;
	r = wait_events(place, on, untold ? FREEZE_UNTOLD_MS : FREEZE_MAX_MS, untold ? &ignored : e);
	if (r == -EBUSY && untold)
		return 0;
	if (r < 0 && on)
		(void)cgroup_place_write(place, "cgroup.freeze", "0", &ignored); /* half frozen is no state */
	return r;
}

int cgroup_freeze(const struct cgroup *cgroup, bool on, struct err *e)
{
	const struct cgroup_place *freezer = cgroup_find(cgroup, CGROUP_FREEZER), *v2 = cgroup_find_v2(cgroup);

	if (freezer && on)
		return freeze_v1(freezer, e);
	if (freezer)
		return cgroup_place_write(freezer, "freezer.state", "THAWED", e);
	if (v2)
		return freeze_v2(cgroup, v2, on, e);
	return err_set(
		e, EOPNOTSUPP, "no-freezer", "pause the service: this host has neither a freezer nor cgroup version 2");
}

bool cgroup_is_frozen(const struct cgroup *cgroup)
{
	const struct cgroup_place *freezer = cgroup_find(cgroup, CGROUP_FREEZER), *v2 = cgroup_find_v2(cgroup);
	struct err ignored = ERR_NONE;
	own_text state = {0};

	if (freezer)
		return cgroup_place_read(freezer, "freezer.state", &state, &ignored) == 0 &&
		       strcmp(text_string(&state), "THAWED\n") != 0;
	return v2 && cgroup_place_read(v2, "cgroup.freeze", &state, &ignored) == 0 &&
	       strcmp(text_string(&state), "1\n") == 0;
}
