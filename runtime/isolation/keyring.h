/* SPDX-License-Identifier: Apache-2.0 */
/* The session keyring (session-keyring(7)): without one of its own a service would share the caller's keys. */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/*
 * Joins the session keyring of service `id`, which is made where there is none, so that later processes
 * of the service find the same keys; another user's of that name is not joined. It may be searched: by its user, and by
 * all of the user namespace when that is the service's own. A kernel without keyrings has nothing to share: no error.
 */
int keyring_join(const char *id, bool own_user_namespace, struct err *e);
