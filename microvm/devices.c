/* SPDX-License-Identifier: Apache-2.0 */
/* What a machine's guest finds on its buses. */
#include "microvm/vm.h"

#include "microvm/vmm/irq.h"
#include "microvm/vmm/x86/layout.h"

#include <errno.h>
#include <linux/virtio_mmio.h>

static void device_failed(void *machine, const struct err *why)
{
	vm_end(machine, ENDING_DEVICE, why);
}

static void guest_booted(void *machine)
{
	vm_booted(machine);
}

static void guest_told(void *machine, const struct agent_status *status)
{
	struct vm *vm = machine;

	vm->ending.has_status = true; /* the I/O thread's: it is read when the loop has stopped */
	vm->ending.status = *status;
}

static struct device_place place_of(struct vm *vm)
{
	return (struct device_place){.memory = &vm->memory,
		.loop = &vm->loop,
		.irq = vm->irqs[vm->devices_n],
		.log = &vm->log,
		.fail = device_failed,
		.booted = guest_booted,
		.status = guest_told,
		.machine = vm};
}

static int connect_doorbells(struct vm *vm, const struct virtio_device *device, gpa_t registers, struct err *e)
{
	int r = 0;

	for (uint32_t i = 0; i < device->queues_n && r == 0; i++)
		r = kvm_connect_doorbell(&vm->kvm, device->doorbells[i].fd, registers + VIRTIO_MMIO_QUEUE_NOTIFY, i, e);
	return r;
}

/* Puts what was made on the bus. */
static int place_device(struct vm *vm, struct virtio_device *device, struct err *e)
{
	const gpa_t at = GUEST_MMIO_START + (gpa_t)vm->devices_n * GUEST_MMIO_BYTES;
	const struct bus_range range = {.start = at, .bytes = GUEST_MMIO_BYTES, .device = virtio_registers(device)};
	const int r = bus_add(&vm->mmio, &range, e);

	return r < 0 ? r : connect_doorbells(vm, device, at, e);
}

static int make_device(struct vm *vm, const struct machine_device *wish, struct err *e)
{
	struct irq_line *irq = &vm->irqs[vm->devices_n];
	struct virtio_made *made = &vm->devices[vm->devices_n];
	struct device_place place;
	struct virtio_wish order = {.wish = wish, .fds = vm->wish->fds, .fds_n = vm->wish->fds_n, .place = &place};
	int r;

	if (!virtio_makers[wish->kind])
		return err_set(e, ENOTSUP, "vm-device", "this cloche-vmm has no device of kind %u", wish->kind);
	r = irq_open(&vm->kvm, GUEST_IRQ_FIRST + vm->devices_n, irq, e);
	if (r < 0)
		return r;
	place = place_of(vm);
	r = virtio_makers[wish->kind](&order, made, e);
	if (r < 0)
		irq_close(irq);
	else
		r = place_device(vm, made->device, e);
	if (made->device && wish->kind == MACHINE_VSOCK)
		vm->vsock = made->device;
	vm->devices_n += made->device != NULL;
	return r;
}

int vm_make_devices(struct vm *vm, struct err *e)
{
	const struct machine_device *wishes = vm->wish->machine.devices;
	int r = 0;

	for (size_t i = 0; i < MACHINE_DEVICES_MAX && wishes[i].kind != MACHINE_END && r == 0; i++)
		r = make_device(vm, &wishes[i], e);
	return r;
}

void vm_close_devices(struct vm *vm)
{
	while (vm->devices_n > 0) {
		struct virtio_made *made = &vm->devices[--vm->devices_n];

		made->close(made->device);
		irq_close(&vm->irqs[vm->devices_n]);
	}
}

static void reset_asked(void *owner)
{
	vm_end(owner, ENDING_RESET, NULL);
}

static void power_off_asked(void *owner)
{
	vm_end(owner, ENDING_POWER_OFF, NULL);
}

static void serial_put(void *owner, uint8_t byte)
{
	guest_log_write(owner, &byte, 1);
}

static int make_serial(struct vm *vm, struct err *e)
{
	struct bus_range range = {.start = SERIAL_PORT, .bytes = SERIAL_PORTS};
	const int r = irq_open(&vm->kvm, SERIAL_IRQ, &vm->serial_irq, e);

	if (r < 0)
		return r;
	serial_open(&vm->serial, serial_put, &vm->log, vm->serial_irq);
	range.device = serial_registers(&vm->serial);
	return bus_add(&vm->ports, &range, e);
}

int vm_make_ports(struct vm *vm, struct err *e)
{
	struct bus_range i8042 = {.start = RESET_I8042_PORT, .bytes = RESET_I8042_PORTS};
	struct bus_range acpi = {
		.start = LAYOUT_PORT_SLEEP_CONTROL, .bytes = LAYOUT_PORTS_END - LAYOUT_PORT_SLEEP_CONTROL};
	int r;

	vm->reset = (struct reset){.reset = reset_asked, .power_off = power_off_asked, .owner = vm};
	i8042.device = reset_i8042_registers(&vm->reset);
	acpi.device = reset_acpi_registers(&vm->reset);
	r = bus_add(&vm->ports, &i8042, e);
	if (r == 0)
		r = bus_add(&vm->ports, &acpi, e);
	if (r == 0 && vm->wish->machine.flags & MACHINE_SERIAL)
		r = make_serial(vm, e);
	return r;
}

void vm_close_ports(struct vm *vm)
{
	if (vm->serial_irq.eventfd < 0)
		return;
	serial_close(&vm->serial);
	irq_close(&vm->serial_irq);
}
