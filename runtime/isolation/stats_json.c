/* SPDX-License-Identifier: Apache-2.0 */
/* Pure. See stats_json.h. The names are runc's (its package types, events.go): engines parse them. */
#include "runtime/isolation/stats_json.h"

#include "runtime/isolation/cpulist.h"

static void write_stall(struct json_writer *w, const char *key, const struct stats_stall *stall)
{
	json_write_key(w, key);
	json_write_begin_object(w);
	json_write_key(w, "avg10");
	json_write_hundredths(w, stall->avg10_hundredths);
	json_write_key(w, "avg60");
	json_write_hundredths(w, stall->avg60_hundredths);
	json_write_key(w, "avg300");
	json_write_hundredths(w, stall->avg300_hundredths);
	json_write_member_uint(w, "total", stall->total_us);
	json_write_end_object(w);
}

static void write_pressure(struct json_writer *w, const struct stats_pressure *pressure)
{
	if (!pressure->set)
		return;
	json_write_key(w, "psi");
	json_write_begin_object(w);
	write_stall(w, "some", &pressure->some);
	write_stall(w, "full", &pressure->full);
	json_write_end_object(w);
}

/* One number for each cpu: of user, of kernel, or of both where the other is given. */
static void write_percpu(
	struct json_writer *w, const char *key, size_t n, const uint64_t *numbers, const uint64_t *others)
{
	if (!n)
		return;
	json_write_key(w, key);
	json_write_begin_array(w);
	for (size_t i = 0; i < n; i++)
		json_write_uint(w, numbers[i] + (others ? others[i] : 0));
	json_write_end_array(w);
}

static void write_cpu(struct json_writer *w, const struct stats_cpu *cpu)
{
	json_write_key(w, "cpu");
	json_write_begin_object(w);
	json_write_key(w, "usage");
	json_write_begin_object(w);
	json_write_member_uint(w, "total", cpu->total_ns);
	write_percpu(w, "percpu", cpu->percpu_n, cpu->percpu_user_ns, cpu->percpu_kernel_ns);
	write_percpu(w, "percpu_kernel", cpu->percpu_n, cpu->percpu_kernel_ns, NULL);
	write_percpu(w, "percpu_user", cpu->percpu_n, cpu->percpu_user_ns, NULL);
	json_write_member_uint(w, "kernel", cpu->kernel_ns);
	json_write_member_uint(w, "user", cpu->user_ns);
	json_write_end_object(w);
	json_write_key(w, "throttling");
	json_write_begin_object(w);
	json_write_member_uint(w, "periods", cpu->periods);
	json_write_member_uint(w, "throttledPeriods", cpu->throttled_periods);
	json_write_member_uint(w, "throttledTime", cpu->throttled_ns);
	json_write_end_object(w);
	write_pressure(w, &cpu->pressure);
	json_write_end_object(w);
}

/* "0-2" as [0,1,2] */
static void write_list(struct json_writer *w, const char *key, const char *text)
{
	struct err ignored = ERR_NONE;
	struct cpulist list;

	if (!text || cpulist_parse(text, &list, &ignored) < 0 || cpulist_is_empty(&list))
		return; /* a kernel that does not say them */
	json_write_key(w, key);
	json_write_begin_array(w);
	for (unsigned int i = 0; i < CPULIST_MAX; i++)
		if (cpulist_has(&list, i))
			json_write_uint(w, i);
	json_write_end_array(w);
}

static void write_amount(struct json_writer *w, const char *key, const struct stats_amount *amount)
{
	json_write_key(w, key);
	json_write_begin_object(w);
	json_write_member_uint(w, "limit", amount->limit);
	json_write_member_uint(w, "usage", amount->usage);
	json_write_member_uint(w, "max", amount->max);
	json_write_member_uint(w, "failcnt", amount->failures);
	json_write_end_object(w);
}

static void write_memory(struct json_writer *w, const struct stats_memory *memory)
{
	json_write_key(w, "memory");
	json_write_begin_object(w);
	json_write_member_uint(w, "cache", memory->cache);
	write_amount(w, "usage", &memory->usage);
	write_amount(w, "swap", &memory->swap);
	write_amount(w, "kernel", &memory->kernel);
	write_amount(w, "kernelTCP", &memory->kernel_tcp);
	json_write_key(w, "raw");
	json_write_begin_object(w);
	for (size_t i = 0; i < memory->raw_n; i++)
		json_write_member_uint(w, memory->raw[i].key, memory->raw[i].value);
	json_write_end_object(w);
	write_pressure(w, &memory->pressure);
	json_write_end_object(w);
}

static void write_io_list(struct json_writer *w, const char *key, const struct stats_io_list *list)
{
	if (!list->n)
		return;
	json_write_key(w, key);
	json_write_begin_array(w);
	for (size_t i = 0; i < list->n; i++) {
		json_write_begin_object(w);
		json_write_member_uint(w, "major", list->items[i].major);
		json_write_member_uint(w, "minor", list->items[i].minor);
		json_write_member_string(w, "op", list->items[i].operation);
		json_write_member_uint(w, "value", list->items[i].value);
		json_write_end_object(w);
	}
	json_write_end_array(w);
}

static void write_hugetlb(struct json_writer *w, const struct stats *stats)
{
	json_write_key(w, "hugetlb");
	json_write_begin_object(w);
	for (size_t i = 0; i < stats->hugetlb_n; i++) {
		const struct stats_hugetlb *hugetlb = &stats->hugetlb[i];

		json_write_key(w, hugetlb->page_size);
		json_write_begin_object(w);
		json_write_member_uint(w, "usage", hugetlb->usage.usage);
		json_write_member_uint(w, "max", hugetlb->usage.max);
		json_write_member_uint(w, "failcnt", hugetlb->usage.failures);
		json_write_end_object(w);
	}
	json_write_end_object(w);
}

void stats_write_json(struct json_writer *w, const struct stats *stats)
{
	json_write_begin_object(w);
	write_cpu(w, &stats->cpu);
	json_write_key(w, "cpuset");
	json_write_begin_object(w);
	write_list(w, "cpus", stats->cpus);
	write_list(w, "mems", stats->mems);
	json_write_end_object(w);
	write_memory(w, &stats->memory);
	json_write_key(w, "pids");
	json_write_begin_object(w);
	json_write_member_uint(w, "current", stats->pids.current);
	json_write_member_uint(w, "limit", stats->pids.limit);
	json_write_end_object(w);
	json_write_key(w, "blkio");
	json_write_begin_object(w);
	write_io_list(w, "ioServiceBytesRecursive", &stats->io.bytes);
	write_io_list(w, "ioServicedRecursive", &stats->io.operations);
	write_pressure(w, &stats->io.pressure);
	json_write_end_object(w);
	write_hugetlb(w, stats);
	json_write_end_object(w);
}
