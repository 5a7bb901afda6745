/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's side of vsock-guest.c: many bytes through the service's streams and through many connections at once,
 * all of which must come back as they went. Exits 0 when they did and the machine ended as the guest told.
 */
#include "base/own.h"
#include "runtime/proto/agent.h"
#include "runtime/proto/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

enum { FD_KVM, FD_KERNEL, FD_INITRD, FD_LOG, FD_LISTEN, FD_IN, FD_OUT, FDS };
enum { CLIENTS_MAX = 500, ROOM = 64 * 1024, STATUS = 7, VSOCK_CID = 3 };

/* Bytes that go out and come back. */
struct flow {
	int out, in; /* -1: at its end */
	uint64_t all, sent, got;
};

struct play {
	struct flow flows[1 + CLIENTS_MAX]; /* the streams, then clients */
	size_t n;
	struct sockaddr_un address;
};

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(2);
}

static _Noreturn void fail(const char *what, uint64_t number)
{
	fprintf(stderr, "%s: %llu\n", what, (unsigned long long)number);
	exit(1);
}

static int open_file(const char *path, int how)
{
	int fd = open(path, how | O_CLOEXEC);

	if (fd < 0)
		die(path);
	return fd;
}

static double now_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint8_t byte_at(uint64_t at)
{
	return (uint8_t)(at * UINT64_C(0x9e3779b97f4a7c15) >> 56);
}

static void flow_send(struct flow *f)
{
	static uint8_t room[ROOM];
	const uint64_t left = f->all - f->sent;
	const size_t length = left < ROOM ? (size_t)left : ROOM;
	ssize_t n;

	for (size_t i = 0; i < length; i++)
		room[i] = byte_at(f->sent + i);
	n = write(f->out, room, length);
	if (n < 0 && errno != EAGAIN)
		die("send");
	f->sent += n < 0 ? 0 : (uint64_t)n;
	if (f->sent < f->all)
		return;
	if (f->out == f->in)
		(void)shutdown(f->out, SHUT_WR); /* the other end may be at its end already */
	else
		close(f->out);
	f->out = -1;
}

static void flow_take(struct flow *f)
{
	static uint8_t room[ROOM];
	ssize_t n = read(f->in, room, sizeof room);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n < 0)
		die("receive");
	for (ssize_t i = 0; i < n; i++)
		if (room[i] != byte_at(f->got + (uint64_t)i))
			fail("a wrong byte came back at", f->got + (uint64_t)i);
	f->got += (uint64_t)n;
	if (n > 0)
		return;
	if (f->got != f->all)
		fail("the stream ended after", f->got);
	close(f->in);
	f->in = -1;
}

/* Until all flows from `first` are at their ends. */
static void flows_run(struct flow *flows, size_t n)
{
	static struct pollfd wait[2 * (1 + CLIENTS_MAX)];
	bool open = true;

	while (open) {
		open = false;
		for (size_t i = 0; i < n; i++) {
			wait[2 * i] = (struct pollfd){.fd = flows[i].out, .events = POLLOUT};
			wait[2 * i + 1] = (struct pollfd){.fd = flows[i].in, .events = POLLIN};
			open |= flows[i].in >= 0;
		}
		if (open && poll(wait, 2 * n, -1) < 0)
			die("poll");
		for (size_t i = 0; i < n; i++) {
			if (wait[2 * i].revents)
				flow_send(&flows[i]);
			if (wait[2 * i + 1].revents)
				flow_take(&flows[i]);
		}
	}
}

/* The line "OK …"; false: nobody listens in the guest. */
static bool take_welcome(int fd)
{
	char byte = 0;
	ssize_t n;

	while ((n = read(fd, &byte, 1)) == 1 && byte != '\n')
		continue;
	return n == 1;
}

static int client_open(const struct play *p)
{
	char line[32];
	const int length = snprintf(line, sizeof line, "CONNECT %d\n", AGENT_PORT);

	for (;;) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0 || connect(fd, (const struct sockaddr *)&p->address, sizeof p->address) < 0)
			die("connect");
		if (write(fd, line, (size_t)length) == length && take_welcome(fd)) {
			(void)fcntl(fd, F_SETFL, O_NONBLOCK); /* a new socket: this does not fail */
			return fd;
		}
		close(fd);
		(void)usleep(20000); /* it is still booting */
	}
}

static int listener_open(struct play *p)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	p->address = (struct sockaddr_un){.sun_family = AF_UNIX};
	(void)snprintf(p->address.sun_path + 1, sizeof p->address.sun_path - 1, "cloche-vsock-%d", getpid());
	if (fd < 0 || bind(fd, (struct sockaddr *)&p->address, sizeof p->address) < 0 || listen(fd, CLIENTS_MAX) < 0)
		die("listen");
	return fd;
}

static pid_t vmm_start(const char *program, int socket)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (dup3(socket, MACHINE_SOCKET_FD, 0) < 0)
		die("dup3");
	execl(program, program, (char *)NULL);
	die(program);
}

static void order(int socket, const int fds[FDS])
{
	static struct machine machine = {.version = MACHINE_VERSION,
		.vcpus = 2,
		.flags = MACHINE_EXIT_IS_RESET | MACHINE_MASK_XSAVE | MACHINE_NO_ACPI,
		.memory_bytes = 256 << 20,
		.kvm = FD_KVM,
		.kernel = FD_KERNEL,
		.initrd = FD_INITRD,
		.control = MACHINE_NO_FD,
		.trace = MACHINE_NO_FD,
		.command_line = "console=hvc0 panic=-1 reboot=t quiet",
		.devices = {{.kind = MACHINE_CONSOLE, .console = {.log = FD_LOG, .in = MACHINE_NO_FD}},
			{.kind = MACHINE_VSOCK,
				.vsock = {.cid = VSOCK_CID,
					.listen = FD_LISTEN,
					.ports_n = 2,
					.ports = {{AGENT_HOST_STDIN, FD_IN, true},
						{AGENT_HOST_STDOUT, FD_OUT, false}}}}}};
	struct err e = ERR_NONE;

	if (machine_send(socket, &machine, fds, FDS, &e) < 0)
		fprintf(stderr, "%s\n", e.text);
}

static void run_clients(struct play *p, size_t clients, uint64_t each)
{
	const double start = now_s();
	double connected;

	for (size_t i = 0; i < clients; i++) {
		int fd = client_open(p);

		p->flows[i] = (struct flow){.out = fd, .in = fd, .all = each};
	}
	connected = now_s();
	flows_run(p->flows, clients);
	printf("%zu connections of %llu bytes: %.2f s to connect, %.2f s both ways\n", clients,
		(unsigned long long)each, connected - start, now_s() - connected);
}

static void run_streams(struct play *p, int to, int from, uint64_t all)
{
	const double start = now_s();
	double took;

	p->flows[0] = (struct flow){.out = to, .in = from, .all = all};
	flows_run(p->flows, 1);
	took = now_s() - start;
	printf("%llu bytes through the streams: %.2f s, %.0f MiB/s there and back\n", (unsigned long long)all, took,
		(double)all / took / 1048576);
}

int main(int argc, char **argv)
{
	static struct play p;
	int pair[2], in[2], out[2], status;
	pid_t vmm;

	if (argc != 7) {
		fputs("usage: vsock-host CLOCHE-VMM KERNEL INITRD CLIENTS BYTES-EACH STREAM-BYTES\n", stderr);
		return 2;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0 || pipe2(in, O_CLOEXEC) < 0 ||
		pipe2(out, O_CLOEXEC) < 0 || fcntl(in[1], F_SETFL, O_NONBLOCK) < 0)
		die("pipe");
	vmm = vmm_start(argv[1], pair[1]);
	order(pair[0], (const int[FDS]){[FD_KVM] = open_file("/dev/kvm", O_RDWR),
			       [FD_KERNEL] = open_file(argv[2], O_RDONLY),
			       [FD_INITRD] = open_file(argv[3], O_RDONLY),
			       [FD_LOG] = STDERR_FILENO,
			       [FD_LISTEN] = listener_open(&p),
			       [FD_IN] = in[0],
			       [FD_OUT] = out[1]});
	close(in[0]);
	close(out[1]);
	close(client_open(&p)); /* it has booted */
	run_clients(&p, strtoul(argv[4], NULL, 0), strtoull(argv[5], NULL, 0));
	run_streams(&p, in[1], out[0], strtoull(argv[6], NULL, 0));
	if (waitpid(vmm, &status, 0) != vmm || !WIFEXITED(status) || WEXITSTATUS(status) != STATUS)
		fail("cloche-vmm ended by", (uint64_t)status);
	return 0;
}
