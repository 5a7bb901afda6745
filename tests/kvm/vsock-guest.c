/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first process of a guest that tries its vsock: what the host's port 2 yields goes to port 3, whoever connects
 * to port 1 is echoed. When port 2 is at its end and nobody is echoed any more, the status 7 goes to port 1 of
 * the host and the machine is reset.
 */
#include "runtime/proto/agent.h"

#include <linux/vm_sockets.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROOM = 256 * 1024, BACKLOG = 256, STATUS = 7 };

static _Noreturn void die(const char *what)
{
	perror(what);
	(void)reboot(RB_AUTOBOOT); /* the host sees that there was no status */
	_exit(1);
}

static int host_stream(unsigned int port)
{
	const struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST, .svm_port = port};
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) < 0)
		die("connect to the host");
	return fd;
}

static int listener(void)
{
	const struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = AGENT_PORT};
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 || listen(fd, BACKLOG) < 0)
		die("listen");
	return fd;
}

static void copy(int from, int to)
{
	static char room[ROOM];
	ssize_t n;

	while ((n = read(from, room, sizeof room)) > 0)
		for (ssize_t done = 0, w; done < n; done += w)
			if ((w = write(to, room + done, (size_t)(n - done))) <= 0)
				die("write");
	if (n < 0)
		die("read");
}

/* Until the host has taken all and closed it: what is on its way at a reset is lost. */
static void await_taken(int fd)
{
	char byte;

	if (shutdown(fd, SHUT_WR) < 0)
		die("shutdown");
	while (read(fd, &byte, 1) > 0)
		continue;
}

/* A process of its own, since it waits; it ends when the stream does. */
static pid_t copy_aside(int from, int to)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	copy(from, to);
	await_taken(to);
	_exit(0);
}

static pid_t echo_whoever_comes(void)
{
	int fd = listener();
	pid_t pid = fork();

	while (pid == 0) {
		int client = accept(fd, NULL, NULL);

		if (client < 0 || copy_aside(client, client) < 0)
			die("serve");
		close(client);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
	}
	return pid;
}

int main(void)
{
	const struct agent_status status = {.value = STATUS};
	int told, result;
	pid_t copier;

	if (echo_whoever_comes() < 0)
		die("fork");
	told = host_stream(AGENT_HOST_STATUS);
	copier = copy_aside(host_stream(AGENT_HOST_STDIN), host_stream(AGENT_HOST_STDOUT));
	if (copier < 0 || waitpid(copier, &result, 0) != copier || result != 0)
		die("copy");
	if (write(told, &status, sizeof status) != sizeof status)
		die("tell the status");
	await_taken(told);
	return reboot(RB_AUTOBOOT);
}
