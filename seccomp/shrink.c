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

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))

enum { SHRINK_NEAR = 255 }; /* how far a conditional jump reaches */

struct decision {
	bool final; /* a return of value; else a jump to the tail at value */
	uint32_t value;
};

struct span {
	uint32_t first;
	struct decision decision;
};

/* The new program is written from its end, so that all a jump can lead to is there before it. */
struct shrink {
	const struct shrink_program *from;
	uint32_t *edges; /* ascending, the first is 0 */
	size_t edges_n;
	struct span *spans;        /* of one architecture after the other, as many for each as there are edges */
	size_t *spans_n;           /* by architecture */
	bool *needed;              /* by index in from: part of a tail */
	uint32_t *places;          /* by index in from: where that is now */
	struct sock_filter *insns; /* as much room as the original has: a longer program is of no use */
	size_t room, length;       /* what was written is the last `length` of `room` */
	bool failed;               /* there was no room left */
};

#define own_shrink __attribute__((cleanup(shrink_free))) struct shrink

static void shrink_free(struct shrink *s)
{
	free(s->edges);
	free(s->spans);
	free(s->spans_n);
	free(s->needed);
	free(s->places);
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
static size_t spans_find(const struct shrink *s, uint32_t arch, struct span *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < s->edges_n; i++) {
		struct decision decision = {0};

		if (!decide(s->from, arch, s->edges[i], &decision))
			return 0;
		if (n == 0 || ret[n - 1].decision.final != decision.final ||
			ret[n - 1].decision.value != decision.value)
			ret[n++] = (struct span){s->edges[i], decision};
	}
	return n;
}

/*
 * Writes an instruction before all others. Places are counted from the program's end: 1 is the last
 * instruction, and a jump from place a to place b skips a - b - 1.
 */
static uint32_t emit(struct shrink *s, struct sock_filter insn)
{
	if (s->length == s->room)
		s->failed = true;
	else
		s->insns[s->room - ++s->length] = insn;
	return (uint32_t)s->length;
}

/* How much a jump skips that is written next and leads to that place. */
static uint32_t skip_to(const struct shrink *s, uint32_t place)
{
	return (uint32_t)s->length - place;
}

/* An instruction that goes on at that place. */
static uint32_t emit_before(struct shrink *s, uint32_t place, struct sock_filter insn)
{
	if (place != s->length)
		(void)emit(s, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, skip_to(s, place)));
	return emit(s, insn);
}

static uint32_t emit_return(struct shrink *s, uint32_t value)
{
	return emit(s, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value));
}

/* A place that a conditional jump reaches, which may be written after one more instruction and leads to that place. */
static uint32_t emit_reach(struct shrink *s, uint32_t place)
{
	if (skip_to(s, place) < SHRINK_NEAR)
		return place;
	return emit(s, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, skip_to(s, place)));
}

static uint32_t emit_comparison(struct shrink *s, uint16_t operation, uint32_t value, const uint32_t places[2])
{
	uint32_t when_true = emit_reach(s, places[true]), when_false = emit_reach(s, places[false]);

	return emit(s, (struct sock_filter)BPF_JUMP(BPF_JMP | operation | BPF_K, value, (uint8_t)skip_to(s, when_true),
			       (uint8_t)skip_to(s, when_false)));
}

/* A return that is near enough serves again. */
static uint32_t emit_leaf(struct shrink *s, const struct decision *decision)
{
	uint32_t length = (uint32_t)s->length;

	if (!decision->final)
		return s->places[decision->value];
	for (uint32_t place = length; place > 0 && length - place < SHRINK_NEAR / 2; place--) {
		const struct sock_filter *insn = &s->insns[s->room - place];

		if (insn->code == (BPF_RET | BPF_K) && insn->k == decision->value)
			return place;
	}
	return emit_return(s, decision->value);
}

static uint32_t emit_tree(struct shrink *s, const struct span *spans, size_t n)
{
	size_t half = n / 2;
	uint32_t places[2];

	if (n == 1)
		return emit_leaf(s, &spans[0].decision);
	places[true] = emit_tree(s, spans + half, n - half);
	places[false] = emit_tree(s, spans, half);
	return emit_comparison(s, BPF_JGE, spans[half].first, places);
}

/* All that follows the choice of an architecture. */
static uint32_t emit_arch(struct shrink *s, const struct span *spans, size_t n)
{
	uint32_t place = emit_tree(s, spans, n);

	if (n == 1)
		return place;
	return emit_before(s, place, (struct sock_filter)LOAD(nr));
}

/* An instruction of a tail, whose followers are written already. A plain jump is not needed: it is where it leads. */
static uint32_t emit_tail(struct shrink *s, size_t at)
{
	const struct sock_filter *insn = &s->from->insns[at];
	const uint32_t *next = &s->places[at + 1];

	if (BPF_CLASS(insn->code) == BPF_RET)
		return emit_return(s, insn->k);
	if (insn->code == (BPF_JMP | BPF_JA))
		return next[insn->k];
	if (BPF_CLASS(insn->code) == BPF_JMP)
		return emit_comparison(
			s, BPF_OP(insn->code), insn->k, (const uint32_t[]){next[insn->jf], next[insn->jt]});
	return emit_before(s, next[0], *insn);
}

/* Jumps lead forward only, so one pass finds all that a tail leads to. */
static void tails_follow(struct shrink *s)
{
	for (size_t at = 0; at < s->from->length; at++) {
		const struct sock_filter *insn = &s->from->insns[at];
		bool *next = &s->needed[at + 1];

		if (!s->needed[at] || BPF_CLASS(insn->code) == BPF_RET)
			continue;
		if (insn->code == (BPF_JMP | BPF_JA))
			next[insn->k] = true;
		else if (BPF_CLASS(insn->code) == BPF_JMP)
			next[insn->jt] = next[insn->jf] = true;
		else
			next[0] = true;
	}
}

static void tails_write(struct shrink *s)
{
	for (size_t at = s->from->length; at-- > 0;)
		if (s->needed[at])
			s->places[at] = emit_tail(s, at);
}

/* A value that the program compares nothing with: it stands for all architectures that it does not tell apart. */
static uint32_t arch_of_no_comparison(const struct shrink *s)
{
	uint32_t arch = 0;

	while (arch < s->edges_n && s->edges[arch] == arch)
		arch++;
	return arch;
}

/* The spans of an architecture, and the tails that they need. */
static bool arch_find(struct shrink *s, size_t index, uint32_t arch)
{
	struct span *spans = &s->spans[index * s->edges_n];
	size_t n = spans_find(s, arch, spans);

	for (size_t i = 0; i < n; i++)
		if (!spans[i].decision.final)
			s->needed[spans[i].decision.value] = true;
	s->spans_n[index] = n;
	return n > 0;
}

/* The last is that of all other architectures. */
static bool archs_find(struct shrink *s, const uint32_t *archs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!arch_find(s, i, archs[i]))
			return false;
	return arch_find(s, n, arch_of_no_comparison(s));
}

static void archs_write(struct shrink *s, const uint32_t *archs, size_t n)
{
	uint32_t places[2];

	places[false] = emit_arch(s, &s->spans[n * s->edges_n], s->spans_n[n]);
	for (size_t i = n; i-- > 0;) {
		places[true] = emit_arch(s, &s->spans[i * s->edges_n], s->spans_n[i]);
		places[false] = emit_comparison(s, BPF_JEQ, archs[i], places);
	}
	(void)emit_before(s, places[false], (struct sock_filter)LOAD(arch));
}

static bool shrink_begin(struct shrink *s, size_t archs_n)
{
	const size_t length = s->from->length;

	s->edges = calloc(2 * length + 1, sizeof *s->edges);
	s->needed = calloc(length, sizeof *s->needed);
	s->places = calloc(length, sizeof *s->places);
	s->insns = calloc(length, sizeof *s->insns);
	s->spans_n = calloc(archs_n + 1, sizeof *s->spans_n);
	if (!s->edges || !s->needed || !s->places || !s->insns || !s->spans_n)
		return false;
	edges_collect(s);
	s->spans = calloc((archs_n + 1) * s->edges_n, sizeof *s->spans);
	s->room = length;
	return s->spans;
}

bool seccomp_shrink(
	const struct shrink_program *program, const uint32_t *archs, size_t archs_n, struct shrink_program *ret)
{
	own_shrink s = {.from = program};

	if (program->length == 0 || !shrink_begin(&s, archs_n) || !archs_find(&s, archs, archs_n))
		return false;
	tails_follow(&s);
	tails_write(&s);
	archs_write(&s, archs, archs_n);
	if (s.failed || s.length == program->length)
		return false;
	memmove(s.insns, s.insns + s.room - s.length, s.length * sizeof *s.insns);
	*ret = (struct shrink_program){give_mem(s.insns), s.length};
	return true;
}
