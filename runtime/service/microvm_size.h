/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large a service's machine is. Pure.
 *
 *	guest memory   vm.hwConfig.memory, as it is; else the memory limit and what the guest's kernel needs beside it;
 *	               else MICROVM_MEMORY_MIB
 *	vCPUs          vm.hwConfig.vcpus; else the cpu quota, rounded up; else MICROVM_VCPUS
 *	cgroup limit   guest memory and what the VMM and the file server need beside it, where the spec has a limit
 */
#pragma once

#include "base/err.h"
#include "config/spec.h"

enum {
	MICROVM_MEMORY_MIB = 512,
	MICROVM_MEMORY_MIN_MIB = 64, /* below it the guest's kernel does not come up */
	MICROVM_MEMORY_MAX_MIB = 4 * 1024 * 1024,
	MICROVM_VCPUS = 1,
	MICROVM_GUEST_OVERHEAD_MIB = 64, /* kernel, its tables for the memory, the first process */
	MICROVM_HOST_OVERHEAD_MIB = 64,  /* VMM and file server, page tables, buffers */
};

#define MICROVM_HOST_OVERHEAD_BYTES ((uint64_t)MICROVM_HOST_OVERHEAD_MIB << 20)

struct microvm_size {
	uint64_t memory_bytes;
	uint32_t vcpus;
	uint64_t extra_bytes; /* what a memory limit of the spec grows by on the host */
};

/* -ERANGE with the JSON pointer: it cannot be that large or that small. */
int microvm_size(const struct spec *spec, struct microvm_size *ret, struct err *e);

/* Writes into the spec how large the machine is, which it stays whatever becomes of the limits. */
int microvm_size_keep(struct spec *spec, const struct microvm_size *size, struct err *e);

/* What a memory limit can be at most: the machine's memory, but for what its kernel needs. */
uint64_t microvm_size_limit_max(const struct microvm_size *size);
