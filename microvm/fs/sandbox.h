/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last restrictions of cloche-fs, when it has all that it needs and has heard nothing of the guest: no new
 * privileges, only the capabilities that serving files takes, an allow list of system calls (sandbox.c).
 */
#pragma once

#include "base/err.h"

int sandbox_enter(struct err *e);
