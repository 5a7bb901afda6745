/* SPDX-License-Identifier: Apache-2.0 */
/* What a filter decides about a call, by seccomp(2)'s own rules for programs. */
#pragma once

#include "tests/unit/unit.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

static inline uint32_t bpf_load(const struct seccomp_data *data, uint32_t at)
{
	uint32_t word;

	assert_true(at % 4 == 0 && at < sizeof *data);
	memcpy(&word, (const char *)data + at, sizeof word);
	return word;
}

static inline bool bpf_compare(const struct sock_filter *insn, uint32_t a)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
		return a == insn->k;
	case BPF_JGE:
		return a >= insn->k;
	case BPF_JGT:
		return a > insn->k;
	default:
		assert_int_equal(BPF_OP(insn->code), BPF_JSET);
		return a & insn->k;
	}
}

static inline uint32_t bpf_eval(const struct sock_filter *program, size_t length, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t at = 0; at < length; at++) {
		const struct sock_filter *insn = &program[at];

		if (insn->code == (BPF_RET | BPF_K))
			return insn->k;
		if (insn->code == (BPF_LD | BPF_W | BPF_ABS))
			a = bpf_load(data, insn->k);
		else if (insn->code == (BPF_ALU | BPF_AND | BPF_K))
			a &= insn->k;
		else if (insn->code == (BPF_JMP | BPF_JA))
			at += insn->k;
		else if (BPF_CLASS(insn->code) == BPF_JMP)
			at += bpf_compare(insn, a) ? insn->jt : insn->jf;
		else
			fail_msg("instruction %zu: code %#x", at, insn->code);
	}
	fail_msg("the program runs past its end");
	return 0;
}
