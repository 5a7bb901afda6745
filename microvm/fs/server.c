/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/fs/server.h"

#include "base/own.h"
#include "microvm/fs/operations.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/socket.h>

struct server {
	struct operations on;      /* first: libfuse's callbacks get it as the server's */
	struct fuse_session *fuse; /* owned */
	uint32_t offered;          /* flags of FUSE_INIT */
};

/*
 * What this libfuse cannot say for us. KILLPRIV_V2: each request says whether set-id bits fall with it; without it the
 * guest's kernel asks for the file's capabilities before every single write.
 */
static const uint32_t server_more = FUSE_HANDLE_KILLPRIV_V2;

static ssize_t server_read_nothing(int fd, void *to, size_t room, void *self)
{
	(void)fd, (void)to, (void)room, (void)self;
	errno = ENOSYS; /* requests are handed in by server_handle() */
	return -1;
}

/* The answer to FUSE_INIT, on its way. */
static void server_say_more(const struct server *server, const struct iovec *parts, int n)
{
	struct fuse_init_out *out = n > 1 ? parts[1].iov_base : NULL;

	if (out && parts[1].iov_len == sizeof *out && out->major == FUSE_KERNEL_VERSION)
		out->flags |= server_more & server->offered;
}

static ssize_t server_send(int fd, struct iovec *parts, int n, void *self)
{
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)n};
	const struct server *server = self;

	if (server->on.request->opcode == FUSE_INIT)
		server_say_more(server, parts, n);
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static const struct fuse_custom_io server_io = {.read = server_read_nothing, .writev = server_send};

/*
 * libfuse's table of requests names the one that begins a character device (CUSE). message_check() lets none pass; its
 * own function would link the rest of the library, with a command line, mounting and dlopen(3), into the program.
 */
void cuse_lowlevel_init(fuse_req_t req, fuse_ino_t number, const void *argument);

void cuse_lowlevel_init(fuse_req_t req, fuse_ino_t number, const void *argument)
{
	(void)number, (void)argument;
	(void)fuse_reply_err(req, ENOSYS); /* as for any other */
}

/* What libfuse has to say is said of a guest's message: it would flood the log. */
static void server_log_nothing(enum fuse_log_level level, const char *format, va_list arguments)
{
	(void)level, (void)format, (void)arguments;
}

static struct fuse_session *server_new(struct server *server)
{
	struct fuse_args arguments = {.argc = 1, .argv = (char *[]){(char[]){"cloche-fs"}, NULL}};
	struct fuse_session *fuse = fuse_session_new(&arguments, &operations_table, sizeof operations_table, server);

	fuse_opt_free_args(&arguments); /* it has made copies */
	return fuse;
}

static struct fuse_session *server_begin(struct server *server, int socket)
{
	struct fuse_session *fuse;
	own_fd fd = fcntl(socket, F_DUPFD_CLOEXEC, 0);

	fuse_set_log_func(server_log_nothing);
	fuse = fd < 0 ? NULL : server_new(server);
	if (fuse && fuse_session_custom_io(fuse, &server_io, fd) == 0) {
		(void)give_fd(&fd); /* libfuse closes it */
		return fuse;
	}
	if (fuse)
		fuse_session_destroy(fuse);
	return NULL;
}

int server_open(struct share *share, int socket, size_t data_max, struct server **ret)
{
	struct server *server = calloc(1, sizeof *server);

	if (!server)
		return -ENOMEM;
	*server = (struct server){.on = {.share = share, .data_max = data_max, .data = malloc(data_max)}};
	server->fuse = server->on.data ? server_begin(server, socket) : NULL;
	if (!server->fuse) {
		server_close(server);
		return -ENOMEM;
	}
	*ret = server;
	return 0;
}

void server_close(struct server *server)
{
	if (!server)
		return;
	if (server->fuse)
		fuse_session_destroy(server->fuse);
	free(server->on.data);
	free(server);
}

void server_handle(struct server *server, void *message, size_t length)
{
	const struct fuse_init_in *init = (const void *)((const char *)message + sizeof(struct fuse_in_header));

	server->on.request = message;
	if (server->on.request->opcode == FUSE_INIT)
		server->offered = init->flags;
	fuse_session_process_buf(server->fuse, &(struct fuse_buf){.size = length, .mem = message});
}
