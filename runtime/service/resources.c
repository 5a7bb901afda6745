/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/resources.h"

#include <string.h>

/* How an update tells that a field is to stay as it is. */
enum merge_kind {
	MERGE_NUMBER, /* struct opt_int or opt_uint: absent, or 0 */
	MERGE_ZERO,   /* the same, but 0 is a value like any other */
	MERGE_BOOL,   /* struct opt_bool: absent */
	MERGE_TEXT,   /* const char *: NULL or empty */
};

struct merge_row {
	size_t at;
	enum merge_kind kind;
};

#define MERGE_ROW(type, field, kind)                                                                                   \
	{                                                                                                              \
		offsetof(struct type, field), kind                                                                     \
	}

static const struct merge_row memory_rows[] = {
	MERGE_ROW(spec_memory, limit, MERGE_NUMBER),
	MERGE_ROW(spec_memory, reservation, MERGE_NUMBER),
	MERGE_ROW(spec_memory, swap, MERGE_NUMBER),
	MERGE_ROW(spec_memory, kernel, MERGE_NUMBER),
	MERGE_ROW(spec_memory, kernel_tcp, MERGE_NUMBER),
	MERGE_ROW(spec_memory, swappiness, MERGE_ZERO),
	MERGE_ROW(spec_memory, disable_oom_killer, MERGE_BOOL),
	MERGE_ROW(spec_memory, check_before_update, MERGE_BOOL),
};

static const struct merge_row cpu_rows[] = {
	MERGE_ROW(spec_cpu, shares, MERGE_NUMBER),
	MERGE_ROW(spec_cpu, quota_us, MERGE_NUMBER),
	MERGE_ROW(spec_cpu, burst_us, MERGE_ZERO),
	MERGE_ROW(spec_cpu, period_us, MERGE_NUMBER),
	MERGE_ROW(spec_cpu, realtime_runtime_us, MERGE_NUMBER),
	MERGE_ROW(spec_cpu, realtime_period_us, MERGE_NUMBER),
	MERGE_ROW(spec_cpu, cpus, MERGE_TEXT),
	MERGE_ROW(spec_cpu, mems, MERGE_TEXT),
	MERGE_ROW(spec_cpu, idle, MERGE_ZERO),
};

static void merge_row(const struct merge_row *row, const void *update, void *to)
{
	const struct opt_uint *number = update;
	const char *const *text = update;

	switch (row->kind) {
	case MERGE_NUMBER:
	case MERGE_ZERO:
		/* opt_int and opt_uint differ in the sign of the value only */
		if (number->set && (number->value || row->kind == MERGE_ZERO))
			memcpy(to, update, sizeof *number);
		break;
	case MERGE_BOOL:
		if (((const struct opt_bool *)update)->set)
			memcpy(to, update, sizeof(struct opt_bool));
		break;
	case MERGE_TEXT:
		if (*text && **text)
			memcpy(to, update, sizeof *text);
		break;
	}
}

static void merge_rows(const struct merge_row *rows, size_t n, const void *update, void *to)
{
	for (size_t i = 0; i < n; i++)
		merge_row(&rows[i], (const char *)update + rows[i].at, (char *)to + rows[i].at);
}

static int merge_memory(struct arena *a, const struct spec_memory *update, struct spec_memory **to, struct err *e)
{
	if (update && !*to)
		*to = arena_alloc(a, sizeof **to);
	if (update && !*to)
		return err_nomem(e);
	if (update)
		merge_rows(memory_rows, sizeof memory_rows / sizeof *memory_rows, update, *to);
	return 0;
}

static int merge_cpu(struct arena *a, const struct spec_cpu *update, struct spec_cpu **to, struct err *e)
{
	if (update && !*to)
		*to = arena_alloc(a, sizeof **to);
	if (update && !*to)
		return err_nomem(e);
	if (update)
		merge_rows(cpu_rows, sizeof cpu_rows / sizeof *cpu_rows, update, *to);
	return 0;
}

static void merge_throttles(const struct spec_io_throttles *update, struct spec_io_throttles *to)
{
	if (update->n)
		*to = *update;
}

static int merge_io(struct arena *a, const struct spec_block_io *update, struct spec_block_io **to, struct err *e)
{
	if (!update)
		return 0;
	if (!*to)
		*to = arena_alloc(a, sizeof **to);
	if (!*to)
		return err_nomem(e);
	if (update->weight.set && update->weight.value)
		(*to)->weight = update->weight;
	if (update->leaf_weight.set && update->leaf_weight.value)
		(*to)->leaf_weight = update->leaf_weight;
	if (update->weight_devices_n) {
		(*to)->weight_devices = update->weight_devices;
		(*to)->weight_devices_n = update->weight_devices_n;
	}
	merge_throttles(&update->read_bps, &(*to)->read_bps);
	merge_throttles(&update->write_bps, &(*to)->write_bps);
	merge_throttles(&update->read_iops, &(*to)->read_iops);
	merge_throttles(&update->write_iops, &(*to)->write_iops);
	return 0;
}

static void merge_lists(const struct spec_resources *update, struct spec_resources *to)
{
	if (update->devices_n) {
		to->devices = update->devices;
		to->devices_n = update->devices_n;
	}
	if (update->hugepage_limits_n) {
		to->hugepage_limits = update->hugepage_limits;
		to->hugepage_limits_n = update->hugepage_limits_n;
	}
	if (update->rdma_n) {
		to->rdma = update->rdma;
		to->rdma_n = update->rdma_n;
	}
	if (update->unified.n)
		to->unified = update->unified;
	if (update->network)
		to->network = update->network;
}

int resources_merge_spec(struct spec *spec, const struct spec_resources *update, struct err *e)
{
	struct arena *a = &spec->arena;
	struct spec_resources *to;
	int r;

	if (!spec->linux)
		spec->linux = arena_alloc(a, sizeof *spec->linux);
	if (!spec->linux)
		return err_nomem(e);
	if (!spec->linux->resources)
		spec->linux->resources = arena_alloc(a, sizeof *spec->linux->resources);
	to = spec->linux->resources;
	if (!to)
		return err_nomem(e);
	r = merge_memory(a, update->memory, &to->memory, e);
	r = r ? r : merge_cpu(a, update->cpu, &to->cpu, e);
	r = r ? r : merge_io(a, update->block_io, &to->block_io, e);
	if (r < 0)
		return r;
	if (update->pids)
		to->pids = update->pids;
	merge_lists(update, to);
	return 0;
}
