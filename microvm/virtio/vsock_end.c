/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/virtio/vsock_end.h"

#include "base/own.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

/*
 * What poll(2) promises room for. pipe(7) says it of pipes. A terminal that has any room has some 256 bytes, and
 * each that it is given may become two, as a newline does.
 */
enum { CHUNK_PIPE = PIPE_BUF, CHUNK_TERMINAL = 128, CHUNK_FILE = 1 << 20 };

static ssize_t result(ssize_t n)
{
	if (n >= 0)
		return n;
	return errno == EINTR || errno == EWOULDBLOCK ? -EAGAIN : -errno;
}

static ssize_t socket_read(struct vsock_end *end, const struct iovec *to, int n)
{
	struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)to, .msg_iovlen = (size_t)n};

	return result(recvmsg(end->fd, &message, MSG_DONTWAIT));
}

static ssize_t socket_write(struct vsock_end *end, const struct iovec *from, int n)
{
	struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)from, .msg_iovlen = (size_t)n};

	return result(sendmsg(end->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static bool is_ready(const struct vsock_end *end, short events)
{
	struct pollfd wait = {.fd = end->fd, .events = events};

	return poll(&wait, 1, 0) == 1;
}

/* The kernel cannot be asked not to wait with this file. */
static bool cannot_ask(ssize_t n)
{
	return n < 0 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL);
}

static ssize_t stream_read(struct vsock_end *end, const struct iovec *to, int n)
{
	ssize_t r = -1;

	if (!end->polled) {
		r = preadv2(end->fd, to, n, -1, RWF_NOWAIT);
		end->polled = cannot_ask(r);
	}
	if (end->polled)
		return is_ready(end, POLLIN) ? result(readv(end->fd, to, n)) : -EAGAIN;
	return result(r);
}

/* Of one piece, as long as it takes some. */
static ssize_t write_chunks(const struct vsock_end *end, const struct iovec *piece)
{
	size_t done = 0;

	while (done < piece->iov_len && is_ready(end, POLLOUT)) {
		const size_t left = piece->iov_len - done;
		ssize_t n = result(
			write(end->fd, (const char *)piece->iov_base + done, left < end->chunk ? left : end->chunk));

		if (n < 0)
			return done ? (ssize_t)done : n;
		done += (size_t)n;
	}
	return done ? (ssize_t)done : -EAGAIN;
}

static ssize_t write_polled(const struct vsock_end *end, const struct iovec *from, int n)
{
	ssize_t done = 0;

	for (int i = 0; i < n; i++) {
		ssize_t r = from[i].iov_len ? write_chunks(end, &from[i]) : 0;

		if (r < 0)
			return done ? done : r;
		done += r;
		if ((size_t)r < from[i].iov_len)
			break;
	}
	return done;
}

static ssize_t stream_write(struct vsock_end *end, const struct iovec *from, int n)
{
	ssize_t r = -1;

	if (!end->polled) {
		r = pwritev2(end->fd, from, n, -1, RWF_NOWAIT);
		end->polled = cannot_ask(r);
	}
	return end->polled ? write_polled(end, from, n) : result(r);
}

static const struct vsock_end_class socket_class = {.read = socket_read, .write = socket_write, .is_socket = true};
static const struct vsock_end_class stream_class = {.read = stream_read, .write = stream_write};

int vsock_end_open(int fd, struct vsock_end *ret, struct err *e)
{
	struct stat what;

	if (fstat(fd, &what) < 0)
		return err_sys(e, "look at a stream's descriptor");
	*ret = (struct vsock_end){.class = &stream_class, .fd = fd, .chunk = CHUNK_TERMINAL};
	if (S_ISSOCK(what.st_mode)) {
		ret->class = &socket_class;
	} else if (S_ISFIFO(what.st_mode)) {
		ret->chunk = CHUNK_PIPE;
	} else if (S_ISREG(what.st_mode) || S_ISBLK(what.st_mode)) {
		ret->chunk = CHUNK_FILE;
		ret->polled =
			true; /* RWF_NOWAIT would fail for what has to come from the disk, with nothing to wait for */
	}
	return 0;
}

struct vsock_end vsock_end_of_client(int fd)
{
	return (struct vsock_end){.class = &socket_class, .fd = fd};
}

void vsock_end_shut(const struct vsock_end *end, int how)
{
	if (end->fd >= 0 && end->class->is_socket)
		(void)shutdown(end->fd, how); /* fails where the other side is gone, which is as good */
}

void vsock_end_close(struct vsock_end *end)
{
	own_release_fd(&end->fd);
}
