/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target: takes any bytes, must neither crash nor leak, and aborts where what
 * it promises does not hold. libFuzzer calls it (meson option `fuzz`); else replay.c
 * runs it over its corpus.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise, also with NDEBUG. */
#define FUZZ_EXPECT(condition)                                                                                         \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			__builtin_trap();                                                                              \
	} while (0)
