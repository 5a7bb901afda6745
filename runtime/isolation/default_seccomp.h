/* SPDX-License-Identifier: Apache-2.0 */
/* The short form's seccomp profile. */
#pragma once

#include "base/err.h"
#include "config/spec.h"

/* Gives a spec without linux.seccomp cloche's own profile (seccomp/default.h), for its capabilities. */
int default_seccomp_add(struct spec *spec, struct err *e);
