/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/text.h"
#include "runtime/service/service.h"

/*
 * Appends ": " and what the guest's log ends with, on one line and without control characters: the VMM's own words
 * where it has said any, else the last lines of the guest's kernel.
 */
void microvm_log_words(const struct service *s, struct text *out);
