/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vocabulary. An edge: a number at which a decision may change, that is, one that the program compares with,
 * and its successor. A span: the numbers from an edge on that share a decision. A tail: an instruction that
 * loads an argument; all before it was about the architecture and the number, whose values the load overwrites,
 * so that who jumps there is where the original would be.
 */
#include "seccomp/shrink.h"

#include "base/own.h"

#include <linux/seccomp.h>
#include <string.h>

enum { SHRINK_NEAR = 255 }; /* how far a conditional jump reaches */

struct decision {
	bool final; /* a return of value; else a jump to the tail at value */
	uint32_t value;
};

struct span {
	uint32_t first;
	struct decision decision;
};

struct shrink {
	const struct shrink_program *from;
	uint32_t *edges; /* ascending, the first is 0 */
	size_t edges_n;
	struct span *spans;        /* of the architecture that is being written */
	bool *needed;              /* by index in from: part of a tail */
	bool *to_tail;             /* by index in insns: a jump whose k is still an index in from */
	struct sock_filter *insns; /* as much room as the original has: a longer program is of no use */
	size_t length;
	bool failed; /* an instruction was not understood, or there was no room left */
};

#define own_shrink __attribute__((cleanup(shrink_free))) struct shrink

static void shrink_free(struct shrink *s)
{
	free(s->edges);
	free(s->spans);
	free(s->needed);
	free(s->to_tail);
	free(s->insns);
}

static bool is_comparison(const struct sock_filter *insn)
{
	return insn->code == (BPF_JMP | BPF_JEQ | BPF_K) || insn->code == (BPF_JMP | BPF_JGE | BPF_K) ||
	       insn->code == (BPF_JMP | BPF_JGT | BPF_K);
}

static bool compare(const struct sock_filter *insn, uint32_t value)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
		return value == insn->k;
	case BPF_JGE:
		return value >= insn->k;
	default:
		return value > insn->k;
	}
}

static int edge_order(const void *one, const void *other)
{
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;

	return (a > b) - (a < b);
}

/* Takes the constants of all comparisons, those with architectures and arguments too: an edge too many costs little. */
static void edges_collect(struct shrink *s)
{
	size_t n = 1, unique = 0;

	s->edges[0] = 0;
	for (size_t i = 0; i < s->from->length; i++)
		if (is_comparison(&s->from->insns[i])) {
			s->edges[n++] = s->from->insns[i].k;
			s->edges[n++] = s->from->insns[i].k + 1; /* after the last number comes 0, which is one */
		}
	qsort(s->edges, n, sizeof *s->edges, edge_order);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || s->edges[i] != s->edges[unique - 1])
			s->edges[unique++] = s->edges[i];
	s->edges_n = unique;
}

/* Runs the original for a call by architecture and number up to its end, or to its first look at an argument. */
static bool decide(const struct shrink_program *program, uint32_t arch, uint32_t number, struct decision *ret)
{
	const uint32_t *held = NULL;

	for (size_t at = 0; at < program->length; at++) {
		const struct sock_filter *insn = &program->insns[at];

		if (insn->code == (BPF_LD | BPF_W | BPF_ABS) && insn->k == offsetof(struct seccomp_data, nr)) {
			held = &number;
		} else if (insn->code == (BPF_LD | BPF_W | BPF_ABS) && insn->k == offsetof(struct seccomp_data, arch)) {
			held = &arch;
		} else if (insn->code == (BPF_LD | BPF_W | BPF_ABS)) {
			*ret = (struct decision){false, (uint32_t)at};
			return true;
		} else if (insn->code == (BPF_RET | BPF_K)) {
			*ret = (struct decision){true, insn->k};
			return true;
		} else if (insn->code == (BPF_JMP | BPF_JA)) {
			at += insn->k;
		} else if (held && is_comparison(insn)) {
			at += compare(insn, *held) ? insn->jt : insn->jf;
		} else {
			return false;
		}
	}
	return false;
}

/* Fills the spans of an architecture. Returns how many, 0 when the program is not understood. */
static size_t spans_find(struct shrink *s, uint32_t arch)
{
	size_t n = 0;

	for (size_t i = 0; i < s->edges_n; i++) {
		struct decision decision = {0};

		if (!decide(s->from, arch, s->edges[i], &decision))
			return 0;
		if (n == 0 || s->spans[n - 1].decision.final != decision.final ||
			s->spans[n - 1].decision.value != decision.value)
			s->spans[n++] = (struct span){s->edges[i], decision};
	}
	return n;
}

static void emit(struct shrink *s, struct sock_filter insn)
{
	if (s->length == s->from->length)
		s->failed = true;
	else
		s->insns[s->length++] = insn;
}

static void emit_leaf(struct shrink *s, const struct decision *decision)
{
	if (decision->final) {
		emit(s, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, decision->value));
		return;
	}
	emit(s, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, decision->value));
	if (!s->failed)
		s->to_tail[s->length - 1] = true;
	s->needed[decision->value] = true;
}

/* How many instructions a tree over n spans takes: as emit_tree() writes it. */
static size_t tree_length(size_t n)
{
	size_t left = n / 2 ? tree_length(n / 2) : 0;

	return n == 1 ? 1 : 1 + (left > SHRINK_NEAR ? 1U : 0U) + left + tree_length(n - n / 2);
}

/* The lower half follows its comparison, the upper half the lower. */
static void emit_tree(struct shrink *s, const struct span *spans, size_t n)
{
	size_t half = n / 2, skip;

	if (n == 1) {
		emit_leaf(s, &spans[0].decision);
		return;
	}
	skip = tree_length(half);
	if (skip <= SHRINK_NEAR) {
		emit(s, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, spans[half].first, (uint8_t)skip, 0));
	} else {
		emit(s, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, spans[half].first, 0, 1));
		emit(s, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)skip));
	}
	emit_tree(s, spans, half);
	emit_tree(s, spans + half, n - half);
}

/* The whole of one architecture: all that follows the choice of it. */
static void emit_arch(struct shrink *s, uint32_t arch)
{
	size_t n = spans_find(s, arch);

	if (n == 0) {
		s->failed = true;
		return;
	}
	if (n > 1)
		emit(s, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
	emit_tree(s, s->spans, n);
}

/* A value that the program compares nothing with: it stands for all architectures that it does not tell apart. */
static uint32_t arch_of_no_comparison(const struct shrink *s)
{
	uint32_t arch = 0;

	while (arch < s->edges_n && s->edges[arch] == arch)
		arch++;
	return arch;
}

/* An architecture's part is jumped over by all others; its length is known when it is written. */
static void emit_archs(struct shrink *s, const uint32_t *archs, size_t n)
{
	emit(s, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
	for (size_t i = 0; i < n && !s->failed; i++) {
		size_t over;

		emit(s, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, archs[i], 1, 0));
		over = s->length;
		emit(s, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
		emit_arch(s, archs[i]);
		if (!s->failed)
			s->insns[over].k = (uint32_t)(s->length - over - 1);
	}
	if (!s->failed)
		emit_arch(s, arch_of_no_comparison(s));
}

/* Jumps lead forward only, so one pass finds all that the tails lead to. */
static void tails_follow(struct shrink *s)
{
	for (size_t at = 0; at < s->from->length; at++) {
		const struct sock_filter *insn = &s->from->insns[at];

		if (!s->needed[at] || BPF_CLASS(insn->code) == BPF_RET)
			continue;
		if (insn->code == (BPF_JMP | BPF_JA)) {
			s->needed[at + 1 + insn->k] = true;
			continue;
		}
		s->needed[at + 1] = true;
		if (BPF_CLASS(insn->code) == BPF_JMP)
			s->needed[at + 1 + insn->jt] = s->needed[at + 1 + insn->jf] = true;
	}
}

/* Copies the tails behind what jumps to them. They keep their order, so that no jump gets longer. */
static bool tails_append(struct shrink *s)
{
	const size_t start = s->length;
	own_mem uint32_t *moved = calloc(s->from->length, sizeof *moved);
	uint32_t to = (uint32_t)start;

	if (!moved)
		return false;
	for (size_t at = 0; at < s->from->length; at++)
		moved[at] = s->needed[at] ? to++ : 0;
	for (size_t at = 0; at < s->from->length; at++) {
		struct sock_filter insn = s->from->insns[at];
		uint32_t next = moved[at] + 1;

		if (!s->needed[at])
			continue;
		if (insn.code == (BPF_JMP | BPF_JA)) {
			insn.k = moved[at + 1 + insn.k] - next;
		} else if (BPF_CLASS(insn.code) == BPF_JMP) {
			insn.jt = (uint8_t)(moved[at + 1 + insn.jt] - next);
			insn.jf = (uint8_t)(moved[at + 1 + insn.jf] - next);
		}
		emit(s, insn);
	}
	for (size_t i = 0; i < start; i++)
		if (s->to_tail[i])
			s->insns[i].k = moved[s->insns[i].k] - (uint32_t)i - 1;
	return !s->failed;
}

static bool shrink_begin(struct shrink *s)
{
	const size_t length = s->from->length;

	s->edges = calloc(2 * length + 1, sizeof *s->edges);
	s->spans = calloc(2 * length + 1, sizeof *s->spans);
	s->needed = calloc(length, sizeof *s->needed);
	s->to_tail = calloc(length, sizeof *s->to_tail);
	s->insns = calloc(length, sizeof *s->insns);
	if (!s->edges || !s->spans || !s->needed || !s->to_tail || !s->insns)
		return false;
	edges_collect(s);
	return true;
}

bool seccomp_shrink(
	const struct shrink_program *program, const uint32_t *archs, size_t archs_n, struct shrink_program *ret)
{
	own_shrink s = {.from = program};

	if (program->length == 0 || !shrink_begin(&s))
		return false;
	emit_archs(&s, archs, archs_n);
	if (s.failed)
		return false;
	tails_follow(&s);
	if (!tails_append(&s) || s.length == program->length)
		return false;
	*ret = (struct shrink_program){give_mem(s.insns), s.length};
	return true;
}
