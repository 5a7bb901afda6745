/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/text.h"

/* Writes the text to standard output; a full disk or closed pipe is an error like any other. */
int cli_print(const struct text *out, struct err *e);
