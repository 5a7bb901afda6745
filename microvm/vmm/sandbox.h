/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last restrictions of the VMM's threads, when everything is built and the guest is about to run: an allow list
 * of system calls for each kind of thread (sandbox.c), which it can never leave again. Needs no_new_privs.
 */
#pragma once

#include "base/err.h"

int sandbox_enter_vcpu(struct err *e);
int sandbox_enter_io(struct err *e);
