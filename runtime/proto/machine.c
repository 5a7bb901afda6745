/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/proto/machine.h"

#include "base/own.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

enum { PAGE = 4096 };

static const uint32_t flags_known = MACHINE_HUGEPAGES | MACHINE_PREALLOCATE | MACHINE_NO_ACPI | MACHINE_SERIAL |
				    MACHINE_MASK_XSAVE | MACHINE_EXIT_IS_RESET;

static int refuse(struct err *e, const char *what)
{
	return err_set(e, EINVAL, "vm-machine", "the machine's description: %s", what);
}

static bool names_fd(uint8_t place, uint32_t fds_n)
{
	return place < fds_n;
}

static bool names_fd_or_none(uint8_t place, uint32_t fds_n)
{
	return place == MACHINE_NO_FD || place < fds_n;
}

static bool check_console(const struct machine_device *device, uint32_t fds_n)
{
	return names_fd_or_none(device->console.log, fds_n) && names_fd_or_none(device->console.in, fds_n);
}

static bool check_block(const struct machine_device *device, uint32_t fds_n)
{
	return names_fd(device->block.fd, fds_n);
}

static bool check_net(const struct machine_device *device, uint32_t fds_n)
{
	const uint8_t *taps = device->net.tap;

	for (size_t i = 1; i < sizeof device->net.tap; i++)
		if (!names_fd_or_none(taps[i], fds_n))
			return false;
	return names_fd_or_none(taps[0], fds_n); /* a tap may be handed over later */
}

static bool check_vsock(const struct machine_device *device, uint32_t fds_n)
{
	const struct machine_vsock *vsock = &device->vsock;

	if (!names_fd_or_none(vsock->listen, fds_n) || vsock->ports_n > MACHINE_PORTS_MAX)
		return false;
	for (unsigned int i = 0; i < vsock->ports_n; i++)
		if (!names_fd_or_none(vsock->ports[i].fd, fds_n))
			return false;
	return vsock->cid > 2 && vsock->cid < UINT32_MAX; /* virtio 1.2, 5.10.4 */
}

static bool check_fs(const struct machine_device *device, uint32_t fds_n)
{
	return names_fd(device->fs.server, fds_n) && device->fs.tag[0];
}

static bool check_nothing(const struct machine_device *device, uint32_t fds_n)
{
	(void)device;
	(void)fds_n;
	return true;
}

static const struct {
	bool (*check)(const struct machine_device *device, uint32_t fds_n);
	const char *refusal;
} kinds[] = {
	[MACHINE_CONSOLE] = {check_console, "a console names a descriptor that did not come"},
	[MACHINE_BLOCK] = {check_block, "a block device names a descriptor that did not come"},
	[MACHINE_NET] = {check_net, "a network device names a descriptor that did not come"},
	[MACHINE_VSOCK] = {check_vsock, "the vsock device has no CID of a guest, too many ports or no such descriptor"},
	[MACHINE_RNG] = {check_nothing, ""},
	[MACHINE_BALLOON] = {check_nothing, ""},
	[MACHINE_FS] = {check_fs, "a file system has no tag or names a descriptor that did not come"},
};
_Static_assert(sizeof kinds / sizeof *kinds == MACHINE_DEVICE_KINDS, "a row for each kind of device");

static int check_devices(const struct machine *machine, uint32_t fds_n, struct err *e)
{
	for (size_t i = 0; i < MACHINE_DEVICES_MAX && machine->devices[i].kind != MACHINE_END; i++) {
		const struct machine_device *device = &machine->devices[i];

		if (device->kind >= MACHINE_DEVICE_KINDS)
			return refuse(e, "a device of an unknown kind");
		if (!kinds[device->kind].check(device, fds_n))
			return refuse(e, kinds[device->kind].refusal);
	}
	return 0;
}

int machine_check(const struct machine *machine, uint32_t fds_n, struct err *e)
{
	if (machine->version != MACHINE_VERSION)
		return err_set(e, EINVAL, "vm-version",
			"the machine's description has version %u, not %d: cloche and cloche-vmm are not of one build",
			machine->version, MACHINE_VERSION);
	if (machine->flags & ~flags_known)
		return refuse(e, "an unknown flag");
	if (machine->vcpus < 1 || machine->vcpus > MACHINE_VCPUS_MAX)
		return err_set(
			e, EINVAL, "vm-vcpus", "%u vCPUs: a machine has 1 to %d", machine->vcpus, MACHINE_VCPUS_MAX);
	if (machine->memory_bytes == 0 || machine->memory_bytes % PAGE != 0)
		return refuse(e, "its memory is no number of pages");
	if (!names_fd(machine->kvm, fds_n) || !names_fd(machine->kernel, fds_n))
		return refuse(e, "/dev/kvm or the kernel did not come");
	if (!names_fd_or_none(machine->initrd, fds_n) || !names_fd_or_none(machine->control, fds_n) ||
		!names_fd_or_none(machine->trace, fds_n))
		return refuse(e, "it names a descriptor that did not come");
	if (!memchr(machine->command_line, 0, sizeof machine->command_line))
		return refuse(e, "the command line does not end");
	return check_devices(machine, fds_n, e);
}

union fds_control {
	struct cmsghdr header;
	char room[CMSG_SPACE(MACHINE_FDS_MAX * sizeof(int))];
};

int machine_send(int socket, const struct machine *machine, const int *fds, uint32_t fds_n, struct err *e)
{
	/* iov_base is not const because recvmsg(2) shares the type */
	struct iovec part = {.iov_base = (void *)(uintptr_t)machine, .iov_len = sizeof *machine};
	union fds_control control = {0};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t n;

	if (fds_n > MACHINE_FDS_MAX)
		return refuse(e, "too many descriptors");
	if (fds_n > 0) {
		control.header = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(fds_n * sizeof(int))};
		memcpy(CMSG_DATA(&control.header), fds, fds_n * sizeof(int));
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(fds_n * sizeof(int));
	}
	do
		n = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_sys(e, "send the machine's description") : 0;
}

/* The descriptors that came, for the caller to close where the message is none. */
static uint32_t take_fds(struct msghdr *message, int ret_fds[MACHINE_FDS_MAX])
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	size_t bytes;

	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
		return 0;
	bytes = header->cmsg_len - CMSG_LEN(0);
	memcpy(ret_fds, CMSG_DATA(header), bytes);
	return (uint32_t)(bytes / sizeof(int));
}

int machine_receive(int socket, struct machine *ret, int ret_fds[MACHINE_FDS_MAX], uint32_t *ret_fds_n, struct err *e)
{
	struct iovec part = {.iov_base = ret, .iov_len = sizeof *ret};
	union fds_control control = {0};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
	uint32_t fds_n;
	ssize_t n;

	do
		n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "receive the machine's description");
	fds_n = take_fds(&message, ret_fds);
	if (n == sizeof *ret && !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
		*ret_fds_n = fds_n;
		return 0;
	}
	for (uint32_t i = 0; i < fds_n; i++)
		own_release_fd(&ret_fds[i]);
	return err_set(e, EPROTO, "vm-machine", "receive the machine's description: %zd bytes and %u descriptors came",
		n, fds_n);
}
