/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 as RFC 3629 defines it: no overlong form, no surrogate, nothing past U+10FFFF. */
#pragma once

#include <stddef.h>

/* Bytes of the well-formed character at `at`, of which `left` (> 0) bytes may be read; 0: it is not well-formed. */
size_t utf8_length(const char *at, size_t left);
