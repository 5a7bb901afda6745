/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vm.h"

#include "base/own.h"
#include "microvm/virtio/vsock.h"
#include "microvm/vmm/sandbox.h"
#include "microvm/vmm/x86/boot.h"
#include "microvm/vmm/x86/processor.h"

#include <errno.h>

void vm_end(struct vm *vm, enum ending_cause cause, const struct err *why)
{
	if (ending_set(&vm->ending, cause, why))
		loop_stop(&vm->loop);
}

static void vcpu_ended(void *machine, enum vcpu_end end, const struct err *why)
{
	static const enum ending_cause causes[] = {
		[VCPU_RESET] = ENDING_RESET,
		[VCPU_POWER_OFF] = ENDING_POWER_OFF,
		[VCPU_FAILED] = ENDING_KVM,
	};

	vm_end(machine, causes[end], why);
}

/* The first console's log; every machine has one, if only for its end. */
static void open_log(struct vm *vm)
{
	int fd = -1;

	for (size_t i = 0; i < MACHINE_DEVICES_MAX && fd < 0; i++) {
		const struct machine_device *device = &vm->wish->machine.devices[i];

		if (device->kind == MACHINE_CONSOLE && device->console.log != MACHINE_NO_FD)
			fd = give_fd(&vm->wish->fds[device->console.log]);
	}
	guest_log_open(&vm->log, fd);
}

static void open_trace(struct vm *vm)
{
	const uint8_t place = vm->wish->machine.trace;

	trace_open(&vm->trace, place == MACHINE_NO_FD ? -1 : give_fd(&vm->wish->fds[place]));
}

static int make_memory(struct vm *vm, struct err *e)
{
	const struct machine *machine = &vm->wish->machine;
	const unsigned int flags = (machine->flags & MACHINE_HUGEPAGES ? GUEST_MEMORY_HUGEPAGES : 0) |
				   (machine->flags & MACHINE_PREALLOCATE ? GUEST_MEMORY_PREALLOCATE : 0);

	return guest_memory_make(machine->memory_bytes, flags, &vm->memory, e);
}

static int make_kvm(struct vm *vm, struct err *e)
{
	const struct machine *machine = &vm->wish->machine;
	int r = kvm_open(give_fd(&vm->wish->fds[machine->kvm]), machine->vcpus, &vm->kvm, e);

	if (r == 0)
		r = kvm_set_memory(&vm->kvm, &vm->memory, e);
	return r < 0 ? r : kvm_make_irqchip(&vm->kvm, e);
}

static int make_vcpu(struct vm *vm, const struct processors *processors, struct err *e)
{
	struct vcpu *vcpu = &vm->vcpus[vm->vcpus_n];
	const int r = vcpu_open(&vm->kvm, &vm->shared, vm->vcpus_n, vcpu, e);

	return r < 0 ? r : processor_prepare(processors, &vcpu->kvm, vm->vcpus_n++, e);
}

static int make_vcpus(struct vm *vm, struct err *e)
{
	const struct machine *machine = &vm->wish->machine;
	struct processors processors;
	int r = processors_open(&vm->kvm, machine->vcpus, machine->flags & MACHINE_MASK_XSAVE, &processors, e);

	vm->shared = (struct vcpu_machine){.mmio = &vm->mmio,
		.ports = &vm->ports,
		.enter = sandbox_enter_vcpu,
		.ended = vcpu_ended,
		.machine = vm};
	while (r == 0 && vm->vcpus_n < machine->vcpus)
		r = make_vcpu(vm, &processors, e);
	return r;
}

/* From here on nothing is made but threads: what follows faces the kernel's image. */
static int enter_sandbox(struct vm *vm, struct err *e)
{
	(void)vm;
	return sandbox_enter_loading(e);
}

static int load_kernel(struct vm *vm, struct err *e)
{
	const struct machine *machine = &vm->wish->machine;
	const struct boot_wish wish = {.kernel = vm->wish->fds[machine->kernel],
		.initrd = machine->initrd == MACHINE_NO_FD ? -1 : vm->wish->fds[machine->initrd],
		.command_line = machine->command_line,
		.vcpus = machine->vcpus,
		.devices_n = vm->devices_n,
		.acpi = !(machine->flags & MACHINE_NO_ACPI)};
	struct boot_entry entry;
	int r = boot_load(&wish, &vm->memory, &entry, e);

	return r < 0 ? r : processor_enter(&vm->vcpus[0].kvm, &entry, e);
}

static int refuse_unsupported(const struct machine *machine, struct err *e)
{
	if (!(machine->flags & MACHINE_EXIT_IS_RESET))
		return err_set(e, ENOTSUP, "vm-restart", "a guest that is started anew after a reset is not supported");
	if (machine->control != MACHINE_NO_FD)
		return err_set(e, ENOTSUP, "vm-control", "a control socket is not supported");
	return 0;
}

/* In order: what a later one needs comes before it. KVM sees the memory as it is when a vCPU first touches it. */
static const struct {
	const char *name;
	int (*make)(struct vm *vm, struct err *e);
} stages[] = {
	{"memory", make_memory},
	{"kvm", make_kvm},
	{"ports", vm_make_ports},
	{"devices", vm_make_devices},
	{"vcpus", make_vcpus},
	{"sandbox", enter_sandbox},
	{"kernel", load_kernel},
	{"watch", vm_watch},
};

static int make_all(struct vm *vm, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < sizeof stages / sizeof *stages && r == 0; i++) {
		const int64_t start_us = clock_now_us();

		r = stages[i].make(vm, e);
		trace_span(&vm->trace, stages[i].name, start_us);
	}
	return r;
}

/* Whatever came and has not become part of the machine: the kernel, the initrd. */
static void close_rest(struct vm_wish *wish)
{
	for (uint32_t i = 0; i < wish->fds_n; i++)
		own_release_fd(&wish->fds[i]);
}

int vm_build(struct vm_wish *wish, struct vm *ret, struct err *e)
{
	struct vm *vm = ret;
	int r = refuse_unsupported(&wish->machine, e);

	if (r < 0)
		return r;
	*vm = (struct vm){.wish = wish,
		.kvm = {.system = -1, .vm = -1},
		.signals.fd = -1,
		.boot_timer.fd = -1,
		.serial_irq.eventfd = -1};
	r = loop_open(&vm->loop, e);
	if (r < 0)
		return r;
	ending_open(&vm->ending);
	open_log(vm);
	open_trace(vm);
	r = make_all(vm, e);
	close_rest(wish);
	if (r < 0)
		vm_close(vm);
	return r;
}

static void stop_vcpus(struct vm *vm)
{
	for (uint32_t i = 0; i < vm->vcpus_n; i++)
		vcpu_stop(&vm->vcpus[i]);
	for (uint32_t i = 0; i < vm->vcpus_n; i++) {
		vcpu_join(&vm->vcpus[i]);
		trace_count(&vm->trace, "exits", i, vm->vcpus[i].exits);
	}
}

/*
 * What the guest had sent when it ended, its status among it, is still to be taken and handed on, however slow the
 * reader is: who does not want to wait for it sends a signal.
 */
static void drain(struct vm *vm)
{
	struct err e = ERR_NONE;
	int r = loop_turn(&vm->loop, 0, &e);

	while (r >= 0 && !vm->told_to_end && vm->vsock && !vsock_drained(vm->vsock))
		r = loop_turn(&vm->loop, -1, &e);
}

void vm_run(struct vm *vm)
{
	struct err e = ERR_NONE;
	int r = 0;

	vm->started_us = clock_now_us();
	for (uint32_t i = 0; i < vm->vcpus_n && r == 0; i++)
		r = vcpu_start(&vm->vcpus[i], &e);
	if (r == 0)
		r = sandbox_enter_io(&e);
	if (r == 0)
		r = loop_run(&vm->loop, &e);
	if (r < 0)
		vm_end(vm, ENDING_KVM, &e);
	trace_span(&vm->trace, "guest", vm->started_us);
	stop_vcpus(vm);
	drain(vm);
}

void vm_close(struct vm *vm)
{
	vm_unwatch(vm);
	for (uint32_t i = 0; i < vm->vcpus_n; i++)
		vcpu_close(&vm->vcpus[i]);
	vm_close_devices(vm);
	vm_close_ports(vm);
	kvm_close(&vm->kvm);
	guest_memory_free(&vm->memory);
	guest_log_close(&vm->log);
	trace_close(&vm->trace);
	ending_close(&vm->ending);
	loop_close(&vm->loop);
}
