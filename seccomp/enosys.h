/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The preamble that answers ENOSYS to calls newer than the profile (compile.h says when and why).
 * The kernel's cache of calls that are always allowed stays in use: it follows the few kinds
 * of instructions that are used here.
 */
#pragma once

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* The calls of one ABI that are newer: those of an AUDIT_ARCH_* with `known` < number <= `last`. */
struct enosys_range {
	uint32_t audit_arch, known, last;
};

enum { ENOSYS_INSNS_PER_RANGE = 6 };

/* Writes the n ranges' preamble, n * ENOSYS_INSNS_PER_RANGE instructions; it falls through into what follows it. */
void seccomp_enosys_write(const struct enosys_range *ranges, size_t n, struct sock_filter *ret);
