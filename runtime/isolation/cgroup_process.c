/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a service that forks as fast as it can. See cgroup_process.h. */
#include "runtime/isolation/cgroup_process.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	PIDS_DEPTH_MAX = 64,   /* as far as cgroup_remove() goes */
	KILL_ROUNDS_MAX = 100, /* each finds only what was forked while the one before was killing */
};

/* The lines of cgroup.procs. 0 is a process that our pid namespace cannot see. */
static int add_procs(const char *text, struct pid_list *to, struct err *e)
{
	int r = 0;

	while (r == 0 && *text) {
		char *end;
		long pid = strtol(text, &end, 10);

		if (end == text)
			break;
		r = pid > 0 ? pid_list_add(to, (pid_t)pid, e) : 0;
		text = end + strspn(end, "\n");
	}
	return r;
}

static int add_group(const char *dir, int depth, struct pid_list *to, struct err *e);

static int add_children(const char *dir, int depth, struct pid_list *to, struct err *e)
{
	own_dir stream = opendir(dir);
	int r = 0;

	if (!stream)
		return errno == ENOENT ? 0 : err_sys(e, "list the cgroup '%s'", dir);
	for (struct dirent *entry; r == 0 && (entry = readdir(stream));) {
		char child[PATH_MAX];

		if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (snprintf(child, sizeof child, "%s/%s", dir, entry->d_name) >= PATH_MAX || depth == PIDS_DEPTH_MAX)
			return err_set(e, ELOOP, "cgroup-too-deep", "list the cgroup '%s': nested too deeply", dir);
		r = add_group(child, depth + 1, to, e);
	}
	return r;
}

static int add_group(const char *dir, int depth, struct pid_list *to, struct err *e)
{
	const struct cgroup_place place = {.dir = dir};
	struct err why = ERR_NONE;
	own_text procs = {0};
	int r = cgroup_place_read(&place, "cgroup.procs", &procs, &why);

	/* ENOENT, ENODEV: gone meanwhile; EOPNOTSUPP: threads only, whose process the domain above lists */
	if (r == -ENOENT || r == -ENODEV)
		return 0;
	if (r < 0 && r != -EOPNOTSUPP) {
		*e = why;
		return r;
	}
	r = add_procs(text_string(&procs), to, e);
	return r < 0 ? r : add_children(dir, depth, to, e);
}

int cgroup_place_pids(const struct cgroup_place *place, struct pid_list *to, struct err *e)
{
	return add_group(place->dir, 0, to, e);
}

/* Every hierarchy lists the same processes; version 2 can besides kill and be polled. */
int cgroup_pids(const struct cgroup *cgroup, struct pid_list *to, struct err *e)
{
	const struct cgroup_place *place = cgroup_find_v2(cgroup);

	if (!place)
		place = cgroup_find(cgroup, CGROUP_PIDS);
	if (!place && cgroup->n)
		place = &cgroup->places[0];
	return place ? cgroup_place_pids(place, to, e) : 0;
}

/* Returns how many were signalled, or a negative errno. */
static int signal_each(const struct cgroup *cgroup, int signo, struct err *e)
{
	own_pid_list pids = {0};
	int sent = 0, r = cgroup_pids(cgroup, &pids, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < pids.n; i++) {
		if (kill(pids.items[i], signo) == 0)
			sent++;
		else if (errno != ESRCH)
			return err_sys(e, "send signal %d to process %d", signo, (int)pids.items[i]);
	}
	return sent;
}

static void thaw_v1(const struct cgroup *cgroup)
{
	const struct cgroup_place *freezer = cgroup_find(cgroup, CGROUP_FREEZER);
	struct err ignored = ERR_NONE;

	/* a group that is gone needs no thawing, and one that will not thaw shows when it is removed */
	if (freezer)
		(void)cgroup_place_write(freezer, "freezer.state", "THAWED", &ignored);
}

/* Freezing even an empty group patches the kernel's text (a static key): one small read spares it. */
static bool is_empty(const struct cgroup *cgroup)
{
	own_pid_list list = {0};
	struct err ignored = ERR_NONE;

	return cgroup_pids(cgroup, &list, &ignored) == 0 && list.n == 0;
}

/* Without cgroup.kill (version 1 alone, or before 5.14): frozen they cannot fork away, thawed they die. */
static int kill_each(const struct cgroup *cgroup, struct err *e)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	struct err ignored = ERR_NONE;
	int r = 1;

	if (is_empty(cgroup))
		return 0;
	for (int i = 0; r > 0 && i < KILL_ROUNDS_MAX; i++) {
		if (i)
			(void)nanosleep(&pause, NULL); /* a signal only makes us look sooner */
		(void)cgroup_freeze(
			cgroup, true, &ignored); /* helps and is not needed: the next round finds the rest */
		r = signal_each(cgroup, SIGKILL, e);
		(void)cgroup_freeze(cgroup, false, &ignored);
	}
	if (r > 0)
		return err_set(e, EBUSY, "processes-left",
			"kill the processes of the cgroup '%s': some are always left", cgroup->places[0].dir);
	return r;
}

int cgroup_signal(const struct cgroup *cgroup, int signo, struct err *e)
{
	const struct cgroup_place *v2 = cgroup_find_v2(cgroup);
	struct err why = ERR_NONE;
	int r;

	if (signo != SIGKILL) {
		r = signal_each(cgroup, signo, e);
		return r < 0 ? r : 0;
	}
	r = v2 ? cgroup_place_write(v2, "cgroup.kill", "1", &why) : -ENOENT;
	if (r < 0)
		return kill_each(cgroup, e);
	thaw_v1(cgroup);
	return 0;
}
