/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/microvm_size.h"

#include "runtime/proto/machine.h"

#include <errno.h>
#include <inttypes.h>

#define MIB UINT64_C(1048576)

enum { PAGE_BYTES = 4096, CPU_PERIOD_DEFAULT_US = 100000 };

static uint64_t size_round_up(uint64_t bytes, uint64_t unit)
{
	return (bytes + unit - 1) / unit * unit;
}

static const struct spec_resources *size_resources(const struct spec *spec)
{
	return spec->linux ? spec->linux->resources : NULL;
}

/* 0: none is set, or it says that there is none. */
static uint64_t size_memory_limit(const struct spec *spec)
{
	const struct spec_resources *r = size_resources(spec);
	const struct spec_memory *memory = r ? r->memory : NULL;

	return memory && memory->limit.set && memory->limit.value > 0 ? (uint64_t)memory->limit.value : 0;
}

/* The JSON pointer of where it comes from. */
static const char *size_memory(const struct spec *spec, uint64_t *ret_bytes)
{
	const struct spec_vm_hw_config *config = spec->vm ? spec->vm->hw_config : NULL;
	uint64_t limit = size_memory_limit(spec);

	if (config && config->memory_bytes.set) {
		*ret_bytes = config->memory_bytes.value;
		return "/vm/hwConfig/memory";
	}
	*ret_bytes = limit ? limit + MICROVM_GUEST_OVERHEAD_MIB * MIB : MICROVM_MEMORY_MIB * MIB;
	return "/linux/resources/memory/limit";
}

static uint64_t size_vcpus_of_quota(const struct spec *spec)
{
	const struct spec_resources *r = size_resources(spec);
	const struct spec_cpu *cpu = r ? r->cpu : NULL;
	uint64_t period;

	if (!cpu || !cpu->quota_us.set || cpu->quota_us.value <= 0)
		return MICROVM_VCPUS;
	period = cpu->period_us.set && cpu->period_us.value ? cpu->period_us.value : CPU_PERIOD_DEFAULT_US;
	return size_round_up((uint64_t)cpu->quota_us.value, period) / period;
}

static int size_check(const struct microvm_size *size, uint64_t vcpus, const char *memory_pointer, struct err *e)
{
	if (size->memory_bytes < MICROVM_MEMORY_MIN_MIB * MIB) {
		(void)err_set(e, ERANGE, "machine-too-small",
			"a machine needs at least %d MiB of memory, found %" PRIu64 " MiB", MICROVM_MEMORY_MIN_MIB,
			size->memory_bytes / MIB);
		return err_at(e, "%s", memory_pointer);
	}
	if (size->memory_bytes > MICROVM_MEMORY_MAX_MIB * MIB) {
		(void)err_set(e, ERANGE, "machine-too-large", "a machine has at most %d MiB of memory",
			MICROVM_MEMORY_MAX_MIB);
		return err_at(e, "%s", memory_pointer);
	}
	if (vcpus < 1 || vcpus > MACHINE_VCPUS_MAX) {
		(void)err_set(e, ERANGE, "vcpus-out-of-range", "a machine has 1 to %d vCPUs, found %" PRIu64,
			MACHINE_VCPUS_MAX, vcpus);
		return err_at(e, "/vm/hwConfig/vcpus");
	}
	return 0;
}

int microvm_size(const struct spec *spec, struct microvm_size *ret, struct err *e)
{
	const struct spec_vm_hw_config *config = spec->vm ? spec->vm->hw_config : NULL;
	uint64_t limit = size_memory_limit(spec), vcpus = size_vcpus_of_quota(spec);
	struct microvm_size size = {0};
	const char *pointer = size_memory(spec, &size.memory_bytes);
	int r;

	if (config && config->vcpus.set)
		vcpus = config->vcpus.value;
	else if (vcpus > MACHINE_VCPUS_MAX)
		vcpus = MACHINE_VCPUS_MAX; /* the quota itself is kept by the cgroup */
	r = size_check(&size, vcpus, pointer, e);
	if (r < 0)
		return r;
	size.memory_bytes = size_round_up(size.memory_bytes, PAGE_BYTES);
	size.vcpus = (uint32_t)vcpus;
	size.extra_bytes = (size.memory_bytes > limit ? size.memory_bytes - limit : 0) + MICROVM_HOST_OVERHEAD_BYTES;
	*ret = size;
	return 0;
}

int microvm_size_keep(struct spec *spec, const struct microvm_size *size, struct err *e)
{
	struct spec_vm_hw_config *config;

	if (!spec->vm)
		spec->vm = arena_alloc(&spec->arena, sizeof *spec->vm);
	if (spec->vm && !spec->vm->hw_config)
		spec->vm->hw_config = arena_alloc(&spec->arena, sizeof *spec->vm->hw_config);
	config = spec->vm ? spec->vm->hw_config : NULL;
	if (!config)
		return err_nomem(e);
	config->memory_bytes = (struct opt_uint){.set = true, .value = size->memory_bytes};
	config->vcpus = (struct opt_uint){.set = true, .value = size->vcpus};
	return 0;
}

uint64_t microvm_size_limit_max(const struct microvm_size *size)
{
	return size->memory_bytes - MICROVM_GUEST_OVERHEAD_MIB * MIB;
}
