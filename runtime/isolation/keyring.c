/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/keyring.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* keyctl_setperm(3): KEY_OTH_SEARCH and KEY_USR_SEARCH */
enum { KEYRING_OTHER_SEARCH = 0x8, KEYRING_USER_SEARCH = 0x80000 };

struct keyring_facts {
	int owner;
	unsigned int permissions;
};

/* The session keyring describes itself as "type;uid;gid;permissions;name" (keyctl_describe(3)). */
static int keyring_describe(struct keyring_facts *ret, struct err *e)
{
	char text[512] = "";
	long n = syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text, sizeof text - 1);

	if (n < 0)
		return err_sys(e, "describe the session keyring");
	if (sscanf(text, "%*[^;];%d;%*d;%x;", &ret->owner, &ret->permissions) != 2)
		return err_set(e, EPROTO, "keyring-unknown", "describe the session keyring: got '%s'", text);
	return 0;
}

/* name is NULL for one without a name, which nobody else can join. */
static int keyring_join_session(const char *name, struct err *e)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name) >= 0)
		return 0;
	if (errno == EDQUOT)
		return err_set(e, EDQUOT, "keyring-quota",
			"join a session keyring: the user has too many keys (/proc/sys/kernel/keys); "
			"--no-new-keyring does without");
	return err_sys(e, "join a session keyring");
}

int keyring_join(const char *id, bool own_user_namespace, struct err *e)
{
	unsigned int search = own_user_namespace ? KEYRING_OTHER_SEARCH : KEYRING_USER_SEARCH;
	struct keyring_facts facts = {0};
	char name[256];
	int r;

	if (snprintf(name, sizeof name, "_ses.%s", id) >= (int)sizeof name)
		return err_set(e, ENAMETOOLONG, "name-too-long", "join a session keyring: the id is too long");
	if (syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0) < 0 && errno == ENOSYS)
		return 0;
	r = keyring_join_session(name, e);
	if (r == 0)
		r = keyring_describe(&facts, e);
	/* any user can have made one of that name, open to all, to share what the service will put there */
	if (r == 0 && facts.owner != (int)getuid()) {
		r = keyring_join_session(NULL, e);
		if (r == 0)
			r = keyring_describe(&facts, e);
	}
	if (r < 0)
		return r;
	if (syscall(SYS_keyctl, KEYCTL_SETPERM, KEY_SPEC_SESSION_KEYRING, facts.permissions | search) < 0)
		return err_sys(e, "permit searching the session keyring");
	return 0;
}
