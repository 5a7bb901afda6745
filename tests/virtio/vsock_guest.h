/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's side of the vsock device, for tests: packets in and out, one at a time. What a guest's kernel does by
 * itself (answers, credit) a test does by hand, so that it can do it wrong.
 */
#pragma once

#include "tests/virtio/driver.h"

#include <linux/virtio_vsock.h>

enum {
	VSOCK_GUEST_CID = 3,
	VSOCK_GUEST_QUEUE = 64,
	VSOCK_GUEST_PACKET = 4096 + 44, /* of a receive buffer, as Linux has them */
	VSOCK_GUEST_CREDIT = 256 * 1024,
	/* ports of the host that the tests tie to descriptors */
	PORT_IN = 2,
	PORT_OUT = 3,
};

struct vsock_guest {
	struct driver driver;
	struct agent_status status; /* the last that the device told of */
	unsigned int booted, told;  /* how often */
	char socket[64];            /* the listening socket's name; "": none */
};

struct vsock_packet {
	struct virtio_vsock_hdr header;
	uint8_t data[VSOCK_GUEST_PACKET - 44];
};

/* in, out: descriptors for PORT_IN and PORT_OUT, which become the device's; -1: none. */
void vsock_guest_open(struct vsock_guest *g, int in, int out);
/* Negotiation, queues, receive buffers. */
void vsock_guest_start(struct vsock_guest *g);
/* As a driver that begins anew. */
void vsock_guest_restart(struct vsock_guest *g);
void vsock_guest_close(struct vsock_guest *g);

/* A packet from the guest's port to the host's, with as many bytes as header.len says. The loop runs until all is
 * quiet. */
void vsock_guest_send(struct vsock_guest *g, struct virtio_vsock_hdr header, const void *data);

/* What most packets are. */
struct virtio_vsock_hdr vsock_guest_header(uint16_t op, uint32_t guest_port, uint32_t host_port);
void vsock_guest_say(struct vsock_guest *g, uint16_t op, uint32_t guest_port, uint32_t host_port);

/* The next packet that the device has put into a buffer, which it gets back. false: none. */
bool vsock_guest_next(struct vsock_guest *g, struct vsock_packet *ret);

/* The loop runs until all is quiet. */
void vsock_guest_run(struct vsock_guest *g);

/* A client of the listening socket, which does not wait. */
int vsock_guest_client(struct vsock_guest *g);
