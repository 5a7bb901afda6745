/* SPDX-License-Identifier: Apache-2.0 */
/* The machine as one message: what it has, and which descriptor is what. */
#include "base/log.h"
#include "runtime/proto/agent.h"
#include "runtime/proto/machine.h"
#include "runtime/service/microvm_parts.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	MACHINE_CID = 3,         /* the first that is a guest's: each machine has a vsock of its own */
	MACHINE_BOOT_MS = 10000, /* on a processor */
	MACHINE_BOOT_EMULATED_MS = 180000,
};

#define COMMAND_LINE_BASE  "console=hvc0 panic=-1 reboot=t 8250.nr_uarts=0 quiet"
#define COMMAND_LINE_DEBUG "console=hvc0 panic=-1 reboot=t earlyprintk=ttyS0,keep cloche.debug"

enum { MACHINE_DEVICES_OTHER = 5 }; /* than disks: console, vsock, fs, rng, net */

static_assert(MACHINE_DEVICES_OTHER + (int)MICROVM_DISKS_MAX <= (int)MACHINE_DEVICES_MAX, "a device for each");

struct machine_builder {
	struct machine machine;
	size_t devices_n;
	int fds[MACHINE_FDS_MAX];
	uint32_t fds_n;
};

static uint8_t machine_add_fd(struct machine_builder *b, int fd)
{
	b->fds[b->fds_n] = fd;
	return (uint8_t)b->fds_n++;
}

static struct machine_device *machine_add(struct machine_builder *b, enum machine_device_kind kind)
{
	struct machine_device *device = &b->machine.devices[b->devices_n++];

	device->kind = kind;
	return device;
}

static void machine_add_port(
	struct machine_builder *b, struct machine_vsock *vsock, enum agent_host_port port, int fd, bool to_guest)
{
	vsock->ports[vsock->ports_n++] =
		(struct machine_port){.port = port, .fd = machine_add_fd(b, fd), .to_guest = to_guest};
}

static void machine_add_vsock(struct machine_builder *b, const struct microvm_parts *parts)
{
	struct machine_vsock *vsock = &machine_add(b, MACHINE_VSOCK)->vsock;
	bool terminal = parts->terminal >= 0;

	*vsock = (struct machine_vsock){.cid = MACHINE_CID, .listen = machine_add_fd(b, parts->vsock)};
	machine_add_port(b, vsock, AGENT_HOST_STDIN, terminal ? parts->terminal : STDIN_FILENO, true);
	machine_add_port(b, vsock, AGENT_HOST_STDOUT, terminal ? parts->terminal : STDOUT_FILENO, false);
	if (!terminal)
		machine_add_port(b, vsock, AGENT_HOST_STDERR, STDERR_FILENO, false);
}

static void machine_add_net(struct machine_builder *b, const struct microvm_parts *parts)
{
	struct machine_net *net = &machine_add(b, MACHINE_NET)->net;

	memset(net->tap, MACHINE_NO_FD, sizeof net->tap);
	net->tap[0] = machine_add_fd(b, parts->tap);
	memcpy(net->mac, parts->net.mac, sizeof net->mac);
	net->mtu = parts->net.mtu;
}

/* The guest names them by their order: nothing else of the machine's is a disk. */
static void machine_add_disk(struct machine_builder *b, const struct microvm_disk *disk)
{
	struct machine_block *block = &machine_add(b, MACHINE_BLOCK)->block;

	*block = (struct machine_block){.fd = machine_add_fd(b, disk->fd), .read_only = disk->read_only, .queues = 1};
}

static void machine_add_devices(struct machine_builder *b, const struct microvm_parts *parts)
{
	struct machine_device *console = machine_add(b, MACHINE_CONSOLE), *fs;

	console->console = (struct machine_console){.log = machine_add_fd(b, parts->log), .in = MACHINE_NO_FD};
	machine_add_vsock(b, parts);
	fs = machine_add(b, MACHINE_FS);
	fs->fs = (struct machine_fs){.server = machine_add_fd(b, parts->fs_vmm), .tag = MICROVM_SHARE_TAG};
	(void)machine_add(b, MACHINE_RNG);
	if (parts->tap >= 0)
		machine_add_net(b, parts);
	for (size_t i = 0; i < parts->disks.n; i++)
		machine_add_disk(b, &parts->disks.items[i]);
}

static int machine_command_line(const struct spec *spec, char line[MACHINE_COMMAND_LINE_MAX], struct err *e)
{
	const struct spec_vm_kernel *kernel = spec->vm ? spec->vm->kernel : NULL;
	own_text text = {0};

	text_add(&text, log_debug_wanted() ? COMMAND_LINE_DEBUG : COMMAND_LINE_BASE);
	for (size_t i = 0; kernel && i < kernel->parameters.n; i++)
		text_format(&text, " %s", kernel->parameters.items[i]);
	if (text.failed)
		return err_nomem(e);
	if (text.length >= MACHINE_COMMAND_LINE_MAX) {
		(void)err_set(e, E2BIG, "command-line-too-long", "the kernel's command line has room for %d characters",
			MACHINE_COMMAND_LINE_MAX - 1);
		return err_at(e, "/vm/kernel/parameters");
	}
	memcpy(line, text.data, text.length + 1);
	return 0;
}

static uint32_t machine_flags(const struct microvm_parts *parts)
{
	return MACHINE_EXIT_IS_RESET | (parts->no_acpi ? MACHINE_NO_ACPI : 0U) |
	       (parts->emulated ? MACHINE_MASK_XSAVE : 0U) | (log_debug_wanted() ? MACHINE_SERIAL : 0U);
}

int microvm_parts_send(const struct service_request *request, const struct microvm_size *size,
	const struct microvm_parts *parts, struct err *e)
{
	struct machine_builder b = {
		.machine =
			{
				.version = MACHINE_VERSION,
				.flags = machine_flags(parts),
				.vcpus = size->vcpus,
				.boot_timeout_ms = parts->emulated ? MACHINE_BOOT_EMULATED_MS : MACHINE_BOOT_MS,
				.memory_bytes = size->memory_bytes,
				.control = MACHINE_NO_FD,
				.trace = MACHINE_NO_FD,
			},
	};
	int r = machine_command_line(request->spec, b.machine.command_line, e);

	if (r < 0)
		return r;
	b.machine.kvm = machine_add_fd(&b, parts->kvm);
	b.machine.kernel = machine_add_fd(&b, parts->kernel);
	b.machine.initrd = machine_add_fd(&b, parts->initrd);
	if (request->trace && request->trace->fd >= 0)
		b.machine.trace = machine_add_fd(&b, request->trace->fd);
	machine_add_devices(&b, parts);
	r = machine_send(parts->machine_host, &b.machine, b.fds, b.fds_n, e);
	return r < 0 ? err_ctx(e, "giving the VMM its machine") : 0;
}
