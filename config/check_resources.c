/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of config-linux.md, "Control groups". Engines send 0 for "not set". */
#include "config/check_rules.h"

#include <string.h>

enum {
	WEIGHT_MIN = 10,
	WEIGHT_MAX = 1000,
	SWAPPINESS_MAX = 100,
	CPU_QUOTA_MIN_US = 1000,
	CPU_PERIOD_MAX_US = 1000000,
};

typedef void resources_rule(const struct spec_resources *resources, const char *at, struct report *report);

static void memory_limits_are_ordered(const struct spec_resources *resources, const char *at, struct report *report)
{
	const struct spec_memory *memory = resources->memory;

	if (!memory)
		return;
	if (memory->swap.value > 0 && memory->swap.value < memory->limit.value)
		report_refuse(report, "spec-conflict", check_at("%s/memory/swap", at).text,
			"memory and swap together, want no less than 'limit' (%lld)", (long long)memory->limit.value);
	if (memory->limit.value > 0 && memory->reservation.value > memory->limit.value)
		report_warn(report, "spec-conflict", check_at("%s/memory/reservation", at).text,
			"has no effect past 'limit' (%lld)", (long long)memory->limit.value);
}

static void memory_limits_are_sizes(const struct spec_resources *resources, const char *at, struct report *report)
{
	const struct spec_memory *memory = resources->memory;

	if (!memory)
		return;
	const struct {
		const char *name;
		int64_t value;
	} sizes[] = {
		{"limit", memory->limit.value},
		{"reservation", memory->reservation.value},
		{"swap", memory->swap.value},
		{"kernel", memory->kernel.value},
		{"kernelTCP", memory->kernel_tcp.value},
	};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		if (sizes[i].value < -1)
			report_refuse(report, "spec-range", check_at("%s/memory/%s", at, sizes[i].name).text,
				"want bytes, or -1 for no limit");
	if (memory->swappiness.value > SWAPPINESS_MAX)
		report_refuse(report, "spec-range", check_at("%s/memory/swappiness", at).text,
			"want an integer from 0 to %d", SWAPPINESS_MAX);
}

static void cpu_time_is_in_range(const struct spec_resources *resources, const char *at, struct report *report)
{
	const struct spec_cpu *cpu = resources->cpu;

	if (!cpu)
		return;
	if (cpu->quota_us.value > 0 && cpu->quota_us.value < CPU_QUOTA_MIN_US)
		report_refuse(report, "spec-range", check_at("%s/cpu/quota", at).text,
			"want at least %d microseconds, or -1 for no limit", CPU_QUOTA_MIN_US);
	if (cpu->period_us.value != 0 &&
		(cpu->period_us.value < CPU_QUOTA_MIN_US || cpu->period_us.value > CPU_PERIOD_MAX_US))
		report_refuse(report, "spec-range", check_at("%s/cpu/period", at).text,
			"want from %d to %d microseconds", CPU_QUOTA_MIN_US, CPU_PERIOD_MAX_US);
	if (cpu->quota_us.value > 0 && cpu->burst_us.value > (uint64_t)cpu->quota_us.value)
		report_refuse(report, "spec-conflict", check_at("%s/cpu/burst", at).text,
			"want no more than 'quota' (%lld)", (long long)cpu->quota_us.value);
	if (cpu->realtime_period_us.value != 0 && cpu->realtime_runtime_us.value > 0 &&
		(uint64_t)cpu->realtime_runtime_us.value > cpu->realtime_period_us.value)
		report_refuse(report, "spec-conflict", check_at("%s/cpu/realtimeRuntime", at).text,
			"want no more than 'realtimePeriod' (%llu)", (unsigned long long)cpu->realtime_period_us.value);
}

static void cpu_sets_are_lists(const struct spec_resources *resources, const char *at, struct report *report)
{
	const struct spec_cpu *cpu = resources->cpu;

	if (!cpu)
		return;
	if (cpu->cpus && !check_is_number_list(cpu->cpus))
		report_refuse(
			report, "spec-value", check_at("%s/cpu/cpus", at).text, "want a list of CPUs like '0-3,7'");
	if (cpu->mems && !check_is_number_list(cpu->mems))
		report_refuse(
			report, "spec-value", check_at("%s/cpu/mems", at).text, "want a list of nodes like '0-1'");
	if (cpu->idle.value < 0 || cpu->idle.value > 1)
		report_refuse(report, "spec-range", check_at("%s/cpu/idle", at).text, "want 0 or 1");
}

static void weight_fits(const struct opt_uint *weight, const char *at, struct report *report)
{
	if (weight->value != 0 && (weight->value < WEIGHT_MIN || weight->value > WEIGHT_MAX))
		report_refuse(report, "spec-range", at, "want an integer from %d to %d", WEIGHT_MIN, WEIGHT_MAX);
}

static void io_weights_fit(const struct spec_resources *resources, const char *at, struct report *report)
{
	const struct spec_block_io *io = resources->block_io;

	if (!io)
		return;
	weight_fits(&io->weight, check_at("%s/blockIO/weight", at).text, report);
	weight_fits(&io->leaf_weight, check_at("%s/blockIO/leafWeight", at).text, report);
	for (size_t i = 0; i < io->weight_devices_n; i++) {
		const struct spec_io_weight_device *device = &io->weight_devices[i];
		struct check_at here = check_at("%s/blockIO/weightDevice/%zu", at, i);

		weight_fits(&device->weight, check_at("%s/weight", here.text).text, report);
		weight_fits(&device->leaf_weight, check_at("%s/leafWeight", here.text).text, report);
		if (!device->weight.set && !device->leaf_weight.set)
			report_refuse(report, "spec-missing", here.text, "want 'weight' or 'leafWeight'");
	}
}

static void io_rates_are_there(const struct spec_resources *resources, const char *at, struct report *report)
{
	const struct spec_block_io *io = resources->block_io;

	if (!io)
		return;
	const struct {
		const char *name;
		const struct spec_io_throttles *list;
	} lists[] = {
		{"throttleReadBpsDevice", &io->read_bps},
		{"throttleWriteBpsDevice", &io->write_bps},
		{"throttleReadIOPSDevice", &io->read_iops},
		{"throttleWriteIOPSDevice", &io->write_iops},
	};

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		for (size_t j = 0; j < lists[i].list->n; j++)
			if (!lists[i].list->items[j].rate.set)
				report_refuse(report, "spec-missing",
					check_at("%s/blockIO/%s/%zu/rate", at, lists[i].name, j).text, "required");
}

/* As the kernel names the files of the hugetlb controller. */
static bool is_page_size(const char *size)
{
	size_t digits = strspn(size, "0123456789");

	return digits > 0 && size[0] != '0' && size[digits] && strchr("KMG", size[digits]) &&
	       strcmp(size + digits + 1, "B") == 0;
}

static void hugepages_have_sizes(const struct spec_resources *resources, const char *at, struct report *report)
{
	for (size_t i = 0; i < resources->hugepage_limits_n; i++)
		if (!is_page_size(resources->hugepage_limits[i].page_size))
			report_refuse(report, "spec-value", check_at("%s/hugepageLimits/%zu/pageSize", at, i).text,
				"want a size like '2MB' or '64KB'");
}

static bool is_device_number(const struct opt_int *number)
{
	return number->value >= -1 && number->value <= UINT32_MAX;
}

static void device_rules_have_numbers(const struct spec_resources *resources, const char *at, struct report *report)
{
	for (size_t i = 0; i < resources->devices_n; i++) {
		if (!is_device_number(&resources->devices[i].major))
			report_refuse(report, "spec-range", check_at("%s/devices/%zu/major", at, i).text,
				"want a device number, or -1 for all");
		if (!is_device_number(&resources->devices[i].minor))
			report_refuse(report, "spec-range", check_at("%s/devices/%zu/minor", at, i).text,
				"want a device number, or -1 for all");
	}
}

static void rdma_has_limits(const struct spec_resources *resources, const char *at, struct report *report)
{
	for (size_t i = 0; i < resources->rdma_n; i++) {
		const struct spec_rdma *rdma = &resources->rdma[i];

		if (!rdma->hca_handles.set && !rdma->hca_objects.set)
			report_refuse(report, "spec-missing",
				check_at_key(check_at("%s/rdma", at).text, rdma->name).text,
				"want 'hcaHandles' or 'hcaObjects'");
	}
}

/* "controller.file" of cgroup v2, in the service's own group. */
static void unified_keys_are_files(const struct spec_resources *resources, const char *at, struct report *report)
{
	for (size_t i = 0; i < resources->unified.n; i++) {
		const char *key = resources->unified.items[i].key;
		struct check_at unified = check_at("%s/unified", at);

		if (strchr(key, '/') || strcspn(key, ".") == 0 || !strchr(key, '.'))
			report_refuse(report, "spec-value", check_at_key(unified.text, key).text,
				"want a file's name like 'memory.high'");
	}
}

static resources_rule *const rules[] = {
	memory_limits_are_ordered,
	memory_limits_are_sizes,
	cpu_time_is_in_range,
	cpu_sets_are_lists,
	io_weights_fit,
	io_rates_are_there,
	hugepages_have_sizes,
	device_rules_have_numbers,
	rdma_has_limits,
	unified_keys_are_files,
};

void resources_check(const struct spec_resources *resources, const char *at, struct report *report)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		rules[i](resources, at, report);
}
