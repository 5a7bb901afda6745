/* SPDX-License-Identifier: Apache-2.0 */
/* The spec's resources, made for cgroup version 1, in version 2. See cgroup_limits.h. */
#include "runtime/isolation/cgroup_field.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* log2 of 1 ≤ x, a bit at a time: squaring x doubles its logarithm. Saves libm for one formula. */
static double log2_of(double x)
{
	double result = 0, bit = 1;

	for (; x >= 2; x /= 2)
		result += 1;
	for (int i = 0; i < 48; i++) {
		bit /= 2;
		x *= x;
		if (x >= 2) {
			x /= 2;
			result += bit;
		}
	}
	return result;
}

uint64_t cgroup_weight_of_shares(uint64_t shares)
{
	const double log2_of_10 = 3.321928094887362, close = 1e-12; /* of rounding, so that 1024 is 100 and not 101 */
	uint64_t low = 1, high = 10000;
	double l, exponent;

	if (shares <= 2 || shares >= 262144)
		return shares <= 2 ? low : high;
	l = log2_of((double)shares);
	exponent = (l * l + 125 * l) / 612 - 7.0 / 34;
	while (low < high) { /* the smallest weight that is at least 10^exponent */
		uint64_t middle = (low + high) / 2;

		if (log2_of((double)middle) / log2_of_10 >= exponent - close)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

uint64_t cgroup_weight_of_blkio(uint64_t weight)
{
	return weight <= 10 ? 1 : 1 + (weight - 10) * 9999 / 990;
}

static int add_shares(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	if (!value.set)
		return 0;
	return field_write(fields, field,
		arena_format(fields->arena, "%" PRIu64, cgroup_weight_of_shares((uint64_t)value.number)), e);
}

/* Quota and period share cpu.max; a quota alone leaves the period as it is. */
static int add_quota(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	uint64_t period = fields->limits->resources->cpu->period_us.value;
	const char *quota;

	if (!value.set)
		return 0;
	quota = field_max(fields, value.number);
	if (quota && period)
		quota = arena_format(fields->arena, "%s %" PRIu64, quota, period);
	return field_write(fields, field, quota, e);
}

/* A period alone keeps the quota there is, which cpu.max wants to hear again. */
static int add_period(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	const struct opt_int *quota = &fields->limits->resources->cpu->quota_us;
	int64_t now = fields->limits->now.cpu_quota_us;
	const char *text;

	if (!value.set || (quota->set && quota->value))
		return 0;
	text = field_max(fields, now > 0 ? now : -1);
	return field_write(
		fields, field, text ? arena_format(fields->arena, "%s %" PRId64, text, value.number) : NULL, e);
}

static int swap_refuse(const struct cgroup_field *field, const char *why, struct err *e)
{
	(void)err_set(e, EINVAL, "bad-swap-limit", "memory.swap %s", why);
	return err_at(e, "%s", field->pointer);
}

/* The spec's swap counts memory and swap, as memsw did; version 2 limits swap alone. */
static int add_swap(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	const struct opt_int *limit = &fields->limits->resources->memory->limit;
	int64_t memory = limit->set && limit->value ? limit->value : fields->limits->now.memory_limit;
	struct cgroup_write write = {.file = field->file};
	int64_t swap = value.number;

	if (!value.set && !(limit->set && limit->value < 0))
		return 0;
	if (!value.set || swap < 0)
		swap = -1;
	else if (memory == 0)
		return swap_refuse(field, "counts memory and swap, and cannot be parted without memory.limit", e);
	else if (memory > 0 && swap < memory)
		return swap_refuse(field, "counts memory and swap, and is smaller than memory.limit", e);
	else if (memory > 0)
		swap -= memory;
	if (swap <= 0)
		write.flags = CGROUP_WRITE_OPTIONAL; /* without swap there is nothing to limit */
	write.text = field_max(fields, swap);
	return field_write_as(fields, field, write, e);
}

static int add_max(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	return value.set ? field_write(fields, field, field_max(fields, value.number), e) : 0;
}

/* BFQ keeps version 1's scale; where it is not built in, the cost model's own file has another. */
static struct cgroup_write weight_write(const struct cgroup_fields *fields, const char *device, uint64_t weight)
{
	return (struct cgroup_write){
		.file = "io.bfq.weight",
		.text = arena_format(fields->arena, "%s%" PRIu64, device, weight),
		.other_file = "io.weight",
		.other_text = arena_format(fields->arena, "%s%" PRIu64, device, cgroup_weight_of_blkio(weight)),
	};
}

static int add_weight(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	return value.set ? field_write_as(fields, field, weight_write(fields, "", (uint64_t)value.number), e) : 0;
}

static int add_weight_devices(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	const struct spec_block_io *io = fields->limits->resources->block_io;
	int r = 0;

	(void)value;
	for (size_t i = 0; r == 0 && i < io->weight_devices_n; i++) {
		const struct spec_io_weight_device *device = &io->weight_devices[i];
		const char *number =
			arena_format(fields->arena, "%" PRId64 ":%" PRId64 " ", device->major, device->minor);
		struct cgroup_write write;

		if (!number)
			return err_nomem(e);
		if (device->leaf_weight.value)
			return field_refuse_at(field, "/linux/resources/blockIO/weightDevice/leafWeight", e);
		if (!device->weight.value)
			continue;
		write = weight_write(fields, number, device->weight.value);
		write.pointer = arena_format(fields->arena, "%s/%zu", field->pointer, i);
		r = field_write_as(fields, field, write, e);
	}
	return r;
}

/* The row's file is the key in io.max. No limit is 0 in version 1. */
static int add_throttles(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	const char *section = (const char *)fields->limits->resources->block_io;
	const struct spec_io_throttles *list = (const void *)(section + field->offset);
	int r = 0;

	(void)value;
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		const struct spec_io_throttle_device *device = &list->items[i];
		const char *rate =
			device->rate.value ? arena_format(fields->arena, "%" PRIu64, device->rate.value) : "max";

		if (!rate)
			return err_nomem(e);
		r = field_write_as(fields, field,
			(struct cgroup_write){.file = "io.max",
				.pointer = arena_format(fields->arena, "%s/%zu", field->pointer, i),
				.text = arena_format(fields->arena, "%" PRId64 ":%" PRId64 " %s=%s", device->major,
					device->minor, field->file, rate)},
			e);
	}
	return r;
}

static int refuse_priorities(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	(void)value;
	return fields->limits->resources->network->priorities_n ? field_refuse_at(field, field->pointer, e) : 0;
}

static const char *const process_files[] = {"cgroup.procs", "cgroup.threads", "cgroup.kill", "cgroup.freeze"};

/* On a hybrid host most controllers are in version 1, where these files are not. */
static bool is_managed_by_v1(const struct cgroup_host *host, const char *file)
{
	for (unsigned int i = 0; i < CGROUP_CONTROLLERS; i++) {
		const char *name = cgroup_controller_name(i, true);
		size_t length = strlen(name);

		if (strncmp(file, name, length) == 0 && file[length] == '.')
			return !cgroup_host_is_v2(host, i);
	}
	return false;
}

static int unified_check(
	const struct cgroup_host *host, const struct string_pair *pair, const struct cgroup_field *field, struct err *e)
{
	const char *why = NULL;

	if (strchr(pair->key, '/'))
		why = "has a '/': it is the name of a file in the service's own cgroup";
	else if (!strchr(pair->key, '.'))
		why = "is not of the form 'controller.file'";
	else if (is_managed_by_v1(host, pair->key))
		why = "is of a controller that is in cgroup version 1 on this host";
	for (size_t i = 0; i < sizeof process_files / sizeof *process_files; i++)
		if (strcmp(pair->key, process_files[i]) == 0)
			why = "moves or stops processes and limits nothing";
	if (!why)
		return 0;
	(void)err_set(e, EINVAL, "bad-unified-file", "unified file '%s' %s", pair->key, why);
	return err_at(e, "%s", field->pointer);
}

static int add_unified(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	const struct string_map *unified = &fields->limits->resources->unified;
	int r = 0;

	(void)value;
	for (size_t i = 0; r == 0 && i < unified->n; i++) {
		const struct string_pair *pair = &unified->items[i];

		r = unified_check(fields->limits->host, pair, field, e);
		if (r == 0)
			r = field_write_as(fields, field,
				(struct cgroup_write){.file = pair->key,
					.text = pair->value,
					.pointer = arena_format(fields->arena, "%s/%s", field->pointer, pair->key)},
				e);
	}
	return r;
}

#define NO_REALTIME   "cgroup version 2 does not group realtime processes"
#define NO_KERNEL     "cgroup version 2 has no limit of its own for the kernel's memory; memory.limit counts it"
#define NO_SWAPPINESS "cgroup version 2 has no swappiness per group"
#define NO_OOM_OFF    "cgroup version 2 cannot switch the OOM killer off"
#define NO_FLAT       "cgroup version 2 always counts the groups below"
#define NO_LEAF       "cgroup version 2 has no leaf weight"
#define NO_NETWORK    "cgroup version 2 has no net_cls and net_prio; use the firewall's cgroup match"

/* In the order of writing. */
const struct cgroup_field cgroup_fields_v2[] = {
	/* an idle group takes no weight, so leaving idle may have to come first */
	{"/linux/resources/cpu/shares", CGROUP_CPU, "cpu.weight", FIELD_ZERO_IS_UNSET | CGROUP_WRITE_AGAIN,
		CPU_FIELD(FIELD_UINT, shares), .add = add_shares},
	{"/linux/resources/cpu/idle", CGROUP_CPU, "cpu.idle", 0, CPU_FIELD(FIELD_INT, idle)},
	{"/linux/resources/cpu/quota", CGROUP_CPU, "cpu.max", FIELD_ZERO_IS_UNSET | CGROUP_WRITE_AGAIN,
		CPU_FIELD(FIELD_INT, quota_us), .add = add_quota},
	{"/linux/resources/cpu/period", CGROUP_CPU, "cpu.max", FIELD_ZERO_IS_UNSET | CGROUP_WRITE_AGAIN,
		CPU_FIELD(FIELD_UINT, period_us), .add = add_period},
	{"/linux/resources/cpu/burst", CGROUP_CPU, "cpu.max.burst", CGROUP_WRITE_AGAIN,
		CPU_FIELD(FIELD_UINT, burst_us)},
	{"/linux/resources/cpu/realtimePeriod", CGROUP_CPU, NULL, FIELD_ZERO_IS_UNSET,
		CPU_FIELD(FIELD_UINT, realtime_period_us), .add = field_refuse, .refusal = NO_REALTIME},
	{"/linux/resources/cpu/realtimeRuntime", CGROUP_CPU, NULL, FIELD_ZERO_IS_UNSET,
		CPU_FIELD(FIELD_INT, realtime_runtime_us), .add = field_refuse, .refusal = NO_REALTIME},
	{"/linux/resources/cpu/cpus", CGROUP_CPUSET, "cpuset.cpus", 0, CPU_FIELD(FIELD_TEXT, cpus)},
	{"/linux/resources/cpu/mems", CGROUP_CPUSET, "cpuset.mems", 0, CPU_FIELD(FIELD_TEXT, mems)},

	{"/linux/resources/memory/swap", CGROUP_MEMORY, "memory.swap.max", FIELD_ZERO_IS_UNSET,
		MEMORY_FIELD(FIELD_INT, swap), .add = add_swap},
	{"/linux/resources/memory/limit", CGROUP_MEMORY, "memory.max", FIELD_ZERO_IS_UNSET,
		MEMORY_FIELD(FIELD_INT, limit), .add = field_add_memory_limit},
	{"/linux/resources/memory/reservation", CGROUP_MEMORY, "memory.low", FIELD_ZERO_IS_UNSET,
		MEMORY_FIELD(FIELD_INT, reservation), .add = add_max},
	{"/linux/resources/memory/kernel", CGROUP_MEMORY, NULL, 0, MEMORY_FIELD(FIELD_INT, kernel),
		.add = field_refuse_limit, .refusal = NO_KERNEL},
	{"/linux/resources/memory/kernelTCP", CGROUP_MEMORY, NULL, 0, MEMORY_FIELD(FIELD_INT, kernel_tcp),
		.add = field_refuse_limit, .refusal = NO_KERNEL},
	{"/linux/resources/memory/swappiness", CGROUP_MEMORY, NULL, 0, MEMORY_FIELD(FIELD_UINT, swappiness),
		.add = field_refuse, .refusal = NO_SWAPPINESS},
	{"/linux/resources/memory/disableOOMKiller", CGROUP_MEMORY, NULL, 0,
		MEMORY_FIELD(FIELD_BOOL, disable_oom_killer), .add = field_refuse_true, .refusal = NO_OOM_OFF},
	{"/linux/resources/memory/useHierarchy", CGROUP_MEMORY, NULL, 0, MEMORY_FIELD(FIELD_BOOL, use_hierarchy),
		.add = field_refuse_false, .refusal = NO_FLAT},

	{"/linux/resources/pids/limit", CGROUP_PIDS, "pids.max", 0, PIDS_FIELD(FIELD_INT64, limit),
		.add = field_add_pids},

	{"/linux/resources/blockIO/weight", CGROUP_IO, "io.weight", FIELD_ZERO_IS_UNSET, IO_FIELD(FIELD_UINT, weight),
		.add = add_weight},
	{"/linux/resources/blockIO/leafWeight", CGROUP_IO, NULL, FIELD_ZERO_IS_UNSET, IO_FIELD(FIELD_UINT, leaf_weight),
		.add = field_refuse, .refusal = NO_LEAF},
	{"/linux/resources/blockIO/weightDevice", CGROUP_IO, "io.weight", 0, IO_FIELD(FIELD_LIST, weight_devices),
		.add = add_weight_devices, .refusal = NO_LEAF},
	{"/linux/resources/blockIO/throttleReadBpsDevice", CGROUP_IO, "rbps", 0, IO_FIELD(FIELD_LIST, read_bps),
		.add = add_throttles},
	{"/linux/resources/blockIO/throttleWriteBpsDevice", CGROUP_IO, "wbps", 0, IO_FIELD(FIELD_LIST, write_bps),
		.add = add_throttles},
	{"/linux/resources/blockIO/throttleReadIOPSDevice", CGROUP_IO, "riops", 0, IO_FIELD(FIELD_LIST, read_iops),
		.add = add_throttles},
	{"/linux/resources/blockIO/throttleWriteIOPSDevice", CGROUP_IO, "wiops", 0, IO_FIELD(FIELD_LIST, write_iops),
		.add = add_throttles},

	{"/linux/resources/hugepageLimits", CGROUP_HUGETLB, "max", 0, LIST_FIELD, .add = field_add_hugepages},
	{"/linux/resources/rdma", CGROUP_RDMA, "rdma.max", 0, LIST_FIELD, .add = field_add_rdma},
	{"/linux/resources/network/classID", CGROUP_NET_CLS, NULL, FIELD_ZERO_IS_UNSET,
		NETWORK_FIELD(FIELD_UINT, class_id), .add = field_refuse, .refusal = NO_NETWORK},
	{"/linux/resources/network/priorities", CGROUP_NET_PRIO, NULL, 0, NETWORK_FIELD(FIELD_LIST, priorities),
		.add = refuse_priorities, .refusal = NO_NETWORK},
	/* last: what is named by file stands above what was translated */
	{"/linux/resources/unified", CGROUP_CORE, NULL, 0, LIST_FIELD, .add = add_unified},
};

const size_t cgroup_fields_v2_n = sizeof cgroup_fields_v2 / sizeof *cgroup_fields_v2;
