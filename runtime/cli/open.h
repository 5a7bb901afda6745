/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs for an existing service share. */
#pragma once

#include "runtime/cli/cli.h"
#include "runtime/service/service.h"

/* Opens the service that the call's first argument names. */
int cli_open(const struct cli_call *call, bool lock, struct service *ret, struct err *e);
