/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/fs/extra.h"

#include "microvm/fs/content.h"

#include <linux/fuse.h>
#include <sys/socket.h>

/* What follows the header of an answer. */
struct extra_answer {
	struct fuse_entry_out entry;
	struct fuse_open_out open;
};

static struct fuse_attr extra_attr(const struct stat *st)
{
	return (struct fuse_attr){
		.ino = st->st_ino,
		.size = (uint64_t)st->st_size,
		.blocks = (uint64_t)st->st_blocks,
		.atime = (uint64_t)st->st_atim.tv_sec,
		.mtime = (uint64_t)st->st_mtim.tv_sec,
		.ctime = (uint64_t)st->st_ctim.tv_sec,
		.atimensec = (uint32_t)st->st_atim.tv_nsec,
		.mtimensec = (uint32_t)st->st_mtim.tv_nsec,
		.ctimensec = (uint32_t)st->st_ctim.tv_nsec,
		.mode = st->st_mode,
		.nlink = (uint32_t)st->st_nlink,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.rdev = (uint32_t)st->st_rdev,
		.blksize = (uint32_t)st->st_blksize,
	};
}

/* Making a file without a name, open. Returns the length of the answer, or a negative errno. */
static int extra_tmpfile(struct share *share, const struct fuse_in_header *header, struct extra_answer *ret)
{
	const struct fuse_create_in *in = (const void *)(header + 1);
	const struct tree_new new = {
		.caller = {.uid = header->uid, .gid = header->gid, .umask = in->umask}, .mode = in->mode};
	const struct content_way way = {.flags = (int)in->flags};
	struct content_created made = {0};
	int r = content_create_nameless(share, header->nodeid, &new, &way, &made);

	if (r < 0)
		return r;
	*ret = (struct extra_answer){.entry = {.nodeid = made.entry.number,
					     .entry_valid = SHARE_VALID_S,
					     .attr_valid = SHARE_VALID_S,
					     .attr = extra_attr(&made.entry.attr)},
		.open = {.fh = made.handle}};
	return sizeof *ret;
}

static int extra_syncfs(struct share *share, const struct fuse_in_header *header, struct extra_answer *ret)
{
	(void)header, (void)ret;
	return share_sync(share);
}

static const struct extra_row {
	uint32_t opcode;
	int (*serve)(struct share *share, const struct fuse_in_header *header, struct extra_answer *ret);
} extra_rows[] = {
	{FUSE_SYNCFS, extra_syncfs},
	{FUSE_TMPFILE, extra_tmpfile},
};

static void extra_answer(int socket, const struct fuse_in_header *header, int r, struct extra_answer *answer)
{
	struct fuse_out_header out = {.len = sizeof out, .error = r < 0 ? r : 0, .unique = header->unique};
	struct iovec parts[] = {{&out, sizeof out}, {answer, r < 0 ? 0 : (size_t)r}};
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	out.len += (uint32_t)parts[1].iov_len;
	(void)sendmsg(socket, &message, MSG_NOSIGNAL); /* whoever is gone needs no answer: the next turn sees it */
}

bool extra_handle(struct share *share, int socket, const void *message)
{
	const struct fuse_in_header *header = message;
	struct extra_answer answer = {0};

	for (size_t i = 0; i < sizeof extra_rows / sizeof extra_rows[0]; i++) {
		if (extra_rows[i].opcode != header->opcode)
			continue;
		extra_answer(socket, header, extra_rows[i].serve(share, header, &answer), &answer);
		return true;
	}
	return false;
}
