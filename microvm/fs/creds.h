/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Being somebody else for the making of a file (setresuid(2), of this thread alone).
 *
 * The guest's kernel has checked what its user may do; here the user only says whose the file is. So the capabilities
 * that ignore permissions stay; CAP_FSETID goes, so that the set-group-ID bit falls as it would for the user.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Only the capabilities that serving files takes, for good. 0 or a negative errno. */
int creds_limit(void);

struct creds_change {
	bool ids, fsetid;
};

#define own_creds __attribute__((cleanup(creds_restore))) struct creds_change

/* 0, or a negative errno, and nothing is changed: -EINVAL for an id that is none here. */
int creds_become(uid_t uid, gid_t gid, struct creds_change *ret);
/* Without CAP_FSETID for what follows: changing a file clears its set-id bits, as it would for a plain user. */
int creds_drop_fsetid(struct creds_change *ret);

void creds_restore(struct creds_change *change);
