/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections of the vsock device, and what its parts share. All of it runs on the I/O thread with the device's lock
 *held.
 *
 *	vsock_host.c		clients of the Unix socket become connections
 *	vsock_ports.c		the guest's connections to ports that are tied to descriptors
 *	vsock_from_guest.c	packets of the tx queue
 *	vsock_to_guest.c	packets for the rx queue
 *	vsock_settle.c		what follows from a change: watching descriptors, closing them, the next packet
 *	vsock_connection.c	making, finding and ending connections
 *
 * A callback changes connections and says so (vsock_changed); vsock_work(), at its end, draws the conclusions, in one
 *place. Only that frees a connection, so a pointer to one is good until then.
 */
#pragma once

#include "microvm/virtio/devices.h"
#include "microvm/virtio/vsock_buffer.h"
#include "microvm/virtio/vsock_credit.h"
#include "microvm/virtio/vsock_end.h"
#include "microvm/virtio/vsock_list.h"

enum { VSOCK_RX, VSOCK_TX, VSOCK_EVENT, VSOCK_QUEUES };

enum {
	VSOCK_HOST_CID = 2,
	VSOCK_CONNECTIONS_MAX = 1024,
	VSOCK_BUCKETS = 256,
	VSOCK_RESETS_MAX = 256,        /* answers to what belongs to no connection, until the guest takes them */
	VSOCK_BATCH = 256,             /* packets until other devices have their turn */
	VSOCK_PAYLOAD_MAX = 64 * 1024, /* of a packet to the guest */
	VSOCK_LINE_MAX = 24,           /* "CONNECT 4294967295\n" */
	VSOCK_PORTS_MAX = MACHINE_PORTS_MAX + 2,
};

struct vsock;

struct vsock_key {
	uint32_t guest_port, host_port;
};

enum vsock_state {
	VSOCK_GREETING,   /* a client of the host whose line is not whole yet; no key */
	VSOCK_REQUESTING, /* the guest is asked for it */
	VSOCK_OPEN,
	VSOCK_GONE, /* the guest knows nothing of it any more: found by no key, but its buffer is still to be taken */
};

struct vsock_port {
	uint32_t number;
	bool to_guest;
	bool used; /* is or was connected since the guest's last reset */
	struct vsock_end end;
	void (*connected)(struct vsock *v); /* or NULL */
};

struct vsock_connection {
	struct vsock *vsock;
	struct vsock_connection *next; /* of its bucket */
	struct vsock_link all, changed, ready;
	struct vsock_key key;
	enum vsock_state state;

	struct vsock_end client, *end; /* end: client, or its port's */
	struct vsock_port *port;
	struct loop_source source;
	uint32_t watched;        /* events */
	bool in_loop, unwatched; /* unwatched: is no file that can be watched, and always ready */
	bool reads, writes;      /* the end may still yield bytes, may still take some */
	bool readable, hung_up;  /* as far as is known */
	bool keeps_end, closed;  /* keeps_end: its port may be connected again, as the guest was reset */

	struct vsock_credit credit;
	struct vsock_buffer buffer;
	uint32_t pending; /* 1 << enum virtio_vsock_op each: to be told to the guest */
	uint32_t told_shutdown, guest_shutdown;
	int64_t deadline_ms; /* 0: none */
	char line[VSOCK_LINE_MAX + 1];
	uint8_t line_length;
};

/* How long somebody is waited for. */
struct vsock_patience {
	unsigned int greeting_ms; /* a client's line */
	unsigned int answer_ms;   /* the guest's answer, from the request's delivery */
	unsigned int tick_ms;     /* how often it is looked at */
};

struct vsock {
	struct virtio_device device;
	uint64_t cid;
	struct vsock_patience patience;
	struct loop_source listener, wake, timer;
	bool listening, timing, short_of; /* short_of: descriptors or memory, so that nobody is accepted for a moment */
	bool was_reset;                   /* by any thread: what there was is dropped by the next vsock_begin() */

	struct vsock_port ports[VSOCK_PORTS_MAX];
	unsigned int ports_n;
	struct vsock_connection *buckets[VSOCK_BUCKETS];
	struct vsock_link all, changed, ready;
	unsigned int connections_n;
	uint32_t next_host_port;
	struct vsock_key resets[VSOCK_RESETS_MAX];
	unsigned int resets_start, resets_n;

	unsigned int budget; /* packets that are left of a batch */
	struct virtq_chain chain;
	struct iovec part[VIRTQ_BUFFERS_MAX];

	struct agent_status status;
	size_t status_length;
	struct agent_window window;
	bool has_window, window_is_new;
};

#define vsock_of(link_, member) ((struct vsock_connection *)((char *)(link_)-offsetof(struct vsock_connection, member)))

/* Callbacks of the loop begin and end with these, beside the lock. false: a reset has dropped what the callback is
 * about. */
bool vsock_begin(struct vsock *v);
void vsock_work(struct vsock *v);

/* NULL: there are too many, or no memory. Its end is its client, which is not open. */
struct vsock_connection *vsock_connection_make(struct vsock *v);
void vsock_connection_free(struct vsock_connection *c);
struct vsock_connection *vsock_find(struct vsock *v, struct vsock_key key);
void vsock_enter_key(struct vsock_connection *c, struct vsock_key key);

/* Of the loop: a connection's descriptor is ready. */
void vsock_ready(struct loop_source *source, uint32_t events);

/* To be looked at by vsock_work(). */
void vsock_changed(struct vsock_connection *c);
/* In the list of those that have something for the guest, or out of it. */
void vsock_queue(struct vsock_connection *c);

/* The guest is to know: enum virtio_vsock_op; enum virtio_vsock_shutdown, for good. */
void vsock_tell(struct vsock_connection *c, unsigned int op);
void vsock_tell_shutdown(struct vsock_connection *c, uint32_t flags);

/* It is over as far as the guest goes; `tell`: which does not know that yet. */
void vsock_drop(struct vsock_connection *c, bool tell);

/* The end yields, or takes, no more. */
void vsock_stop_reading(struct vsock_connection *c);
void vsock_stop_writing(struct vsock_connection *c);

/* Writes what is held back, as far as the end takes it. */
void vsock_flush(struct vsock_connection *c);

/* As a guest's reset leaves things: no connection but those that only wait for their end to take what it was sent. */
void vsock_sweep(struct vsock *v);

/* For vsock_work(): what the queues have, within the batch. */
void vsock_from_guest(struct vsock *v);
void vsock_to_guest(struct vsock *v);

/* The ports. An unused one is taken by one connection, which becomes open. */
int vsock_ports_make(struct vsock *v, const struct virtio_wish *wish, struct err *e);
void vsock_ports_close(struct vsock *v);
struct vsock_port *vsock_port_find(struct vsock *v, uint32_t number);
void vsock_port_take(struct vsock_port *port, struct vsock_connection *c);

/* The clients of the listening socket, which becomes the device's. */
int vsock_host_open(struct vsock *v, int fd, struct err *e);
void vsock_host_close(struct vsock *v);
void vsock_host_watch(struct vsock *v);         /* while there is room for more */
void vsock_greet(struct vsock_connection *c);   /* a client has said something */
void vsock_welcome(struct vsock_connection *c); /* the guest has accepted it */

/* Connections that wait for somebody, and the listener when the host is short of something. */
int vsock_timer_open(struct vsock *v, struct err *e);
void vsock_timer_close(struct vsock *v);
void vsock_timer_start(struct vsock *v);
void vsock_expire_in(struct vsock_connection *c, unsigned int ms);
