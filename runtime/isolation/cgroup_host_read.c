/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: the kernel's own tables, in which others chose the names. See cgroup_host.h. */
#include "runtime/isolation/cgroup_host.h"

#include "base/fd.h"
#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CONTROLLERS_FILE_MAX = 4096, SELF_CGROUP_MAX = 64 * 1024 };

/* The bits of the names in `list`, which are parted by one of the separators; unknown names have none. */
static uint32_t controllers_of(const char *list, const char *separators, bool v2)
{
	uint32_t bits = 0;

	for (size_t length; *list; list += length) {
		length = strcspn(list, separators);
		for (unsigned int i = 0; i < CGROUP_CONTROLLERS; i++) {
			const char *name = cgroup_controller_name(i, v2);

			if (strlen(name) == length && strncmp(list, name, length) == 0)
				bits |= 1U << i;
		}
		length += strspn(list + length, separators);
	}
	return bits;
}

/* "4:memory:/some/where" of /proc/self/cgroup. The mount is found later. */
static int host_add_hierarchy(struct cgroup_host *host, const char *line, size_t length, struct err *e)
{
	struct cgroup_hierarchy *to = &host->items[host->n];
	char *copy = arena_text(&host->arena, line, length);
	char *name = copy ? strchr(copy, ':') : NULL;
	char *own = name ? strchr(name + 1, ':') : NULL;

	if (!copy)
		return err_nomem(e);
	if (!own || own[1] != '/' || host->n == CGROUP_HIERARCHIES_MAX)
		return 0; /* not a line of ours; no kernel has more hierarchies than controllers and a few names */
	*own = '\0';
	*to = (struct cgroup_hierarchy){.name = name + 1, .own = own + 1};
	to->v2 = strncmp(copy, "0:", 2) == 0 && !*to->name;
	if (!to->v2 && !*to->name)
		return 0; /* nothing that a mount could be told by */
	to->controllers = controllers_of(to->name, ",", false);
	host->n++;
	return 0;
}

/* The caller's cgroup as seen below a mount that shows the hierarchy from `root` on; NULL where it is not below. */
static const char *own_below_root(const char *own, const char *root)
{
	size_t length = strlen(root);

	if (strcmp(root, "/") == 0)
		return own;
	/* mounted from outside our cgroup namespace: what is between is hidden from us */
	if (strncmp(root, "/..", 3) == 0)
		return "/";
	if (strncmp(own, root, length) != 0 || (own[length] != '/' && own[length] != '\0'))
		return NULL;
	return own[length] ? own + length : "/";
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* mountinfo writes space, tab, newline and backslash as three octal digits (proc(5)). */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && is_octal(from[2]) && is_octal(from[3])) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* Whether the super options ("rw,cpu,cpuacct", "rw,xattr,name=systemd") are those of this version 1 hierarchy. */
static bool options_name_hierarchy(const char *options, const struct cgroup_hierarchy *hierarchy)
{
	if (hierarchy->controllers)
		return controllers_of(options, ",", false) == hierarchy->controllers;
	for (const char *at = options; (at = strstr(at, hierarchy->name)); at++) {
		const char end = at[strlen(hierarchy->name)];

		if ((at == options || at[-1] == ',') && (end == ',' || end == '\0'))
			return true;
	}
	return false;
}

struct mount_fields {
	char *root, *point, *type, *options;
};

/* "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:9 - cgroup cgroup rw,cpu" (proc(5)); the line is cut to pieces. */
static bool mount_line_split(char *line, struct mount_fields *ret)
{
	char *field[6], *save, *rest = strstr(line, " - ");

	if (!rest)
		return false;
	*rest = '\0';
	for (unsigned int i = 0; i < 5; i++)
		if (!(field[i] = strtok_r(i ? NULL : line, " ", &save)))
			return false;
	ret->root = field[3];
	ret->point = field[4];
	ret->type = strtok_r(rest + 3, " ", &save);
	ret->options = strtok_r(NULL, " ", &save) ? strtok_r(NULL, " ", &save) : NULL;
	return ret->options && *ret->point == '/';
}

/* Takes the first mount of each hierarchy from which the caller's own cgroup can be reached. */
static int host_add_mount(struct cgroup_host *host, char *line, struct err *e)
{
	struct mount_fields mount;
	bool v2;

	if (!mount_line_split(line, &mount) || strncmp(mount.type, "cgroup", 6) != 0)
		return 0;
	v2 = strcmp(mount.type, "cgroup2") == 0;
	unescape(mount.root);
	unescape(mount.point);
	for (size_t i = 0; i < host->n; i++) {
		struct cgroup_hierarchy *to = &host->items[i];
		const char *own = own_below_root(to->own, mount.root);

		if (to->mount || to->v2 != v2 || !own || (!v2 && !options_name_hierarchy(mount.options, to)))
			continue;
		to->own = own;
		to->mount = arena_string(&host->arena, mount.point);
		return to->mount ? 0 : err_nomem(e);
	}
	return 0;
}

static bool host_has_all_mounts(const struct cgroup_host *host)
{
	for (size_t i = 0; i < host->n; i++)
		if (!host->items[i].mount)
			return false;
	return true;
}

/* Drops what is not mounted here and says which mode the rest makes. */
static int host_finish(struct cgroup_host *host, struct err *e)
{
	uint32_t v1 = 0;
	size_t kept = 0;

	for (size_t i = 0; i < host->n; i++) {
		if (!host->items[i].mount)
			continue;
		v1 |= host->items[i].v2 ? 0 : host->items[i].controllers;
		host->items[kept++] = host->items[i];
	}
	host->n = kept;
	if (!kept)
		return err_set(e, ENOENT, "no-cgroups",
			"find the control groups: no cgroup filesystem is mounted; mount cgroup2 on /sys/fs/cgroup");
	if (cgroup_host_find_v2(host) < 0)
		host->mode = CGROUP_MODE_V1;
	else
		host->mode = v1 ? CGROUP_MODE_HYBRID : CGROUP_MODE_V2;
	return 0;
}

/* Each line of text is one. */
static int host_add_hierarchies(struct cgroup_host *host, const char *text, struct err *e)
{
	int r = 0;

	for (const char *end; r == 0 && *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		r = host_add_hierarchy(host, text, (size_t)(end - text), e);
	}
	return r;
}

/* The whole lines of text, which is cut to pieces. Returns the bytes used or a negative errno. */
static ssize_t host_add_mounts(struct cgroup_host *host, char *text, struct err *e)
{
	char *at = text;

	for (char *end; (end = strchr(at, '\n')); at = end + 1) {
		int r;

		*end = '\0';
		r = host_add_mount(host, at, e);
		if (r < 0)
			return r;
	}
	return at - text;
}

static void host_set_v2_controllers(struct cgroup_host *host, const char *names)
{
	int v2 = cgroup_host_find_v2(host);

	if (v2 >= 0)
		host->items[v2].controllers = controllers_of(names, " \n", true);
}

int cgroup_host_parse(const struct cgroup_host_texts *texts, struct cgroup_host *ret, struct err *e)
{
	own_cgroup_host host = {.root_writable = true};
	char *mounts;
	ssize_t used;
	int r = host_add_hierarchies(&host, texts->self_cgroup, e);

	if (r < 0)
		return r;
	mounts = arena_string(&host.arena, texts->mountinfo);
	if (!mounts)
		return err_nomem(e);
	used = host_add_mounts(&host, mounts, e);
	if (used < 0)
		return (int)used;
	r = host_finish(&host, e);
	if (r < 0)
		return r;
	host_set_v2_controllers(&host, texts->v2_controllers ? texts->v2_controllers : "");
	*ret = host;
	host.arena = (struct arena){0};
	return 0;
}

/*
 * Reads mountinfo a page at a time, as the kernel makes it, and stops as soon as each
 * hierarchy has its mount: the cgroup mounts stand near the top, and a busy host has
 * hundreds of mounts below them.
 */
static int host_read_mounts(struct cgroup_host *host, struct err *e)
{
	own_fd fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	char buffer[16 * 1024];
	size_t have = 0;

	if (fd < 0)
		return err_sys(e, "open '/proc/self/mountinfo'");
	while (!host_has_all_mounts(host)) {
		ssize_t used, n = read(fd, buffer + have, sizeof buffer - 1 - have);

		if (n < 0)
			return err_sys(e, "read '/proc/self/mountinfo'");
		if (n == 0)
			return 0;
		have += (size_t)n;
		buffer[have] = '\0';
		used = host_add_mounts(host, buffer, e);
		if (used < 0)
			return (int)used;
		have -= (size_t)used;
		memmove(buffer, buffer + used, have);
		if (have == sizeof buffer - 1)
			have = 0; /* a line longer than any cgroup mount's: its tail will not parse */
	}
	return 0;
}

static int host_read_v2_controllers(struct cgroup_host *host, struct err *e)
{
	int v2 = cgroup_host_find_v2(host);
	char path[PATH_MAX];
	own_text names = {0};
	int r;

	if (v2 < 0)
		return 0;
	(void)snprintf(path, sizeof path, "%s/cgroup.controllers", host->items[v2].mount); /* cut: the open fails */
	r = file_read(AT_FDCWD, path, CONTROLLERS_FILE_MAX, &names, e);
	if (r == 0)
		host_set_v2_controllers(host, text_string(&names));
	return r;
}

int cgroup_host_detect(struct cgroup_host *ret, struct err *e)
{
	own_cgroup_host host = {0};
	own_text self = {0};
	int r = file_read(AT_FDCWD, "/proc/self/cgroup", SELF_CGROUP_MAX, &self, e);

	if (r == 0)
		r = host_add_hierarchies(&host, text_string(&self), e);
	if (r == 0)
		r = host_read_mounts(&host, e);
	if (r == 0)
		r = host_finish(&host, e);
	if (r == 0)
		r = host_read_v2_controllers(&host, e);
	if (r < 0)
		return err_ctx(e, "looking at this host's control groups");
	host.root_writable = faccessat(AT_FDCWD, host.items[0].mount, W_OK, AT_EACCESS) == 0;
	*ret = host;
	host.arena = (struct arena){0};
	return 0;
}
