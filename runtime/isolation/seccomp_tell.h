/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be told of seccomp before anything is started. */
#pragma once

#include "base/err.h"
#include "config/json_write.h"
#include "config/spec_seccomp.h"

/* Whether the profile compiles. NULL does. */
int seccomp_tell_check(const struct spec_seccomp *profile, struct err *e);

/* Writes the "seccomp" object of features.md (OCI runtime-spec). */
void seccomp_tell_features(struct json_writer *w);

/* "2.5.4" */
struct seccomp_tell_version {
	char text[16];
};

struct seccomp_tell_version seccomp_tell_library(void);
