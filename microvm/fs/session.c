/* SPDX-License-Identifier: Apache-2.0 */
/* Faces the guest: a message is whatever its driver wrote. */
#include "microvm/fs/session.h"

#include "microvm/fs/extra.h"
#include "microvm/fs/message.h"
#include "microvm/fs/server.h"

#include <errno.h>
#include <linux/fuse.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	SESSION_HEAD = 4096,        /* what comes before the data of a message, at most */
	SESSION_DATA_MIN = 4096,    /* FUSE cannot do with less */
	SESSION_DATA_MAX = 1 << 20, /* of one read or write */
	SESSION_ZEROES = 256,       /* after a message: what libfuse reads past the end of an older kernel's */
	SESSION_MINOR_MIN = 31,     /* of FUSE 7: what the first kernels with virtio-fs speak */
};

struct session {
	struct share *share;
	int socket;
	size_t data_max;
	struct server *server; /* owned; NULL: nobody has mounted */
	char *request;         /* owned */
};

/*
 * What goes through the socket at once: two messages must fit into its buffer, else each waits for the one before. The
 * host limits what may be asked for (net.core.wmem_max), of the other end as well.
 */
static size_t session_data_max(int socket)
{
	int bytes = 2 * (SESSION_DATA_MAX + SESSION_HEAD);
	socklen_t length = sizeof bytes;
	size_t most = SESSION_DATA_MAX;

	(void)setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes); /* what it has is asked for next */
	if (getsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, &length) < 0)
		return SESSION_DATA_MIN;
	while (most > SESSION_DATA_MIN && 2 * (most + SESSION_HEAD) > (size_t)bytes)
		most /= 2;
	return most;
}

int session_open(struct share *share, int socket, struct session **ret, struct err *e)
{
	struct session *session = calloc(1, sizeof *session);

	if (!session)
		return err_nomem(e);
	*session = (struct session){.share = share, .socket = socket, .data_max = session_data_max(socket)};
	session->request = malloc(SESSION_HEAD + session->data_max + SESSION_ZEROES);
	if (!session->request) {
		free(session);
		return err_nomem(e);
	}
	*ret = session;
	return 0;
}

void session_close(struct session *session)
{
	if (!session)
		return;
	server_close(session->server);
	free(session->request);
	free(session);
}

static void session_refuse(const struct session *session, const struct fuse_in_header *header, int r)
{
	const struct fuse_out_header answer = {.len = sizeof answer, .error = r, .unique = header->unique};

	if (message_is_answered(header->opcode)) /* whoever is gone needs no answer: the next turn sees it */
		(void)send(session->socket, &answer, sizeof answer, MSG_NOSIGNAL);
}

static bool session_speaks(const struct fuse_init_in *init)
{
	return init->major == FUSE_KERNEL_VERSION && init->minor >= SESSION_MINOR_MIN;
}

static int session_begin(struct session *session)
{
	struct fuse_init_in init = {0};
	int r;

	memcpy(&init, session->request + sizeof(struct fuse_in_header), sizeof init);
	if (!session_speaks(&init))
		return -EPROTO;
	server_close(session->server);
	session->server = NULL;
	r = share_forget_all(session->share);
	return r < 0 ? r : server_open(session->share, session->socket, session->data_max, &session->server);
}

static int session_admit(struct session *session, const struct fuse_in_header *header, size_t length)
{
	int r = message_check(session->request, length);

	if (r == 0 && header->opcode == FUSE_INIT)
		r = session_begin(session);
	return r == 0 && !session->server ? -EIO : r;
}

static void session_handle(struct session *session, size_t length)
{
	struct fuse_in_header header;
	int r;

	if (!message_has_header(session->request, length))
		return;
	memcpy(&header, session->request, sizeof header);
	memset(session->request + length, 0, SESSION_ZEROES);
	r = session_admit(session, &header, length);
	if (r < 0)
		session_refuse(session, &header, r);
	else if (header.opcode != FUSE_INTERRUPT && /* nothing here waits for long: there is nothing to interrupt */
		 !extra_handle(session->share, session->socket, session->request))
		server_handle(session->server, session->request, length);
}

int session_turn(struct session *session, struct err *e)
{
	ssize_t n = recv(session->socket, session->request, SESSION_HEAD + session->data_max, 0);

	if (n < 0 && errno != EINTR)
		return errno == ECONNRESET ? 0 : err_sys(e, "receive a request");
	if (n == 0)
		return 0;
	if (n > 0)
		session_handle(session, (size_t)n);
	return 1;
}
