/* SPDX-License-Identifier: Apache-2.0 */
/* What no mount may be. Part of mount_request_from_spec(). */
#pragma once

#include "runtime/isolation/mount_request.h"

/* Cleans the destination and checks the request; errors name the field at fault. */
int mount_request_check(struct mount_request *r, struct arena *a, struct err *e);
