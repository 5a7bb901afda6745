/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest's processors: a thread each, which runs the guest and answers what leaves it.
 *
 * Faces the guest: what it writes to ports and addresses reaches devices only by the bus; an exit that should not be
 * ends the machine, not the VMM.
 */
#pragma once

#include "base/err.h"
#include "microvm/vmm/bus.h"
#include "microvm/vmm/kvm.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Why a vCPU does not go on. */
enum vcpu_end {
	VCPU_RESET,     /* a triple fault, or the guest asked for it */
	VCPU_POWER_OFF, /* the guest asked for it */
	VCPU_FAILED,    /* err says why */
};

/* What all vCPUs of a machine share. Borrowed. */
struct vcpu_machine {
	const struct bus *mmio, *ports;
	/* First thing on each vCPU's thread: its last restrictions. May be NULL. */
	int (*enter)(struct err *e);
	/* By any vCPU's thread, maybe by several; err is empty but for VCPU_FAILED. */
	void (*ended)(void *machine, enum vcpu_end end, const struct err *why);
	void *machine;
};

struct vcpu {
	struct kvm_vcpu kvm;
	const struct vcpu_machine *shared;
	uint32_t index;
	pthread_t thread;
	bool has_thread;
	atomic_bool stop;
	uint64_t exits; /* to us, of the guest; the thread's own until it is joined */
};

/* Readies the process for vcpu_stop(): once, before any vCPU is started. */
int vcpu_setup(struct err *e);

int vcpu_open(
	const struct kvm *kvm, const struct vcpu_machine *shared, uint32_t index, struct vcpu *ret, struct err *e);

/* The guest runs from here on. */
int vcpu_start(struct vcpu *vcpu, struct err *e);

/* Tells it to leave the guest; vcpu_join() waits until it has. Each accepts one that was never started. */
void vcpu_stop(struct vcpu *vcpu);
void vcpu_join(struct vcpu *vcpu);
void vcpu_close(struct vcpu *vcpu);
