/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: the spec's text. See cgroup_unit.h. */
#include "runtime/isolation/cgroup_unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char suffix[] = ".slice";

static bool is_slice(const char *name)
{
	size_t length = strlen(name);

	return length > strlen(suffix) && strcmp(name + length - strlen(suffix), suffix) == 0;
}

static int unit_bad(const char *text, const char *why, struct err *e)
{
	(void)err_set(e, EINVAL, "bad-cgroup-unit", "cgroup path '%s' %s; systemd's driver wants 'slice:prefix:name'",
		text, why);
	return err_at(e, "/linux/cgroupsPath");
}

static int unit_name(const char *prefix, const char *name, struct cgroup_unit *ret)
{
	if (is_slice(name))
		return snprintf(ret->name, sizeof ret->name, "%s", name);
	return snprintf(ret->name, sizeof ret->name, "%s%s%s.scope", prefix, *prefix ? "-" : "", name);
}

bool cgroup_unit_is_slice(const struct cgroup_unit *unit)
{
	return is_slice(unit->name);
}

int cgroup_unit_parse(const struct cgroup_unit_wanted *wanted, struct cgroup_unit *ret, struct err *e)
{
	const bool given = wanted->cgroups_path && *wanted->cgroups_path;
	const char *text = given ? wanted->cgroups_path : "::", *fallback;
	char copy[3 * CGROUP_UNIT_NAME_MAX];
	char *prefix, *name;
	int slice_length, name_length;

	if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy)
		return unit_bad(text, "is too long", e);
	prefix = strchr(copy, ':');
	name = prefix ? strchr(prefix + 1, ':') : NULL;
	if (!name || strchr(name + 1, ':'))
		return unit_bad(text, "has not three parts", e);
	*prefix++ = '\0';
	*name++ = '\0';
	if (strchr(text, '/') || strchr(wanted->id, '/'))
		return unit_bad(text, "has a '/'", e);
	fallback = wanted->user ? "user.slice" : "system.slice";
	slice_length = snprintf(ret->slice, sizeof ret->slice, "%s", *copy ? copy : fallback);
	name_length = unit_name(given ? prefix : "cloche", *name ? name : wanted->id, ret);
	if (name_length >= CGROUP_UNIT_NAME_MAX || slice_length >= CGROUP_UNIT_NAME_MAX)
		return unit_bad(text, "makes a unit's name that is too long", e);
	if (!is_slice(ret->slice))
		return unit_bad(text, "begins with no '.slice'", e);
	return 0;
}

int cgroup_slice_path(const char *slice, char ret[PATH_MAX], struct err *e)
{
	size_t stem = strlen(slice) - strlen(suffix), at = 0;

	ret[0] = '\0';
	if (strcmp(slice, "-.slice") == 0)
		return 0;
	if (slice[0] == '-' || slice[stem - 1] == '-' || strstr(slice, "--"))
		return unit_bad(slice, "has an empty part between dashes", e);
	for (size_t i = 1; i <= stem; i++) {
		if (i < stem && slice[i] != '-')
			continue;
		at += (size_t)snprintf(ret + at, at < PATH_MAX ? PATH_MAX - at : 0, "/%.*s%s", (int)i, slice, suffix);
		if (at >= PATH_MAX)
			return unit_bad(slice, "is nested too deeply", e);
	}
	return 0;
}

int cgroup_unit_path(const struct cgroup_unit_wanted *wanted, char ret[PATH_MAX], struct err *e)
{
	struct cgroup_unit unit;
	size_t at;
	int r = cgroup_unit_parse(wanted, &unit, e);

	if (r < 0)
		return r;
	r = cgroup_slice_path(is_slice(unit.name) ? unit.name : unit.slice, ret, e);
	if (r < 0 || is_slice(unit.name))
		return r;
	at = strlen(ret);
	if ((size_t)snprintf(ret + at, PATH_MAX - at, "/%s", unit.name) >= PATH_MAX - at)
		return unit_bad(unit.name, "is nested too deeply", e);
	return 0;
}
