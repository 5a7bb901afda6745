/* SPDX-License-Identifier: Apache-2.0 */
/* Faces the guest: the message may be anything. */
#include "microvm/fs/message.h"

#include <errno.h>
#include <linux/fuse.h>
#include <string.h>

enum { MESSAGE_TEXTS_MAX = 2, MESSAGE_SETXATTR_FIXED = 8 };

enum message_text {
	MESSAGE_NO_TEXT,
	MESSAGE_NAME,      /* one component of a path */
	MESSAGE_TARGET,    /* of a symbolic link */
	MESSAGE_ATTRIBUTE, /* the name of an extended attribute */
};

struct message_shape {
	bool known;
	uint16_t fixed; /* bytes after the header */
	uint16_t entry; /* bytes of each of what follows fixed and texts, which a count in fixed counts; 0: nothing */
	uint16_t counted_at;              /* where in fixed that count (32 bits) is */
	uint8_t texts[MESSAGE_TEXTS_MAX]; /* what follows fixed, each with its NUL */
};

#define MESSAGE_PLAIN(bytes)                                                                                           \
	{                                                                                                              \
		.known = true, .fixed = (bytes)                                                                        \
	}
#define MESSAGE_NAMED(bytes, ...)                                                                                      \
	{                                                                                                              \
		.known = true, .fixed = (bytes), .texts = { __VA_ARGS__ }                                              \
	}

static const struct message_shape message_shapes[] = {
	[FUSE_LOOKUP] = MESSAGE_NAMED(0, MESSAGE_NAME),
	[FUSE_FORGET] = MESSAGE_PLAIN(sizeof(struct fuse_forget_in)),
	[FUSE_GETATTR] = MESSAGE_PLAIN(sizeof(struct fuse_getattr_in)),
	[FUSE_SETATTR] = MESSAGE_PLAIN(sizeof(struct fuse_setattr_in)),
	[FUSE_READLINK] = MESSAGE_PLAIN(0),
	[FUSE_SYMLINK] = MESSAGE_NAMED(0, MESSAGE_NAME, MESSAGE_TARGET),
	[FUSE_MKNOD] = MESSAGE_NAMED(sizeof(struct fuse_mknod_in), MESSAGE_NAME),
	[FUSE_MKDIR] = MESSAGE_NAMED(sizeof(struct fuse_mkdir_in), MESSAGE_NAME),
	[FUSE_UNLINK] = MESSAGE_NAMED(0, MESSAGE_NAME),
	[FUSE_RMDIR] = MESSAGE_NAMED(0, MESSAGE_NAME),
	[FUSE_RENAME] = MESSAGE_NAMED(sizeof(struct fuse_rename_in), MESSAGE_NAME, MESSAGE_NAME),
	[FUSE_LINK] = MESSAGE_NAMED(sizeof(struct fuse_link_in), MESSAGE_NAME),
	[FUSE_OPEN] = MESSAGE_PLAIN(sizeof(struct fuse_open_in)),
	[FUSE_READ] = MESSAGE_PLAIN(sizeof(struct fuse_read_in)),
	[FUSE_WRITE] = {.known = true,
		.fixed = sizeof(struct fuse_write_in),
		.entry = 1,
		.counted_at = offsetof(struct fuse_write_in, size)},
	[FUSE_STATFS] = MESSAGE_PLAIN(0),
	[FUSE_RELEASE] = MESSAGE_PLAIN(sizeof(struct fuse_release_in)),
	[FUSE_FSYNC] = MESSAGE_PLAIN(sizeof(struct fuse_fsync_in)),
	/* the first half of struct fuse_setxattr_in: the other half belongs to an extension that is not negotiated */
	[FUSE_SETXATTR] = {.known = true,
		.fixed = MESSAGE_SETXATTR_FIXED,
		.texts = {MESSAGE_ATTRIBUTE},
		.entry = 1,
		.counted_at = offsetof(struct fuse_setxattr_in, size)},
	[FUSE_GETXATTR] = MESSAGE_NAMED(sizeof(struct fuse_getxattr_in), MESSAGE_ATTRIBUTE),
	[FUSE_LISTXATTR] = MESSAGE_PLAIN(sizeof(struct fuse_getxattr_in)),
	[FUSE_REMOVEXATTR] = MESSAGE_NAMED(0, MESSAGE_ATTRIBUTE),
	/* older kernels send less than the whole struct fuse_init_in */
	[FUSE_INIT] = MESSAGE_PLAIN(offsetof(struct fuse_init_in, flags2)),
	[FUSE_OPENDIR] = MESSAGE_PLAIN(sizeof(struct fuse_open_in)),
	[FUSE_READDIR] = MESSAGE_PLAIN(sizeof(struct fuse_read_in)),
	[FUSE_RELEASEDIR] = MESSAGE_PLAIN(sizeof(struct fuse_release_in)),
	[FUSE_FSYNCDIR] = MESSAGE_PLAIN(sizeof(struct fuse_fsync_in)),
	[FUSE_CREATE] = MESSAGE_NAMED(sizeof(struct fuse_create_in), MESSAGE_NAME),
	[FUSE_INTERRUPT] = MESSAGE_PLAIN(sizeof(struct fuse_interrupt_in)),
	[FUSE_DESTROY] = MESSAGE_PLAIN(0),
	[FUSE_BATCH_FORGET] = {.known = true,
		.fixed = sizeof(struct fuse_batch_forget_in),
		.entry = sizeof(struct fuse_forget_one),
		.counted_at = offsetof(struct fuse_batch_forget_in, count)},
	[FUSE_FALLOCATE] = MESSAGE_PLAIN(sizeof(struct fuse_fallocate_in)),
	[FUSE_READDIRPLUS] = MESSAGE_PLAIN(sizeof(struct fuse_read_in)),
	[FUSE_RENAME2] = MESSAGE_NAMED(sizeof(struct fuse_rename2_in), MESSAGE_NAME, MESSAGE_NAME),
	[FUSE_LSEEK] = MESSAGE_PLAIN(sizeof(struct fuse_lseek_in)),
	[FUSE_SYNCFS] = MESSAGE_PLAIN(sizeof(struct fuse_syncfs_in)),
	/* the kernel sends a name that is none */
	[FUSE_TMPFILE] = MESSAGE_NAMED(sizeof(struct fuse_create_in), MESSAGE_TARGET),
	[FUSE_COPY_FILE_RANGE] = MESSAGE_PLAIN(sizeof(struct fuse_copy_file_range_in)),
};

enum { MESSAGE_SHAPES = sizeof message_shapes / sizeof message_shapes[0] };

static struct fuse_in_header message_header(const void *message)
{
	struct fuse_in_header header;

	memcpy(&header, message, sizeof header);
	return header;
}

bool message_has_header(const void *message, size_t length)
{
	return length >= sizeof(struct fuse_in_header) && message_header(message).len == length;
}

bool message_is_answered(uint32_t opcode)
{
	return opcode != FUSE_FORGET && opcode != FUSE_BATCH_FORGET && opcode != FUSE_INTERRUPT;
}

static int message_check_text(enum message_text kind, const char *text, size_t length)
{
	if (length == 0)
		return -EINVAL;
	if (kind == MESSAGE_TARGET)
		return length > MESSAGE_TARGET_MAX ? -ENAMETOOLONG : 0;
	if (length > MESSAGE_NAME_MAX)
		return -ENAMETOOLONG;
	if (kind == MESSAGE_ATTRIBUTE)
		return 0;
	return strcmp(text, ".") == 0 || strcmp(text, "..") == 0 || memchr(text, '/', length) ? -EINVAL : 0;
}

/* Moves *at and *left past the texts. */
static int message_check_texts(const struct message_shape *shape, const char **at, size_t *left)
{
	for (size_t i = 0; i < MESSAGE_TEXTS_MAX && shape->texts[i] != MESSAGE_NO_TEXT; i++) {
		const char *end = *left ? memchr(*at, '\0', *left) : NULL;
		int r = end ? message_check_text(shape->texts[i], *at, (size_t)(end - *at)) : -EIO;

		if (r < 0)
			return r;
		*left -= (size_t)(end + 1 - *at);
		*at = end + 1;
	}
	return 0;
}

int message_check(const void *message, size_t length)
{
	const uint32_t opcode = message_header(message).opcode;
	const struct message_shape *shape = &message_shapes[opcode < MESSAGE_SHAPES ? opcode : 0];
	const char *at = (const char *)message + sizeof(struct fuse_in_header);
	size_t left = length - sizeof(struct fuse_in_header);
	uint32_t count = 0;
	int r;

	if (!shape->known)
		return -ENOSYS;
	if (left < shape->fixed)
		return -EIO;
	if (shape->entry)
		memcpy(&count, at + shape->counted_at, sizeof count);
	at += shape->fixed;
	left -= shape->fixed;
	r = message_check_texts(shape, &at, &left);
	if (r < 0)
		return r;
	return (uint64_t)count * shape->entry > left ? -EIO : 0;
}
