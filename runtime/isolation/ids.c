/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/ids.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IDS_SETGROUPS_BYTES = 64 };

/* Whether the user namespace denies setgroups(2) to everybody. Unknown where there is no /proc: then it may be. */
static bool ids_groups_denied(void)
{
	own_text word = {0};
	struct err ignored = ERR_NONE;

	if (file_read(AT_FDCWD, "/proc/self/setgroups", IDS_SETGROUPS_BYTES, &word, &ignored) < 0)
		return true;
	return strncmp(text_string(&word), "deny", 4) == 0;
}

static int ids_groups_error(size_t n, struct err *e)
{
	int no = errno;

	if (no == EPERM && ids_groups_denied()) {
		if (n == 0)
			return 0;
		return err_set(e, EPERM, "groups-denied",
			"set %zu additional groups: this user namespace denies setgroups(2); "
			"map groups by newgidmap(1) or leave out additionalGids",
			n);
	}
	if (no == EINVAL)
		return err_set(e, EINVAL, "id-not-mapped",
			"set the additional groups: one of them is not mapped in the user namespace");
	errno = no;
	return err_sys(e, "set the additional groups");
}

static int ids_groups_set(const struct spec_user *user, struct err *e)
{
	size_t n = user->additional_gids_n;
	own_mem gid_t *groups = calloc(n ? n : 1, sizeof *groups);

	if (!groups)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++) {
		if (user->additional_gids[i] >= (gid_t)-1)
			return err_set(e, EINVAL, "id-invalid", "'%ju' is not a group id",
				(uintmax_t)user->additional_gids[i]);
		groups[i] = (gid_t)user->additional_gids[i];
	}
	return setgroups(n, groups) < 0 ? ids_groups_error(n, e) : 0;
}

int ids_groups_apply(const struct spec_user *user, struct err *e)
{
	return ids_groups_set(user, e) < 0 ? err_at(e, "/process/user/additionalGids") : 0;
}

static int ids_error(const char *kind, uint32_t id, struct err *e)
{
	if (errno == EINVAL)
		return err_set(
			e, EINVAL, "id-not-mapped", "become %s '%u': it is not mapped in the user namespace", kind, id);
	return err_sys(e, "become %s '%u'", kind, id);
}

/* setresuid(2) and setresgid(2) take -1 for "leave as it is": the service would stay root. */
static int ids_check(const struct spec_user *user, struct err *e)
{
	if (user->gid == (gid_t)-1) {
		(void)err_set(e, EINVAL, "id-invalid", "'%u' is not a group id", user->gid); /* as below */
		return err_at(e, "/process/user/gid");
	}
	if (user->uid == (uid_t)-1) {
		(void)err_set(e, EINVAL, "id-invalid", "'%u' is not a user id", user->uid); /* as below */
		return err_at(e, "/process/user/uid");
	}
	return 0;
}

int ids_apply(const struct spec_user *user, struct err *e)
{
	int r = ids_check(user, e);

	r = r ? r : ids_groups_apply(user, e);
	if (r < 0)
		return r;
	if (setresgid(user->gid, user->gid, user->gid) < 0) {
		(void)ids_error("group", user->gid, e); /* the same number as below */
		return err_at(e, "/process/user/gid");
	}
	if (setresuid(user->uid, user->uid, user->uid) < 0) {
		(void)ids_error("user", user->uid, e); /* as above */
		return err_at(e, "/process/user/uid");
	}
	return 0;
}
