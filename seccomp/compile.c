/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a spec that a stranger may have written. See seccomp/compile.h for what its rules mean. */
#include "seccomp/compile.h"

#include "base/log.h"
#include "base/own.h"
#include "seccomp/action.h"
#include "seccomp/enosys.h"
#include "seccomp/flags.h"
#include "seccomp/shrink.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define COMPILE_LENGTH(table) (sizeof(table) / sizeof(table)[0])

enum {
	COMPILE_ARGS = 6,      /* of a system call */
	COMPILE_API_LEVEL = 6, /* of libseccomp: it would otherwise probe the kernel, which applying does anyway */
};

static const enum scmp_compare compile_operators[] = {
	[SPEC_CMP_NE] = SCMP_CMP_NE,
	[SPEC_CMP_LT] = SCMP_CMP_LT,
	[SPEC_CMP_LE] = SCMP_CMP_LE,
	[SPEC_CMP_EQ] = SCMP_CMP_EQ,
	[SPEC_CMP_GE] = SCMP_CMP_GE,
	[SPEC_CMP_GT] = SCMP_CMP_GT,
	[SPEC_CMP_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
};

#define COMPILE_ARCH(token)                                                                                            \
	{                                                                                                              \
		token, token, UINT32_MAX                                                                               \
	}

/* x32 calls are x86-64 calls with bit 30 set; libseccomp tells them apart by a token of its own. */
static const struct compile_arch {
	uint32_t token; /* 0: not known to this libseccomp */
	uint32_t audit_arch, last_number;
} compile_archs[] = {
	[SPEC_ARCH_X86] = COMPILE_ARCH(SCMP_ARCH_X86),
	[SPEC_ARCH_X86_64] = {SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64, 0x3fffffff},
	[SPEC_ARCH_X32] = {SCMP_ARCH_X32, AUDIT_ARCH_X86_64, UINT32_MAX},
	[SPEC_ARCH_ARM] = COMPILE_ARCH(SCMP_ARCH_ARM),
	[SPEC_ARCH_AARCH64] = COMPILE_ARCH(SCMP_ARCH_AARCH64),
#ifdef SCMP_ARCH_LOONGARCH64
	[SPEC_ARCH_LOONGARCH64] = COMPILE_ARCH(SCMP_ARCH_LOONGARCH64),
#endif
#ifdef SCMP_ARCH_M68K
	[SPEC_ARCH_M68K] = COMPILE_ARCH(SCMP_ARCH_M68K),
#endif
	[SPEC_ARCH_MIPS] = COMPILE_ARCH(SCMP_ARCH_MIPS),
	[SPEC_ARCH_MIPS64] = COMPILE_ARCH(SCMP_ARCH_MIPS64),
	[SPEC_ARCH_MIPS64N32] = COMPILE_ARCH(SCMP_ARCH_MIPS64N32),
	[SPEC_ARCH_MIPSEL] = COMPILE_ARCH(SCMP_ARCH_MIPSEL),
	[SPEC_ARCH_MIPSEL64] = COMPILE_ARCH(SCMP_ARCH_MIPSEL64),
	[SPEC_ARCH_MIPSEL64N32] = COMPILE_ARCH(SCMP_ARCH_MIPSEL64N32),
	[SPEC_ARCH_PPC] = COMPILE_ARCH(SCMP_ARCH_PPC),
	[SPEC_ARCH_PPC64] = COMPILE_ARCH(SCMP_ARCH_PPC64),
	[SPEC_ARCH_PPC64LE] = COMPILE_ARCH(SCMP_ARCH_PPC64LE),
	[SPEC_ARCH_S390] = COMPILE_ARCH(SCMP_ARCH_S390),
	[SPEC_ARCH_S390X] = COMPILE_ARCH(SCMP_ARCH_S390X),
#ifdef SCMP_ARCH_SH
	[SPEC_ARCH_SH] = COMPILE_ARCH(SCMP_ARCH_SH),
#endif
#ifdef SCMP_ARCH_SHEB
	[SPEC_ARCH_SHEB] = COMPILE_ARCH(SCMP_ARCH_SHEB),
#endif
	[SPEC_ARCH_PARISC] = COMPILE_ARCH(SCMP_ARCH_PARISC),
	[SPEC_ARCH_PARISC64] = COMPILE_ARCH(SCMP_ARCH_PARISC64),
	[SPEC_ARCH_RISCV64] = COMPILE_ARCH(SCMP_ARCH_RISCV64),
};
static_assert(COMPILE_LENGTH(compile_archs) == SPEC_ARCH_RISCV64 + 1, "a row for each architecture");
static_assert(COMPILE_LENGTH(compile_operators) == SPEC_CMP_MASKED_EQ + 1, "a row for each operator");

/* One compilation. */
struct compiler {
	const struct spec_seccomp *spec;
	scmp_filter_ctx context; /* owned */
	uint32_t default_action; /* SCMP_ACT_* */
	bool notifies;
};

#define own_compiler __attribute__((cleanup(compiler_free))) struct compiler

/* One rule of the spec, translated. Its conditions are added to libseccomp in groups: all together, or each alone. */
struct compile_rule {
	size_t index; /* in the spec */
	uint32_t action;
	struct scmp_arg_cmp *conditions; /* owned */
	unsigned int conditions_n, group_n;
};

#define own_rule __attribute__((cleanup(compile_rule_free))) struct compile_rule

static void compiler_free(struct compiler *c)
{
	if (c->context)
		seccomp_release(c->context);
}

static void compile_rule_free(struct compile_rule *rule)
{
	free(rule->conditions);
}

/* libseccomp returns negative errnos. */
static int compile_fail(int r, const char *what, struct err *e)
{
	return err_set(e, -r, "seccomp-refused", "compile the seccomp filter: %s: %s", what, strerror(-r));
}

static int compile_condition(const struct spec_seccomp_arg *arg, struct scmp_arg_cmp *ret, struct err *e)
{
	if (arg->index >= COMPILE_ARGS)
		return err_set(e, EINVAL, "seccomp-arg-index",
			"a seccomp rule looks at argument '%u': system calls have 0 to 5", arg->index);
	if (arg->op == SPEC_CMP_UNSET || arg->op >= COMPILE_LENGTH(compile_operators))
		return err_set(e, EINVAL, "seccomp-operator-missing", "a condition of a seccomp rule has no operator");
	*ret = (struct scmp_arg_cmp){arg->index, compile_operators[arg->op], arg->value, arg->value_two};
	return 0;
}

static int compile_conditions(const struct spec_seccomp_rule *spec, struct compile_rule *ret, struct err *e)
{
	unsigned int seen = 0;

	if (spec->args_n > UINT_MAX)
		return err_nomem(e);
	ret->conditions = calloc(spec->args_n + 1, sizeof *ret->conditions);
	if (!ret->conditions)
		return err_nomem(e);
	ret->conditions_n = ret->group_n = (unsigned int)spec->args_n;
	for (size_t i = 0; i < spec->args_n; i++) {
		int r = compile_condition(&spec->args[i], &ret->conditions[i], e);

		if (r < 0)
			return err_at(e, "/linux/seccomp/syscalls/%zu/args/%zu", ret->index, i);
		if (seen >> spec->args[i].index & 1)
			ret->group_n = 1;
		seen |= 1U << spec->args[i].index;
	}
	return 0;
}

static int compile_call(const struct compiler *c, const struct compile_rule *rule, const char *name, struct err *e)
{
	int number = seccomp_syscall_resolve_name(name);
	unsigned int at = 0;

	if (number == __NR_SCMP_ERROR) {
		log_debug("seccomp: the unknown system call '%s' is left out", name);
		return 0;
	}
	if (rule->action == SCMP_ACT_NOTIFY && strcmp(name, "write") == 0)
		return err_set(e, EINVAL, "seccomp-notify-write",
			"SCMP_ACT_NOTIFY cannot be used for 'write': it is needed to hand the listener over");
	do {
		int r = seccomp_rule_add_array(c->context, rule->action, number, rule->group_n, rule->conditions + at);

		if (r == -EEXIST)
			return err_set(e, EEXIST, "seccomp-rule-conflict",
				"'%s' has the same seccomp conditions twice, with different actions", name);
		if (r < 0)
			return compile_fail(r, name, e);
		at += rule->group_n;
	} while (at < rule->conditions_n);
	return 0;
}

static int compile_rule(struct compiler *c, size_t index, struct err *e)
{
	const struct spec_seccomp_rule *spec = &c->spec->syscalls[index];
	own_rule rule = {.index = index};
	int r = seccomp_action_translate(spec->action, &spec->errno_ret, &rule.action, e);

	if (r == 0)
		r = compile_conditions(spec, &rule, e);
	if (r < 0)
		return err_at(e, "/linux/seccomp/syscalls/%zu", index);
	if (rule.action == c->default_action)
		return 0;
	if (rule.action == SCMP_ACT_NOTIFY)
		c->notifies = true;
	for (size_t i = 0; i < spec->names.n; i++)
		if (compile_call(c, &rule, spec->names.items[i], e) < 0)
			return err_at(e, "/linux/seccomp/syscalls/%zu/names/%zu", index, i);
	return 0;
}

/* The architectures of the filter: the spec's and the native one. */
static uint64_t compile_arch_bits(const struct spec_seccomp *spec)
{
	uint64_t bits = spec->architectures.bits;

	for (unsigned int i = 0; i < COMPILE_LENGTH(compile_archs); i++)
		if (compile_archs[i].token == seccomp_arch_native())
			bits |= UINT64_C(1) << i;
	return bits;
}

static int compile_add_archs(const struct compiler *c, struct err *e)
{
	uint64_t bits = c->spec->architectures.bits;

	for (unsigned int i = 0; bits >> i; i++) {
		int r = -EINVAL;

		if (!(bits >> i & 1))
			continue;
		if (i < COMPILE_LENGTH(compile_archs) && compile_archs[i].token)
			r = seccomp_arch_add(c->context, compile_archs[i].token);
		if (r == -EDOM) /* libseccomp's word for it */
			(void)err_set(e, EINVAL, "seccomp-arch-mixed",
				"the seccomp architectures are not all of this machine's byte order");
		else if (r < 0 && r != -EEXIST)
			(void)err_set(e, ENOTSUP, "seccomp-arch-unsupported",
				"a seccomp architecture is not known to this build's libseccomp");
		if (r < 0 && r != -EEXIST)
			return err_at(e, "/linux/seccomp/architectures");
	}
	return 0;
}

static int compile_begin(struct compiler *c, struct err *e)
{
	const struct spec_seccomp *spec = c->spec;
	int r = seccomp_action_translate(spec->default_action, &spec->default_errno_ret, &c->default_action, e);

	if (r == 0 && spec->default_action == SPEC_ACT_NOTIFY)
		r = err_set(e, EINVAL, "seccomp-notify-default", "SCMP_ACT_NOTIFY cannot be the default action");
	if (r < 0)
		return err_at(e, "/linux/seccomp/defaultAction");
	(void)seccomp_api_set(COMPILE_API_LEVEL); /* fails only where libseccomp is older, which then probes */
	c->context = seccomp_init(c->default_action);
	if (!c->context)
		return err_nomem(e);
	return compile_add_archs(c, e);
}

static int compile_rules(struct compiler *c, struct err *e)
{
	for (size_t i = 0; i < c->spec->syscalls_n; i++) {
		int r = compile_rule(c, i, e);

		if (r < 0)
			return r;
	}
	if (c->notifies && !c->spec->listener_path) {
		(void)err_set(e, EINVAL, "seccomp-listener-missing",
			"SCMP_ACT_NOTIFY needs a socket to send the listener to: set listenerPath");
		return err_at(e, "/linux/seccomp/listenerPath");
	}
	return 0;
}

/* The highest number that the profile names, 0 where it names none. */
static uint32_t compile_highest_known(const struct spec_seccomp *spec, uint32_t token)
{
	int highest = 0;

	for (size_t i = 0; i < spec->syscalls_n; i++)
		for (size_t k = 0; k < spec->syscalls[i].names.n; k++) {
			int number = seccomp_syscall_resolve_name_arch(token, spec->syscalls[i].names.items[k]);

			if (number > highest)
				highest = number;
		}
	return (uint32_t)highest;
}

static size_t compile_enosys(const struct compiler *c, struct enosys_range *ret)
{
	uint64_t bits = compile_arch_bits(c->spec);
	size_t n = 0;

	if (c->spec->default_action != SPEC_ACT_ERRNO || c->default_action == SCMP_ACT_ERRNO(ENOSYS))
		return 0;
	for (unsigned int i = 0; i < COMPILE_LENGTH(compile_archs); i++) {
		const struct compile_arch *arch = &compile_archs[i];
		uint32_t known = bits >> i & 1 ? compile_highest_known(c->spec, arch->token) : 0;

		if (known)
			ret[n++] = (struct enosys_range){arch->audit_arch, known, arch->last_number};
	}
	return n;
}

/* libseccomp writes to descriptors only. */
static int compile_export(const struct compiler *c, int *ret_fd, size_t *ret_bytes, struct err *e)
{
	own_fd fd = memfd_create("seccomp", MFD_CLOEXEC);
	struct stat status;
	int r;

	if (fd < 0)
		return err_sys(e, "compile the seccomp filter: create a memfd");
	r = seccomp_export_bpf(c->context, fd);
	if (r < 0)
		return compile_fail(r, "export", e);
	if (fstat(fd, &status) < 0)
		return err_sys(e, "compile the seccomp filter: stat the memfd");
	*ret_bytes = (size_t)status.st_size;
	*ret_fd = give_fd(&fd);
	return 0;
}

/* The preamble and libseccomp's program behind it. */
static int compile_assemble(const struct compiler *c, struct shrink_program *ret, struct err *e)
{
	struct enosys_range ranges[COMPILE_LENGTH(compile_archs)];
	size_t ranges_n = compile_enosys(c, ranges), bytes = 0;
	size_t start = ranges_n * ENOSYS_INSNS_PER_RANGE;
	own_mem struct sock_filter *program = NULL;
	own_fd fd = -1;
	int r = compile_export(c, &fd, &bytes, e);

	if (r < 0)
		return r;
	program = calloc(start + bytes / sizeof *program, sizeof *program);
	if (!program)
		return err_nomem(e);
	if (pread(fd, program + start, bytes, 0) != (ssize_t)bytes)
		return err_sys(e, "compile the seccomp filter: read the memfd");
	seccomp_enosys_write(ranges, ranges_n, program);
	*ret = (struct shrink_program){give_mem(program), start + bytes / sizeof *program};
	return 0;
}

static void compile_shrink(const struct compiler *c, struct shrink_program *program)
{
	uint64_t bits = compile_arch_bits(c->spec);
	uint32_t archs[COMPILE_LENGTH(compile_archs)];
	struct shrink_program smaller;
	size_t n = 0;

	for (unsigned int i = 0; i < COMPILE_LENGTH(compile_archs); i++)
		if (bits >> i & 1 && i != SPEC_ARCH_X32) /* its calls are x86-64's, with other numbers */
			archs[n++] = compile_archs[i].audit_arch;
	if (!seccomp_shrink(program, archs, n, &smaller))
		return;
	free(program->insns);
	*program = smaller;
}

static int compile_emit(const struct compiler *c, struct seccomp_filter *ret, struct err *e)
{
	struct shrink_program program = {0};
	own_mem struct sock_filter *insns = NULL;
	int r = compile_assemble(c, &program, e);

	if (r < 0)
		return r;
	compile_shrink(c, &program);
	insns = program.insns;
	if (program.length > BPF_MAXINSNS) {
		(void)err_set(e, E2BIG, "seccomp-too-large",
			"the seccomp filter has %zu instructions: the kernel takes %d", program.length, BPF_MAXINSNS);
		return err_at(e, "/linux/seccomp/syscalls");
	}
	*ret = (struct seccomp_filter){
		give_mem(insns), program.length, seccomp_flags_for_kernel(&c->spec->flags, c->notifies)};
	return 0;
}

int seccomp_compile(const struct spec_seccomp *spec, struct seccomp_filter *ret, struct err *e)
{
	own_compiler c = {.spec = spec};
	int r = compile_begin(&c, e);

	if (r == 0)
		r = compile_rules(&c, e);
	return r < 0 ? r : compile_emit(&c, ret, e);
}

struct seccomp_compiler seccomp_compiler_identify(void)
{
	const struct scmp_version *version = seccomp_version();

	return (struct seccomp_compiler){
		version->major << 16 | version->minor << 8 | version->micro, seccomp_arch_native()};
}

struct seccomp_vocabulary seccomp_compiler_vocabulary(void)
{
	struct seccomp_vocabulary words = {.actions = seccomp_actions_known()};

	for (unsigned int i = SPEC_CMP_UNSET + 1; i < COMPILE_LENGTH(compile_operators); i++)
		words.operators |= UINT64_C(1) << i;
	for (unsigned int i = 0; i < COMPILE_LENGTH(compile_archs); i++)
		words.architectures |= (uint64_t)(compile_archs[i].token != 0) << i;
	return words;
}
