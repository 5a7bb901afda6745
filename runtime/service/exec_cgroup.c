/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a service that has cgroups of its own making. */
#include "runtime/service/exec_cgroup.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/path.h"
#include "runtime/service/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXEC_CGROUP_LIMIT = 64 * 1024 };

/* The group below the service's own that the process is to enter. */
static int exec_cgroup_below(struct cgroup *cgroup, const char *below, struct err *e)
{
	if (path_has_dotdot(below))
		return err_set(e, EINVAL, "cgroup-outside", "the cgroup '%s' leads out of the service's own", below);
	for (size_t i = 0; i < cgroup->n; i++) {
		struct cgroup_place *place = &cgroup->places[i];

		place->dir = arena_format(&cgroup->arena, "%s/%s", place->dir, below + strspn(below, "/"));
		if (!place->dir)
			return err_nomem(e);
		if (access(place->dir, F_OK) < 0)
			return err_sys(e, "the cgroup '%s'", place->dir);
	}
	return 0;
}

const char *exec_cgroup_rest(const char *dir, const char *process_path)
{
	for (const char *at = dir; (at = strchr(at, '/')); at++) {
		size_t length = strlen(at);

		if (strncmp(process_path, at, length) == 0 && (process_path[length] == '/' || !process_path[length]))
			return process_path + length;
	}
	return NULL;
}

/* Where the first process is in version 2, as its own line of /proc/PID/cgroup says; "" where that is not known. */
static int exec_cgroup_of_first(const struct service *s, struct text *ret, struct err *e)
{
	static const char unified[] = "0::";
	char path[48];
	const char *line;
	int r;

	(void)snprintf(path, sizeof path, "/proc/%" PRId64 "/cgroup", s->state.pid); /* fits */
	r = file_read(AT_FDCWD, path, EXEC_CGROUP_LIMIT, ret, e);
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
static int exec_cgroup_follow(const struct service *s, struct cgroup *cgroup, struct cgroup_place *place, struct err *e)
{
	own_text passed_on = {0}, first = {0};
	const char *rest;
	int r = cgroup_place_read(place, "cgroup.subtree_control", &passed_on, e);

	if (r < 0 || !text_string(&passed_on)[strspn(text_string(&passed_on), "\n")])
		return r;
	r = exec_cgroup_of_first(s, &first, e);
	rest = r ? NULL : exec_cgroup_rest(place->dir, text_string(&first));
	if (r < 0 || !rest || path_has_dotdot(rest))
		return r;
	place->dir = arena_format(&cgroup->arena, "%s%s", place->dir, rest);
	return place->dir ? 0 : err_nomem(e);
}

int exec_cgroup_find(const struct service *s, const char *below, struct cgroup *ret, struct err *e)
{
	int r = namespace_cgroup(s, ret, e);

	if (r == 0 && below && below[strspn(below, "/")])
		return exec_cgroup_below(ret, below, e);
	for (size_t i = 0; i < ret->n && r == 0; i++)
		if (ret->places[i].v2)
			r = exec_cgroup_follow(s, ret, &ret->places[i], e);
	return r;
}
