/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs for an existing service share. */
#pragma once

#include "runtime/cli/cli.h"
#include "runtime/service/service.h"

/* Opens the service that the call's first argument names. */
int cli_open(const struct cli_call *call, bool lock, struct service *ret, struct err *e);

/* What a verb does to the service that the call's first argument names. */
typedef int cli_action(const struct cli_call *call, struct err *e);

/* For each service whose id the first argument matches, as an extended regular expression; stops at the first failure.
 */
int cli_each_match(const struct cli_call *call, cli_action *action, struct err *e);
