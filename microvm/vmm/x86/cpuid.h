/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest's processors say of themselves (Intel SDM 2A, CPUID; AMD APM 3, appendix E): what the host's KVM can,
 * without what would differ between two runs on the same host or lead a guest astray, and with each vCPU's own number
 * and place: one package, in which every vCPU is a core.
 */
#pragma once

#include "microvm/vmm/kvm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CPUID_ENTRIES_MAX = 256 };

/* Laid out as struct kvm_cpuid2, whose array has no length. */
struct cpuid {
	uint32_t n, padding;
	struct kvm_cpuid_entry2 entries[CPUID_ENTRIES_MAX];
};
_Static_assert(offsetof(struct cpuid, entries) == sizeof(struct kvm_cpuid2), "laid out as struct kvm_cpuid2");

struct cpuid_wish {
	uint32_t index, vcpus; /* of this vCPU; in all */
	bool tsc_deadline;     /* KVM has the local APIC's timer in this mode, which it does not say in CPUID */
	bool mask_xsave;       /* MACHINE_MASK_XSAVE */
};

/* Makes what the host supports into what the vCPU says. */
void cpuid_settle(struct cpuid *cpuid, const struct cpuid_wish *wish);
