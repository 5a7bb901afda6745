/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/mount_options.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

/* In the order of strcmp(3), for the search. */
static const struct mount_option table[] = {
	{"async", MOUNT_OPTION_NOTHING},
	{"atime", MOUNT_OPTION_ATIME_NOT, false, MOUNT_ATTR_NOATIME},
	{"bind", MOUNT_OPTION_BIND},
	{"defaults", MOUNT_OPTION_NOTHING},
	{"dev", MOUNT_OPTION_CLEAR, false, MOUNT_ATTR_NODEV},
	{"diratime", MOUNT_OPTION_CLEAR, false, MOUNT_ATTR_NODIRATIME},
	{"dirsync", MOUNT_OPTION_FILESYSTEM},
	{"exec", MOUNT_OPTION_CLEAR, false, MOUNT_ATTR_NOEXEC},
	{"idmap", MOUNT_OPTION_IDMAP},
	{"iversion", MOUNT_OPTION_FILESYSTEM},
	{"lazytime", MOUNT_OPTION_FILESYSTEM},
	{"loud", MOUNT_OPTION_NOTHING},
	{"mand", MOUNT_OPTION_FILESYSTEM},
	{"noatime", MOUNT_OPTION_ATIME, false, MOUNT_ATTR_NOATIME},
	{"nodev", MOUNT_OPTION_SET, false, MOUNT_ATTR_NODEV},
	{"nodiratime", MOUNT_OPTION_SET, false, MOUNT_ATTR_NODIRATIME},
	{"noexec", MOUNT_OPTION_SET, false, MOUNT_ATTR_NOEXEC},
	{"noiversion", MOUNT_OPTION_NOTHING},
	{"nolazytime", MOUNT_OPTION_NOTHING},
	{"nomand", MOUNT_OPTION_NOTHING},
	{"norelatime", MOUNT_OPTION_ATIME_NOT, false, MOUNT_ATTR_RELATIME},
	{"nostrictatime", MOUNT_OPTION_ATIME_NOT, false, MOUNT_ATTR_STRICTATIME},
	{"nosuid", MOUNT_OPTION_SET, false, MOUNT_ATTR_NOSUID},
	{"nosymfollow", MOUNT_OPTION_SET, false, MOUNT_ATTR_NOSYMFOLLOW},
	{"private", MOUNT_OPTION_PROPAGATION, false, MS_PRIVATE},
	{"ratime", MOUNT_OPTION_ATIME_NOT, true, MOUNT_ATTR_NOATIME},
	{"rbind", MOUNT_OPTION_BIND, true},
	{"rdev", MOUNT_OPTION_CLEAR, true, MOUNT_ATTR_NODEV},
	{"rdiratime", MOUNT_OPTION_CLEAR, true, MOUNT_ATTR_NODIRATIME},
	{"relatime", MOUNT_OPTION_ATIME, false, MOUNT_ATTR_RELATIME},
	{"remount", MOUNT_OPTION_REMOUNT},
	{"rexec", MOUNT_OPTION_CLEAR, true, MOUNT_ATTR_NOEXEC},
	{"ridmap", MOUNT_OPTION_IDMAP, true},
	{"rnoatime", MOUNT_OPTION_ATIME, true, MOUNT_ATTR_NOATIME},
	{"rnodev", MOUNT_OPTION_SET, true, MOUNT_ATTR_NODEV},
	{"rnodiratime", MOUNT_OPTION_SET, true, MOUNT_ATTR_NODIRATIME},
	{"rnoexec", MOUNT_OPTION_SET, true, MOUNT_ATTR_NOEXEC},
	{"rnorelatime", MOUNT_OPTION_ATIME_NOT, true, MOUNT_ATTR_RELATIME},
	{"rnostrictatime", MOUNT_OPTION_ATIME_NOT, true, MOUNT_ATTR_STRICTATIME},
	{"rnosuid", MOUNT_OPTION_SET, true, MOUNT_ATTR_NOSUID},
	{"rnosymfollow", MOUNT_OPTION_SET, true, MOUNT_ATTR_NOSYMFOLLOW},
	{"ro", MOUNT_OPTION_SET, false, MOUNT_ATTR_RDONLY},
	{"rprivate", MOUNT_OPTION_PROPAGATION, true, MS_PRIVATE},
	{"rrelatime", MOUNT_OPTION_ATIME, true, MOUNT_ATTR_RELATIME},
	{"rro", MOUNT_OPTION_SET, true, MOUNT_ATTR_RDONLY},
	{"rrw", MOUNT_OPTION_CLEAR, true, MOUNT_ATTR_RDONLY},
	{"rshared", MOUNT_OPTION_PROPAGATION, true, MS_SHARED},
	{"rslave", MOUNT_OPTION_PROPAGATION, true, MS_SLAVE},
	{"rstrictatime", MOUNT_OPTION_ATIME, true, MOUNT_ATTR_STRICTATIME},
	{"rsuid", MOUNT_OPTION_CLEAR, true, MOUNT_ATTR_NOSUID},
	{"rsymfollow", MOUNT_OPTION_CLEAR, true, MOUNT_ATTR_NOSYMFOLLOW},
	{"runbindable", MOUNT_OPTION_PROPAGATION, true, MS_UNBINDABLE},
	{"rw", MOUNT_OPTION_CLEAR, false, MOUNT_ATTR_RDONLY},
	{"shared", MOUNT_OPTION_PROPAGATION, false, MS_SHARED},
	{"silent", MOUNT_OPTION_NOTHING},
	{"slave", MOUNT_OPTION_PROPAGATION, false, MS_SLAVE},
	{"strictatime", MOUNT_OPTION_ATIME, false, MOUNT_ATTR_STRICTATIME},
	{"suid", MOUNT_OPTION_CLEAR, false, MOUNT_ATTR_NOSUID},
	{"symfollow", MOUNT_OPTION_CLEAR, false, MOUNT_ATTR_NOSYMFOLLOW},
	{"sync", MOUNT_OPTION_FILESYSTEM},
	{"tmpcopyup", MOUNT_OPTION_COPY_UP},
	{"unbindable", MOUNT_OPTION_PROPAGATION, false, MS_UNBINDABLE},
};

enum { MOUNT_OPTIONS_N = sizeof table / sizeof table[0] };
static_assert(MOUNT_OPTIONS_N == 62, "the options of config.md; its footnotes name no others");

struct word {
	const char *name;
	size_t length;
};

static int option_compare(const void *key, const void *row)
{
	const struct word *word = key;
	const struct mount_option *option = row;
	int order = strncmp(word->name, option->name, word->length);

	return order ? order : -(option->name[word->length] != '\0');
}

const struct mount_option *mount_option_find(const char *name, size_t length)
{
	struct word word = {name, length};

	return bsearch(&word, table, MOUNT_OPTIONS_N, sizeof table[0], option_compare);
}

int mount_options_names(struct arena *a, struct strings *ret, struct err *e)
{
	const char **names = arena_array(a, MOUNT_OPTIONS_N + 1, sizeof *names);

	if (!names)
		return err_nomem(e);
	for (size_t i = 0; i < MOUNT_OPTIONS_N; i++)
		names[i] = table[i].name;
	*ret = (struct strings){true, MOUNT_OPTIONS_N, names};
	return 0;
}
