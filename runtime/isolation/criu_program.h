/* SPDX-License-Identifier: Apache-2.0 */
/* The program criu(8): found at run time, and asked over the socket that is its descriptor 3. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "config/spec_process.h"

/* The process that it is to be, in the arena; NULL: memory is out. */
const struct spec_process *criu_program(struct arena *a);

/* -ENOENT: it is not installed. Asked before anything is changed. */
int criu_program_find(struct err *e);
