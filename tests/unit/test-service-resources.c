/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/resources.h"

#include "tests/unit/unit.h"

static void merge(struct spec *spec, const struct spec_resources *update)
{
	struct err e = ERR_NONE;

	assert_int_equal(resources_merge_spec(spec, update, &e), 0);
}

static void a_spec_without_limits_gets_those_of_the_update(void **state)
{
	struct spec_memory memory = {.limit = {true, 1000}};
	struct spec_cpu cpu = {.shares = {true, 5}, .cpus = "0-1"};
	own_spec spec = {0};

	(void)state;
	merge(&spec, &(struct spec_resources){.memory = &memory, .cpu = &cpu});
	assert_int_equal(spec.linux->resources->memory->limit.value, 1000);
	assert_int_equal(spec.linux->resources->cpu->shares.value, 5);
	assert_string_equal(spec.linux->resources->cpu->cpus, "0-1");
	assert_null(spec.linux->resources->pids);
}

/* What Docker sends for "not set". */
static void zeroes_and_what_is_absent_leave_alone(void **state)
{
	struct spec_memory had = {.limit = {true, 1000}, .swap = {true, 2000}};
	struct spec_cpu had_cpu = {.quota_us = {true, 10}, .period_us = {true, 20}, .mems = "0"};
	struct spec_resources resources = {.memory = &had, .cpu = &had_cpu};
	struct spec_linux linux_part = {.resources = &resources};
	struct spec_memory memory = {.limit = {true, 0}, .reservation = {true, 500}};
	struct spec_cpu cpu = {.quota_us = {true, 0}, .mems = ""};
	own_spec spec = {.linux = &linux_part};

	(void)state;
	merge(&spec, &(struct spec_resources){.memory = &memory, .cpu = &cpu});
	assert_int_equal(had.limit.value, 1000);
	assert_int_equal(had.swap.value, 2000);
	assert_int_equal(had.reservation.value, 500);
	assert_int_equal(had_cpu.quota_us.value, 10);
	assert_string_equal(had_cpu.mems, "0");
}

static void zero_is_a_value_where_it_means_something(void **state)
{
	struct spec_memory had = {.swappiness = {true, 60}};
	struct spec_cpu had_cpu = {.idle = {true, 1}, .burst_us = {true, 9}};
	struct spec_resources resources = {.memory = &had, .cpu = &had_cpu};
	struct spec_linux linux_part = {.resources = &resources};
	struct spec_memory memory = {.swappiness = {true, 0}};
	struct spec_cpu cpu = {.idle = {true, 0}, .burst_us = {true, 0}};
	own_spec spec = {.linux = &linux_part};

	(void)state;
	merge(&spec, &(struct spec_resources){.memory = &memory, .cpu = &cpu});
	assert_int_equal(had.swappiness.value, 0);
	assert_int_equal(had_cpu.idle.value, 0);
	assert_int_equal(had_cpu.burst_us.value, 0);
}

static void a_list_takes_the_place_of_a_list(void **state)
{
	struct spec_device_rule old[2] = {{.type = 'c'}, {.type = 'c'}}, new[1] = {{.type = 'b'}};
	struct spec_resources resources = {.devices = old, .devices_n = 2};
	struct spec_linux linux_part = {.resources = &resources};
	own_spec spec = {.linux = &linux_part};

	(void)state;
	merge(&spec, &(struct spec_resources){.devices = NULL});
	assert_int_equal(resources.devices_n, 2);
	merge(&spec, &(struct spec_resources){.devices = new, .devices_n = 1});
	assert_int_equal(resources.devices_n, 1);
	assert_int_equal(resources.devices[0].type, 'b');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_spec_without_limits_gets_those_of_the_update),
		cmocka_unit_test(zeroes_and_what_is_absent_leave_alone),
		cmocka_unit_test(zero_is_a_value_where_it_means_something),
		cmocka_unit_test(a_list_takes_the_place_of_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
