/* SPDX-License-Identifier: Apache-2.0 */
/* Each row: resources of a spec, and what is written for them in each mode of the host, or how they are refused. */
#include "runtime/isolation/cgroup_limits.h"

#include "base/text.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

#define INT(n)                                                                                                         \
	{                                                                                                              \
		.set = true, .value = (n)                                                                              \
	}
#define MIB(n) ((n)*INT64_C(1048576))

static const struct cgroup_now new_cgroup, updated = {.exists = true, .memory_limit = MIB(100), .cpu_quota_us = 5000};

/* "file=text" a line; "!pointer" for a refusal */
static void assert_writes(
	const struct spec_resources *resources, enum cgroup_mode mode, const struct cgroup_now *now, const char *wanted)
{
	const struct cgroup_host host = cgroup_host_fixed(mode);
	const struct cgroup_limits limits = {.resources = resources, .host = &host, .now = *now};
	own_arena arena = {0};
	struct cgroup_writes writes = {0};
	struct err e = ERR_NONE;
	own_text found = {0};
	int r = cgroup_limits_list(&limits, &arena, &writes, &e);

	for (size_t i = 0; r == 0 && i < writes.n; i++) {
		text_format(&found, "%s=%s", writes.items[i].file, writes.items[i].text);
		if (writes.items[i].other_file)
			text_format(&found, " or %s=%s", writes.items[i].other_file, writes.items[i].other_text);
		text_add(&found, i + 1 < writes.n ? "\n" : "");
	}
	if (r < 0)
		text_format(&found, "!%s", e.pointer);
	assert_string_equal(text_string(&found), wanted);
}

static void assert_both(
	const struct spec_resources *resources, const struct cgroup_now *now, const char *v1, const char *v2)
{
	assert_writes(resources, CGROUP_MODE_V1, now, v1);
	assert_writes(resources, CGROUP_MODE_HYBRID, now, v1);
	assert_writes(resources, CGROUP_MODE_V2, now, v2);
}

static void limits_of_cpu(void **state)
{
	static const struct {
		struct spec_cpu cpu;
		const char *v1, *v2;
	} rows[] = {
		{{.shares = INT(512)}, "cpu.shares=512", "cpu.weight=59"},
		{{.shares = INT(0), .quota_us = INT(0), .period_us = INT(0)}, "", ""},
		{{.quota_us = INT(50000)}, "cpu.cfs_quota_us=50000", "cpu.max=50000"},
		{{.quota_us = INT(-1)}, "cpu.cfs_quota_us=-1", "cpu.max=max"},
		{{.period_us = INT(20000)}, "cpu.cfs_period_us=20000", "cpu.max=max 20000"},
		{{.quota_us = INT(50000), .period_us = INT(100000)}, "cpu.cfs_period_us=100000\ncpu.cfs_quota_us=50000",
			"cpu.max=50000 100000"},
		{{.burst_us = INT(1000)}, "cpu.cfs_burst_us=1000", "cpu.max.burst=1000"},
		{{.idle = INT(1)}, "cpu.idle=1", "cpu.idle=1"},
		{{.cpus = "0-1", .mems = "0"}, "cpuset.cpus=0-1\ncpuset.mems=0", "cpuset.cpus=0-1\ncpuset.mems=0"},
		{{.cpus = "", .mems = ""}, "", ""},
		{{.realtime_period_us = INT(1000), .realtime_runtime_us = INT(500)},
			"cpu.rt_period_us=1000\ncpu.rt_runtime_us=500", "!/linux/resources/cpu/realtimePeriod"},
		{{.realtime_runtime_us = INT(0)}, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct spec_cpu cpu = rows[i].cpu;
		const struct spec_resources resources = {.cpu = &cpu};

		assert_both(&resources, &new_cgroup, rows[i].v1, rows[i].v2);
	}
}

static void limits_of_memory(void **state)
{
	static const struct {
		struct spec_memory memory;
		const char *v1, *v2;
	} rows[] = {
		{{.limit = INT(4096)}, "memory.limit_in_bytes=4096", "memory.max=4096"},
		{{.limit = INT(0), .swap = INT(0), .reservation = INT(0), .kernel = INT(0)}, "", ""},
		{{.limit = INT(4096), .swap = INT(8192)},
			"memory.limit_in_bytes=4096\nmemory.memsw.limit_in_bytes=8192",
			"memory.swap.max=4096\nmemory.max=4096"},
		{{.limit = INT(4096), .swap = INT(4096)},
			"memory.limit_in_bytes=4096\nmemory.memsw.limit_in_bytes=4096",
			"memory.swap.max=0\nmemory.max=4096"},
		{{.limit = INT(4096), .swap = INT(-1)}, "memory.limit_in_bytes=4096\nmemory.memsw.limit_in_bytes=-1",
			"memory.swap.max=max\nmemory.max=4096"},
		{{.limit = INT(-1)}, "memory.limit_in_bytes=-1\nmemory.memsw.limit_in_bytes=-1",
			"memory.swap.max=max\nmemory.max=max"},
		{{.limit = INT(8192), .swap = INT(4096)},
			"memory.limit_in_bytes=8192\nmemory.memsw.limit_in_bytes=4096",
			"!/linux/resources/memory/swap"},
		{{.swap = INT(4096)}, "memory.memsw.limit_in_bytes=4096", "!/linux/resources/memory/swap"},
		{{.reservation = INT(4096)}, "memory.soft_limit_in_bytes=4096", "memory.low=4096"},
		{{.reservation = INT(-1)}, "memory.soft_limit_in_bytes=-1", "memory.low=max"},
		{{.kernel = INT(4096)}, "memory.kmem.limit_in_bytes=4096", "!/linux/resources/memory/kernel"},
		{{.kernel = INT(-1)}, "memory.kmem.limit_in_bytes=-1", ""},
		{{.kernel_tcp = INT(4096)}, "memory.kmem.tcp.limit_in_bytes=4096",
			"!/linux/resources/memory/kernelTCP"},
		{{.swappiness = INT(0)}, "memory.swappiness=0", "!/linux/resources/memory/swappiness"},
		{{.disable_oom_killer = {true, false}}, "", ""},
		{{.disable_oom_killer = {true, true}}, "memory.oom_control=1",
			"!/linux/resources/memory/disableOOMKiller"},
		{{.use_hierarchy = {true, true}}, "memory.use_hierarchy=1", ""},
		{{.use_hierarchy = {true, false}}, "memory.use_hierarchy=0", "!/linux/resources/memory/useHierarchy"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct spec_memory memory = rows[i].memory;
		const struct spec_resources resources = {.memory = &memory};

		assert_both(&resources, &new_cgroup, rows[i].v1, rows[i].v2);
	}
}

static void limits_of_an_update_build_on_what_there_is(void **state)
{
	struct spec_memory swap = {.swap = INT(MIB(150))}, oom = {.disable_oom_killer = {true, false}};
	struct spec_cpu period = {.period_us = INT(20000)};
	const struct spec_resources swaps = {.memory = &swap}, ooms = {.memory = &oom}, periods = {.cpu = &period};

	(void)state;
	assert_both(&swaps, &updated, "memory.memsw.limit_in_bytes=157286400", "memory.swap.max=52428800");
	assert_both(&ooms, &updated, "memory.oom_control=0", "");
	assert_both(&periods, &updated, "cpu.cfs_period_us=20000", "cpu.max=5000 20000");
}

static void limits_of_pids(void **state)
{
	static const struct {
		int64_t limit;
		const char *both;
	} rows[] = {{100, "pids.max=100"}, {0, "pids.max=max"}, {-1, "pids.max=max"}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct spec_pids pids = {.limit = rows[i].limit};
		const struct spec_resources resources = {.pids = &pids};

		assert_both(&resources, &new_cgroup, rows[i].both, rows[i].both);
	}
}

static void limits_of_io(void **state)
{
	struct spec_io_throttle_device slow = {8, 0, INT(1000)}, free_again = {8, 16, INT(0)};
	struct spec_io_weight_device weight = {8, 0, INT(500), {0}}, leaf = {8, 0, {0}, INT(10)};
	const struct {
		struct spec_block_io io;
		const char *v1, *v2;
	} rows[] = {
		{{.weight = INT(0)}, "", ""},
		{{.weight = INT(500)}, "blkio.weight=500 or blkio.bfq.weight=500",
			"io.bfq.weight=500 or io.weight=4950"},
		{{.leaf_weight = INT(300)}, "blkio.leaf_weight=300", "!/linux/resources/blockIO/leafWeight"},
		{{.weight_devices_n = 1, .weight_devices = &weight},
			"blkio.weight_device=8:0 500 or blkio.bfq.weight_device=8:0 500",
			"io.bfq.weight=8:0 500 or io.weight=8:0 4950"},
		{{.weight_devices_n = 1, .weight_devices = &leaf}, "blkio.leaf_weight_device=8:0 10",
			"!/linux/resources/blockIO/weightDevice/leafWeight"},
		{{.read_bps = {1, &slow}}, "blkio.throttle.read_bps_device=8:0 1000", "io.max=8:0 rbps=1000"},
		{{.write_bps = {1, &slow}}, "blkio.throttle.write_bps_device=8:0 1000", "io.max=8:0 wbps=1000"},
		{{.read_iops = {1, &slow}}, "blkio.throttle.read_iops_device=8:0 1000", "io.max=8:0 riops=1000"},
		{{.write_iops = {1, &free_again}}, "blkio.throttle.write_iops_device=8:16 0", "io.max=8:16 wiops=max"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct spec_block_io io = rows[i].io;
		const struct spec_resources resources = {.block_io = &io};

		assert_both(&resources, &new_cgroup, rows[i].v1, rows[i].v2);
	}
}

static void limits_of_huge_pages_rdma_and_network(void **state)
{
	struct spec_hugepage_limit page = {"2MB", 4194304}, bad = {"../x", 1};
	struct spec_rdma rdma = {"mlx5_1", INT(3), INT(10000)}, handles = {"mlx4_0", INT(2), {0}};
	struct spec_net_priority priority = {"eth0", 7};
	struct spec_net_cgroup class = {.class_id = INT(1048577)},
			       priorities = {.priorities_n = 1, .priorities = &priority};
	const struct {
		struct spec_resources resources;
		const char *v1, *v2;
	} rows[] = {
		{{.hugepage_limits_n = 1, .hugepage_limits = &page},
			"hugetlb.2MB.limit_in_bytes=4194304\nhugetlb.2MB.rsvd.limit_in_bytes=4194304",
			"hugetlb.2MB.max=4194304\nhugetlb.2MB.rsvd.max=4194304"},
		{{.hugepage_limits_n = 1, .hugepage_limits = &bad}, "!/linux/resources/hugepageLimits/0/pageSize",
			"!/linux/resources/hugepageLimits/0/pageSize"},
		{{.rdma_n = 1, .rdma = &rdma}, "rdma.max=mlx5_1 hca_handle=3 hca_object=10000",
			"rdma.max=mlx5_1 hca_handle=3 hca_object=10000"},
		{{.rdma_n = 1, .rdma = &handles}, "rdma.max=mlx4_0 hca_handle=2", "rdma.max=mlx4_0 hca_handle=2"},
		{{.network = &class}, "net_cls.classid=1048577", "!/linux/resources/network/classID"},
		{{.network = &priorities}, "net_prio.ifpriomap=eth0 7", "!/linux/resources/network/priorities"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_both(&rows[i].resources, &new_cgroup, rows[i].v1, rows[i].v2);
}

static void limits_named_by_file_are_for_version_2(void **state)
{
	static const struct {
		const char *file, *v2;
	} rows[] = {
		{"memory.high", "memory.high=1"},
		{"cgroup.max.depth", "cgroup.max.depth=1"},
		{"../memory.high", "!/linux/resources/unified"},
		{"a/memory.high", "!/linux/resources/unified"},
		{"memory", "!/linux/resources/unified"},
		{"cgroup.procs", "!/linux/resources/unified"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct string_pair pair = {rows[i].file, "1"};
		const struct spec_resources resources = {.unified = {true, 1, &pair}};

		assert_writes(&resources, CGROUP_MODE_V1, &new_cgroup, "!/linux/resources/unified");
		assert_writes(&resources, CGROUP_MODE_V2, &new_cgroup, rows[i].v2);
	}
}

static void limits_named_by_file_need_their_controller_in_version_2(void **state)
{
	struct string_pair memory = {"memory.high", "1"};
	const struct spec_resources resources = {.unified = {true, 1, &memory}};

	(void)state;
	assert_writes(&resources, CGROUP_MODE_HYBRID, &new_cgroup, "!/linux/resources/unified");
}

static void limits_without_their_controller_are_refused(void **state)
{
	struct cgroup_host host = cgroup_host_fixed(CGROUP_MODE_V2);
	struct spec_pids pids = {.limit = 1};
	const struct spec_resources resources = {.pids = &pids};
	const struct cgroup_limits limits = {.resources = &resources, .host = &host};
	own_arena arena = {0};
	struct cgroup_writes writes = {0};
	struct err e = ERR_NONE;

	(void)state;
	host.items[0].controllers &= ~(1U << CGROUP_PIDS);
	assert_int_equal(cgroup_limits_list(&limits, &arena, &writes, &e), -EOPNOTSUPP);
	assert_string_equal(e.code, "no-controller");
	assert_string_equal(e.pointer, "/linux/resources/pids/limit");
	assert_non_null(strstr(e.text, "'pids'"));
}

static void limits_with_check_before_update_look_at_the_usage(void **state)
{
	const struct cgroup_host host = cgroup_host_fixed(CGROUP_MODE_V2);
	struct spec_memory memory = {.limit = INT(4096), .check_before_update = {true, true}};
	const struct spec_resources resources = {.memory = &memory};
	const struct cgroup_limits limits = {.resources = &resources, .host = &host};
	own_arena arena = {0};
	struct cgroup_writes writes = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(cgroup_limits_list(&limits, &arena, &writes, &e), 0);
	assert_int_equal(writes.items[0].flags, CGROUP_WRITE_ABOVE_USAGE);
}

static void weight_keeps_the_ends_and_the_default_of_shares(void **state)
{
	static const struct {
		uint64_t shares, weight;
	} rows[] = {{0, 1}, {1, 1}, {2, 1}, {3, 2}, {4, 2}, {8, 3}, {102, 17}, {256, 35}, {512, 59}, {1024, 100},
		{2048, 174}, {4096, 303}, {65536, 3023}, {262143, 10000}, {262144, 10000}, {300000, 10000}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(cgroup_weight_of_shares(rows[i].shares), rows[i].weight);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_of_cpu),
		cmocka_unit_test(limits_of_memory),
		cmocka_unit_test(limits_of_an_update_build_on_what_there_is),
		cmocka_unit_test(limits_of_pids),
		cmocka_unit_test(limits_of_io),
		cmocka_unit_test(limits_of_huge_pages_rdma_and_network),
		cmocka_unit_test(limits_named_by_file_are_for_version_2),
		cmocka_unit_test(limits_named_by_file_need_their_controller_in_version_2),
		cmocka_unit_test(limits_without_their_controller_are_refused),
		cmocka_unit_test(limits_with_check_before_update_look_at_the_usage),
		cmocka_unit_test(weight_keeps_the_ends_and_the_default_of_shares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
