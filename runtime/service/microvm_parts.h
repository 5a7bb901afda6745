/* SPDX-License-Identifier: Apache-2.0 */
/* What a machine is built from: descriptors, since the VMM opens nothing. */
#pragma once

#include "base/err.h"
#include "runtime/service/microvm_disks.h"
#include "runtime/service/microvm_network.h"
#include "runtime/service/microvm_prepare.h"
#include "runtime/service/service.h"

struct microvm_parts {
	int kvm, kernel, initrd;
	int vsock;                     /* listening */
	int log;                       /* of the guest's kernel */
	int machine_host, machine_vmm; /* the socket of runtime/proto/machine.h */
	int fs_vmm, fs_server;         /* FUSE messages */
	int terminal;                  /* the VMM's, which the service's streams are tied to; -1: to the caller's own */
	struct net_guest net;          /* index 0: none */
	int tap;
	struct microvm_disks disks;
	bool no_acpi;  /* the kernel was built without */
	bool emulated; /* the processor is QEMU's TCG */
};

#define own_microvm_parts __attribute__((cleanup(microvm_parts_close))) struct microvm_parts
#define MICROVM_PARTS_NONE                                                                                             \
	((struct microvm_parts){.kvm = -1,                                                                             \
		.kernel = -1,                                                                                          \
		.initrd = -1,                                                                                          \
		.vsock = -1,                                                                                           \
		.log = -1,                                                                                             \
		.machine_host = -1,                                                                                    \
		.machine_vmm = -1,                                                                                     \
		.fs_vmm = -1,                                                                                          \
		.fs_server = -1,                                                                                       \
		.terminal = -1,                                                                                        \
		.tap = -1})

/* Opens or makes them all; those that have a name are in the service's directory. *ret is closed also after a failure.
 */
int microvm_parts_open(
	const struct service_request *request, const struct service *s, struct microvm_parts *ret, struct err *e);
void microvm_parts_close(struct microvm_parts *parts);

/* Sends the VMM its machine. */
int microvm_parts_send(const struct service_request *request, const struct microvm_size *size,
	const struct microvm_parts *parts, struct err *e);
