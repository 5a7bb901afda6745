/* SPDX-License-Identifier: Apache-2.0 */
/* The spec's resources in cgroup version 1. See cgroup_limits.h. */
#include "runtime/isolation/cgroup_field.h"

#include <inttypes.h>

/*
 * memsw counts memory and swap. Memory without a limit above a limited memsw is refused
 * by the kernel, so no limit on memory alone lifts both, as engines expect.
 */
static int add_swap(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	const struct spec_memory *memory = fields->limits->resources->memory;
	struct cgroup_write write = {.file = field->file};

	if (!value.set && !(memory->limit.set && memory->limit.value < 0))
		return 0;
	if (!value.set || value.number < 0) {
		value.number = -1;
		write.flags = CGROUP_WRITE_OPTIONAL; /* a kernel that does not count swap does not limit it either */
	}
	write.text = arena_format(fields->arena, "%" PRId64, value.number);
	return field_write_as(fields, field, write, e);
}

static int add_oom_killer(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	/* engines always send false, which is what a new cgroup has */
	if (!value.set || (!value.number && !fields->limits->now.exists))
		return 0;
	return field_write(fields, field, value.number ? "1" : "0", e);
}

static int add_weight(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	struct cgroup_write write = {.file = field->file, .other_file = "blkio.bfq.weight"};

	if (!value.set)
		return 0;
	write.text = write.other_text = arena_format(fields->arena, "%" PRId64, value.number);
	return field_write_as(fields, field, write, e);
}

static int add_device_weight(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_write write, struct err *e)
{
	write.other_text = write.other_file ? write.text : NULL;
	return field_write_as(fields, field, write, e);
}

static int add_weight_devices(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	const struct spec_block_io *io = fields->limits->resources->block_io;
	int r = 0;

	(void)value;
	for (size_t i = 0; r == 0 && i < io->weight_devices_n; i++) {
		const struct spec_io_weight_device *device = &io->weight_devices[i];
		const char *pointer = arena_format(fields->arena, "%s/%zu", field->pointer, i);

		if (device->weight.value)
			r = add_device_weight(fields, field,
				(struct cgroup_write){.file = field->file,
					.other_file = "blkio.bfq.weight_device",
					.pointer = pointer,
					.text = arena_format(fields->arena, "%" PRId64 ":%" PRId64 " %" PRIu64,
						device->major, device->minor, device->weight.value)},
				e);
		if (r == 0 && device->leaf_weight.value)
			r = add_device_weight(fields, field,
				(struct cgroup_write){.file = "blkio.leaf_weight_device",
					.pointer = pointer,
					.text = arena_format(fields->arena, "%" PRId64 ":%" PRId64 " %" PRIu64,
						device->major, device->minor, device->leaf_weight.value)},
				e);
	}
	return r;
}

static int add_throttles(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	const char *section = (const char *)fields->limits->resources->block_io;
	const struct spec_io_throttles *list = (const void *)(section + field->offset);
	int r = 0;

	(void)value;
	for (size_t i = 0; r == 0 && i < list->n; i++)
		r = field_write_as(fields, field,
			(struct cgroup_write){.file = field->file,
				.pointer = arena_format(fields->arena, "%s/%zu", field->pointer, i),
				.text = arena_format(fields->arena, "%" PRId64 ":%" PRId64 " %" PRIu64,
					list->items[i].major, list->items[i].minor, list->items[i].rate.value)},
			e);
	return r;
}

static int add_priorities(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	const struct spec_net_cgroup *network = fields->limits->resources->network;
	int r = 0;

	(void)value;
	for (size_t i = 0; r == 0 && i < network->priorities_n; i++)
		r = field_write_as(fields, field,
			(struct cgroup_write){.file = field->file,
				.pointer = arena_format(fields->arena, "%s/%zu", field->pointer, i),
				.text = arena_format(fields->arena, "%s %" PRIu32, network->priorities[i].name,
					network->priorities[i].priority)},
			e);
	return r;
}

static int refuse_unified(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	(void)value;
	return fields->limits->resources->unified.n ? field_refuse_at(field, field->pointer, e) : 0;
}

/* In the order of writing. A period before its quota, a quota before its burst; memory before memory and swap. */
const struct cgroup_field cgroup_fields_v1[] = {
	{"/linux/resources/cpu/shares", CGROUP_CPU, "cpu.shares", FIELD_ZERO_IS_UNSET, CPU_FIELD(FIELD_UINT, shares)},
	{"/linux/resources/cpu/period", CGROUP_CPU, "cpu.cfs_period_us", FIELD_ZERO_IS_UNSET | CGROUP_WRITE_AGAIN,
		CPU_FIELD(FIELD_UINT, period_us)},
	{"/linux/resources/cpu/quota", CGROUP_CPU, "cpu.cfs_quota_us", FIELD_ZERO_IS_UNSET | CGROUP_WRITE_AGAIN,
		CPU_FIELD(FIELD_INT, quota_us)},
	{"/linux/resources/cpu/burst", CGROUP_CPU, "cpu.cfs_burst_us", CGROUP_WRITE_AGAIN,
		CPU_FIELD(FIELD_UINT, burst_us)},
	{"/linux/resources/cpu/realtimePeriod", CGROUP_CPU, "cpu.rt_period_us",
		FIELD_ZERO_IS_UNSET | CGROUP_WRITE_AGAIN, CPU_FIELD(FIELD_UINT, realtime_period_us)},
	{"/linux/resources/cpu/realtimeRuntime", CGROUP_CPU, "cpu.rt_runtime_us",
		FIELD_ZERO_IS_UNSET | CGROUP_WRITE_AGAIN, CPU_FIELD(FIELD_INT, realtime_runtime_us)},
	{"/linux/resources/cpu/idle", CGROUP_CPU, "cpu.idle", 0, CPU_FIELD(FIELD_INT, idle)},
	{"/linux/resources/cpu/cpus", CGROUP_CPUSET, "cpuset.cpus", 0, CPU_FIELD(FIELD_TEXT, cpus)},
	{"/linux/resources/cpu/mems", CGROUP_CPUSET, "cpuset.mems", 0, CPU_FIELD(FIELD_TEXT, mems)},

	{"/linux/resources/memory/limit", CGROUP_MEMORY, "memory.limit_in_bytes",
		FIELD_ZERO_IS_UNSET | CGROUP_WRITE_AGAIN, MEMORY_FIELD(FIELD_INT, limit),
		.add = field_add_memory_limit},
	{"/linux/resources/memory/swap", CGROUP_MEMORY, "memory.memsw.limit_in_bytes",
		FIELD_ZERO_IS_UNSET | CGROUP_WRITE_AGAIN, MEMORY_FIELD(FIELD_INT, swap), .add = add_swap},
	{"/linux/resources/memory/reservation", CGROUP_MEMORY, "memory.soft_limit_in_bytes", FIELD_ZERO_IS_UNSET,
		MEMORY_FIELD(FIELD_INT, reservation)},
	{"/linux/resources/memory/kernel", CGROUP_MEMORY, "memory.kmem.limit_in_bytes",
		FIELD_ZERO_IS_UNSET | CGROUP_WRITE_VERIFY, MEMORY_FIELD(FIELD_INT, kernel)},
	{"/linux/resources/memory/kernelTCP", CGROUP_MEMORY, "memory.kmem.tcp.limit_in_bytes",
		FIELD_ZERO_IS_UNSET | CGROUP_WRITE_VERIFY, MEMORY_FIELD(FIELD_INT, kernel_tcp)},
	{"/linux/resources/memory/swappiness", CGROUP_MEMORY, "memory.swappiness", 0,
		MEMORY_FIELD(FIELD_UINT, swappiness)},
	{"/linux/resources/memory/disableOOMKiller", CGROUP_MEMORY, "memory.oom_control", 0,
		MEMORY_FIELD(FIELD_BOOL, disable_oom_killer), .add = add_oom_killer},
	{"/linux/resources/memory/useHierarchy", CGROUP_MEMORY, "memory.use_hierarchy", 0,
		MEMORY_FIELD(FIELD_BOOL, use_hierarchy)},

	{"/linux/resources/pids/limit", CGROUP_PIDS, "pids.max", 0, PIDS_FIELD(FIELD_INT64, limit),
		.add = field_add_pids},

	{"/linux/resources/blockIO/weight", CGROUP_IO, "blkio.weight", FIELD_ZERO_IS_UNSET,
		IO_FIELD(FIELD_UINT, weight), .add = add_weight},
	{"/linux/resources/blockIO/leafWeight", CGROUP_IO, "blkio.leaf_weight", FIELD_ZERO_IS_UNSET,
		IO_FIELD(FIELD_UINT, leaf_weight)},
	{"/linux/resources/blockIO/weightDevice", CGROUP_IO, "blkio.weight_device", 0,
		IO_FIELD(FIELD_LIST, weight_devices), .add = add_weight_devices},
	{"/linux/resources/blockIO/throttleReadBpsDevice", CGROUP_IO, "blkio.throttle.read_bps_device", 0,
		IO_FIELD(FIELD_LIST, read_bps), .add = add_throttles},
	{"/linux/resources/blockIO/throttleWriteBpsDevice", CGROUP_IO, "blkio.throttle.write_bps_device", 0,
		IO_FIELD(FIELD_LIST, write_bps), .add = add_throttles},
	{"/linux/resources/blockIO/throttleReadIOPSDevice", CGROUP_IO, "blkio.throttle.read_iops_device", 0,
		IO_FIELD(FIELD_LIST, read_iops), .add = add_throttles},
	{"/linux/resources/blockIO/throttleWriteIOPSDevice", CGROUP_IO, "blkio.throttle.write_iops_device", 0,
		IO_FIELD(FIELD_LIST, write_iops), .add = add_throttles},

	{"/linux/resources/hugepageLimits", CGROUP_HUGETLB, "limit_in_bytes", 0, LIST_FIELD,
		.add = field_add_hugepages},
	{"/linux/resources/rdma", CGROUP_RDMA, "rdma.max", 0, LIST_FIELD, .add = field_add_rdma},
	{"/linux/resources/network/classID", CGROUP_NET_CLS, "net_cls.classid", FIELD_ZERO_IS_UNSET,
		NETWORK_FIELD(FIELD_UINT, class_id)},
	{"/linux/resources/network/priorities", CGROUP_NET_PRIO, "net_prio.ifpriomap", 0,
		NETWORK_FIELD(FIELD_LIST, priorities), .add = add_priorities},
	{"/linux/resources/unified", CGROUP_CORE, NULL, 0, LIST_FIELD, .add = refuse_unified,
		.refusal = "it names files of cgroup version 2, and this host's controllers are in version 1"},
};

const size_t cgroup_fields_v1_n = sizeof cgroup_fields_v1 / sizeof *cgroup_fields_v1;
