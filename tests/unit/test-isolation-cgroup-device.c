/* SPDX-License-Identifier: Apache-2.0 */
/* Each row: rules of a spec, and uses of devices that they let pass or not: by the list and by the eBPF program. */
#include "runtime/isolation/cgroup_device.h"

#include "base/text.h"
#include "runtime/isolation/cgroup_device_bpf.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#define ANY                                                                                                            \
	{                                                                                                              \
		false, 0                                                                                               \
	}
#define NUMBER(n)                                                                                                      \
	{                                                                                                              \
		true, (n)                                                                                              \
	}
#define COUNT(a)   (sizeof(a) / sizeof *(a))
#define RULES(...) .n = COUNT(((struct spec_device_rule[]){__VA_ARGS__})), .rules = {__VA_ARGS__}

enum { R = BPF_DEVCG_ACC_READ, W = BPF_DEVCG_ACC_WRITE, M = BPF_DEVCG_ACC_MKNOD };

static const struct spec_device_rule deny_all = {false, 'a', ANY, ANY, true, true, true};

/* Runs the instructions that cgroup_device_program() uses, and fails on any other. */
static unsigned int interpret(const struct cgroup_device_program *program, const struct bpf_cgroup_dev_ctx *context)
{
	uint64_t registers[11] = {0};

	for (size_t at = 0, steps = 0; at < program->n && steps < program->n; at++, steps++) {
		const struct bpf_insn *i = &program->items[at];
		uint64_t *to = &registers[i->dst_reg];
		bool jumps = false;

		switch (i->code) {
		case BPF_LDX | BPF_MEM | BPF_W:
			*to = *(const uint32_t *)(const void *)((const char *)context + i->off);
			break;
		case BPF_ALU64 | BPF_AND | BPF_K:
			*to &= (uint64_t)(int64_t)i->imm;
			break;
		case BPF_ALU64 | BPF_RSH | BPF_K:
			*to >>= i->imm;
			break;
		case BPF_ALU64 | BPF_MOV | BPF_K:
			*to = (uint64_t)(int64_t)i->imm;
			break;
		case BPF_JMP32 | BPF_JNE | BPF_K:
			jumps = (uint32_t)*to != (uint32_t)i->imm;
			break;
		case BPF_JMP32 | BPF_JSET | BPF_K:
			jumps = (uint32_t)*to & (uint32_t)i->imm;
			break;
		case BPF_JMP | BPF_JA:
			jumps = true;
			break;
		case BPF_JMP | BPF_EXIT:
			return (unsigned int)registers[0];
		default:
			fail_msg("instruction %zu has unknown code %#x", at, i->code);
		}
		if (jumps)
			at += (size_t)i->off;
	}
	fail_msg("the program runs past its end");
	return 0;
}

struct row {
	const char *name;
	size_t n;
	struct spec_device_rule rules[4];
	struct cgroup_device_use use;
	bool allowed;
};

static const struct row rows[] = {
	{"no rule: null", .use = {'c', 1, 3, R | W}, .allowed = true},
	{"no rule: a terminal", .use = {'c', 136, 99, R | W}, .allowed = true},
	{"no rule: ptmx", .use = {'c', 5, 2, R | W}, .allowed = true},
	{"no rule: console", .use = {'c', 5, 1, R | W}, .allowed = true},
	{"no rule: kmsg", .use = {'c', 1, 11, R}, .allowed = false},
	{"no rule: mem", .use = {'c', 1, 1, R}, .allowed = false},
	{"no rule: a disk", .use = {'b', 8, 0, R}, .allowed = false},
	{"no rule: a block device with null's numbers", .use = {'b', 1, 3, R}, .allowed = false},
	{"no rule: making a node", .use = {'b', 8, 0, M}, .allowed = true},
	{"no rule: making and reading", .use = {'b', 8, 0, M | R}, .allowed = false},
	{"denied all", RULES({false, 'a', ANY, ANY, true, true, true}), .use = {'c', 1, 3, R}, .allowed = true},
	{"denied all: a disk", RULES({false, 'a', ANY, ANY, true, true, true}), .use = {'b', 8, 0, R},
		.allowed = false},
	{"allowed all", RULES({true, 'a', ANY, ANY, true, true, true}), .use = {'b', 8, 0, R | W}, .allowed = true},
	{"allowed all, by -1", RULES({true, 'a', NUMBER(-1), NUMBER(-1), true, true, true}), .use = {'b', 8, 0, R | W},
		.allowed = true},
	{"one to read", RULES({true, 'b', NUMBER(8), NUMBER(0), true, false, false}), .use = {'b', 8, 0, R},
		.allowed = true},
	{"one to read: write", RULES({true, 'b', NUMBER(8), NUMBER(0), true, false, false}), .use = {'b', 8, 0, R | W},
		.allowed = false},
	{"one to read: another", RULES({true, 'b', NUMBER(8), NUMBER(0), true, false, false}), .use = {'b', 8, 1, R},
		.allowed = false},
	{"read and write by two rules",
		RULES({true, 'b', NUMBER(8), NUMBER(0), true, false, false},
			{true, 'b', NUMBER(8), NUMBER(0), false, true, false}),
		.use = {'b', 8, 0, R | W}, .allowed = true},
	{"a hole",
		RULES({true, 'b', NUMBER(8), ANY, true, true, true},
			{false, 'b', NUMBER(8), NUMBER(0), true, true, true}),
		.use = {'b', 8, 0, R}, .allowed = false},
	{"beside a hole",
		RULES({true, 'b', NUMBER(8), ANY, true, true, true},
			{false, 'b', NUMBER(8), NUMBER(0), true, true, true}),
		.use = {'b', 8, 1, R}, .allowed = true},
	{"a hole for writing",
		RULES({true, 'b', NUMBER(8), ANY, true, true, true},
			{false, 'b', NUMBER(8), NUMBER(0), false, true, false}),
		.use = {'b', 8, 0, R}, .allowed = true},
	{"the last rule decides",
		RULES({false, 'b', NUMBER(8), NUMBER(0), true, true, true},
			{true, 'b', NUMBER(8), NUMBER(0), true, true, true}),
		.use = {'b', 8, 0, R | W}, .allowed = true},
	{"any type with numbers", RULES({true, 'a', NUMBER(8), NUMBER(0), true, true, true}), .use = {'c', 8, 0, R},
		.allowed = true},
	{"a major with the top bit", RULES({true, 'c', NUMBER(0x80000001), ANY, true, true, true}),
		.use = {'c', 0x80000001, 7, R}, .allowed = true},
};

static void make_rules(const struct row *row, struct arena *arena, struct cgroup_device_rules *ret)
{
	const struct cgroup_device_wanted wanted = {.rules = row->rules, .rules_n = row->n};
	struct err e = ERR_NONE;

	assert_int_equal(cgroup_device_rules(&wanted, arena, ret, &e), 0);
}

static void device_rules_decide_as_the_last_that_names_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		own_arena arena = {0};
		struct cgroup_device_rules rules;

		make_rules(&rows[i], &arena, &rules);
		if (cgroup_device_allows(&rules, &rows[i].use) != rows[i].allowed)
			fail_msg("row '%s'", rows[i].name);
	}
}

static unsigned int run(const struct cgroup_device_program *program, const struct cgroup_device_use *use)
{
	const struct bpf_cgroup_dev_ctx context = {
		.access_type = use->access << 16 | (use->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR),
		.major = use->major,
		.minor = use->minor,
	};

	return interpret(program, &context);
}

static void device_program_decides_as_the_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		own_arena arena = {0};
		struct cgroup_device_rules rules;
		struct cgroup_device_program program;
		struct err e = ERR_NONE;

		make_rules(&rows[i], &arena, &rules);
		assert_int_equal(cgroup_device_program(&rules, &arena, &program, &e), 0);
		if (run(&program, &rows[i].use) != rows[i].allowed)
			fail_msg("row '%s'", rows[i].name);
	}
}

static struct spec_device_rule random_rule(void)
{
	return (struct spec_device_rule){
		.allow = rand() & 1,
		.type = "abc"[rand() % 3],
		.major = {rand() & 1, rand() % 3},
		.minor = {rand() & 1, rand() % 3},
		.read = rand() & 1,
		.write = rand() & 1,
		.mknod = rand() & 1,
	};
}

static void device_program_agrees_with_the_list_on_random_rules(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 2000; round++) {
		own_arena arena = {0};
		struct spec_device_rule items[8];
		const struct cgroup_device_rules rules = {.n = (size_t)(rand() % 8), .items = items};
		struct cgroup_device_program program;
		struct err e = ERR_NONE;

		for (size_t i = 0; i < rules.n; i++)
			items[i] = random_rule();
		assert_int_equal(cgroup_device_program(&rules, &arena, &program, &e), 0);
		for (int k = 0; k < 2 * 3 * 3 * 7; k++) {
			const struct cgroup_device_use use = {"bc"[k % 2], (unsigned int)(k / 2 % 3),
				(unsigned int)(k / 6 % 3), 1 + (unsigned int)(k / 18)};

			assert_int_equal(run(&program, &use), cgroup_device_allows(&rules, &use));
		}
	}
}

static void assert_v1(const struct spec_device_rule *rules, size_t n, const char *now, const char *wanted)
{
	own_arena arena = {0};
	/* without what every service gets, to keep the texts short */
	const struct cgroup_device_rules list = {
		.n = n, .spec_n = n, .items = memcpy(malloc(n * sizeof *rules + 1), rules, n * sizeof *rules)};
	struct cgroup_writes writes = {0};
	struct err e = ERR_NONE;
	own_text found = {0};
	int r = cgroup_device_writes(&list, now, &arena, &writes, &e);

	for (size_t i = 0; r == 0 && i < writes.n; i++)
		text_format(&found, "%s=%s;", writes.items[i].file, writes.items[i].text);
	if (r < 0)
		text_format(&found, "!%s", e.pointer);
	free(list.items);
	assert_string_equal(text_string(&found), wanted);
}

static void device_writes_keep_a_default_and_exceptions(void **state)
{
	static const struct {
		size_t n;
		struct spec_device_rule rules[4];
		const char *wanted;
	} v1[] = {
		{0, {{0}}, "devices.deny=a;"},
		{RULES({false, 'a', ANY, ANY, true, true, true}, {true, 'c', NUMBER(1), NUMBER(3), true, true, true}),
			"devices.deny=a;devices.allow=c 1:3 rwm;"},
		{RULES({true, 'c', NUMBER(1), NUMBER(3), true, true, true},
			 {true, 'c', NUMBER(1), NUMBER(3), true, false, false}),
			"devices.deny=a;devices.allow=c 1:3 rwm;"},
		{RULES({true, 'c', NUMBER(1), NUMBER(3), true, false, false},
			 {true, 'c', NUMBER(1), NUMBER(3), false, true, false}),
			"devices.deny=a;devices.allow=c 1:3 rw;"},
		{RULES({true, 'c', ANY, ANY, false, false, true}, {true, 'c', NUMBER(1), NUMBER(3), true, true, true}),
			"devices.deny=a;devices.allow=c *:* m;devices.allow=c 1:3 rw;"},
		{RULES({true, 'a', ANY, ANY, true, true, true}, {true, 'c', NUMBER(1), NUMBER(3), true, true, true}),
			"devices.allow=a;"},
		{RULES({true, 'a', ANY, ANY, true, true, true}, {false, 'b', NUMBER(8), ANY, false, true, false}),
			"devices.allow=a;devices.deny=b 8:* w;"},
		{RULES({true, 'b', NUMBER(8), NUMBER(0), true, true, true},
			 {false, 'b', NUMBER(8), ANY, false, true, false}),
			"devices.deny=a;devices.allow=b 8:0 rm;"},
		{RULES({true, 'b', NUMBER(8), ANY, true, true, true},
			 {false, 'b', NUMBER(8), NUMBER(0), true, true, true}),
			"!/linux/resources/devices/1"},
		{RULES({true, 'a', NUMBER(8), NUMBER(0), true, false, false}),
			"devices.deny=a;devices.allow=b 8:0 r;devices.allow=c 8:0 r;"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(v1); i++)
		assert_v1(v1[i].rules, v1[i].n, NULL, v1[i].wanted);
}

static void device_writes_of_an_update_take_nothing_away_meanwhile(void **state)
{
	static const struct spec_device_rule rules[] = {{true, 'c', NUMBER(1), NUMBER(3), true, true, true},
		{true, 'b', NUMBER(8), NUMBER(0), true, false, false}};

	(void)state;
	assert_v1(rules, 2, "c 1:3 rwm\nb 8:0 r\n", "");
	assert_v1(rules, 2, "c 1:3 rwm\nb 8:0 rw\nc *:* m\n", "devices.deny=b 8:0 w;devices.deny=c *:* m;");
	assert_v1(rules, 2, "c 1:3 r\n", "devices.allow=c 1:3 wm;devices.allow=b 8:0 r;");
	assert_v1(rules, 2, "a *:* rwm\n", "devices.deny=a;devices.allow=c 1:3 rwm;devices.allow=b 8:0 r;");
	assert_v1(rules, 2, "", "devices.allow=c 1:3 rwm;devices.allow=b 8:0 r;");
}

static void device_of_the_spec_may_be_used_unless_a_rule_names_it(void **state)
{
	const struct spec_device devices[] = {{.type = 'b', .path = "/dev/a", .major = NUMBER(8), .minor = NUMBER(0)},
		{.type = 'u', .path = "/dev/b", .major = NUMBER(9), .minor = NUMBER(0)},
		{.type = 'p', .path = "/dev/p"}};
	const struct spec_device_rule spec[] = {deny_all, {true, 'b', NUMBER(8), NUMBER(0), true, false, false}};
	const struct cgroup_device_wanted wanted = {spec, COUNT(spec), devices, COUNT(devices)};
	const struct cgroup_device_use read_a = {'b', 8, 0, R}, write_a = {'b', 8, 0, W}, write_b = {'c', 9, 0, W};
	own_arena arena = {0};
	struct cgroup_device_rules rules;
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(cgroup_device_rules(&wanted, &arena, &rules, &e), 0);
	assert_true(cgroup_device_allows(&rules, &read_a));
	assert_false(cgroup_device_allows(&rules, &write_a));
	assert_true(cgroup_device_allows(&rules, &write_b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_rules_decide_as_the_last_that_names_it),
		cmocka_unit_test(device_program_decides_as_the_rules),
		cmocka_unit_test(device_program_agrees_with_the_list_on_random_rules),
		cmocka_unit_test(device_writes_keep_a_default_and_exceptions),
		cmocka_unit_test(device_writes_of_an_update_take_nothing_away_meanwhile),
		cmocka_unit_test(device_of_the_spec_may_be_used_unless_a_rule_names_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
