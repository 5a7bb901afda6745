/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the vsock device expect of it, and the usual packets of a guest. */
#pragma once

#include "tests/virtio/vsock_guest.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { SHUTDOWN_BOTH = VIRTIO_VSOCK_SHUTDOWN_RCV | VIRTIO_VSOCK_SHUTDOWN_SEND };

/* A connection as its two ports name it. */
struct vsock_pair {
	uint32_t guest, host;
};

static inline struct vsock_packet expect_packet(struct vsock_guest *g, uint16_t op)
{
	struct vsock_packet packet;

	assert_true(vsock_guest_next(g, &packet));
	assert_int_equal(packet.header.op, op);
	return packet;
}

static inline void expect_silence(struct vsock_guest *g)
{
	struct vsock_packet packet;

	assert_false(vsock_guest_next(g, &packet));
}

static inline void guest_sends(struct vsock_guest *g, struct vsock_pair pair, const void *data, size_t length)
{
	struct virtio_vsock_hdr header = vsock_guest_header(VIRTIO_VSOCK_OP_RW, pair.guest, pair.host);

	header.len = (uint32_t)length;
	vsock_guest_send(g, header, data);
}

static inline void guest_shuts(struct vsock_guest *g, struct vsock_pair pair, uint32_t flags)
{
	struct virtio_vsock_hdr header = vsock_guest_header(VIRTIO_VSOCK_OP_SHUTDOWN, pair.guest, pair.host);

	header.flags = flags;
	vsock_guest_send(g, header, NULL);
}

/* A connection to a port of the host that accepts it. */
static inline struct vsock_pair connect_port(struct vsock_guest *g, uint32_t port)
{
	const struct vsock_pair pair = {.guest = 1234, .host = port};

	vsock_guest_say(g, VIRTIO_VSOCK_OP_REQUEST, pair.guest, pair.host);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_RESPONSE);
	return pair;
}

static inline void client_says(struct vsock_guest *g, int client, const char *text)
{
	assert_int_equal(send(client, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	vsock_guest_run(g);
}

static inline void expect_text(int client, const char *text)
{
	char got[256] = "";

	assert_int_equal(recv(client, got, sizeof got - 1, 0), strlen(text));
	assert_string_equal(got, text);
}

static inline void expect_end(int client)
{
	char byte;

	assert_int_equal(recv(client, &byte, 1, 0), 0);
}

/* A client that is connected to the guest's port 1. */
static inline struct vsock_pair connect_client(struct vsock_guest *g, int *ret_client)
{
	struct vsock_packet packet;
	char line[32];

	*ret_client = vsock_guest_client(g);
	client_says(g, *ret_client, "CONNECT 1\n");
	packet = expect_packet(g, VIRTIO_VSOCK_OP_REQUEST);
	assert_int_equal(packet.header.dst_port, 1);
	vsock_guest_say(g, VIRTIO_VSOCK_OP_RESPONSE, 1, packet.header.src_port);
	(void)snprintf(line, sizeof line, "OK %u\n", packet.header.src_port);
	expect_text(*ret_client, line);
	return (struct vsock_pair){.guest = 1, .host = packet.header.src_port};
}

/* A guest without the host's ends of ports, as most tests want it. */
static inline int vsock_set_up(void **state)
{
	struct vsock_guest *g = test_calloc(1, sizeof *g);

	vsock_guest_open(g, -1, -1);
	vsock_guest_start(g);
	*state = g;
	return 0;
}

static inline int vsock_tear_down(void **state)
{
	vsock_guest_close(*state);
	test_free(*state);
	return 0;
}
