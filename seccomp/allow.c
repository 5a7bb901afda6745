/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/allow.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdlib.h>

#if defined(__x86_64__)
enum { ARCH = AUDIT_ARCH_X86_64 };
#elif defined(__aarch64__)
enum { ARCH = AUDIT_ARCH_AARCH64 };
#endif

enum { HEAD = 4, ROW = 2, ROW_WITH_ARGUMENT = 6, TAIL = 1 };

#define LOAD(field)          (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(field))
#define SKIP_UNLESS(k, skip) (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, skip)
#define AND(k)               (struct sock_filter) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, k)
#define RETURN(action)       (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, action)

#define NUMBER               offsetof(struct seccomp_data, nr)
#define ARGUMENT(n)          (offsetof(struct seccomp_data, args) + 8U * (n)) /* the low half: little-endian */
#define ARCHITECTURE         offsetof(struct seccomp_data, arch)

static size_t write_row(const struct seccomp_allowed *row, struct sock_filter *at)
{
	const struct sock_filter plain[ROW] = {SKIP_UNLESS(row->number, 1), RETURN(SECCOMP_RET_ALLOW)};
	const struct sock_filter conditional[ROW_WITH_ARGUMENT] = {
		SKIP_UNLESS(row->number, 5),
		LOAD(ARGUMENT(row->argument)),
		AND(row->mask),
		SKIP_UNLESS(row->value, 1),
		RETURN(SECCOMP_RET_ALLOW),
		LOAD(NUMBER),
	};
	const struct sock_filter *const from = row->mask ? conditional : plain;
	const size_t n = row->mask ? ROW_WITH_ARGUMENT : ROW;

	for (size_t i = 0; i < n; i++)
		at[i] = from[i];
	return n;
}

static void write_program(const struct seccomp_allowed *rows, size_t n, struct seccomp_filter *filter)
{
	struct sock_filter *const program = filter->program;

	program[0] = LOAD(ARCHITECTURE);
	program[1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	program[2] = RETURN(SECCOMP_RET_KILL_PROCESS);
	program[3] = LOAD(NUMBER);
	filter->length = HEAD;
	for (size_t i = 0; i < n; i++)
		filter->length += write_row(&rows[i], &program[filter->length]);
	program[filter->length++] = RETURN(SECCOMP_RET_KILL_PROCESS);
}

int seccomp_allow(const struct seccomp_allowed *rows, size_t n, struct seccomp_filter *ret, struct err *e)
{
	const size_t most = HEAD + n * ROW_WITH_ARGUMENT + TAIL;
	struct seccomp_filter filter = {0};

	if (most > BPF_MAXINSNS)
		return err_set(e, E2BIG, "seccomp-too-long", "compile a filter: %zu rows are too many", n);
	filter.program = calloc(most, sizeof *filter.program);
	if (!filter.program)
		return err_nomem(e);
	write_program(rows, n, &filter);
	*ret = filter;
	return 0;
}
