/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's KVM (Linux Documentation/virt/kvm/api.rst): the only file that calls it is kvm.c. Each call is one
 * function, and says in the error what it was for.
 */
#pragma once

#include "base/err.h"
#include "microvm/vmm/memory.h"

#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kvm {
	int system, vm;   /* /dev/kvm and the machine; owned */
	size_t run_bytes; /* of a vCPU's shared page */
	bool tsc_deadline;
};

struct kvm_vcpu {
	int fd;              /* owned */
	struct kvm_run *run; /* shared with the kernel */
	size_t run_bytes;
};

/* Takes /dev/kvm, looks whether it has what we need for that many vCPUs, and makes a machine with nothing in it. */
int kvm_open(int system, uint32_t vcpus, struct kvm *ret, struct err *e);
void kvm_close(struct kvm *kvm);

/* The guest sees this memory; it stays mapped as long as the machine is there. */
int kvm_set_memory(const struct kvm *kvm, const struct guest_memory *memory, struct err *e);

/* What is written to the eventfd raises the interrupt (an edge). */
int kvm_connect_irq(const struct kvm *kvm, int eventfd, uint32_t irq, struct err *e);

/* A write of the 32-bit value to the address rings the eventfd, and does not leave the kernel. */
int kvm_connect_doorbell(const struct kvm *kvm, int eventfd, gpa_t at, uint32_t value, struct err *e);

int kvm_vcpu_open(const struct kvm *kvm, uint32_t index, struct kvm_vcpu *ret, struct err *e);
void kvm_vcpu_close(struct kvm_vcpu *vcpu);

/* Runs the guest until it needs us: 0, and `run` says why; or -EINTR, -EAGAIN, or another negative errno. */
int kvm_vcpu_run(const struct kvm_vcpu *vcpu);

/* x86: the interrupt controllers, in the kernel; before any vCPU. */
int kvm_make_irqchip(const struct kvm *kvm, struct err *e);

/* x86: what `ret` has room for (nent); nent becomes how many there are. */
int kvm_get_supported_cpuid(const struct kvm *kvm, struct kvm_cpuid2 *ret, struct err *e);
int kvm_vcpu_set_cpuid(const struct kvm_vcpu *vcpu, const struct kvm_cpuid2 *cpuid, struct err *e);
int kvm_vcpu_set_msrs(const struct kvm_vcpu *vcpu, const struct kvm_msrs *msrs, struct err *e);
int kvm_vcpu_get_sregs(const struct kvm_vcpu *vcpu, struct kvm_sregs *ret, struct err *e);
int kvm_vcpu_set_sregs(const struct kvm_vcpu *vcpu, const struct kvm_sregs *sregs, struct err *e);
int kvm_vcpu_set_regs(const struct kvm_vcpu *vcpu, const struct kvm_regs *regs, struct err *e);
