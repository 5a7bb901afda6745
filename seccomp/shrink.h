/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same decisions by a smaller program.
 *
 * The kernel checks, translates and tries out a filter each time that it is loaded, at every
 * start of a service, and that takes time by the instruction. libseccomp compares a call's number with each
 * number of the profile; but most decisions are about the number alone, and neighbours share
 * them. So the program is tried out here, once, for each span of numbers that it can tell apart, and
 * becomes
 *
 *	a choice by architecture, for each of these
 *	a binary tree over the spans, whose leaves are a return, or a jump to
 *	the original instructions that look at arguments, and nothing else of the original
 */
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shrink_program {
	struct sock_filter *insns; /* owned by whoever made it, from malloc */
	size_t length;
};

/*
 * Makes a smaller program in *ret, owned by the caller. False, and *ret untouched: it
 * could not be made smaller, has instructions that are not understood, or memory is out; then the original is
 * as good as ever. archs are the AUDIT_ARCH_* that the program tells apart; others may share a decision.
 */
bool seccomp_shrink(
	const struct shrink_program *program, const uint32_t *archs, size_t archs_n, struct shrink_program *ret);
