/* SPDX-License-Identifier: Apache-2.0 */
/* What this cloche understands and this kernel has (OCI runtime-spec, features.md), from the tables that parse and
 * plan. */
#pragma once

#include "base/err.h"
#include "config/json_write.h"

/* Writes the object. -ENOMEM is the only failure. */
int service_features_write(struct json_writer *w, const char *commit, struct err *e);
