/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/proto/machine.h"

#include "base/fd.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FDS = 3 };

static struct machine valid(void)
{
	struct machine machine = {.version = MACHINE_VERSION,
		.vcpus = 1,
		.memory_bytes = 1 << 20,
		.kvm = 0,
		.kernel = 1,
		.initrd = MACHINE_NO_FD,
		.control = MACHINE_NO_FD,
		.trace = MACHINE_NO_FD,
		.command_line = "quiet"};

	machine.devices[0] =
		(struct machine_device){.kind = MACHINE_CONSOLE, .console = {.log = 2, .in = MACHINE_NO_FD}};
	machine.devices[1] =
		(struct machine_device){.kind = MACHINE_VSOCK, .vsock = {.cid = 3, .listen = 2, .ports_n = 1}};
	return machine;
}

static int check(const struct machine *machine)
{
	struct err e = ERR_NONE;

	return machine_check(machine, FDS, &e);
}

static void a_machine_in_range_is_taken(void **state)
{
	struct machine machine = valid();

	(void)state;
	assert_int_equal(check(&machine), 0);
}

static void assert_refused(void (*spoil)(struct machine *))
{
	struct machine machine = valid();

	spoil(&machine);
	assert_int_equal(check(&machine), -EINVAL);
}

#define SPOIL(name, change)                                                                                            \
	static void name(struct machine *m)                                                                            \
	{                                                                                                              \
		change;                                                                                                \
	}
SPOIL(version, m->version++)
SPOIL(flags, m->flags = 1U << 31)
SPOIL(no_vcpu, m->vcpus = 0)
SPOIL(many_vcpus, m->vcpus = MACHINE_VCPUS_MAX + 1)
SPOIL(no_memory, m->memory_bytes = 0)
SPOIL(half_a_page, m->memory_bytes += 2048)
SPOIL(no_kvm, m->kvm = MACHINE_NO_FD)
SPOIL(no_kernel, m->kernel = FDS)
SPOIL(foreign_initrd, m->initrd = FDS)
SPOIL(foreign_control, m->control = 0xfe)
SPOIL(foreign_trace, m->trace = FDS)
SPOIL(endless_command_line, memset(m->command_line, 'a', sizeof m->command_line))
SPOIL(unknown_kind, m->devices[0].kind = MACHINE_DEVICE_KINDS)
SPOIL(foreign_log, m->devices[0].console.log = FDS)
SPOIL(foreign_listener, m->devices[1].vsock.listen = FDS)
SPOIL(foreign_port, m->devices[1].vsock.ports[0].fd = FDS)
SPOIL(many_ports, m->devices[1].vsock.ports_n = MACHINE_PORTS_MAX + 1)
SPOIL(cid_of_the_host, m->devices[1].vsock.cid = 2)
SPOIL(no_disk, (m->devices[0].kind = MACHINE_BLOCK, m->devices[0].block.fd = MACHINE_NO_FD))
SPOIL(no_tag, (m->devices[0].kind = MACHINE_FS, memset(&m->devices[0].fs, 0, sizeof m->devices[0].fs)))
SPOIL(foreign_tap, (m->devices[0].kind = MACHINE_NET, memset(m->devices[0].net.tap, FDS, 8)))

static void what_is_out_of_range_is_refused(void **state)
{
	static void (*const spoils[])(struct machine *) = {version, flags, no_vcpu, many_vcpus, no_memory, half_a_page,
		no_kvm, no_kernel, foreign_initrd, foreign_control, foreign_trace, endless_command_line, unknown_kind,
		foreign_log, foreign_listener, foreign_port, many_ports, cid_of_the_host, no_disk, no_tag, foreign_tap};

	(void)state;
	for (size_t i = 0; i < sizeof spoils / sizeof *spoils; i++)
		assert_refused(spoils[i]);
}

static void make_pair(int pair[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

static void close_pair(const int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

static void a_machine_arrives_with_its_descriptors(void **state)
{
	struct machine machine = valid(), received;
	int pair[2], fds[MACHINE_FDS_MAX], received_fds[MACHINE_FDS_MAX];
	struct stat sent, came;
	struct err e = ERR_NONE;
	uint32_t n = 0;

	(void)state;
	make_pair(pair);
	for (int i = 0; i < MACHINE_FDS_MAX; i++)
		fds[i] = pair[i % 2];
	assert_int_equal(machine_send(pair[0], &machine, fds, MACHINE_FDS_MAX, &e), 0);
	assert_int_equal(machine_receive(pair[1], &received, received_fds, &n, &e), 0);
	assert_int_equal(n, MACHINE_FDS_MAX);
	assert_memory_equal(&machine, &received, sizeof machine);
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(fstat(fds[i], &sent) | fstat(received_fds[i], &came), 0);
		assert_int_equal(sent.st_ino, came.st_ino);
		assert_true(fcntl(received_fds[i], F_GETFD) & FD_CLOEXEC);
		close(received_fds[i]);
	}
	close_pair(pair);
}

static void what_is_no_machine_is_refused_and_its_descriptors_closed(void **state)
{
	struct machine machine = valid();
	int pair[2], ends[2], fds[MACHINE_FDS_MAX];
	struct err e = ERR_NONE;
	uint32_t n = 0;
	char byte;

	(void)state;
	make_pair(pair);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fd_send(pair[0], &machine, sizeof machine - 1, ends[1], &e), 0);
	assert_int_equal(machine_receive(pair[1], &machine, fds, &n, &e), -EPROTO);
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0); /* nobody else has the writing end */
	assert_int_equal(shutdown(pair[0], SHUT_WR), 0);
	assert_int_equal(machine_receive(pair[1], &machine, fds, &n, &e), -EPROTO);
	close(ends[0]);
	close_pair(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_in_range_is_taken),
		cmocka_unit_test(what_is_out_of_range_is_refused),
		cmocka_unit_test(a_machine_arrives_with_its_descriptors),
		cmocka_unit_test(what_is_no_machine_is_refused_and_its_descriptors_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
