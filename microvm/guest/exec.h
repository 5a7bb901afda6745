/* SPDX-License-Identifier: Apache-2.0 */
/* Further processes in the service. */
#pragma once

#include <stdint.h>

struct agent;

/* Borrowed; -1: there is no process of this token, or it has ended. */
int exec_pidfd(const struct agent *agent, uint32_t token);
