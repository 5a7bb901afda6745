/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long each step of a launch takes, for a trace. Whoever does a step notes it in memory that all processes of the
 * launch share, until execve(2) takes it away, and the host writes it down when all is over: so the service's process
 * has no descriptor of the trace, and makes no call that its filter, its limits or its root might not allow.
 *
 * What is noted in a running service's namespaces may be false, or of another clock: it is only numbers, and those that
 * cannot be are left out.
 */
#pragma once

#include "runtime/isolation/run.h"

/* Where nobody asked for a trace, these do nothing. */
int launch_laps_open(struct run *run, struct err *e);
void launch_laps_begin(const struct run *run, const struct step *step);
void launch_laps_end(const struct run *run, const struct step *step);

/* For the host: to the trace, with a row for each actor. What has begun and not ended ends now. */
void launch_laps_write(const struct run *run);
void launch_laps_close(struct run *run);
