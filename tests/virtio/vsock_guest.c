/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/virtio/vsock_guest.h"

#include "microvm/virtio/vsock.h"

#include <linux/virtio_mmio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Buffer n is descriptor n of its queue: each is one descriptor. */
enum { RX, TX, SENT = DRIVER_DATA, BUFFERS = DRIVER_DATA + (1 << 20) };

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void count_boot(void *machine)
{
	struct vsock_guest *g = machine;

	g->booted++;
}

static void keep_status(void *machine, const struct agent_status *status)
{
	struct vsock_guest *g = machine;

	g->told++;
	g->status = *status;
}

/* In the abstract namespace (unix(7)): nothing is left of it. */
static struct sockaddr_un address_of(const struct vsock_guest *g, socklen_t *ret_length)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path + 1, g->socket, strlen(g->socket));
	*ret_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(g->socket));
	return address;
}

static int listener_open(struct vsock_guest *g)
{
	static unsigned int count;
	struct sockaddr_un address;
	socklen_t length;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(g->socket, sizeof g->socket, "cloche-test-vsock-%d-%u", getpid(), count++);
	address = address_of(g, &length);
	must(fd >= 0 && bind(fd, (struct sockaddr *)&address, length) == 0 && listen(fd, 1024) == 0);
	return fd;
}

int vsock_guest_client(struct vsock_guest *g)
{
	socklen_t length;
	struct sockaddr_un address = address_of(g, &length);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	must(fd >= 0 && connect(fd, (struct sockaddr *)&address, length) == 0);
	return fd;
}

void vsock_guest_open(struct vsock_guest *g, int in, int out)
{
	struct machine_device wish = {.kind = MACHINE_VSOCK, .vsock = {.cid = VSOCK_GUEST_CID, .listen = 0}};
	struct virtio_made made;
	struct err e = ERR_NONE;
	int fds[3];

	*g = (struct vsock_guest){0};
	driver_open_place(&g->driver);
	g->driver.place.machine = g;
	g->driver.place.booted = count_boot;
	g->driver.place.status = keep_status;
	fds[0] = listener_open(g);
	fds[1] = in;
	fds[2] = out;
	if (in >= 0)
		wish.vsock.ports[wish.vsock.ports_n++] = (struct machine_port){PORT_IN, .fd = 1, .to_guest = true};
	if (out >= 0)
		wish.vsock.ports[wish.vsock.ports_n++] = (struct machine_port){PORT_OUT, .fd = 2};
	must(vsock_make(&(struct virtio_wish){.wish = &wish, .fds = fds, .fds_n = 3, .place = &g->driver.place}, &made,
		     &e) == 0);
	must(fds[0] == -1 && fds[1] == -1 && fds[2] == -1);
	driver_adopt(&g->driver, &made);
}

void vsock_guest_start(struct vsock_guest *g)
{
	driver_start(&g->driver, 0, VSOCK_GUEST_QUEUE);
	for (unsigned int i = 0; i < VSOCK_GUEST_QUEUE; i++)
		driver_offer(&g->driver, RX,
			driver_chain(&g->driver, RX,
				&(struct driver_buffer){.at = BUFFERS + (gpa_t)VSOCK_GUEST_PACKET * i,
					.length = VSOCK_GUEST_PACKET,
					.writable = true},
				1));
	driver_kick(&g->driver, RX);
	vsock_guest_run(g);
}

void vsock_guest_restart(struct vsock_guest *g)
{
	driver_write(&g->driver, VIRTIO_MMIO_STATUS, 0);
	vsock_guest_start(g);
}

void vsock_guest_close(struct vsock_guest *g)
{
	driver_close(&g->driver);
}

void vsock_guest_run(struct vsock_guest *g)
{
	driver_run(&g->driver, 0);
}

struct virtio_vsock_hdr vsock_guest_header(uint16_t op, uint32_t guest_port, uint32_t host_port)
{
	return (struct virtio_vsock_hdr){
		.src_cid = VSOCK_GUEST_CID,
		.dst_cid = 2,
		.src_port = guest_port,
		.dst_port = host_port,
		.type = VIRTIO_VSOCK_TYPE_STREAM,
		.op = op,
		.buf_alloc = VSOCK_GUEST_CREDIT,
	};
}

void vsock_guest_send(struct vsock_guest *g, struct virtio_vsock_hdr header, const void *data)
{
	struct driver_buffer buffers[] = {
		{.at = SENT, .length = sizeof header},
		{.at = SENT + sizeof header, .length = header.len},
	};
	uint32_t written;

	memcpy(driver_at(&g->driver, SENT, sizeof header), &header, sizeof header);
	if (data)
		memcpy(driver_at(&g->driver, SENT + sizeof header, header.len), data, header.len);
	(void)driver_put(&g->driver, TX, buffers, data ? 2 : 1);
	must(driver_used(&g->driver, TX, &written) >= 0 && written == 0);
}

void vsock_guest_say(struct vsock_guest *g, uint16_t op, uint32_t guest_port, uint32_t host_port)
{
	vsock_guest_send(g, vsock_guest_header(op, guest_port, host_port), NULL);
}

bool vsock_guest_next(struct vsock_guest *g, struct vsock_packet *ret)
{
	uint32_t written = 0;
	int head = driver_used(&g->driver, RX, &written);

	if (head < 0)
		return false;
	memcpy(ret, driver_at(&g->driver, BUFFERS + (gpa_t)VSOCK_GUEST_PACKET * (unsigned int)head, sizeof *ret),
		sizeof *ret);
	must(written == sizeof ret->header + ret->header.len && ret->header.src_cid == 2 &&
		ret->header.dst_cid == VSOCK_GUEST_CID && ret->header.type == VIRTIO_VSOCK_TYPE_STREAM);
	driver_offer(&g->driver, RX, (uint16_t)head);
	driver_kick(&g->driver, RX);
	return true;
}
