/* SPDX-License-Identifier: Apache-2.0 */
/* A directory of plain files stands for a cgroup: the figures do not know the difference. */
#include "runtime/isolation/cgroup_stats.h"

#include "base/fd.h"
#include "runtime/isolation/cgroup_parse.h"
#include "runtime/isolation/cgroup_stats_lists.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct file {
	const char *name, *text;
};

/* Makes the files, reads the figures, removes the files. */
static void read_stats(const struct file *files, size_t n, struct cgroup_place place, struct stats *ret)
{
	char dir[] = "/tmp/cloche-test-XXXXXX";
	struct cgroup cgroup = {.n = 1};
	struct err e = ERR_NONE;
	int fd, r;

	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(file_replace(fd, files[i].name, files[i].text, strlen(files[i].text), 0600, &e), 0);
	place.dir = dir;
	cgroup.places[0] = place;
	r = cgroup_stats(&cgroup, ret, &e);
	for (size_t i = 0; i < n; i++)
		(void)unlinkat(fd, files[i].name, 0);
	(void)close(fd);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(r, 0);
}

#define ALL_CONTROLLERS ((1U << CGROUP_CONTROLLERS) - 1)

static void stats_of_version_1(void **state)
{
	static const struct file files[] = {
		{"cpuacct.usage", "5000\n"},
		{"cpuacct.usage_user", "3000\n"},
		{"cpuacct.usage_sys", "2000\n"},
		{"cpuacct.usage_all", "cpu user system\n0 1000 500\n1 2000 1500\n"},
		{"cpu.stat", "nr_periods 7\nnr_throttled 2\nthrottled_time 900\n"},
		{"memory.stat", "cache 4096\nrss 8192\nhierarchical_memory_limit 9223372036854771712\n"},
		{"memory.usage_in_bytes", "12288\n"},
		{"memory.limit_in_bytes", "65536\n"},
		{"memory.memsw.usage_in_bytes", "16384\n"},
		{"memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"},
		{"pids.current", "4\n"},
		{"pids.max", "max\n"},
		{"cpuset.effective_cpus", "0-1\n"},
		{"cpuset.effective_mems", "0\n"},
		{"blkio.bfq.io_service_bytes_recursive", "Total 0\n"},
		{"blkio.throttle.io_service_bytes_recursive",
			"8:0 Read 100\n8:0 Write 200\n8:0 Total 300\nTotal 300\n"},
		{"blkio.throttle.io_serviced_recursive", "8:0 Read 1\n"},
		{"hugetlb.2MB.usage_in_bytes", "2097152\n"},
		{"hugetlb.2MB.rsvd.usage_in_bytes", "0\n"},
		{"hugetlb.2MB.limit_in_bytes", "4194304\n"},
		{"hugetlb.2MB.failcnt", "5\n"},
	};
	own_stats s = {0};

	(void)state;
	read_stats(files, sizeof files / sizeof *files, (struct cgroup_place){.controllers = ALL_CONTROLLERS}, &s);
	assert_int_equal(s.cpu.total_ns, 5000);
	assert_int_equal(s.cpu.user_ns, 3000);
	assert_int_equal(s.cpu.kernel_ns, 2000);
	assert_int_equal(s.cpu.percpu_n, 2);
	assert_int_equal(s.cpu.percpu_kernel_ns[1], 1500);
	assert_int_equal(s.cpu.throttled_periods, 2);
	assert_int_equal(s.cpu.throttled_ns, 900);
	assert_int_equal(s.memory.cache, 4096);
	assert_int_equal(s.memory.usage.usage, 12288);
	assert_int_equal(s.memory.usage.limit, 65536);
	assert_int_equal(s.memory.swap.usage, 16384);
	assert_int_equal(s.memory.raw_n, 3);
	assert_string_equal(s.memory.raw[1].key, "rss");
	assert_int_equal(s.oom_kills, 3);
	assert_int_equal(s.pids.current, 4);
	assert_int_equal(s.pids.limit, 0);
	assert_string_equal(s.cpus, "0-1");
	assert_int_equal(s.io.bytes.n, 3);
	assert_string_equal(s.io.bytes.items[1].operation, "Write");
	assert_int_equal(s.io.bytes.items[1].value, 200);
	assert_int_equal(s.io.operations.n, 1);
	assert_int_equal(s.hugetlb_n, 1);
	assert_string_equal(s.hugetlb[0].page_size, "2MB");
	assert_int_equal(s.hugetlb[0].usage.failures, 5);
	assert_false(s.cpu.pressure.set);
}

static void stats_of_version_2(void **state)
{
	static const struct file files[] = {
		{"cpu.stat",
			"usage_usec 5\nuser_usec 3\nsystem_usec 2\nnr_periods 7\nnr_throttled 2\nthrottled_usec 9\n"},
		{"memory.stat", "anon 100\nfile 4096\nkernel 50\n"},
		{"memory.current", "1000\n"},
		{"memory.peak", "2000\n"},
		{"memory.max", "4000\n"},
		{"memory.events", "low 0\nhigh 0\nmax 6\noom 1\noom_kill 2\n"},
		{"memory.swap.current", "10\n"},
		{"memory.swap.max", "500\n"},
		{"pids.max", "50\n"},
		{"cpuset.cpus.effective", "0\n"},
		{"io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n8:16 \n253:0 rbytes=9\n"},
		{"cpu.pressure", "some avg10=1.50 avg60=0.25 avg300=0.00 total=77\n"},
		{"memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n"
				    "full avg10=0.00 avg60=0.00 avg300=0.00 total=2\n"},
		{"rdma.current", "mlx4_0 hca_handle=2 hca_object=20\n"},
		{"rdma.max", "mlx5_0 hca_handle=1 hca_object=1\nmlx4_0 hca_handle=3 hca_object=max\n"},
		{"hugetlb.1GB.current", "0\n"},
		{"hugetlb.1GB.max", "max\n"},
	};
	own_stats s = {0};

	(void)state;
	read_stats(files, sizeof files / sizeof *files,
		(struct cgroup_place){.controllers = ALL_CONTROLLERS, .v2 = true}, &s);
	assert_int_equal(s.cpu.total_ns, 5000);
	assert_int_equal(s.cpu.throttled_ns, 9000);
	assert_int_equal(s.cpu.percpu_n, 0);
	assert_int_equal(s.memory.cache, 4096);
	assert_int_equal(s.memory.usage.max, 2000);
	assert_int_equal(s.memory.usage.failures, 6);
	assert_int_equal(s.memory.swap.usage, 1010);
	assert_int_equal(s.memory.swap.limit, 4500);
	assert_int_equal(s.memory.kernel.usage, 50);
	assert_int_equal(s.oom_kills, 2);
	assert_int_equal(s.pids.limit, 50);
	assert_string_equal(s.cpus, "0");
	assert_string_equal(s.mems, "");
	assert_int_equal(s.io.bytes.n, 4);
	assert_int_equal(s.io.bytes.items[3].major, 253);
	assert_int_equal(s.io.bytes.items[3].value, 9);
	assert_string_equal(s.io.operations.items[2].operation, "Discard");
	assert_int_equal(s.io.operations.items[2].value, 6);
	assert_true(s.cpu.pressure.set);
	assert_int_equal(s.cpu.pressure.some.avg10_hundredths, 150);
	assert_int_equal(s.cpu.pressure.some.avg60_hundredths, 25);
	assert_int_equal(s.cpu.pressure.some.total_us, 77);
	assert_int_equal(s.memory.pressure.full.total_us, 2);
	assert_int_equal(s.rdma_n, 1);
	assert_int_equal(s.rdma[0].handles_limit, 3);
	assert_true(s.rdma[0].objects_limit == UINT64_MAX);
	assert_int_equal(s.hugetlb_n, 1);
	assert_true(s.hugetlb[0].usage.limit == UINT64_MAX);
}

static void stats_of_a_cgroup_that_is_gone_say_so(void **state)
{
	const struct cgroup cgroup = {.n = 1, .places = {{.dir = "/nonexistent/cgroup"}}};
	struct stats s = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(cgroup_stats(&cgroup, &s, &e), -ENOENT);
	assert_string_equal(e.code, "no-cgroup");
}

static void stats_lists_skip_what_they_do_not_know(void **state)
{
	own_arena arena = {0};
	struct stats_io_list list;
	struct stats_memory memory;
	struct stats_cpu cpu;
	struct stats_pressure pressure = {0};

	(void)state;
	assert_int_equal(stats_read_io_v1("x\n8 Read 1\n8:0 Sleep 1\n8:0 Read x\n8:1 Read 7", &arena, &list), 0);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.items[0].minor, 1);
	assert_int_equal(stats_read_raw("a\nb x\n\nc 3", &arena, &memory), 0);
	assert_int_equal(memory.raw_n, 1);
	assert_string_equal(memory.raw[0].key, "c");
	assert_int_equal(stats_read_percpu("", &arena, &cpu), 0);
	assert_int_equal(cpu.percpu_n, 0);
	stats_read_pressure("some avg10=1\n", &pressure);
	assert_false(pressure.set);
}

static void parse_numbers(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t number;
	} rows[] = {{"0\n", true, 0}, {"42", true, 42}, {"max\n", true, UINT64_MAX}, {"-1\n", true, UINT64_MAX},
		{"7 100000\n", true, 7}, {"", false, 0}, {"x", false, 0}, {"4x", false, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t number = 0;

		assert_int_equal(cgroup_number(rows[i].text, &number), rows[i].ok);
		assert_true(!rows[i].ok || number == rows[i].number);
	}
}

static void parse_finds_whole_keys_only(void **state)
{
	uint64_t number = 0;

	(void)state;
	assert_true(cgroup_flat_number("oom 1\noom_kill 2\n", "oom_kill", &number));
	assert_int_equal(number, 2);
	assert_false(cgroup_flat_number("oom_kill 2\n", "oom", &number));
	assert_false(cgroup_flat_number("a_oom 2\n", "oom", &number));
	assert_true(cgroup_nested_number("8:0 xrbytes=1 rbytes=2\n", "rbytes", &number));
	assert_int_equal(number, 2);
	assert_false(cgroup_nested_number("8:0 a=1\n8:1 rbytes=2\n", "rbytes", &number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stats_of_version_1),
		cmocka_unit_test(stats_of_version_2),
		cmocka_unit_test(stats_of_a_cgroup_that_is_gone_say_so),
		cmocka_unit_test(stats_lists_skip_what_they_do_not_know),
		cmocka_unit_test(parse_numbers),
		cmocka_unit_test(parse_finds_whole_keys_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
