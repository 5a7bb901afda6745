/* SPDX-License-Identifier: Apache-2.0 */
#include "config/defaults_mounts.h"

#include <errno.h>
#include <string.h>

enum { DEFAULT_OPTIONS_MAX = 7 };

struct default_mount {
	const char *destination, *type, *source;
	const char *options[DEFAULT_OPTIONS_MAX]; /* up to the first NULL */
};

/* As runc has them; /proc with the flags that podman adds. */
static const struct default_mount default_mounts[] = {
	{"/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}},
	{"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}},
	{"/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}},
	{"/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
	{"/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}},
	{"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}},
	{"/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", "ro"}},
};
enum { DEFAULT_MOUNTS = sizeof default_mounts / sizeof *default_mounts };

/*
 * sysfs can only be mounted by the owner of the network namespace, which a rootless service shares with the host. What
 * is bound instead has the cgroups in it already.
 */
static const struct default_mount rootless_sys = {
	"/sys", "none", "/sys", {"rbind", "rnosuid", "rnoexec", "rnodev", "rro"}};

/* A group that the one-id map of a rootless service does not have. */
static bool expand_option_is_foreign(const char *option, bool rootless)
{
	return rootless && strncmp(option, "gid=", 4) == 0;
}

static int expand_mount(struct arena *arena, const struct default_mount *from, bool rootless, struct spec_mount *to)
{
	const char **options = arena_array(arena, DEFAULT_OPTIONS_MAX + 1, sizeof *options);
	size_t n = 0;

	if (!options)
		return -ENOMEM;
	for (size_t i = 0; i < DEFAULT_OPTIONS_MAX && from->options[i]; i++)
		if (!expand_option_is_foreign(from->options[i], rootless))
			options[n++] = from->options[i];
	*to = (struct spec_mount){.destination = from->destination,
		.type = from->type,
		.source = from->source,
		.options = {.set = true, .n = n, .items = options}};
	return 0;
}

/* The same directory, but for slashes at the end. */
static bool expand_same_destination(const char *a, const char *b)
{
	size_t n = strlen(a);

	while (n > 1 && a[n - 1] == '/')
		n--;
	return strncmp(a, b, n) == 0 && b[n] == '\0';
}

static struct spec_mount *expand_find(struct spec_mount *mounts, size_t n, const char *destination)
{
	for (size_t i = 0; i < n; i++)
		if (expand_same_destination(destination, mounts[i].destination))
			return &mounts[i];
	return NULL;
}

/* The first own mount of a default's destination takes its place, so that what is mounted below it still is. */
static size_t expand_merge(const struct spec *spec, struct spec_mount *all, size_t defaults_n)
{
	bool replaced[DEFAULT_MOUNTS] = {false};
	size_t n = defaults_n;

	for (size_t i = 0; i < spec->mounts_n; i++) {
		struct spec_mount *at = expand_find(all, defaults_n, spec->mounts[i].destination);

		if (!at || replaced[at - all]) {
			all[n++] = spec->mounts[i];
		} else {
			*at = spec->mounts[i];
			replaced[at - all] = true;
		}
	}
	return n;
}

int expand_mounts(struct spec *spec, bool rootless)
{
	struct spec_mount *all = arena_array(&spec->arena, DEFAULT_MOUNTS + spec->mounts_n, sizeof *all);
	size_t n = 0;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < DEFAULT_MOUNTS; i++) {
		const char *destination = default_mounts[i].destination;
		bool sys = strcmp(destination, rootless_sys.destination) == 0;

		if (rootless && !sys && strncmp(destination, "/sys/", 5) == 0)
			continue;
		if (expand_mount(&spec->arena, rootless && sys ? &rootless_sys : &default_mounts[i], rootless,
			    &all[n++]) < 0)
			return -ENOMEM;
	}
	spec->mounts_n = expand_merge(spec, all, n);
	spec->mounts = all;
	spec->mounts_set = true;
	return 0;
}
