/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/keyring.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* keyctl_setperm(3): KEY_OTH_SEARCH and KEY_USR_SEARCH */
enum { KEYRING_OTHER_SEARCH = 0x8, KEYRING_USER_SEARCH = 0x80000 };

/* Adds to the permissions that the session keyring has; they are the fourth field of "type;uid;gid;perm;description".
 */
static int keyring_permit(uint32_t more, struct err *e)
{
	char description[512];
	const char *field = description;
	long n = syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, description, sizeof description);

	if (n < 0)
		return err_sys(e, "describe the session keyring");
	if (n > (long)sizeof description)
		return err_set(e, EOVERFLOW, "keyring-name-too-long", "describe the session keyring: name too long");
	for (int i = 0; i < 3 && field; i++) {
		field = strchr(field, ';');
		field = field ? field + 1 : NULL;
	}
	if (!field)
		return err_set(e, EPROTO, "keyring-unknown", "describe the session keyring: got '%s'", description);
	if (syscall(SYS_keyctl, KEYCTL_SETPERM, KEY_SPEC_SESSION_KEYRING, (uint32_t)strtoul(field, NULL, 16) | more) <
		0)
		return err_sys(e, "permit searching the session keyring");
	return 0;
}

int keyring_join(const char *id, bool own_user_namespace, struct err *e)
{
	char name[256];
	long r;

	if (snprintf(name, sizeof name, "_ses.%s", id) >= (int)sizeof name)
		return err_set(e, ENAMETOOLONG, "name-too-long", "join a session keyring: the id is too long");
	r = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name);
	if (r < 0 && errno == ENOSYS)
		return 0;
	if (r < 0 && errno == EDQUOT)
		return err_set(e, EDQUOT, "keyring-quota",
			"join a session keyring: the user has too many keys (/proc/sys/kernel/keys); "
			"--no-new-keyring does without");
	if (r < 0)
		return err_sys(e, "join the session keyring '%s'", name);
	return keyring_permit(own_user_namespace ? KEYRING_OTHER_SEARCH : KEYRING_USER_SEARCH, e);
}
