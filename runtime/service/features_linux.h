/* SPDX-License-Identifier: Apache-2.0 */
/* The "linux" object of features.md (OCI runtime-spec, features-linux.md). */
#pragma once

#include "config/json_write.h"

/* Writes the member with its key. */
void features_linux_write(struct json_writer *w);
