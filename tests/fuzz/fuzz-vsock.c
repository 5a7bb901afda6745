/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A malicious guest, hasty clients and the service's streams against the vsock device: each byte is a step, the bytes
 * after it say what exactly. The books of the device must balance after each, and no descriptor may be left open.
 */
#include "tests/fuzz/fuzz.h"

#include "microvm/virtio/vsock.h"
#include "microvm/virtio/vsock_connection.h"
#include "tests/virtio/vsock_guest.h"

#include <fcntl.h>
#include <linux/virtio_mmio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 4, STEPS_MAX = 400, SENT = DRIVER_DATA, SENT_BYTES = 0x20000 };

struct play {
	const uint8_t *bytes;
	size_t left;
	struct vsock_guest guest;
	int clients[CLIENTS], in, out; /* -1: closed */
	uint32_t host_ports[CLIENTS];  /* the last that the device has named */
	unsigned int named;
	bool raw; /* the receive buffers are not those that the guest set up */
};

/* What comes after the end is 0. */
static uint8_t next(struct play *p)
{
	if (p->left == 0)
		return 0;
	p->left--;
	return *p->bytes++;
}

static uint32_t next_word(struct play *p)
{
	uint32_t word = next(p);

	word |= (uint32_t)next(p) << 8;
	word |= (uint32_t)next(p) << 16;
	return word | (uint32_t)next(p) << 24;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* a socket or a pipe: nothing can be lost that anybody wants */
	*fd = -1;
}

static void put(struct play *p, const struct virtio_vsock_hdr *header, uint32_t length)
{
	const struct driver_buffer buffers[] = {
		{.at = SENT, .length = sizeof *header},
		{.at = SENT + sizeof *header, .length = length},
	};
	uint32_t written;

	memcpy(driver_at(&p->guest.driver, SENT, sizeof *header), header, sizeof *header);
	(void)driver_put(&p->guest.driver, VSOCK_TX, buffers, length ? 2 : 1);
	while (driver_used(&p->guest.driver, VSOCK_TX, &written) >= 0)
		FUZZ_EXPECT(written == 0);
}

/* A port of the host: a tied one, a client's, or any. */
static uint32_t host_port(struct play *p, uint8_t which)
{
	if (which < 8)
		return which;
	return which < 64 ? p->host_ports[which % CLIENTS] : next_word(p);
}

static void step_packet(struct play *p)
{
	struct virtio_vsock_hdr header = vsock_guest_header(next(p), next(p), 0);

	header.dst_port = host_port(p, next(p));
	header.flags = next(p);
	header.len = (uint32_t)next(p) << (header.flags >> 4);
	put(p, &header, header.len);
}

static void step_any_packet(struct play *p)
{
	struct virtio_vsock_hdr header = vsock_guest_header(next(p), next(p), host_port(p, next(p)));
	const uint8_t what = next(p);

	header.fwd_cnt = next_word(p);
	header.buf_alloc = next_word(p);
	header.len = what & 1 ? next_word(p) : 0;
	header.type = what & 2 ? next(p) : header.type;
	header.src_cid = what & 4 ? next(p) : header.src_cid;
	header.dst_cid = what & 8 ? next(p) : header.dst_cid;
	put(p, &header, header.len % SENT_BYTES);
}

static void step_chain(struct play *p)
{
	const unsigned int queue = next(p) % VSOCK_QUEUES, n = next(p) % 8;
	struct driver_buffer buffers[8];

	for (unsigned int i = 0; i < n; i++)
		buffers[i] = (struct driver_buffer){
			.at = SENT + next(p), .length = next_word(p) >> (next(p) & 31), .writable = next(p) & 1};
	p->raw |= queue == VSOCK_RX;
	if (n > 0)
		(void)driver_put(&p->guest.driver, queue, buffers, n);
}

static void step_connect(struct play *p)
{
	const uint8_t which = next(p) % CLIENTS;

	close_end(&p->clients[which]);
	p->clients[which] = vsock_guest_client(&p->guest);
	(void)send(p->clients[which], "CONNECT 1\n", next(p) % 11, MSG_NOSIGNAL); /* whole or not */
}

static void step_client(struct play *p)
{
	static char room[0x10000];
	const uint8_t which = next(p) % CLIENTS, what = next(p);
	const int fd = p->clients[which];
	ssize_t done = 0;

	if (what & 1)
		done = send(fd, room, (size_t)next(p) << 6, MSG_NOSIGNAL);
	if (what & 2)
		done = recv(fd, room, sizeof room, 0);
	if (what & 4)
		done = shutdown(fd, what & 8 ? SHUT_WR : SHUT_RD);
	if (what & 16)
		done = send(fd, p->bytes, p->left < 8 ? p->left : 8, MSG_NOSIGNAL);
	if (what & 32)
		close_end(&p->clients[which]);
	(void)done; /* as it may be */
}

static void step_stream(struct play *p)
{
	static char room[0x10000];
	const uint8_t what = next(p);
	ssize_t done = 0;

	if (what & 1)
		done = write(p->in, room, (size_t)next(p) << 4);
	if (what & 2)
		done = read(p->out, room, sizeof room);
	if (what & 4)
		close_end(what & 8 ? &p->in : &p->out);
	if (what & 16)
		vsock_set_window(p->guest.driver.made.device, &(struct agent_window){next(p), next(p)});
	(void)done; /* as it may be */
}

static void step_receive(struct play *p)
{
	struct vsock_packet packet;

	for (uint8_t n = next(p); n > 0 && !p->raw && vsock_guest_next(&p->guest, &packet); n--)
		if (packet.header.op == VIRTIO_VSOCK_OP_REQUEST)
			p->host_ports[p->named++ % CLIENTS] = packet.header.src_port;
}

static void step_reset(struct play *p)
{
	p->raw = false;
	driver_write(&p->guest.driver, VIRTIO_MMIO_STATUS, 0);
	if (next(p) & 1)
		vsock_guest_run(&p->guest);
	vsock_guest_restart(&p->guest);
}

static void step_drain(struct play *p)
{
	(void)vsock_drained(p->guest.driver.made.device); /* whether or not */
}

static void (*const steps[])(struct play *p) = {step_packet, step_any_packet, step_chain, step_connect, step_client,
	step_stream, step_receive, step_reset, step_drain};

static void check_books(struct vsock *v)
{
	unsigned int n = 0;

	for (struct vsock_link *l = v->all.next; l != &v->all; l = l->next, n++) {
		const struct vsock_connection *c = vsock_of(l, all);

		FUZZ_EXPECT(c->buffer.length <= c->credit.limit);
		FUZZ_EXPECT(c->buffer.length == c->credit.received - c->credit.taken);
		FUZZ_EXPECT((c->buffer.length == 0) == (c->buffer.data == NULL));
		FUZZ_EXPECT(!c->closed || c->source.fd < 0);
		FUZZ_EXPECT(vsock_link_is_alone(&c->changed));
	}
	FUZZ_EXPECT(n == v->connections_n && v->resets_n <= VSOCK_RESETS_MAX);
}

static void play(struct play *p)
{
	for (unsigned int n = 0; p->left > 0 && n < STEPS_MAX; n++) {
		steps[next(p) % (sizeof steps / sizeof steps[0])](p);
		vsock_guest_run(&p->guest);
		check_books(p->guest.driver.made.device->self);
		if (driver_needs_reset(&p->guest.driver))
			step_reset(p);
	}
}

static int lowest_free_fd(void)
{
	int fd = dup(0);

	FUZZ_EXPECT(fd >= 0 && close(fd) == 0);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct play p;
	const int free_fd = lowest_free_fd();
	int in[2], out[2];

	(void)signal(SIGPIPE, SIG_IGN); /* as the program does */
	p = (struct play){.bytes = data, .left = size, .clients = {-1, -1, -1, -1}};
	FUZZ_EXPECT(pipe2(in, O_CLOEXEC | O_NONBLOCK) == 0 && pipe2(out, O_CLOEXEC | O_NONBLOCK) == 0);
	p.in = in[1];
	p.out = out[0];
	vsock_guest_open(&p.guest, in[0], out[1]);
	vsock_guest_start(&p.guest);
	play(&p);
	vsock_guest_close(&p.guest);
	close_end(&p.in);
	close_end(&p.out);
	for (unsigned int i = 0; i < CLIENTS; i++)
		close_end(&p.clients[i]);
	FUZZ_EXPECT(lowest_free_fd() == free_fd);
	return 0;
}
