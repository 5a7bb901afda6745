/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cloche and the guest's first process (cloche-init) say to each other.
 *
 * Two ways lead through the machine's vsock:
 *
 *	host to guest	a connection to AGENT_PORT is one request: AGENT_HELLO from the guest, then a request and
 *			its answers, as frames (frame.h). Many connections may be open side by side.
 *	guest to host	streams that cloche-init opens before anything else runs: the service's standard streams
 *			and its status. The VMM ties them to descriptors (machine.h, struct machine_port).
 *
 * The guest is hostile: cloche takes only frames of the kinds and sizes that it waits for.
 */
#pragma once

#include "base/err.h"

#include <stdint.h>

enum { AGENT_VERSION = 2 };

/* In the guest; below 1024, so that a service without CAP_NET_BIND_SERVICE cannot take it. */
enum { AGENT_PORT = 1 };

/* Of the host. */
enum agent_host_port {
	AGENT_HOST_STATUS = 1, /* guest to host: struct agent_status, once */
	AGENT_HOST_STDIN = 2,  /* host to guest: bytes */
	AGENT_HOST_STDOUT = 3,
	AGENT_HOST_STDERR = 4,
	AGENT_HOST_WINDOW = 5, /* host to guest: struct agent_window at each change */
};

enum agent_type {
	AGENT_HELLO = 1, /* guest: struct agent_hello */
	AGENT_ERROR,     /* guest: struct err; the answer to any request */
	AGENT_DONE,      /* guest: nothing; the answer of requests that have no other */

	AGENT_CREATE,    /* struct agent_create, then the guest's spec as JSON. Answer: AGENT_CREATED or AGENT_ERROR */
	AGENT_CREATED,   /* guest: uint32_t pid */
	AGENT_START,     /* struct agent_start. Answer: AGENT_DONE once the program is executed */
	AGENT_SIGNAL,    /* struct agent_signal */
	AGENT_PROCESSES, /* answer: AGENT_PIDS */
	AGENT_PIDS,      /* guest: uint32_t each, in the guest's numbers */
	AGENT_STATS,     /* answer: AGENT_STATS_JSON */
	AGENT_STATS_JSON,
	AGENT_PAUSE,    /* uint32_t: 1 or 0 */
	AGENT_EXEC,     /* struct agent_exec, then the process as JSON. Answer: AGENT_STARTED, later AGENT_EXITED */
	AGENT_STARTED,  /* guest: struct agent_started */
	AGENT_ATTACH,   /* struct agent_attach: the connection is that stream from here on, without frames. No answer;
			 * closed where there is no such stream (any more) */
	AGENT_WINDOW,   /* struct agent_window, on the connection of an AGENT_EXEC */
	AGENT_EXITED,   /* guest: struct agent_status, once all output is attached, or empty, and sent */
	AGENT_TIME,     /* uint64_t: nanoseconds since 1970 */
	AGENT_ENTROPY,  /* bytes for the guest's pool, which it reseeds from */
	AGENT_SHUTDOWN, /* ends the service and the machine */
	AGENT_UPDATE,   /* resources as JSON: the limits that the guest keeps and that change */
	AGENT_TYPES,
};

struct agent_hello {
	uint32_t version; /* AGENT_VERSION */
	uint32_t reserved;
	uint64_t boot_ns; /* the guest's CLOCK_BOOTTIME when cloche-init began */
};

enum agent_create_flags {
	AGENT_CREATE_STDIN = 1 << 0, /* there is one; else it reads end of file at once */
	AGENT_CREATE_TERMINAL = 1 << 1,
	AGENT_CREATE_NO_NEW_KEYRING = 1 << 2, /* the service, and all that is started in it, has cloche-init's */
};

struct agent_window {
	uint16_t rows, columns;
};

enum { AGENT_BUNDLE_MAX = 4096 }; /* PATH_MAX */

struct agent_create {
	uint32_t flags;
	struct agent_window window;
	char id[128];                  /* NUL-terminated, as is: */
	char bundle[AGENT_BUNDLE_MAX]; /* where it is on the host; hooks are told */
};

/* The address, routes and names that the service's namespace has on the host. */
enum { AGENT_ADDRESSES_MAX = 8, AGENT_ROUTES_MAX = 16 };

struct agent_address {
	uint8_t family, prefix; /* AF_INET, AF_INET6 */
	uint8_t address[16];    /* network order; of IPv4 the first four */
};

struct agent_route {
	uint8_t family, prefix;               /* prefix 0: the default route */
	uint8_t destination[16], gateway[16]; /* no gateway: all 0 */
};

struct agent_start {
	uint8_t has_network;
	uint8_t mac[6];
	uint8_t addresses_n, routes_n;
	uint16_t mtu;
	struct agent_address addresses[AGENT_ADDRESSES_MAX];
	struct agent_route routes[AGENT_ROUTES_MAX];
};

struct agent_signal {
	int32_t signo;  /* as Linux numbers it */
	uint32_t all;   /* 1: every process of the service */
	uint32_t token; /* of an exec's process; 0: the service's first process */
};

enum agent_exec_flags { AGENT_EXEC_TERMINAL = 1 << 0, AGENT_EXEC_STDIN = 1 << 1 };

struct agent_exec {
	uint32_t flags;
	struct agent_window window;
};

struct agent_started {
	uint32_t pid;   /* in the guest */
	uint32_t token; /* names it in AGENT_ATTACH and AGENT_SIGNAL */
};

enum agent_stream { AGENT_STREAM_STDIN, AGENT_STREAM_STDOUT, AGENT_STREAM_STDERR };

struct agent_attach {
	uint32_t token, stream;
};

struct agent_status {
	uint32_t signaled; /* 1: value is the signal that ended it; 0: value is the exit status */
	uint32_t value;
};
