/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: the spec's text. See cgroup_path.h. */
#include "runtime/isolation/cgroup_path.h"

#include "base/path.h"
#include "runtime/isolation/cgroup_unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char pointer[] = "/linux/cgroupsPath";

/* Appends each component of `path` to ret as "/component". Returns false where it does not fit. */
static bool append_components(char ret[PATH_MAX], const char *path)
{
	size_t at = strlen(ret);

	for (size_t length; *(path += strspn(path, "/")); path += length) {
		length = strcspn(path, "/");
		if (length == 1 && *path == '.')
			continue;
		if (at + length + 2 > PATH_MAX)
			return false;
		ret[at++] = '/';
		memcpy(ret + at, path, length);
		at += length;
		ret[at] = '\0';
	}
	return true;
}

static int path_too_long(const char *path, struct err *e)
{
	(void)err_set(e, ENAMETOOLONG, "cgroup-path-too-long", "cgroup path '%.60s…' is longer than %d characters",
		path, PATH_MAX - 1);
	return err_at(e, pointer);
}

/* The kernel refuses it as well, but too late: a saved cgroup is a line (cgroup_save). */
static int path_has_newline(const char *path, struct err *e)
{
	(void)err_set(e, EINVAL, "cgroup-path-newline",
		"cgroup path '%.60s', or where its hierarchy is mounted, has a line break", path);
	return err_at(e, pointer);
}

static int path_from_spec(const struct cgroup_wanted *wanted, struct cgroup_path *ret, struct err *e)
{
	const char *path = wanted->cgroups_path;

	if (path_has_dotdot(path)) {
		(void)err_set(e, EINVAL, "cgroup-path-outside",
			"cgroup path '%s' has '..': a service's cgroup cannot leave its parent", path);
		return err_at(e, pointer);
	}
	if (!append_components(ret->text, path))
		return path_too_long(path, e);
	if (!*ret->text) {
		(void)err_set(e, EINVAL, "cgroup-path-root", "cgroup path '%s' is the root: name one below it", path);
		return err_at(e, pointer);
	}
	return 0;
}

static int path_from_id(const char *id, struct cgroup_path *ret, struct err *e)
{
	if (!*id || strchr(id, '/'))
		return err_set(e, EINVAL, "bad-id", "id '%s' cannot name a cgroup", id);
	if (snprintf(ret->text, sizeof ret->text, "/" CGROUP_PREFIX "%s", id) >= (int)sizeof ret->text)
		return path_too_long(id, e);
	return 0;
}

int cgroup_path_for(
	const struct cgroup_wanted *wanted, const struct cgroup_host *host, struct cgroup_path *ret, struct err *e)
{
	struct cgroup_path path = {.below_own = !host->root_writable};
	const struct cgroup_unit_wanted unit = {
		.cgroups_path = wanted->cgroups_path, .id = wanted->id, .user = path.below_own};
	int r;

	if (wanted->systemd)
		r = cgroup_unit_path(&unit, path.text, e);
	else if (wanted->cgroups_path && *wanted->cgroups_path)
		r = path_from_spec(wanted, &path, e);
	else
		r = path_from_id(wanted->id, &path, e);
	if (r == 0)
		*ret = path;
	return r;
}

/* Where a line begins with "0::" (version 2) or its name is systemd's own, before version 2. */
static const char *systemd_line(const char *text)
{
	const char *named = strstr(text, ":name=systemd:");

	if (named)
		return named + strlen(":name=systemd:");
	if (strncmp(text, "0::", 3) == 0)
		return text + 3;
	named = strstr(text, "\n0::");
	return named ? named + strlen("\n0::") : "";
}

int cgroup_path_of_process(const char *proc_cgroup, struct cgroup_path *ret, struct err *e)
{
	const char *path = systemd_line(proc_cgroup);
	const size_t length = strcspn(path, "\n");

	if (*path != '/' || length < 2 || length >= sizeof ret->text)
		return err_set(e, ENOENT, "no-systemd-cgroup",
			"find the cgroup that systemd made: the process is in '%.*s'", (int)length, path);
	ret->below_own = false;
	memcpy(ret->text, path, length);
	ret->text[length] = '\0';
	return 0;
}

static size_t length_of_parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

int cgroup_path_in(
	const struct cgroup_path *path, const struct cgroup_hierarchy *hierarchy, char ret[PATH_MAX], struct err *e)
{
	size_t own = 0;
	int length;

	if (path->below_own && strcmp(hierarchy->own, "/") != 0)
		own = hierarchy->v2 ? length_of_parent(hierarchy->own) : strlen(hierarchy->own);
	length = snprintf(ret, PATH_MAX, "%s%.*s%s", hierarchy->mount, (int)own, hierarchy->own, path->text);
	if (length >= PATH_MAX)
		return path_too_long(path->text, e);
	return strchr(ret, '\n') ? path_has_newline(path->text, e) : 0;
}
