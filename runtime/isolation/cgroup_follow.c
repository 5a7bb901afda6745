/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a service that has cgroups of its own making. */
#include "runtime/isolation/cgroup_follow.h"

#include "base/fd.h"
#include "base/path.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { CGROUP_FOLLOW_LIMIT = 64 * 1024 };

const char *cgroup_path_rest(const char *dir, const char *process_path)
{
	for (const char *at = dir; (at = strchr(at, '/')); at++) {
		size_t length = strlen(at);

		if (strncmp(process_path, at, length) == 0 && (process_path[length] == '/' || !process_path[length]))
			return process_path + length;
	}
	return NULL;
}

/* Where the process is in version 2, as its own line of /proc/PID/cgroup says; "" where that is not known. */
static int cgroup_of_process(pid_t pid, struct text *ret, struct err *e)
{
	static const char unified[] = "0::";
	char path[48];
	const char *line;
	int r;

	(void)snprintf(path, sizeof path, "/proc/%d/cgroup", pid); /* fits */
	r = file_read(AT_FDCWD, path, CGROUP_FOLLOW_LIMIT, ret, e);
	if (r < 0)
		return r;
	line = strstr(text_string(ret), unified);
	if (!line)
		text_reset(ret);
	else
		memmove(ret->data, line + sizeof unified - 1, strlen(line) - (sizeof unified - 1) + 1);
	if (line)
		ret->data[strcspn(ret->data, "\n")] = '\0';
	return 0;
}

/*
 * A group of version 2 that passes controllers on has no processes itself (cgroups(7), "no internal
 * processes"): a service that manages cgroups has moved its first process further down, and
 * that is where a new one belongs, too.
 */
static int cgroup_follow_place(struct cgroup *cgroup, pid_t pid, struct cgroup_place *place, struct err *e)
{
	own_text passed_on = {0}, first = {0};
	const char *rest;
	int r = cgroup_place_read(place, "cgroup.subtree_control", &passed_on, e);

	if (r < 0 || !text_string(&passed_on)[strspn(text_string(&passed_on), "\n")])
		return r;
	r = cgroup_of_process(pid, &first, e);
	rest = r ? NULL : cgroup_path_rest(place->dir, text_string(&first));
	if (r < 0 || !rest || path_has_dotdot(rest))
		return r;
	place->dir = arena_format(&cgroup->arena, "%s%s", place->dir, rest);
	return place->dir ? 0 : err_nomem(e);
}

int cgroup_follow(struct cgroup *cgroup, pid_t first, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < cgroup->n && r == 0; i++)
		if (cgroup->places[i].v2)
			r = cgroup_follow_place(cgroup, first, &cgroup->places[i], e);
	return r;
}
