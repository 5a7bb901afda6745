/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine, put together from its parts. Three stages, each for who made it alone:
 *
 *	vm_build()	everything that needs memory, KVM or descriptors
 *	vm_run()	the guest runs; the I/O thread is the caller's
 *	vm_close()
 */
#pragma once

#include "base/loop.h"
#include "base/trace.h"
#include "microvm/ending.h"
#include "microvm/virtio/devices.h"
#include "microvm/vmm/vcpu.h"
#include "microvm/vmm/x86/reset.h"
#include "microvm/vmm/x86/serial.h"
#include "runtime/proto/machine.h"

/* What it is to be, and what came with it: descriptors that are taken become -1. */
struct vm_wish {
	struct machine machine;
	int fds[MACHINE_FDS_MAX];
	uint32_t fds_n;
};

struct vm {
	struct vm_wish *wish; /* borrowed */
	struct guest_memory memory;
	struct guest_log log;
	struct ending ending;
	struct trace trace;
	struct loop loop;
	struct kvm kvm;
	struct bus mmio, ports;
	struct serial serial;
	struct irq_line serial_irq;
	struct reset reset;
	struct vcpu_machine shared;
	struct loop_source signals, boot_timer;
	bool told_to_end;   /* by a signal, maybe a second one */
	int64_t started_us; /* when the vCPUs were */

	struct irq_line irqs[MACHINE_DEVICES_MAX];
	struct virtio_made devices[MACHINE_DEVICES_MAX];
	unsigned int devices_n;
	struct virtio_device *vsock; /* of them; NULL: none */
	struct vcpu vcpus[MACHINE_VCPUS_MAX];
	uint32_t vcpus_n;
};

/* *ret stays where it is. On failure nothing is left. */
int vm_build(struct vm_wish *wish, struct vm *ret, struct err *e);

/* Runs the guest until the machine ends, and then what its devices still hold. Failing to start it is an end, too. */
void vm_run(struct vm *vm);
void vm_close(struct vm *vm);

/* From any thread: the machine ends. The first cause counts. */
void vm_end(struct vm *vm, enum ending_cause cause, const struct err *why);

/* Makes the devices of the wish, in its order, on the bus. For vm_build() and vm_close(). */
int vm_make_devices(struct vm *vm, struct err *e);
void vm_close_devices(struct vm *vm);

/* The ports that every machine has. */
int vm_make_ports(struct vm *vm, struct err *e);
void vm_close_ports(struct vm *vm);

/* Signals and the boot's timeout, on the loop. */
int vm_watch(struct vm *vm, struct err *e);
void vm_unwatch(struct vm *vm);

/* On the I/O thread: the guest's first process has spoken; its time is no longer limited. */
void vm_booted(struct vm *vm);
