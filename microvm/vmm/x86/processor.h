/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's processors as a kernel expects to find them, in the order: the machine, each vCPU, the first one's entry.
 */
#pragma once

#include "microvm/vmm/kvm.h"
#include "microvm/vmm/x86/boot.h"
#include "microvm/vmm/x86/cpuid.h"

#include <stdbool.h>
#include <stdint.h>

/* What the processors of one machine have in common. */
struct processors {
	uint32_t vcpus;
	bool tsc_deadline, mask_xsave;
	struct cpuid host; /* what each of them may say of itself */
};

/* mask_xsave: MACHINE_MASK_XSAVE. */
int processors_open(const struct kvm *kvm, uint32_t vcpus, bool mask_xsave, struct processors *ret, struct err *e);

/* What vCPU `index` is and says of itself. vCPUs other than the first wait for the guest to start them. */
int processor_prepare(const struct processors *processors, const struct kvm_vcpu *vcpu, uint32_t index, struct err *e);

/* Puts the first vCPU where the kernel begins. */
int processor_enter(const struct kvm_vcpu *vcpu, const struct boot_entry *entry, struct err *e);
