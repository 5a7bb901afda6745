/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: our own state. See cgroup.h. */
#include "runtime/isolation/cgroup.h"

#include "base/fd.h"
#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CGROUP_FILE_MAX = 16 * 1024 * 1024 }; /* cgroup.procs of a million processes, memory.numa_stat of many nodes */

int cgroup_prepare(const struct cgroup_host *host, const struct cgroup_path *path, struct cgroup *ret, struct err *e)
{
	own_cgroup cgroup = {.n = host->n};

	for (size_t i = 0; i < host->n; i++) {
		struct cgroup_place *place = &cgroup.places[i];
		char dir[PATH_MAX];
		int r = cgroup_path_in(path, &host->items[i], dir, e);

		if (r < 0)
			return r;
		place->dir = arena_string(&cgroup.arena, dir);
		if (!place->dir)
			return err_nomem(e);
		place->top = strlen(dir) - strlen(path->text);
		place->controllers = host->items[i].controllers;
		place->v2 = host->items[i].v2;
	}
	*ret = cgroup;
	cgroup.arena = (struct arena){0};
	return 0;
}

/* "version made top controllers dir": the last one may hold spaces. */
int cgroup_save(const struct cgroup *cgroup, struct text *out, struct err *e)
{
	for (size_t i = 0; i < cgroup->n; i++) {
		const struct cgroup_place *place = &cgroup->places[i];

		text_format(out, "%d %u %zu %" PRIx32 " %s\n", place->v2 ? 2 : 1, place->made, place->top,
			place->controllers, place->dir);
	}
	return out->failed ? err_nomem(e) : 0;
}

static int place_load(const char *line, size_t length, struct cgroup *cgroup, struct err *e)
{
	struct cgroup_place *place = &cgroup->places[cgroup->n];
	char *text = arena_text(&cgroup->arena, line, length);
	int version, at = 0;

	if (!text)
		return err_nomem(e);
	if (cgroup->n == CGROUP_HIERARCHIES_MAX ||
		sscanf(text, "%d %u %zu %" SCNx32 " %n", &version, &place->made, &place->top, &place->controllers,
			&at) < 4 ||
		text[at] != '/' || place->top >= strlen(text + at) || text[at + (int)place->top] != '/')
		return err_set(e, EINVAL, "bad-state", "read the saved cgroup: '%s' is none", text);
	place->v2 = version == 2;
	place->dir = text + at;
	cgroup->n++;
	return 0;
}

int cgroup_load(const char *text, struct cgroup *ret, struct err *e)
{
	own_cgroup cgroup = {0};

	for (const char *end; *text; text = *end ? end + 1 : end) {
		int r;

		end = strchrnul(text, '\n');
		r = place_load(text, (size_t)(end - text), &cgroup, e);
		if (r < 0)
			return r;
	}
	*ret = cgroup;
	cgroup.arena = (struct arena){0};
	return 0;
}

const struct cgroup_place *cgroup_find_v2(const struct cgroup *cgroup)
{
	for (size_t i = 0; i < cgroup->n; i++)
		if (cgroup->places[i].v2)
			return &cgroup->places[i];
	return NULL;
}

const struct cgroup_place *cgroup_find(const struct cgroup *cgroup, enum cgroup_controller controller)
{
	if (controller == CGROUP_CORE)
		return cgroup_find_v2(cgroup);
	for (size_t i = 0; i < cgroup->n; i++)
		if (cgroup->places[i].controllers & (1U << controller))
			return &cgroup->places[i];
	return NULL;
}

static int place_path(const struct cgroup_place *place, const char *file, char ret[PATH_MAX], struct err *e)
{
	if (snprintf(ret, PATH_MAX, "%s/%s", place->dir, file) >= PATH_MAX)
		return err_set(e, ENAMETOOLONG, "cgroup-path-too-long", "'%s' in cgroup '%s': name too long", file,
			place->dir);
	return 0;
}

int cgroup_place_write(const struct cgroup_place *place, const char *file, const char *text, struct err *e)
{
	char path[PATH_MAX];
	int r = place_path(place, file, path, e);

	return r < 0 ? r : file_write(AT_FDCWD, path, text, e);
}

int cgroup_place_read(const struct cgroup_place *place, const char *file, struct text *out, struct err *e)
{
	char path[PATH_MAX];
	int r = place_path(place, file, path, e);

	return r < 0 ? r : file_read(AT_FDCWD, path, CGROUP_FILE_MAX, out, e);
}

void cgroup_free(struct cgroup *cgroup)
{
	arena_free(&cgroup->arena);
	*cgroup = (struct cgroup){0};
}
