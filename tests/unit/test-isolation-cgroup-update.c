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

enum { FILES_MAX = 8 };

struct fake {
	char dir[40];
	const char *files[FILES_MAX];
	size_t n;
	int fd;
	struct cgroup cgroup;
};

static void fake_make(struct fake *fake, bool v2)
{
	*fake = (struct fake){.dir = "/tmp/cloche-test-XXXXXX", .cgroup = {.n = 1}};
	assert_non_null(mkdtemp(fake->dir));
	fake->fd = open(fake->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fake->fd >= 0);
	fake->cgroup.places[0] =
		(struct cgroup_place){.dir = fake->dir, .v2 = v2, .controllers = (1U << CGROUP_CONTROLLERS) - 1};
	if (v2)
		fake->cgroup.places[0].controllers &= ~(1U << CGROUP_DEVICES);
}

static void fake_add(struct fake *fake, const char *file, const char *text)
{
	struct err e = ERR_NONE;

	assert_int_equal(file_replace(fake->fd, file, text, strlen(text), 0600, &e), 0);
	fake->files[fake->n++] = file;
}

static void fake_remove(struct fake *fake)
{
	for (size_t i = 0; i < fake->n; i++)
		(void)unlinkat(fake->fd, fake->files[i], 0);
	(void)close(fake->fd);
	assert_int_equal(rmdir(fake->dir), 0);
}

static void assert_file(const struct fake *fake, const char *file, const char *wanted)
{
	own_text text = {0};
	struct err e = ERR_NONE;

	assert_int_equal(file_read(fake->fd, file, 4096, &text, &e), 0);
	assert_string_equal(text_string(&text), wanted);
}

static int update(const struct fake *fake, const struct spec_resources *resources, struct err *e)
{
	const struct cgroup_update update = {.resources = resources};
	own_arena arena = {0};
	struct cgroup_changes changes;
	int r = cgroup_update_plan(&fake->cgroup, &update, &arena, &changes, e);

	return r < 0 ? r : cgroup_update_apply(&fake->cgroup, &changes, e);
}

static void update_leaves_alone_what_is_zero(void **state)
{
	struct spec_memory memory = {.limit = INT(0), .reservation = INT(0), .kernel = INT(0)};
	struct spec_cpu cpu = {.shares = INT(0), .quota_us = INT(0), .period_us = INT(0), .cpus = "", .mems = ""};
	struct spec_block_io io = {.weight = INT(0)};
	struct spec_pids pids = {.limit = 20};
	const struct spec_resources resources = {.memory = &memory, .cpu = &cpu, .block_io = &io, .pids = &pids};
	struct err e = ERR_NONE;
	struct fake fake;
	int r;

	(void)state;
	fake_make(&fake, true);
	fake_add(&fake, "memory.max", "4096\n");
	fake_add(&fake, "cpu.max", "max 100000\n");
	fake_add(&fake, "pids.max", "");
	r = update(&fake, &resources, &e);
	assert_file(&fake, "pids.max", "20");
	assert_file(&fake, "memory.max", "4096\n");
	fake_remove(&fake);
	assert_int_equal(r, 0);
}

static void update_of_swap_alone_counts_with_the_memory_there_is(void **state)
{
	struct spec_memory memory = {.swap = INT(10000)};
	const struct spec_resources resources = {.memory = &memory};
	struct err e = ERR_NONE;
	struct fake fake;
	int r;

	(void)state;
	fake_make(&fake, true);
	fake_add(&fake, "memory.max", "4096\n");
	fake_add(&fake, "memory.swap.max", "");
	r = update(&fake, &resources, &e);
	assert_file(&fake, "memory.swap.max", "5904");
	fake_remove(&fake);
	assert_int_equal(r, 0);
}

static void update_below_the_usage_is_refused_where_it_is_to_be_checked(void **state)
{
	struct spec_memory memory = {.limit = INT(1000), .check_before_update = {true, true}};
	const struct spec_resources resources = {.memory = &memory};
	struct err e = ERR_NONE;
	struct fake fake;
	int r;

	(void)state;
	fake_make(&fake, true);
	fake_add(&fake, "memory.max", "4096\n");
	fake_add(&fake, "memory.current", "2000\n");
	r = update(&fake, &resources, &e);
	assert_file(&fake, "memory.max", "4096\n");
	fake_remove(&fake);
	assert_int_equal(r, -EBUSY);
	assert_string_equal(e.code, "below-usage");
	assert_string_equal(e.pointer, "/linux/resources/memory/limit");
}

static void update_that_is_refused_writes_nothing(void **state)
{
	struct spec_memory memory = {.swappiness = INT(10)};
	struct spec_cpu cpu = {.shares = INT(512)};
	const struct spec_resources resources = {.cpu = &cpu, .memory = &memory};
	struct err e = ERR_NONE;
	struct fake fake;
	int r;

	(void)state;
	fake_make(&fake, true);
	fake_add(&fake, "cpu.weight", "100\n");
	r = update(&fake, &resources, &e);
	assert_file(&fake, "cpu.weight", "100\n");
	fake_remove(&fake);
	assert_int_equal(r, -EOPNOTSUPP);
	assert_string_equal(e.pointer, "/linux/resources/memory/swappiness");
}

static void update_of_devices_writes_the_difference(void **state)
{
	struct spec_device_rule rule = {true, 'b', {true, 8}, {true, 0}, true, false, false};
	const struct spec_resources resources = {.devices_n = 1, .devices = &rule};
	struct err e = ERR_NONE;
	struct fake fake;
	int r;

	(void)state;
	fake_make(&fake, false);
	fake_add(&fake, "devices.list",
		"c *:* m\nb *:* m\nc 1:3 rw\nc 1:5 rw\nc 1:7 rw\nc 1:8 rw\nc 1:9 rw\nc 5:0 rw\nc 5:1 rw\nc 5:2 rw\n"
		"c 136:* rw\nb 8:16 rw\n");
	fake_add(&fake, "devices.allow", "");
	fake_add(&fake, "devices.deny", "");
	r = update(&fake, &resources, &e);
	assert_file(&fake, "devices.allow", "b 8:0 r");
	assert_file(&fake, "devices.deny", "b 8:16 rw");
	fake_remove(&fake);
	assert_int_equal(r, 0);
}

static void limit_without_its_file_says_what_the_kernel_lacks(void **state)
{
	struct spec_cpu cpu = {.realtime_runtime_us = INT(500)};
	const struct spec_resources resources = {.cpu = &cpu};
	struct err e = ERR_NONE;
	struct fake fake;
	int r;

	(void)state;
	fake_make(&fake, false);
	r = update(&fake, &resources, &e);
	fake_remove(&fake);
	assert_int_equal(r, -EOPNOTSUPP);
	assert_string_equal(e.pointer, "/linux/resources/cpu/realtimeRuntime");
	assert_non_null(strstr(e.text, "CONFIG_RT_GROUP_SCHED"));
}

static void limit_with_another_file_is_written_there(void **state)
{
	struct spec_block_io io = {.weight = INT(500)};
	const struct spec_resources resources = {.block_io = &io};
	struct err e = ERR_NONE;
	struct fake fake;
	int r;

	(void)state;
	fake_make(&fake, true);
	fake_add(&fake, "io.weight", "");
	r = update(&fake, &resources, &e);
	assert_file(&fake, "io.weight", "4950");
	fake_remove(&fake);
	assert_int_equal(r, 0);
}

static void limit_that_the_kernel_ignores_is_refused(void **state)
{
	/* a plain file reads back what was written; a number that it cannot hold shows the check */
	const struct cgroup_write write = {.controller = CGROUP_MEMORY,
		.flags = CGROUP_WRITE_VERIFY,
		.file = "memory.kmem.limit_in_bytes",
		.text = "8000000",
		.pointer = "/linux/resources/memory/kernel"};
	struct cgroup_write items[] = {write};
	const struct cgroup_writes writes = {.n = 1, .items = items};
	struct err e = ERR_NONE;
	struct fake fake;
	int r;

	(void)state;
	fake_make(&fake, false);
	/* longer than what is written, so that the end of it stays: 80000000 */
	fake_add(&fake, "memory.kmem.limit_in_bytes", "99999990");
	r = cgroup_apply(&fake.cgroup, &writes, &e);
	fake_remove(&fake);
	assert_int_equal(r, -EOPNOTSUPP);
	assert_string_equal(e.code, "limit-ignored");
	assert_string_equal(e.pointer, "/linux/resources/memory/kernel");
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
