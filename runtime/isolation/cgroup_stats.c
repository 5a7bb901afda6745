/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: files of the kernel, of which each version and kernel has others. See cgroup_stats.h. */
#include "runtime/isolation/cgroup_stats.h"

#include "base/own.h"
#include "runtime/isolation/cgroup_parse.h"
#include "runtime/isolation/cgroup_stats_lists.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* A number of a file, or of the line `key` in it, that goes to a member of struct stats. */
struct figure {
	enum cgroup_controller controller;
	const char *file, *key;
	size_t offset;
	uint64_t times; /* to nanoseconds; 0: as it is */
};

#define TO(member) offsetof(struct stats, member)

/* Rows of one file stand together, so that it is read once. */
static const struct figure figures_v1[] = {
	{CGROUP_CPUACCT, "cpuacct.usage", NULL, TO(cpu.total_ns), 0},
	{CGROUP_CPUACCT, "cpuacct.usage_user", NULL, TO(cpu.user_ns), 0},
	{CGROUP_CPUACCT, "cpuacct.usage_sys", NULL, TO(cpu.kernel_ns), 0},
	{CGROUP_CPU, "cpu.stat", "nr_periods", TO(cpu.periods), 0},
	{CGROUP_CPU, "cpu.stat", "nr_throttled", TO(cpu.throttled_periods), 0},
	{CGROUP_CPU, "cpu.stat", "throttled_time", TO(cpu.throttled_ns), 0},
	{CGROUP_MEMORY, "memory.stat", "cache", TO(memory.cache), 0},
	{CGROUP_MEMORY, "memory.usage_in_bytes", NULL, TO(memory.usage.usage), 0},
	{CGROUP_MEMORY, "memory.max_usage_in_bytes", NULL, TO(memory.usage.max), 0},
	{CGROUP_MEMORY, "memory.limit_in_bytes", NULL, TO(memory.usage.limit), 0},
	{CGROUP_MEMORY, "memory.failcnt", NULL, TO(memory.usage.failures), 0},
	{CGROUP_MEMORY, "memory.memsw.usage_in_bytes", NULL, TO(memory.swap.usage), 0},
	{CGROUP_MEMORY, "memory.memsw.max_usage_in_bytes", NULL, TO(memory.swap.max), 0},
	{CGROUP_MEMORY, "memory.memsw.limit_in_bytes", NULL, TO(memory.swap.limit), 0},
	{CGROUP_MEMORY, "memory.memsw.failcnt", NULL, TO(memory.swap.failures), 0},
	{CGROUP_MEMORY, "memory.kmem.usage_in_bytes", NULL, TO(memory.kernel.usage), 0},
	{CGROUP_MEMORY, "memory.kmem.max_usage_in_bytes", NULL, TO(memory.kernel.max), 0},
	{CGROUP_MEMORY, "memory.kmem.limit_in_bytes", NULL, TO(memory.kernel.limit), 0},
	{CGROUP_MEMORY, "memory.kmem.failcnt", NULL, TO(memory.kernel.failures), 0},
	{CGROUP_MEMORY, "memory.kmem.tcp.usage_in_bytes", NULL, TO(memory.kernel_tcp.usage), 0},
	{CGROUP_MEMORY, "memory.kmem.tcp.max_usage_in_bytes", NULL, TO(memory.kernel_tcp.max), 0},
	{CGROUP_MEMORY, "memory.kmem.tcp.limit_in_bytes", NULL, TO(memory.kernel_tcp.limit), 0},
	{CGROUP_MEMORY, "memory.kmem.tcp.failcnt", NULL, TO(memory.kernel_tcp.failures), 0},
	{CGROUP_MEMORY, "memory.oom_control", "oom_kill", TO(oom_kills), 0},
	{CGROUP_PIDS, "pids.current", NULL, TO(pids.current), 0},
	{CGROUP_PIDS, "pids.max", NULL, TO(pids.limit), 0},
};

static const struct figure figures_v2[] = {
	{CGROUP_CPU, "cpu.stat", "usage_usec", TO(cpu.total_ns), 1000},
	{CGROUP_CPU, "cpu.stat", "user_usec", TO(cpu.user_ns), 1000},
	{CGROUP_CPU, "cpu.stat", "system_usec", TO(cpu.kernel_ns), 1000},
	{CGROUP_CPU, "cpu.stat", "nr_periods", TO(cpu.periods), 0},
	{CGROUP_CPU, "cpu.stat", "nr_throttled", TO(cpu.throttled_periods), 0},
	{CGROUP_CPU, "cpu.stat", "throttled_usec", TO(cpu.throttled_ns), 1000},
	{CGROUP_MEMORY, "memory.stat", "file", TO(memory.cache), 0},
	{CGROUP_MEMORY, "memory.stat", "kernel", TO(memory.kernel.usage), 0},
	{CGROUP_MEMORY, "memory.current", NULL, TO(memory.usage.usage), 0},
	{CGROUP_MEMORY, "memory.peak", NULL, TO(memory.usage.max), 0},
	{CGROUP_MEMORY, "memory.max", NULL, TO(memory.usage.limit), 0},
	{CGROUP_MEMORY, "memory.events", "max", TO(memory.usage.failures), 0},
	{CGROUP_MEMORY, "memory.events", "oom_kill", TO(oom_kills), 0},
	{CGROUP_MEMORY, "memory.swap.current", NULL, TO(memory.swap.usage), 0},
	{CGROUP_MEMORY, "memory.swap.max", NULL, TO(memory.swap.limit), 0},
	{CGROUP_MEMORY, "memory.swap.events", "max", TO(memory.swap.failures), 0},
	{CGROUP_PIDS, "pids.current", NULL, TO(pids.current), 0},
	{CGROUP_PIDS, "pids.max", NULL, TO(pids.limit), 0},
};

/* The file that was read last; "" where there is none. */
struct reader {
	const struct cgroup *cgroup;
	const struct cgroup_place *place;
	const char *file;
	struct text text;
};

static const char *reader_text(struct reader *reader, enum cgroup_controller controller, const char *file)
{
	const struct cgroup_place *place = cgroup_find(reader->cgroup, controller);
	struct err ignored = ERR_NONE;

	if (reader->file && reader->place == place && strcmp(reader->file, file) == 0)
		return text_string(&reader->text);
	text_reset(&reader->text);
	reader->place = place;
	reader->file = file;
	if (place && cgroup_place_read(place, file, &reader->text, &ignored) < 0)
		text_reset(&reader->text); /* this kernel does not count it */
	return text_string(&reader->text);
}

static void read_figure(struct reader *reader, const struct figure *figure, struct stats *ret)
{
	const char *text = reader_text(reader, figure->controller, figure->file);
	uint64_t number;

	if (!(figure->key ? cgroup_flat_number(text, figure->key, &number) : cgroup_number(text, &number)))
		return;
	if (figure->times)
		number *= figure->times;
	memcpy((char *)ret + figure->offset, &number, sizeof number);
}

static bool is_v2(const struct cgroup *cgroup, enum cgroup_controller controller)
{
	const struct cgroup_place *place = cgroup_find(cgroup, controller);

	return place && place->v2;
}

static void read_figures(struct reader *reader, struct stats *ret)
{
	for (size_t i = 0; i < sizeof figures_v1 / sizeof *figures_v1; i++)
		if (!is_v2(reader->cgroup, figures_v1[i].controller))
			read_figure(reader, &figures_v1[i], ret);
	for (size_t i = 0; i < sizeof figures_v2 / sizeof *figures_v2; i++)
		if (is_v2(reader->cgroup, figures_v2[i].controller))
			read_figure(reader, &figures_v2[i], ret);
}

/* Version 2 counts swap alone; who reads these figures knows them from version 1, together. */
static void add_memory_to_swap(struct stats_memory *memory)
{
	memory->swap.usage += memory->usage.usage;
	if (memory->swap.limit != UINT64_MAX)
		memory->swap.limit =
			memory->usage.limit == UINT64_MAX ? UINT64_MAX : memory->swap.limit + memory->usage.limit;
}

/* BFQ counts what passed it; where there is none, the throttling layer counts everything. */
static const char *io_text_v1(struct reader *reader, const char *bfq, const char *throttle)
{
	const char *text = reader_text(reader, CGROUP_IO, bfq);

	return strchr(text, ':') ? text : reader_text(reader, CGROUP_IO, throttle);
}

static int read_io(struct reader *reader, struct stats *ret)
{
	int r;

	if (is_v2(reader->cgroup, CGROUP_IO))
		return stats_read_io_v2(reader_text(reader, CGROUP_IO, "io.stat"), &ret->arena, &ret->io);
	r = stats_read_io_v1(
		io_text_v1(reader, "blkio.bfq.io_service_bytes_recursive", "blkio.throttle.io_service_bytes_recursive"),
		&ret->arena, &ret->io.bytes);
	if (r < 0)
		return r;
	return stats_read_io_v1(
		io_text_v1(reader, "blkio.bfq.io_serviced_recursive", "blkio.throttle.io_serviced_recursive"),
		&ret->arena, &ret->io.operations);
}

/* Pressure is counted by every version 2 group, also beside version 1. */
static void read_pressures(struct reader *reader, struct stats *ret)
{
	stats_read_pressure(reader_text(reader, CGROUP_CORE, "cpu.pressure"), &ret->cpu.pressure);
	stats_read_pressure(reader_text(reader, CGROUP_CORE, "memory.pressure"), &ret->memory.pressure);
	stats_read_pressure(reader_text(reader, CGROUP_CORE, "io.pressure"), &ret->io.pressure);
}

/* A line without its end. */
static const char *copy_line(struct arena *arena, const char *text)
{
	return arena_text(arena, text, strcspn(text, "\n"));
}

static int read_cpuset(struct reader *reader, struct stats *ret)
{
	const bool v2 = is_v2(reader->cgroup, CGROUP_CPUSET);

	ret->cpus = copy_line(&ret->arena,
		reader_text(reader, CGROUP_CPUSET, v2 ? "cpuset.cpus.effective" : "cpuset.effective_cpus"));
	ret->mems = copy_line(&ret->arena,
		reader_text(reader, CGROUP_CPUSET, v2 ? "cpuset.mems.effective" : "cpuset.effective_mems"));
	return ret->cpus && ret->mems ? 0 : -ENOMEM;
}

static int read_rdma(struct reader *reader, struct stats *ret)
{
	own_text current = {0};

	text_add(&current, reader_text(reader, CGROUP_RDMA, "rdma.current"));
	if (current.failed)
		return -ENOMEM;
	return stats_read_rdma(text_string(&current), reader_text(reader, CGROUP_RDMA, "rdma.max"), &ret->arena, ret);
}

/* "hugetlb.2MB.current" → "2MB" */
static const char *page_size_of(struct arena *arena, const char *file, const char *ending)
{
	static const char prefix[] = "hugetlb.";
	const size_t length = strlen(file), fixed = strlen(prefix) + strlen(ending);

	if (length <= fixed || strncmp(file, prefix, strlen(prefix)) != 0 ||
		strcmp(file + length - strlen(ending), ending) != 0 || strstr(file, ".rsvd."))
		return NULL;
	return arena_text(arena, file + strlen(prefix), length - fixed);
}

static uint64_t hugetlb_number(struct reader *reader, struct arena *arena, const char *size, const char *file)
{
	const char *name = arena_format(arena, "hugetlb.%s.%s", size, file);
	uint64_t number = 0;

	if (name)
		(void)cgroup_number(reader_text(reader, CGROUP_HUGETLB, name), &number); /* 0 where it is missing */
	return number;
}

static struct stats_hugetlb read_hugetlb(struct reader *reader, struct arena *arena, const char *size, bool v2)
{
	struct stats_hugetlb hugetlb = {.page_size = size};

	hugetlb.usage.usage = hugetlb_number(reader, arena, size, v2 ? "current" : "usage_in_bytes");
	hugetlb.usage.limit = hugetlb_number(reader, arena, size, v2 ? "max" : "limit_in_bytes");
	hugetlb.usage.max = v2 ? 0 : hugetlb_number(reader, arena, size, "max_usage_in_bytes");
	if (!v2)
		hugetlb.usage.failures = hugetlb_number(reader, arena, size, "failcnt");
	return hugetlb;
}

enum { PAGE_SIZES_MAX = 8 };

/* The sizes this kernel has are in the names of the files. */
static int read_hugetlbs(struct reader *reader, struct stats *ret)
{
	const struct cgroup_place *place = cgroup_find(reader->cgroup, CGROUP_HUGETLB);
	own_dir dir = place ? opendir(place->dir) : NULL;

	if (!dir)
		return 0;
	ret->hugetlb = arena_array(&ret->arena, PAGE_SIZES_MAX, sizeof *ret->hugetlb);
	if (!ret->hugetlb)
		return -ENOMEM;
	for (struct dirent *entry; ret->hugetlb_n < PAGE_SIZES_MAX && (entry = readdir(dir));) {
		const char *size = page_size_of(&ret->arena, entry->d_name, place->v2 ? ".current" : ".usage_in_bytes");

		if (size)
			ret->hugetlb[ret->hugetlb_n++] = read_hugetlb(reader, &ret->arena, size, place->v2);
	}
	return 0;
}

static int read_lists(struct reader *reader, struct stats *ret)
{
	int r = stats_read_raw(reader_text(reader, CGROUP_MEMORY, "memory.stat"), &ret->arena, &ret->memory);

	if (r == 0 && !is_v2(reader->cgroup, CGROUP_CPU))
		r = stats_read_percpu(reader_text(reader, CGROUP_CPUACCT, "cpuacct.usage_all"), &ret->arena, &ret->cpu);
	if (r == 0)
		r = read_cpuset(reader, ret);
	if (r == 0)
		r = read_io(reader, ret);
	if (r == 0)
		r = read_rdma(reader, ret);
	if (r == 0)
		r = read_hugetlbs(reader, ret);
	return r;
}

int cgroup_stats(const struct cgroup *cgroup, struct stats *ret, struct err *e)
{
	struct reader reader = {.cgroup = cgroup};
	own_stats stats = {0};
	int r;

	if (cgroup->n == 0 || access(cgroup->places[0].dir, F_OK) < 0)
		return err_set(e, ENOENT, "no-cgroup", "read the statistics: the service's cgroup does not exist");
	read_figures(&reader, &stats);
	if (is_v2(cgroup, CGROUP_MEMORY))
		add_memory_to_swap(&stats.memory);
	if (stats.pids.limit == UINT64_MAX)
		stats.pids.limit = 0;
	read_pressures(&reader, &stats);
	r = read_lists(&reader, &stats);
	text_free(&reader.text);
	if (r < 0)
		return err_nomem(e);
	*ret = stats;
	stats.arena = (struct arena){0};
	return 0;
}

int cgroup_oom_kills(const struct cgroup *cgroup, uint64_t *ret, struct err *e)
{
	const struct cgroup_place *place = cgroup_find(cgroup, CGROUP_MEMORY);
	own_text text = {0};
	uint64_t kills = 0;
	int r = place ? cgroup_place_read(place, place->v2 ? "memory.events" : "memory.oom_control", &text, e) : 0;

	if (r < 0)
		return r;
	(void)cgroup_flat_number(text_string(&text), "oom_kill", &kills); /* 0 before Linux 4.13 */
	*ret = kills;
	return 0;
}

void stats_free(struct stats *stats)
{
	arena_free(&stats->arena);
	*stats = (struct stats){0};
}
