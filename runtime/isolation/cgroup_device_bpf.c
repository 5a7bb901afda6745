/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: the spec's rules. See cgroup_device_bpf.h. */
#include "runtime/isolation/cgroup_device_bpf.h"

#include <assert.h>
#include <linux/bpf.h>

/* What the registers hold throughout. */
enum {
	RESULT = BPF_REG_0,
	CONTEXT = BPF_REG_1,
	TYPE = BPF_REG_2,
	ACCESS = BPF_REG_3,
	MAJOR = BPF_REG_4,
	MINOR = BPF_REG_5
};

enum {
	PROLOGUE_N = 6,
	RULE_N_MAX = 7, /* type, major, minor, then at most four */
	EPILOGUE_N = 2,
};

#define LOAD(register_, field)                                                                                         \
	(struct bpf_insn)                                                                                              \
	{                                                                                                              \
		.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = (register_)&0xf, .src_reg = CONTEXT,                     \
		.off = offsetof(struct bpf_cgroup_dev_ctx, field)                                                      \
	}
#define OPERATE(operation, register_, number)                                                                          \
	(struct bpf_insn)                                                                                              \
	{                                                                                                              \
		.code = BPF_ALU64 | (operation) | BPF_K, .dst_reg = (register_)&0xf, .imm = (int32_t)(number)          \
	}
/* 32 bits wide, so that a number with the top bit is not extended with its sign */
#define JUMP(condition, register_, number, by)                                                                         \
	(struct bpf_insn)                                                                                              \
	{                                                                                                              \
		.code = BPF_JMP32 | (condition) | BPF_K, .dst_reg = (register_)&0xf, .imm = (int32_t)(number),         \
		.off = (int16_t)(by)                                                                                   \
	}
#define EXIT() ((struct bpf_insn){.code = BPF_JMP | BPF_EXIT})

static void emit(struct cgroup_device_program *program, struct bpf_insn instruction)
{
	program->items[program->n++] = instruction;
}

/* Skips the rule, which ends at instruction `end`, unless the register holds the number. */
static void emit_match(struct cgroup_device_program *program, unsigned int register_, uint32_t number, size_t end)
{
	emit(program, JUMP(BPF_JNE, register_, number, end - program->n - 1));
}

static bool has_number(const struct opt_int *number)
{
	return number->set && number->value >= 0;
}

static void emit_verdict(struct cgroup_device_program *program, int allowed)
{
	emit(program, OPERATE(BPF_MOV, RESULT, allowed));
	emit(program, EXIT());
}

static void emit_rule(struct cgroup_device_program *program, const struct spec_device_rule *rule)
{
	const uint32_t access = cgroup_device_access(rule);
	const bool one_type = rule->type == 'b' || rule->type == 'c';
	const size_t matches = (size_t)one_type + has_number(&rule->major) + has_number(&rule->minor);
	const size_t end = program->n + matches + 4;

	if (one_type)
		emit_match(program, TYPE, rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR, end);
	if (has_number(&rule->major))
		emit_match(program, MAJOR, (uint32_t)rule->major.value, end);
	if (has_number(&rule->minor))
		emit_match(program, MINOR, (uint32_t)rule->minor.value, end);
	if (rule->allow) {
		emit(program, OPERATE(BPF_AND, ACCESS, ~access));
		emit_match(program, ACCESS, 0, end);
		emit_verdict(program, 1);
	} else {
		/* JSET has no opposite: over the leap that skips the verdict */
		emit(program, JUMP(BPF_JSET, ACCESS, access, 1));
		emit(program, (struct bpf_insn){.code = BPF_JMP | BPF_JA, .off = 2});
		emit_verdict(program, 0);
	}
	assert(program->n == end);
}

int cgroup_device_program(
	const struct cgroup_device_rules *rules, struct arena *arena, struct cgroup_device_program *ret, struct err *e)
{
	struct cgroup_device_program program = {0};
	const size_t room = PROLOGUE_N + rules->n * RULE_N_MAX + EPILOGUE_N;

	program.items = arena_array(arena, room, sizeof *program.items);
	if (!program.items)
		return err_nomem(e);
	/* the type is in the lower half of the word, the access in the upper */
	emit(&program, LOAD(TYPE, access_type));
	emit(&program, OPERATE(BPF_AND, TYPE, 0xffff));
	emit(&program, LOAD(ACCESS, access_type));
	emit(&program, OPERATE(BPF_RSH, ACCESS, 16));
	emit(&program, LOAD(MAJOR, major));
	emit(&program, LOAD(MINOR, minor));
	for (size_t i = rules->n; i-- > 0;)
		emit_rule(&program, &rules->items[i]);
	emit_verdict(&program, 0);
	assert(program.n <= room);
	*ret = program;
	return 0;
}
