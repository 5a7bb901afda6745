/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/systemd_property.h"

#include "base/text.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

#define INT(n)                                                                                                         \
	{                                                                                                              \
		.set = true, .value = (n)                                                                              \
	}

/* "NAME=type:value" a line */
static void assert_properties(const struct systemd_properties *properties, const char *wanted)
{
	own_text found = {0};

	for (size_t i = 0; i < properties->n; i++)
		text_format(&found, "%s=%s:%s\n", properties->items[i].name, properties->items[i].type,
			properties->items[i].value);
	assert_string_equal(text_string(&found), wanted);
}

static void assert_limits(const struct spec_resources *resources, enum cgroup_mode mode, const char *wanted)
{
	const struct cgroup_host host = cgroup_host_fixed(mode);
	const struct cgroup_limits limits = {.resources = resources, .host = &host};
	own_arena arena = {0};
	struct cgroup_writes writes = {0};
	struct systemd_properties properties = {0};
	struct err e = ERR_NONE;

	assert_int_equal(cgroup_limits_list(&limits, &arena, &writes, &e), 0);
	assert_int_equal(systemd_limit_properties(&writes, &arena, &properties, &e), 0);
	assert_properties(&properties, wanted);
}

static void limits_that_systemd_knows_become_properties(void **state)
{
	struct spec_cpu cpu = {.shares = INT(1024), .quota_us = INT(33333), .period_us = INT(100000), .cpus = "0-1,9"};
	struct spec_memory memory = {.limit = INT(4096), .swap = INT(8192), .reservation = INT(1024)};
	struct spec_pids pids = {.limit = -1};
	struct spec_block_io io = {.weight = INT(500)};
	const struct spec_resources resources = {.cpu = &cpu, .memory = &memory, .pids = &pids, .block_io = &io};

	(void)state;
	assert_limits(&resources, CGROUP_MODE_V2,
		"CPUWeight=t:100\nCPUQuotaPerSecUSec=t:340000\nCPUQuotaPeriodUSec=t:100000\nAllowedCPUs=ay:0302\n"
		"MemorySwapMax=t:4096\nMemoryMax=t:4096\nMemoryLow=t:1024\nTasksMax=t:18446744073709551615\n"
		"IOWeight=t:4950\n");
	assert_limits(&resources, CGROUP_MODE_V1,
		"CPUShares=t:1024\nCPUQuotaPerSecUSec=t:340000\nCPUQuotaPeriodUSec=t:100000\nAllowedCPUs=ay:0302\n"
		"MemoryLimit=t:4096\nTasksMax=t:18446744073709551615\nBlockIOWeight=t:500\n");
}

static void limits_named_by_file_become_properties(void **state)
{
	struct string_pair pairs[] = {{"memory.high", "1000"}, {"memory.oom.group", "1"}, {"cpu.idle", "1"},
		{"cpu.max", "max 5000"}, {"pids.max", "max"}, {"io.max", "8:0 rbps=1"}};
	const struct spec_resources resources = {.unified = {true, sizeof pairs / sizeof *pairs, pairs}};

	(void)state;
	assert_limits(&resources, CGROUP_MODE_V2,
		"MemoryHigh=t:1000\nOOMPolicy=s:kill\nCPUWeight=t:0\nCPUQuotaPerSecUSec=t:18446744073709551615\n"
		"CPUQuotaPeriodUSec=t:5000\nTasksMax=t:18446744073709551615\n");
}

static void quota_is_rounded_up_to_a_percent(void **state)
{
	static const struct {
		int64_t quota;
		uint64_t period, wanted;
	} rows[] = {{50000, 100000, 500000}, {33333, 100000, 340000}, {1000, 100000, 10000}, {200000, 100000, 2000000},
		{-1, 100000, UINT64_MAX}, {0, 100000, UINT64_MAX}, {1, 0, UINT64_MAX}, {INT64_MAX, 1, UINT64_MAX}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_true(systemd_cpu_quota(rows[i].quota, rows[i].period) == rows[i].wanted);
}

static void unit_of_a_service_is_a_scope_in_its_slice(void **state)
{
	struct string_pair pairs[] = {{"org.systemd.property.CollectMode", "'inactive-or-failed'"},
		{"org.systemd.property.TimeoutStopSec", "int32 3"}, {"org.systemd.property.Some", "true"},
		{"other", "x"}};
	const struct string_map annotations = {true, sizeof pairs / sizeof *pairs, pairs};
	const struct systemd_unit unit = {.id = "web",
		.name = "cloche-web.scope",
		.slice = "a.slice",
		.pid = "42",
		.v2 = true,
		.annotations = &annotations};
	own_arena arena = {0};
	struct systemd_properties properties = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(systemd_unit_properties(&unit, &arena, &properties, &e), 0);
	assert_properties(&properties,
		"Description=s:cloche service web\nSlice=s:a.slice\nDelegate=b:1\nPIDs=au:42\nMemoryAccounting=b:1\n"
		"CPUAccounting=b:1\nIOAccounting=b:1\nTasksAccounting=b:1\nTasksMax=t:18446744073709551615\n"
		"DefaultDependencies=b:0\n"
		"CollectMode=s:inactive-or-failed\nTimeoutStopUSec=t:3000000\nSome=b:1\n");
}

static void unit_that_is_a_slice_holds_no_process(void **state)
{
	const struct systemd_unit unit = {.id = "pod", .name = "a-pod.slice", .slice = "a.slice"};
	own_arena arena = {0};
	struct systemd_properties properties = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(systemd_unit_properties(&unit, &arena, &properties, &e), 0);
	assert_properties(&properties,
		"Description=s:cloche service pod\nWants=as:a.slice\nMemoryAccounting=b:1\nCPUAccounting=b:1\n"
		"BlockIOAccounting=b:1\nTasksAccounting=b:1\nDefaultDependencies=b:0\n");
}

static void annotations_that_are_no_properties_are_refused(void **state)
{
	static const struct string_pair rows[] = {{"org.systemd.property.A", "x"}, {"org.systemd.property.A", "'x"},
		{"org.systemd.property.A", "'a'b'"}, {"org.systemd.property.A", "uint64 x"},
		{"org.systemd.property.A", ""}, {"org.systemd.property.A=b:1", "true"},
		{"org.systemd.property.", "true"}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct string_pair pair = rows[i];
		const struct string_map annotations = {true, 1, &pair};
		const struct systemd_unit unit = {
			.id = "web", .name = "w.scope", .slice = "a.slice", .pid = "1", .annotations = &annotations};
		own_arena arena = {0};
		struct systemd_properties properties = {0};
		struct err e = ERR_NONE;

		assert_int_equal(systemd_unit_properties(&unit, &arena, &properties, &e), -EINVAL);
		assert_string_equal(e.code, "bad-systemd-property");
	}
}

static const char proc_devices[] =
	"Character devices:\n  1 mem\n136 pts\n 10 misc\n\nBlock devices:\n  8 sd\n136 other\n";

static void assert_devices(const struct spec_device_rule *rules, size_t n, const char *wanted)
{
	own_arena arena = {0};
	struct spec_device_rule items[4];
	const struct cgroup_device_rules list = {.n = n, .spec_n = n, .items = items};
	struct systemd_properties properties = {0};
	struct err e = ERR_NONE;

	memcpy(items, rules, n * sizeof *rules);
	assert_int_equal(systemd_device_properties(&list, proc_devices, &arena, &properties, &e), 0);
	assert_properties(&properties, wanted);
}

static void devices_are_named_as_systemd_does(void **state)
{
	static const struct spec_device_rule rules[] = {
		{true, 'c', {0}, {0}, false, false, true},
		{true, 'c', {true, 1}, {true, 3}, true, true, false},
		{true, 'c', {true, 136}, {0}, true, true, false},
		{true, 'b', {true, 8}, {0}, true, false, false},
	};
	static const struct spec_device_rule all = {true, 'a', {0}, {0}, true, true, true};
	static const struct spec_device_rule unknown = {true, 'c', {true, 99}, {0}, true, true, false};

	(void)state;
	assert_devices(rules, 4,
		"DevicePolicy=s:strict\nDeviceAllow=a(ss):char-* m\n/dev/char/1:3 rw\nchar-pts rw\nblock-sd r\n");
	assert_devices(&all, 1, "DevicePolicy=s:auto\n");
	assert_devices(&unknown, 1, "DevicePolicy=s:strict\nDeviceAllow=a(ss):\n");
}

static void devices_that_systemd_cannot_say_are_left_to_our_own_filter(void **state)
{
	static const struct spec_device_rule hole[] = {
		{true, 'b', {true, 8}, {0}, true, true, true}, {false, 'b', {true, 8}, {true, 0}, true, true, true}};

	(void)state;
	assert_devices(hole, 2, "DevicePolicy=s:auto\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_that_systemd_knows_become_properties),
		cmocka_unit_test(limits_named_by_file_become_properties),
		cmocka_unit_test(quota_is_rounded_up_to_a_percent),
		cmocka_unit_test(unit_of_a_service_is_a_scope_in_its_slice),
		cmocka_unit_test(unit_that_is_a_slice_holds_no_process),
		cmocka_unit_test(annotations_that_are_no_properties_are_refused),
		cmocka_unit_test(devices_are_named_as_systemd_does),
		cmocka_unit_test(devices_that_systemd_cannot_say_are_left_to_our_own_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
