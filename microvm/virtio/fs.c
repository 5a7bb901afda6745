/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file system device (virtio 1.2, 5.11): FUSE messages between the driver's queues and cloche-fs.
 *
 * Faces the guest. What the driver wrote goes to the server as it is, but for its number: `unique` is the driver's to
 * choose, twice the same one too, and an answer may come after a reset for which the driver has chosen it anew. So a
 * request travels under a number of ours, made of its place in the table and of how often that place was used, and the
 * answer gets the driver's back. An answer whose request is no more is thrown away.
 *
 * Nothing is kept here: a request goes from guest memory into the socket, an answer from the socket into guest memory.
 * While the socket is full no request is taken.
 */
#include "base/own.h"
#include "microvm/virtio/devices.h"

#include <assert.h>
#include <errno.h>
#include <linux/fuse.h>
#include <linux/virtio_fs.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum {
	FS_URGENT,  /* requests that need no answer (5.11.6.2) */
	FS_REQUEST, /* all others */
	FS_QUEUES,
	FS_QUEUE_SIZE = 256, /* a guest's requests have no more pages than that */
	FS_REQUESTS_MAX = FS_QUEUES * FS_QUEUE_SIZE,
	FS_TURN = 32,                           /* requests or answers; then other devices have their turn */
	FS_SOCKET_BYTES = 2 * (1 << 20) + 8192, /* two of the largest messages; the host may allow less */
	FS_PLACE_BITS = 16,
};

static_assert(FS_REQUESTS_MAX < 1 << FS_PLACE_BITS, "a place fits into a number");

struct fs_request {
	struct virtq_chain chain;
	struct fs_request *next_free;
	uint64_t unique; /* the driver's */
	uint64_t uses;
	uint16_t queue;
	bool busy; /* the server has it */
};

struct fs {
	struct virtio_device device;
	struct loop_source server; /* the socket; owned */
	struct virtio_fs_config config;
	struct fs_request *requests; /* FS_REQUESTS_MAX; owned */
	struct fs_request *free;     /* that were used before */
	unsigned int fresh;          /* that never were: their memory is the host's still */
	bool full;                   /* the socket: there is no taking until it is not */
};

static void fs_free_request(struct fs *fs, struct fs_request *request)
{
	request->busy = false;
	request->uses++;
	request->next_free = fs->free;
	fs->free = request;
}

/* NULL: all are in use. */
static struct fs_request *fs_place(struct fs *fs)
{
	struct fs_request *request = fs->free;

	if (request) {
		fs->free = request->next_free;
	} else if (fs->fresh > 0) {
		request = &fs->requests[FS_REQUESTS_MAX - fs->fresh--];
		request->uses = 1; /* to FUSE, the number 0 is no request's */
	}
	return request;
}

static uint64_t fs_number(const struct fs *fs, const struct fs_request *request)
{
	return request->uses << FS_PLACE_BITS | (uint64_t)(request - fs->requests);
}

/* NULL: it is no more. */
static struct fs_request *fs_find(const struct fs *fs, uint64_t number)
{
	const size_t place = number & ((1 << FS_PLACE_BITS) - 1);
	struct fs_request *request = place < FS_REQUESTS_MAX ? &fs->requests[place] : NULL;

	return request && request->busy && request->uses == number >> FS_PLACE_BITS ? request : NULL;
}

/* The machine cannot go on without its files. */
static void fs_fail(struct fs *fs, const char *what)
{
	struct err e = ERR_NONE;
	int fd = fs->server.fd;

	(void)err_set(&e, ECONNRESET, "fs-gone", "the file server (cloche-fs) %s", what);
	loop_remove(fs->device.place.loop, &fs->server);
	own_release_fd(&fd);
	fs->device.place.fail(fs->device.place.machine, &e);
}

static void fs_watch(struct fs *fs, bool full)
{
	struct err e = ERR_NONE;

	if (full == fs->full)
		return;
	fs->full = full;
	if (loop_change(fs->device.place.loop, &fs->server, full ? EPOLLIN | EPOLLOUT : EPOLLIN, &e) < 0)
		fs_fail(fs, "cannot be waited for");
}

static void fs_give(struct fs *fs, struct fs_request *request, uint32_t written)
{
	virtio_give(&fs->device, request->queue, request->chain.head, written);
	fs_free_request(fs, request);
}

/* An answer of our own, where there is room for one. */
static void fs_refuse(struct fs *fs, struct fs_request *request, int r)
{
	const struct fuse_out_header out = {.len = sizeof out, .error = r, .unique = request->unique};

	if (request->chain.writable_bytes < sizeof out)
		fs_give(fs, request, 0);
	else
		fs_give(fs, request, (uint32_t)virtq_chain_write(&request->chain, 0, &out, sizeof out));
}

/* The header as it was checked, then the rest of the chain. Returns 0 or a negative errno. */
static int fs_send(const struct fs *fs, struct fuse_in_header *header, const struct virtq_chain *chain)
{
	struct iovec parts[1 + VIRTQ_BUFFERS_MAX] = {{header, sizeof *header}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 1};
	size_t skip = sizeof *header;

	for (unsigned int i = 0; i < chain->readable_n; i++) {
		const struct iovec *part = &chain->readable[i];
		const size_t skipped = skip < part->iov_len ? skip : part->iov_len;

		skip -= skipped;
		if (skipped < part->iov_len)
			parts[message.msg_iovlen++] =
				(struct iovec){(char *)part->iov_base + skipped, part->iov_len - skipped};
	}
	return sendmsg(fs->server.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static bool fs_is_answered(uint32_t opcode)
{
	return opcode != FUSE_FORGET && opcode != FUSE_BATCH_FORGET && opcode != FUSE_INTERRUPT;
}

/* What became of a request that was sent, or could not be. False: no more now. */
static bool fs_settle(struct fs *fs, struct fs_request *request, uint32_t opcode, int r)
{
	if (r == -EAGAIN) {
		virtio_untake(&fs->device, request->queue);
		fs_free_request(fs, request);
		fs_watch(fs, true);
		return false;
	}
	if (r == -EPIPE || r == -ECONNRESET || r == -ENOTCONN) {
		fs_fail(fs, "is gone");
		return false;
	}
	if (r < 0)
		fs_refuse(fs, request, r == -EMSGSIZE ? -E2BIG : -EIO);
	else if (!fs_is_answered(opcode))
		fs_give(fs, request, 0);
	return true;
}

/* False: no more now. */
static bool fs_forward(struct fs *fs, struct fs_request *request)
{
	struct fuse_in_header header;
	size_t n = virtq_chain_read(&request->chain, 0, &header, sizeof header);

	if (n < sizeof header || header.len != request->chain.readable_bytes) {
		fs_give(fs, request, 0); /* nothing that could be answered */
		return true;
	}
	request->unique = header.unique;
	request->busy = true;
	header.unique = fs_number(fs, request);
	return fs_settle(fs, request, header.opcode, fs_send(fs, &header, &request->chain));
}

/* NULL: there is none now. */
static struct fs_request *fs_take(struct fs *fs, unsigned int queue)
{
	struct fs_request *request = fs_place(fs);

	if (!request) {
		virtio_needs_reset(&fs->device, "more requests at once than its queues hold");
		return NULL;
	}
	if (virtio_take(&fs->device, queue, &request->chain) <= 0) {
		fs_free_request(fs, request);
		return NULL;
	}
	request->queue = (uint16_t)queue;
	return request;
}

static void fs_notify(struct virtio_device *d, unsigned int queue)
{
	struct fs *fs = d->self;
	struct fs_request *request;
	unsigned int n = 0;
	bool more = fs->server.fd >= 0 && !fs->full;

	while (more && n < FS_TURN) {
		request = fs_take(fs, queue);
		more = request && fs_forward(fs, request);
		n++;
	}
	virtio_interrupt(d, queue);
	if (more)
		virtio_notify_later(d, queue);
}

/* The answer that comes next, `length` bytes of it, goes to its request. */
static void fs_take_answer(struct fs *fs, struct fuse_out_header *out, size_t length)
{
	struct fs_request *request = fs_find(fs, out->unique);
	struct msghdr message = {0};
	bool fits = request && length <= request->chain.writable_bytes;

	if (fits) {
		message.msg_iov = request->chain.writable;
		message.msg_iovlen = request->chain.writable_n;
	}
	(void)recvmsg(fs->server.fd, &message, MSG_DONTWAIT); /* it is there: it was looked at */
	if (!request)
		return;
	if (!fits) {
		fs_refuse(fs, request, -EIO);
		return;
	}
	out->unique = request->unique;
	(void)virtq_chain_write(&request->chain, 0, out, sizeof *out); /* it fits */
	fs_give(fs, request, (uint32_t)length);
}

/* False: no more now. */
static bool fs_receive(struct fs *fs)
{
	struct fuse_out_header out = {0};
	ssize_t n = recv(fs->server.fd, &out, sizeof out, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		fs_fail(fs, "is gone");
		return false;
	}
	if ((size_t)n < sizeof out || out.len != (size_t)n) {
		fs_fail(fs, "has sent what is no answer");
		return false;
	}
	fs_take_answer(fs, &out, (size_t)n);
	return true;
}

static void fs_ready(struct loop_source *source, uint32_t events)
{
	struct fs *fs = source->self;
	unsigned int n = 0;

	virtio_lock(&fs->device);
	while (n < FS_TURN && fs_receive(fs))
		n++;
	for (unsigned int queue = 0; queue < FS_QUEUES; queue++)
		virtio_interrupt(&fs->device, queue);
	if (events & EPOLLOUT && fs->server.fd >= 0 && fs->full) {
		fs_watch(fs, false);
		for (unsigned int queue = 0; queue < FS_QUEUES; queue++)
			fs_notify(&fs->device, queue);
	}
	virtio_unlock(&fs->device);
}

static void fs_reset(struct virtio_device *d)
{
	struct fs *fs = d->self;

	for (size_t i = 0; i < FS_REQUESTS_MAX; i++)
		if (fs->requests[i].busy)
			fs_free_request(fs, &fs->requests[i]);
}

static void fs_config_read(struct virtio_device *d, uint32_t offset, void *to, uint32_t length)
{
	const struct fs *fs = d->self;

	virtio_config_copy(&(struct virtio_config){&fs->config, sizeof fs->config}, offset, to, length);
}

static const struct virtio_class fs_class = {
	.name = "fs",
	.id = VIRTIO_FS,
	.queue_size = FS_QUEUE_SIZE,
	.config_read = fs_config_read,
	.reset = fs_reset,
	.notify = fs_notify,
};

static void fs_close(struct virtio_device *d)
{
	struct fs *fs = d->self;
	int fd = fs->server.fd;

	loop_remove(d->place.loop, &fs->server);
	own_release_fd(&fd);
	virtio_close(d);
	free(fs->requests);
	free(fs);
}

static struct fs *fs_new(const struct machine_fs *wish)
{
	struct fs *fs = calloc(1, sizeof *fs);
	struct fs_request *requests = calloc(FS_REQUESTS_MAX, sizeof *requests);

	if (!fs || !requests) {
		free(fs);
		free(requests);
		return NULL;
	}
	*fs = (struct fs){
		.requests = requests, .fresh = FS_REQUESTS_MAX, .config.num_request_queues = FS_QUEUES - FS_REQUEST};
	fs->device = (struct virtio_device){.class = &fs_class, .self = fs, .queues_n = FS_QUEUES};
	memcpy(fs->config.tag, wish->tag, sizeof fs->config.tag);
	return fs;
}

/* On failure the socket is closed. */
static int fs_open(struct fs *fs, const struct device_place *place, int socket, struct err *e)
{
	const int bytes = FS_SOCKET_BYTES;
	int r = virtio_open(&fs->device, place, e);

	fs->server = (struct loop_source){.fd = socket, .ready = fs_ready, .self = fs};
	if (r < 0) {
		own_release_fd(&socket);
		free(fs->requests);
		free(fs);
		return r;
	}
	(void)setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes); /* what it has is enough for less */
	r = loop_add(place->loop, &fs->server, EPOLLIN, e);
	if (r < 0)
		fs_close(&fs->device);
	return r;
}

int fs_make(const struct virtio_wish *wish, struct virtio_made *ret, struct err *e)
{
	own_fd socket = virtio_wish_fd(wish, wish->wish->fs.server);
	struct fs *fs;
	int r;

	if (socket < 0)
		return err_set(e, EINVAL, "", "a file system device without its server's socket");
	fs = fs_new(&wish->wish->fs);
	if (!fs)
		return err_nomem(e);
	r = fs_open(fs, wish->place, give_fd(&socket), e);
	if (r == 0)
		*ret = (struct virtio_made){.device = &fs->device, .close = fs_close};
	return r;
}
