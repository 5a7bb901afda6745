/* SPDX-License-Identifier: Apache-2.0 */
/* Standing by while a service runs that was made here (run, restore). */
#pragma once

#include "runtime/cli/make.h"

/* Refuses a terminal without anybody at it, and somebody without a terminal. The call's options begin as those of run.
 */
int standby_check(const struct cli_call *call, const struct spec *spec, struct err *e);

/*
 * Returns its exit status. However it ends, nothing of the service is left, unless it is to be kept. trace: NULL, or
 * takes how long it ran.
 */
int standby(struct service_made *made, const struct cli_make_options *o, const struct trace *trace, struct err *e);
