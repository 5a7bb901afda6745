/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fs/client.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENT_EXPECT(condition)                                                                                       \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			perror(#condition);                                                                            \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

void client_open(struct client *c, size_t descriptors)
{
	struct err e = ERR_NONE;
	int pair[2];

	*c = (struct client){.path = "/tmp/cloche-fs-XXXXXX", .uid = getuid(), .gid = getgid(), .unique = 2};
	CLIENT_EXPECT(mkdtemp(c->path));
	CLIENT_EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	CLIENT_EXPECT(chdir("/proc/self/fd") == 0);
	c->socket = pair[0];
	c->served = pair[1];
	CLIENT_EXPECT((c->top = open(c->path, O_PATH | O_DIRECTORY | O_CLOEXEC)) >= 0);
	CLIENT_EXPECT(mkdirat(c->top, "0", 0755) == 0);
	CLIENT_EXPECT(share_open(&c->share, c->top, descriptors, &e) == 0);
	CLIENT_EXPECT(session_open(&c->share, c->served, &c->session, &e) == 0);
}

static int client_remove(const char *path, const struct stat *st, int type, struct FTW *place)
{
	(void)st, (void)type, (void)place;
	return remove(path);
}

void client_close(struct client *c)
{
	session_close(c->session);
	share_close(&c->share);
	CLIENT_EXPECT(close(c->top) == 0 && close(c->socket) == 0 && close(c->served) == 0);
	CLIENT_EXPECT(nftw(c->path, client_remove, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

const char *client_host_path(struct client *c, const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof path, "%s/0/%s", c->path, name);
	return path;
}

static int client_receive(struct client *c)
{
	struct iovec parts[] = {{&c->head, sizeof c->head}, {c->body, sizeof c->body}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t n = recvmsg(c->socket, &message, MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0) {
		CLIENT_EXPECT(errno == EAGAIN);
		return 1;
	}
	CLIENT_EXPECT((size_t)n >= sizeof c->head && c->head.len == (size_t)n && c->head.error <= 0);
	c->length = (size_t)n - sizeof c->head < sizeof c->body ? (size_t)n - sizeof c->head : sizeof c->body;
	return c->head.error;
}

int client_send_raw(struct client *c, const void *message, size_t length)
{
	struct err e = ERR_NONE;

	CLIENT_EXPECT(send(c->socket, message, length, 0) == (ssize_t)length);
	CLIENT_EXPECT(session_turn(c->session, &e) == 1);
	return client_receive(c);
}

int client_call(struct client *c, uint32_t opcode, uint64_t number, const struct client_parts *parts)
{
	static uint8_t message[CLIENT_BYTES];
	const size_t length = sizeof(struct fuse_in_header) + parts->fixed_length + parts->more_length;
	struct fuse_in_header header = {.len = (uint32_t)length,
		.opcode = opcode,
		.unique = c->unique += 2,
		.nodeid = number,
		.uid = c->uid,
		.gid = c->gid};
	int r;

	CLIENT_EXPECT(length <= sizeof message);
	memcpy(message, &header, sizeof header);
	if (parts->fixed_length)
		memcpy(message + sizeof header, parts->fixed, parts->fixed_length);
	if (parts->more_length)
		memcpy(message + sizeof header + parts->fixed_length, parts->more, parts->more_length);
	r = client_send_raw(c, message, length);
	CLIENT_EXPECT(r == 1 || c->head.unique == header.unique);
	return r;
}

int client_call_text(struct client *c, uint32_t opcode, uint64_t number, const char *text, size_t length)
{
	return client_call(c, opcode, number, &(struct client_parts){.more = text, .more_length = length});
}

int client_init(struct client *c, uint64_t flags)
{
	const struct fuse_init_in init = {.major = FUSE_KERNEL_VERSION,
		.minor = FUSE_KERNEL_MINOR_VERSION,
		.max_readahead = 131072,
		.flags = (uint32_t)flags,
		.flags2 = (uint32_t)(flags >> 32)};

	return client_call(c, FUSE_INIT, 0, &(struct client_parts){&init, sizeof init, NULL, 0});
}

void client_mount(struct client *c)
{
	CLIENT_EXPECT(client_init(c, FUSE_INIT_EXT | FUSE_MAX_PAGES | FUSE_DO_READDIRPLUS | FUSE_DONT_MASK) == 0);
	CLIENT_EXPECT(client_look_up(c, CLIENT_ROOT, "0") > 0);
	c->folder = client_entry(c)->nodeid;
}

const struct fuse_entry_out *client_entry(const struct client *c)
{
	CLIENT_EXPECT(c->length >= sizeof(struct fuse_entry_out));
	return (const void *)c->body;
}

const struct fuse_attr_out *client_attr(const struct client *c)
{
	CLIENT_EXPECT(c->length == sizeof(struct fuse_attr_out));
	return (const void *)c->body;
}

int64_t client_look_up(struct client *c, uint64_t directory, const char *name)
{
	int r = client_call_text(c, FUSE_LOOKUP, directory, name, strlen(name) + 1);

	return r < 0 ? r : (int64_t)client_entry(c)->nodeid;
}

int64_t client_open_file(struct client *c, uint64_t number, int flags)
{
	const struct fuse_open_in in = {.flags = (uint32_t)flags};
	int r = client_call(c, FUSE_OPEN, number, &(struct client_parts){&in, sizeof in, NULL, 0});

	return r < 0 ? r : (int64_t)((const struct fuse_open_out *)(const void *)c->body)->fh;
}

int64_t client_create(struct client *c, const char *name, uint32_t mode, int flags, int64_t *ret_handle)
{
	const struct fuse_create_in in = {.flags = (uint32_t)flags | O_CREAT, .mode = S_IFREG | mode, .umask = 022};
	const struct client_parts parts = {&in, sizeof in, name, strlen(name) + 1};
	const struct fuse_open_out *opened = (const void *)(c->body + sizeof(struct fuse_entry_out));
	int r = client_call(c, FUSE_CREATE, c->folder, &parts);

	if (r < 0)
		return r;
	*ret_handle = (int64_t)opened->fh;
	return (int64_t)client_entry(c)->nodeid;
}

int client_read(struct client *c, int64_t handle, uint64_t at, uint32_t size)
{
	const struct fuse_read_in in = {.fh = (uint64_t)handle, .offset = at, .size = size};

	return client_call(c, FUSE_READ, c->folder, &(struct client_parts){&in, sizeof in, NULL, 0});
}

int client_write(struct client *c, int64_t handle, uint64_t at, const char *text)
{
	const struct fuse_write_in in = {.fh = (uint64_t)handle, .offset = at, .size = (uint32_t)strlen(text)};

	return client_call(c, FUSE_WRITE, c->folder, &(struct client_parts){&in, sizeof in, text, in.size});
}

int client_release(struct client *c, int64_t handle)
{
	const struct fuse_release_in in = {.fh = (uint64_t)handle};

	return client_call(c, FUSE_RELEASE, c->folder, &(struct client_parts){&in, sizeof in, NULL, 0});
}
