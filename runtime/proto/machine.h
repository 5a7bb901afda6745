/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine that cloche-vmm is to be: one message of a SOCK_SEQPACKET socket, with its descriptors
 * (SCM_RIGHTS, unix(7)) beside it. Plain data of one fixed size: sender and receiver are built together,
 * and `version` says so. A descriptor is named by its place among those of the message; MACHINE_NO_FD: none.
 *
 * The sender is cloche and trusted; machine_check() is there for its mistakes.
 */
#pragma once

#include "base/err.h"

#include <stdint.h>

enum {
	MACHINE_VERSION = 1,
	MACHINE_FDS_MAX = 64, /* of SCM_MAX_FD's 253 */
	MACHINE_VCPUS_MAX = 64,
	MACHINE_DEVICES_MAX = 16,
	MACHINE_PORTS_MAX = 8,
	MACHINE_COMMAND_LINE_MAX = 2048,
	MACHINE_TAG_MAX = 36,  /* virtio 1.2, 5.11.4 */
	MACHINE_SOCKET_FD = 3, /* where cloche-vmm and cloche-fs find their socket */
	MACHINE_NO_FD = 0xff,
};

enum machine_device_kind {
	MACHINE_END, /* the list ends at the first of these */
	MACHINE_CONSOLE,
	MACHINE_BLOCK,
	MACHINE_NET,
	MACHINE_VSOCK,
	MACHINE_RNG,
	MACHINE_BALLOON,
	MACHINE_FS,
	MACHINE_DEVICE_KINDS,
};

/* A guest's stream to port `port` of the host (CID 2) goes to this descriptor. Each is connected once. */
struct machine_port {
	uint32_t port;
	uint8_t fd;
	uint8_t to_guest; /* bytes go from fd to the guest; else from the guest to fd */
};

struct machine_vsock {
	uint64_t cid;
	uint8_t listen; /* a listening Unix stream socket: see docs/microvm.md, "vsock" */
	uint8_t ports_n;
	struct machine_port ports[MACHINE_PORTS_MAX];
};

struct machine_console {
	uint8_t log; /* what the guest's kernel says: struct device_place's `log`; a file is kept to its last 64 KiB */
	uint8_t in;  /* for a guest whose console is its standard stream; else none */
};

struct machine_block {
	uint8_t fd;
	uint8_t read_only, direct;
	uint16_t queues;
	uint64_t bytes;                         /* 0: as large as fd is */
	uint64_t bytes_per_s, operations_per_s; /* 0: no limit */
	char serial[20];                        /* virtio 1.2, 5.2.6.1: NUL-padded */
};

struct machine_net {
	uint8_t tap[8]; /* one per queue pair; MACHINE_NO_FD from the first that is not there */
	uint8_t mac[6];
	uint16_t mtu;
};

struct machine_fs {
	uint8_t server; /* SOCK_SEQPACKET to cloche-fs: a FUSE message each (docs/microvm.md, "fs") */
	char tag[MACHINE_TAG_MAX];
};

struct machine_device {
	uint32_t kind; /* enum machine_device_kind */
	union {
		struct machine_console console;
		struct machine_block block;
		struct machine_net net;
		struct machine_vsock vsock;
		struct machine_fs fs;
	};
};

enum machine_flags {
	MACHINE_HUGEPAGES = 1 << 0,
	MACHINE_PREALLOCATE = 1 << 1,   /* no NORESERVE, all memory at once */
	MACHINE_NO_ACPI = 1 << 2,       /* the kernel is built for virtio_mmio.device= and an MP table */
	MACHINE_SERIAL = 1 << 3,        /* a 16550 at 0x3f8, whose output goes to the first console's log */
	MACHINE_MASK_XSAVE = 1 << 4,    /* a host whose SVM does not intercept XSETBV (an emulated one) */
	MACHINE_EXIT_IS_RESET = 1 << 5, /* a guest that resets is done; else it is started anew */
};

struct machine {
	uint32_t version; /* MACHINE_VERSION */
	uint32_t flags;
	uint32_t vcpus;
	uint32_t boot_timeout_ms; /* until the guest connects to AGENT_HOST_STATUS; 0: no limit */
	uint64_t memory_bytes;    /* a multiple of 4096 */
	uint8_t kvm;              /* /dev/kvm */
	uint8_t kernel;           /* an ELF vmlinux with a PVH note, or a bzImage */
	uint8_t initrd;
	uint8_t control; /* a listening Unix seqpacket socket for the VMM's control; or none */
	uint8_t trace;   /* where a trace goes in Chrome's format; or none */
	char command_line[MACHINE_COMMAND_LINE_MAX]; /* NUL-terminated; the VMM appends virtio_mmio.device= where it has
							to */
	struct machine_device devices[MACHINE_DEVICES_MAX];
};

/* 0, or -EINVAL with what is out of range. */
int machine_check(const struct machine *machine, uint32_t fds_n, struct err *e);

int machine_send(int socket, const struct machine *machine, const int *fds, uint32_t fds_n, struct err *e);

/* *ret_fds_n descriptors are the caller's, close-on-exec. -EPROTO: something else came. */
int machine_receive(int socket, struct machine *ret, int ret_fds[MACHINE_FDS_MAX], uint32_t *ret_fds_n, struct err *e);

/* What the VMM tells its maker, on the same socket, each one message. */
enum machine_event_kind {
	MACHINE_BOOTING, /* built; its vCPUs run from here on */
	MACHINE_FAILED,  /* could not be built: err says why */
	MACHINE_ENDED,   /* why, beside what the exit status says */
};

enum machine_end {
	MACHINE_END_ORDERLY, /* the guest told its status and reset */
	MACHINE_END_PANIC,
	MACHINE_END_TRIPLE_FAULT,
	MACHINE_END_BOOT_TIMEOUT,
	MACHINE_END_DEVICE, /* a process that serves it is gone */
	MACHINE_END_KVM,    /* KVM could not go on: err says why */
};

struct machine_event {
	uint32_t kind;
	uint32_t end;
	struct err err;
};
