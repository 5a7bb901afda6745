/* SPDX-License-Identifier: Apache-2.0 */
/* Random programs of the kind that libseccomp writes, and whether the small one decides as the large one. */
#include "seccomp/shrink.h"

#include "base/own.h"
#include "seccomp/enosys.h"
#include "tests/unit/bpf_eval.h"

#include <linux/audit.h>
#include <stdlib.h>

enum { PROGRAMS = 400, CALLS = 600, CALL_NUMBERS = 60, ROOM = 4096 };

#define LOAD(field)         BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(value)       BPF_STMT(BPF_RET | BPF_K, value)
#define WHEN(op, k, jt, jf) BPF_JUMP(BPF_JMP | op | BPF_K, k, jt, jf)

static const uint32_t archs[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386};

/* The same numbers each time (xorshift), so that a failure can be seen again. */
static uint32_t random_next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static uint32_t random_return(uint32_t *seed)
{
	static const uint32_t returns[] = {
		SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ERRNO | 38, SECCOMP_RET_KILL_THREAD};

	return returns[random_next(seed) % 4];
}

static void add(struct shrink_program *p, struct sock_filter insn)
{
	assert_true(p->length < ROOM);
	p->insns[p->length++] = insn;
}

/* A call that is decided by its number, by an argument, or by one bit of an argument's upper half and another. */
static void add_call(struct shrink_program *p, uint32_t number, uint32_t *seed)
{
	const struct sock_filter by_number[] = {WHEN(BPF_JEQ, number, 0, 1), RETURN(random_return(seed))};
	const struct sock_filter by_argument[] = {WHEN(BPF_JEQ, number, 0, 5), LOAD(args[1]),
		WHEN(BPF_JGT, random_next(seed) % 8, 0, 1), RETURN(random_return(seed)), BPF_STMT(BPF_JMP | BPF_JA, 1),
		RETURN(random_return(seed)), RETURN(random_return(seed))};
	const struct sock_filter by_bits[] = {WHEN(BPF_JEQ, number, 0, 6), LOAD(args[2]),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 3), WHEN(BPF_JEQ, 1, 0, 2), LOAD(args[0]), WHEN(BPF_JGE, 4, 1, 0),
		RETURN(random_return(seed)), RETURN(random_return(seed))};
	const struct sock_filter *kinds[] = {by_number, by_number, by_argument, by_bits};
	const size_t lengths[] = {2, 2, 7, 8}, kind = random_next(seed) % 4;

	/* by_argument and by_bits end in returns, so what follows is reached by the first comparison alone */
	for (size_t i = 0; i < lengths[kind]; i++) {
		struct sock_filter insn = kinds[kind][i];

		if (i == 0)
			insn.jf = (uint8_t)(lengths[kind] - 1);
		add(p, insn);
	}
}

static void add_arch(struct shrink_program *p, uint32_t arch, uint32_t *seed)
{
	size_t choice;

	add(p, (struct sock_filter)LOAD(arch));
	add(p, (struct sock_filter)WHEN(BPF_JEQ, arch, 1, 0));
	choice = p->length;
	add(p, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
	add(p, (struct sock_filter)LOAD(nr));
	if (random_next(seed) % 2) {
		add(p, (struct sock_filter)WHEN(BPF_JGE, 50, 0, 1));
		add(p, (struct sock_filter)RETURN(random_return(seed)));
	}
	for (uint32_t number = 0; number < CALL_NUMBERS; number++)
		if (random_next(seed) % 4)
			add_call(p, number, seed);
	add(p, (struct sock_filter)RETURN(random_return(seed)));
	p->insns[choice].k = (uint32_t)(p->length - choice - 1);
}

static void make_program(struct shrink_program *p, uint32_t *seed)
{
	const struct enosys_range range = {AUDIT_ARCH_X86_64, 30 + random_next(seed) % 40, 0x3fffffff};

	p->length = ENOSYS_INSNS_PER_RANGE;
	seccomp_enosys_write(&range, 1, p->insns);
	for (size_t i = 0; i < sizeof archs / sizeof archs[0]; i++)
		add_arch(p, archs[i], seed);
	add(p, (struct sock_filter)RETURN(SECCOMP_RET_KILL_THREAD));
}

static struct seccomp_data random_call(uint32_t *seed)
{
	static const int edges[] = {0, 1, 49, 50, 0x3fffffff, 0x40000000, INT32_MAX, INT32_MIN, -1};
	struct seccomp_data call = {.arch = random_next(seed) % 8 ? archs[random_next(seed) % 2] : random_next(seed)};

	call.nr = random_next(seed) % 8 ? (int)(random_next(seed) % (CALL_NUMBERS + 10))
					: edges[random_next(seed) % (sizeof edges / sizeof edges[0])];
	for (size_t i = 0; i < 6; i++)
		call.args[i] = random_next(seed) % 10;
	return call;
}

static void compare_programs(const struct shrink_program *one, const struct shrink_program *other, uint32_t *seed)
{
	for (size_t i = 0; i < CALLS; i++) {
		struct seccomp_data call = random_call(seed);
		uint32_t a = bpf_eval(one->insns, one->length, &call);
		uint32_t b = bpf_eval(other->insns, other->length, &call);

		if (a != b)
			fail_msg("arch %#x call %d: %#x, not %#x", call.arch, call.nr, b, a);
	}
}

static void a_smaller_program_decides_as_the_original(void **state)
{
	struct sock_filter room[ROOM];
	uint32_t seed = 20240229;
	size_t shrunk = 0;

	(void)state;
	for (size_t i = 0; i < PROGRAMS; i++) {
		struct shrink_program original = {.insns = room}, smaller = {0};
		own_mem struct sock_filter *insns = NULL;

		make_program(&original, &seed);
		if (!seccomp_shrink(&original, archs, 2, &smaller))
			continue;
		insns = smaller.insns;
		shrunk++;
		assert_true(smaller.length < original.length);
		compare_programs(&original, &smaller, &seed);
	}
	assert_true(shrunk > PROGRAMS / 2); /* or nothing was tested */
}

/* Neighbours that share a decision become one span: a comparison each way, whatever their number. */
static void neighbours_become_one(void **state)
{
	struct sock_filter room[ROOM];
	struct shrink_program original = {.insns = room}, smaller = {0};
	own_mem struct sock_filter *insns = NULL;

	(void)state;
	add(&original, (struct sock_filter)LOAD(arch));
	add(&original, (struct sock_filter)WHEN(BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0));
	add(&original, (struct sock_filter)RETURN(SECCOMP_RET_KILL_THREAD));
	add(&original, (struct sock_filter)LOAD(nr));
	for (uint32_t number = 100; number < 200; number++) {
		add(&original, (struct sock_filter)WHEN(BPF_JEQ, number, 0, 1));
		add(&original, (struct sock_filter)RETURN(SECCOMP_RET_ALLOW));
	}
	add(&original, (struct sock_filter)RETURN(SECCOMP_RET_ERRNO));
	assert_true(seccomp_shrink(&original, archs, 1, &smaller));
	insns = smaller.insns;
	assert_in_range(smaller.length, 6, 12);
	compare_programs(&original, &smaller, &(uint32_t){1});
}

/* A tree whose lower half is too long for a conditional jump. */
static void far_jumps_arrive(void **state)
{
	struct sock_filter room[ROOM];
	struct shrink_program original = {.insns = room}, smaller = {0};
	own_mem struct sock_filter *insns = NULL;

	(void)state;
	add(&original, (struct sock_filter)LOAD(nr));
	for (uint32_t number = 0; number < 400; number++) {
		add(&original, (struct sock_filter)WHEN(BPF_JGE, number + 1, 2, 0));
		add(&original, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
		add(&original, (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | (number % 100)));
	}
	add(&original, (struct sock_filter)RETURN(SECCOMP_RET_ALLOW));
	assert_true(seccomp_shrink(&original, NULL, 0, &smaller));
	insns = smaller.insns;
	assert_in_range(smaller.length, 800, 820);
	for (int number = 0; number < 410; number++) {
		const struct seccomp_data call = {.nr = number};

		assert_int_equal(bpf_eval(insns, smaller.length, &call),
			number < 400 ? (SECCOMP_RET_ERRNO | (uint32_t)number % 100) : SECCOMP_RET_ALLOW);
	}
}

static void what_is_not_understood_is_left_alone(void **state)
{
	struct sock_filter by_bits[] = {LOAD(nr), WHEN(BPF_JSET, 1, 0, 1), RETURN(0), RETURN(SECCOMP_RET_ALLOW)};
	struct sock_filter unloaded[] = {WHEN(BPF_JEQ, 1, 0, 1), RETURN(0), RETURN(SECCOMP_RET_ALLOW)};
	struct sock_filter smallest[] = {RETURN(SECCOMP_RET_ALLOW)};
	const struct shrink_program programs[] = {{by_bits, 4}, {unloaded, 3}, {smallest, 1}, {smallest, 0}};
	struct shrink_program smaller = {0};

	(void)state;
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
		assert_false(seccomp_shrink(&programs[i], archs, 1, &smaller));
	assert_null(smaller.insns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_smaller_program_decides_as_the_original),
		cmocka_unit_test(neighbours_become_one),
		cmocka_unit_test(far_jumps_arrive),
		cmocka_unit_test(what_is_not_understood_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
