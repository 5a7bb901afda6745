/* SPDX-License-Identifier: Apache-2.0 */
/* A directory of plain files stands for a cgroup; what is written into it can be read back. */
#include "runtime/isolation/cgroup_update.h"

#include "base/fd.h"
#include "runtime/isolation/cgroup_apply.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INT(n)                                                                                                         \
	{                                                                                                              \
		.set = true, .value = (n)                                                                              \
	}

enum { FILES_MAX = 4 };

struct fake {
	char dir[40];
	int fd;
	struct cgroup cgroup;
};

/* What an update finds, and what it leaves. */
struct update_case {
	bool v1;
	struct {
		const char *name, *before, *after;
	} files[FILES_MAX];
	struct spec_resources resources;
	int result;
	const char *code, *pointer, *text; /* of the error, NULL: not looked at; text: a part of it */
};

static void fake_make(struct fake *fake, const struct update_case *c)
{
	struct err e = ERR_NONE;

	*fake = (struct fake){.dir = "/tmp/cloche-test-XXXXXX", .cgroup = {.n = 1}};
	assert_non_null(mkdtemp(fake->dir));
	fake->fd = open(fake->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fake->fd >= 0);
	fake->cgroup.places[0] =
		(struct cgroup_place){.dir = fake->dir, .v2 = !c->v1, .controllers = (1U << CGROUP_CONTROLLERS) - 1};
	if (!c->v1)
		fake->cgroup.places[0].controllers &= ~(1U << CGROUP_DEVICES);
	for (size_t i = 0; i < FILES_MAX && c->files[i].name; i++)
		assert_int_equal(file_replace(fake->fd, c->files[i].name, c->files[i].before,
					 strlen(c->files[i].before), 0600, &e),
			0);
}

/* Removes the files as well, before anything is said of what was in them. */
static void fake_end(struct fake *fake, const struct update_case *c)
{
	struct text found[FILES_MAX] = {0};
	struct err e = ERR_NONE;

	for (size_t i = 0; i < FILES_MAX && c->files[i].name; i++) {
		assert_int_equal(file_read(fake->fd, c->files[i].name, 4096, &found[i], &e), 0);
		(void)unlinkat(fake->fd, c->files[i].name, 0); /* what stays is seen below */
	}
	(void)close(fake->fd); /* a directory */
	assert_int_equal(rmdir(fake->dir), 0);
	for (size_t i = 0; i < FILES_MAX && c->files[i].name; i++) {
		assert_string_equal(text_string(&found[i]), c->files[i].after);
		text_free(&found[i]);
	}
}

static void assert_result(const struct update_case *c, int r, const struct err *e)
{
	assert_int_equal(r, c->result);
	assert_string_equal(e->code, c->code ? c->code : e->code);
	assert_string_equal(e->pointer, c->pointer ? c->pointer : e->pointer);
	assert_true(!c->text || strstr(e->text, c->text));
}

static void check_update(const struct update_case *c)
{
	const struct cgroup_update update = {.resources = &c->resources};
	own_arena arena = {0};
	struct cgroup_changes changes;
	struct err e = ERR_NONE;
	struct fake fake;
	int r;

	fake_make(&fake, c);
	r = cgroup_update_plan(&fake.cgroup, &update, &arena, &changes, &e);
	r = r ? r : cgroup_update_apply(&fake.cgroup, &changes, &e);
	fake_end(&fake, c);
	assert_result(c, r, &e);
}

static void update_leaves_alone_what_is_zero(void **state)
{
	struct spec_memory memory = {.limit = INT(0), .reservation = INT(0), .kernel = INT(0)};
	struct spec_cpu cpu = {.shares = INT(0), .quota_us = INT(0), .period_us = INT(0), .cpus = "", .mems = ""};
	struct spec_block_io io = {.weight = INT(0)};
	struct spec_pids pids = {.limit = 20};

	(void)state;
	check_update(&(struct update_case){
		.files =
			{
				{"memory.max", "4096\n", "4096\n"},
				{"cpu.max", "max 100000\n", "max 100000\n"},
				{"pids.max", "", "20"},
			},
		.resources = {.memory = &memory, .cpu = &cpu, .block_io = &io, .pids = &pids},
	});
}

static void update_of_swap_alone_counts_with_the_memory_there_is(void **state)
{
	struct spec_memory memory = {.swap = INT(10000)};

	(void)state;
	check_update(&(struct update_case){
		.files = {{"memory.max", "4096\n", "4096\n"}, {"memory.swap.max", "", "5904"}},
		.resources = {.memory = &memory},
	});
}

static void update_below_the_usage_is_refused_where_it_is_to_be_checked(void **state)
{
	struct spec_memory memory = {.limit = INT(1000), .check_before_update = {true, true}};

	(void)state;
	check_update(&(struct update_case){
		.files = {{"memory.max", "4096\n", "4096\n"}, {"memory.current", "2000\n", "2000\n"}},
		.resources = {.memory = &memory},
		.result = -EBUSY,
		.code = "below-usage",
		.pointer = "/linux/resources/memory/limit",
	});
}

static void update_that_is_refused_writes_nothing(void **state)
{
	struct spec_memory memory = {.swappiness = INT(10)};
	struct spec_cpu cpu = {.shares = INT(512)};

	(void)state;
	check_update(&(struct update_case){
		.files = {{"cpu.weight", "100\n", "100\n"}},
		.resources = {.cpu = &cpu, .memory = &memory},
		.result = -EOPNOTSUPP,
		.pointer = "/linux/resources/memory/swappiness",
	});
}

static void update_of_devices_writes_the_difference(void **state)
{
	static const char list[] =
		"c *:* m\nb *:* m\nc 1:3 rw\nc 1:5 rw\nc 1:7 rw\nc 1:8 rw\nc 1:9 rw\nc 5:0 rw\nc 5:1 rw\nc 5:2 rw\n"
		"c 136:* rw\nb 8:16 rw\n";
	struct spec_device_rule rule = {true, 'b', {true, 8}, {true, 0}, true, false, false};

	(void)state;
	check_update(&(struct update_case){
		.v1 = true,
		.files =
			{
				{"devices.list", list, list},
				{"devices.allow", "", "b 8:0 r"},
				{"devices.deny", "", "b 8:16 rw"},
			},
		.resources = {.devices_n = 1, .devices = &rule},
	});
}

static void limit_without_its_file_says_what_the_kernel_lacks(void **state)
{
	struct spec_cpu cpu = {.realtime_runtime_us = INT(500)};

	(void)state;
	check_update(&(struct update_case){
		.v1 = true,
		.resources = {.cpu = &cpu},
		.result = -EOPNOTSUPP,
		.pointer = "/linux/resources/cpu/realtimeRuntime",
		.text = "CONFIG_RT_GROUP_SCHED",
	});
}

static void limit_with_another_file_is_written_there(void **state)
{
	struct spec_block_io io = {.weight = INT(500)};

	(void)state;
	check_update(&(struct update_case){
		.files = {{"io.weight", "", "4950"}},
		.resources = {.block_io = &io},
	});
}

/* A plain file reads back what was written; one that is longer, so that its end stays, shows the check: 80000000. */
static void limit_that_the_kernel_ignores_is_refused(void **state)
{
	static const struct update_case c = {
		.v1 = true,
		.files = {{"memory.kmem.limit_in_bytes", "99999990", "80000000"}},
		.result = -EOPNOTSUPP,
		.code = "limit-ignored",
		.pointer = "/linux/resources/memory/kernel",
	};
	struct cgroup_write items[] = {{.controller = CGROUP_MEMORY,
		.flags = CGROUP_WRITE_VERIFY,
		.file = "memory.kmem.limit_in_bytes",
		.text = "8000000",
		.pointer = "/linux/resources/memory/kernel"}};
	const struct cgroup_writes writes = {.n = 1, .items = items};
	struct err e = ERR_NONE;
	struct fake fake;
	int r;

	(void)state;
	fake_make(&fake, &c);
	r = cgroup_apply(&fake.cgroup, &writes, &e);
	fake_end(&fake, &c);
	assert_result(&c, r, &e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(update_leaves_alone_what_is_zero),
		cmocka_unit_test(update_of_swap_alone_counts_with_the_memory_there_is),
		cmocka_unit_test(update_below_the_usage_is_refused_where_it_is_to_be_checked),
		cmocka_unit_test(update_that_is_refused_writes_nothing),
		cmocka_unit_test(update_of_devices_writes_the_difference),
		cmocka_unit_test(limit_without_its_file_says_what_the_kernel_lacks),
		cmocka_unit_test(limit_with_another_file_is_written_there),
		cmocka_unit_test(limit_that_the_kernel_ignores_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
