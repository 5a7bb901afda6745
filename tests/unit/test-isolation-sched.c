/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/sched.h"

#include "tests/unit/child.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static void set_batch(void *data)
{
	const struct spec_scheduler batch = {
		.policy = SPEC_SCHED_BATCH,
		.nice = {true, 7},
		.flags = {true, 1 << SPEC_SCHED_FLAG_RESET_ON_FORK},
	};
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, sched_scheduler_apply(&batch, &e) == 0);
	CHILD_CHECK(2, sched_getscheduler(0) == (SCHED_BATCH | SCHED_RESET_ON_FORK));
	CHILD_CHECK(3, getpriority(PRIO_PROCESS, 0) == 7);
}

static void sched_policy_and_nice_are_set(void **state)
{
	(void)state;
	assert_int_equal(child_run(set_batch, NULL), 0);
}

static void sched_numbers_out_of_range_are_refused(void **state)
{
	const struct spec_scheduler cases[] = {
		{.policy = SPEC_SCHED_OTHER, .nice = {true, 20}},
		{.policy = SPEC_SCHED_OTHER, .nice = {true, (INT64_C(1) << 32) + 1}},
		{.policy = SPEC_SCHED_FIFO, .priority = {true, (INT64_C(1) << 32) + 1}},
		{.policy = SPEC_SCHED_FIFO, .priority = {true, -1}},
		{.policy = SPEC_SCHED_ISO},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e = ERR_NONE;

		assert_int_equal(sched_scheduler_apply(&cases[i], &e), -EINVAL);
	}
}

static void set_affinity(void *data)
{
	struct err e = ERR_NONE;
	cpu_set_t before, after;
	char list[32];
	size_t last = 0;

	(void)data;
	CHILD_CHECK(1, sched_getaffinity(0, sizeof before, &before) == 0);
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &before))
			last = cpu;
	(void)snprintf(list, sizeof list, "%zu", last); /* fits */
	CHILD_CHECK(2, sched_affinity_apply(NULL, &e) == 0 && sched_affinity_apply("", &e) == 0);
	CHILD_CHECK(3, sched_getaffinity(0, sizeof after, &after) == 0 && CPU_EQUAL(&before, &after));
	CHILD_CHECK(4, sched_affinity_apply(list, &e) == 0);
	CHILD_CHECK(5, sched_getaffinity(0, sizeof after, &after) == 0);
	CHILD_CHECK(6, CPU_COUNT(&after) == 1 && CPU_ISSET(last, &after));
	CHILD_CHECK(7, sched_affinity_apply("8191", &e) == -EINVAL && strcmp(e.code, "cpus-not-available") == 0);
}

static void sched_affinity_is_what_the_list_says(void **state)
{
	(void)state;
	assert_int_equal(child_run(set_affinity, NULL), 0);
}

static void set_io_priority(void *data)
{
	const struct spec_io_priority low = {SPEC_IO_CLASS_BE, {true, 6}}, idle = {SPEC_IO_CLASS_IDLE, {0}};
	const struct spec_io_priority wrong = {SPEC_IO_CLASS_BE, {true, 8}};
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, sched_io_priority_apply(&low, &e) == 0);
	CHILD_CHECK(2, syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0) == IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 6));
	CHILD_CHECK(3, sched_io_priority_apply(&idle, &e) == 0);
	CHILD_CHECK(4, syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0) == IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
	CHILD_CHECK(5, sched_io_priority_apply(&wrong, &e) == -EINVAL);
}

static void sched_io_priority_is_set(void **state)
{
	(void)state;
	assert_int_equal(child_run(set_io_priority, NULL), 0);
}

static void set_memory_policy(void *data)
{
	const struct spec_memory_policy bind = {SPEC_MPOL_BIND, "0", {true, 1 << SPEC_MPOL_F_STATIC_NODES}};
	const struct spec_memory_policy local = {.mode = SPEC_MPOL_LOCAL},
					wrong = {.mode = SPEC_MPOL_BIND, .nodes = "a"};
	struct err e = ERR_NONE;
	int mode = -1, r = sched_memory_policy_apply(&bind, &e);

	(void)data;
	CHILD_CHECK(77, r != -ENOSYS && r != -EPERM);
	CHILD_CHECK(1, r == 0);
	CHILD_CHECK(2, syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0) == 0);
	CHILD_CHECK(3, mode == (MPOL_BIND | MPOL_F_STATIC_NODES));
	CHILD_CHECK(4, sched_memory_policy_apply(&local, &e) == 0);
	CHILD_CHECK(5, syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0) == 0 && mode == MPOL_LOCAL);
	CHILD_CHECK(6, sched_memory_policy_apply(&wrong, &e) == -EINVAL);
}

static void sched_memory_policy_is_set(void **state)
{
	int result = child_run(set_memory_policy, NULL);

	(void)state;
	if (result == 77) {
		print_message("needs a kernel with NUMA\n");
		skip();
	}
	assert_int_equal(result, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sched_policy_and_nice_are_set),
		cmocka_unit_test(sched_numbers_out_of_range_are_refused),
		cmocka_unit_test(sched_affinity_is_what_the_list_says),
		cmocka_unit_test(sched_io_priority_is_set),
		cmocka_unit_test(sched_memory_policy_is_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
