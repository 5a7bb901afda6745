/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/update_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum update_part { UPDATE_MEMORY, UPDATE_CPU, UPDATE_IO, UPDATE_PARTS };

enum update_kind {
	UPDATE_BYTES, /* struct opt_int, or opt_uint, which has the same shape */
	UPDATE_NUMBER,
	UPDATE_TEXT, /* const char * */
};

static const struct update_row {
	const char *name;
	size_t from; /* offset in the options */
	enum update_part part;
	enum update_kind kind;
	size_t to; /* offset in the part */
} update_rows[] = {
#define ROW(name, option, part, type, field, kind)                                                                     \
	{                                                                                                              \
		name, offsetof(struct update_options, option), part, kind, offsetof(struct type, field)                \
	}
	ROW("memory", memory, UPDATE_MEMORY, spec_memory, limit, UPDATE_BYTES),
	ROW("memory-reservation", memory_reservation, UPDATE_MEMORY, spec_memory, reservation, UPDATE_BYTES),
	ROW("memory-swap", memory_swap, UPDATE_MEMORY, spec_memory, swap, UPDATE_BYTES),
	ROW("kernel-memory", kernel_memory, UPDATE_MEMORY, spec_memory, kernel, UPDATE_BYTES),
	ROW("kernel-memory-tcp", kernel_memory_tcp, UPDATE_MEMORY, spec_memory, kernel_tcp, UPDATE_BYTES),
	ROW("cpu-shares", cpu_shares, UPDATE_CPU, spec_cpu, shares, UPDATE_NUMBER),
	ROW("cpu-period", cpu_period, UPDATE_CPU, spec_cpu, period_us, UPDATE_NUMBER),
	ROW("cpu-quota", cpu_quota, UPDATE_CPU, spec_cpu, quota_us, UPDATE_NUMBER),
	ROW("cpu-burst", cpu_burst, UPDATE_CPU, spec_cpu, burst_us, UPDATE_NUMBER),
	ROW("cpu-rt-period", cpu_rt_period, UPDATE_CPU, spec_cpu, realtime_period_us, UPDATE_NUMBER),
	ROW("cpu-rt-runtime", cpu_rt_runtime, UPDATE_CPU, spec_cpu, realtime_runtime_us, UPDATE_NUMBER),
	ROW("cpu-idle", cpu_idle, UPDATE_CPU, spec_cpu, idle, UPDATE_NUMBER),
	ROW("cpuset-cpus", cpuset_cpus, UPDATE_CPU, spec_cpu, cpus, UPDATE_TEXT),
	ROW("cpuset-mems", cpuset_mems, UPDATE_CPU, spec_cpu, mems, UPDATE_TEXT),
	ROW("blkio-weight", blkio_weight, UPDATE_IO, spec_block_io, weight, UPDATE_NUMBER),
#undef ROW
};

static const size_t update_part_sizes[] = {
	[UPDATE_MEMORY] = sizeof(struct spec_memory),
	[UPDATE_CPU] = sizeof(struct spec_cpu),
	[UPDATE_IO] = sizeof(struct spec_block_io),
};

static int update_number(const char *text, int64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoll(text, &end, 10);
	return errno || end == text || *end || *ret < -1 ? -EINVAL : 0;
}

int update_bytes(const char *text, int64_t *ret)
{
	static const char units[] = "bkmgt";
	char *end;
	const char *unit;
	int64_t number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || end == text || number < -1)
		return -EINVAL;
	if (*end) {
		unit = strchr(units, *end >= 'A' && *end <= 'Z' ? *end - 'A' + 'a' : *end);
		/* the letter alone, or with "b" or "ib" as in 64mb */
		if (!unit || (end[1] && strcasecmp(end + 1, "b") != 0 && strcasecmp(end + 1, "ib") != 0) || number < 0)
			return -EINVAL;
		if (__builtin_mul_overflow(number, (int64_t)1 << 10 * (unit - units), &number))
			return -EINVAL;
	}
	*ret = number;
	return 0;
}

/* The part in the resources, made where there is none. */
static void *update_part(struct update *update, enum update_part part)
{
	void **places[] = {
		[UPDATE_MEMORY] = (void **)&update->resources.memory,
		[UPDATE_CPU] = (void **)&update->resources.cpu,
		[UPDATE_IO] = (void **)&update->resources.block_io,
	};

	if (!*places[part])
		*places[part] = arena_alloc(&update->arena, update_part_sizes[part]);
	return *places[part];
}

static int update_refuse(const char *name, const char *text, struct err *e)
{
	return err_set(e, EINVAL, "usage", "--%s: found '%s', want a number", name, text);
}

static int update_row(const struct update_row *row, const char *text, struct update *update, struct err *e)
{
	char *part = update_part(update, row->part);
	struct opt_int number = {.set = true};
	int r = 0;

	if (!part)
		return err_nomem(e);
	if (row->kind == UPDATE_TEXT) {
		*(const char **)(void *)(part + row->to) = text;
		return 0;
	}
	r = row->kind == UPDATE_BYTES ? update_bytes(text, &number.value) : update_number(text, &number.value);
	if (r < 0)
		return update_refuse(row->name, text, e);
	memcpy(part + row->to, &number, sizeof number);
	return 0;
}

static int update_pids(const char *text, struct update *update, struct err *e)
{
	update->resources.pids = arena_alloc(&update->arena, sizeof *update->resources.pids);
	if (!update->resources.pids)
		return err_nomem(e);
	return update_number(text, &update->resources.pids->limit) < 0 ? update_refuse("pids-limit", text, e) : 0;
}

int update_parts(const struct update_options *options, struct update *update, bool *any, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < sizeof update_rows / sizeof *update_rows && r == 0; i++) {
		const char *text = *(const char *const *)(const void *)((const char *)options + update_rows[i].from);

		if (text)
			r = update_row(&update_rows[i], text, update, e);
		*any = *any || text;
	}
	if (r == 0 && options->pids_limit)
		r = update_pids(options->pids_limit, update, e);
	*any = *any || options->pids_limit;
	return r;
}

void update_free(struct update *update)
{
	arena_free(&update->arena);
	*update = (struct update){0};
}
