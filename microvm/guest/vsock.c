/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/vsock.h"

#include "base/own.h"

#include <errno.h>
#include <linux/vm_sockets.h>
#include <sys/socket.h>

enum { VSOCK_BACKLOG = 256 };

static int vsock_open(struct err *e)
{
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? err_sys(e, "make a vsock socket (has the guest's kernel virtio-vsock?)") : fd;
}

int vsock_listen(unsigned int port, struct err *e)
{
	const struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = port};
	own_fd fd = vsock_open(e);

	if (fd < 0)
		return fd;
	if (bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 || listen(fd, VSOCK_BACKLOG) < 0)
		return err_sys(e, "listen at the vsock port '%u'", port);
	return give_fd(&fd);
}

int vsock_connect(unsigned int port, struct err *e)
{
	const struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST, .svm_port = port};
	own_fd fd = vsock_open(e);

	if (fd < 0)
		return fd;
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return give_fd(&fd);
	if (errno == ECONNRESET)
		errno = ECONNREFUSED; /* what the peer's refusal is to vsock */
	return err_sys(e, "connect to the host's vsock port '%u'", port);
}
