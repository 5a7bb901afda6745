/* SPDX-License-Identifier: Apache-2.0 */
/* sd_notify(3): a service that is started with NOTIFY_SOCKET in the environment tells the service manager itself. */
#pragma once

#include "config/spec.h"

/*
 * Binds the socket that NOTIFY_SOCKET names into the service and tells it where. Nothing without that variable, for
 * a socket without a file, in another's mount namespace, and, with a warning, behind a wall that no socket passes.
 */
int cli_notify_pass(struct spec *spec, const char *wall, struct err *e);
