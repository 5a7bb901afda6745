/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/fs/attr.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sysmacros.h>

static struct timespec attr_time(const struct statx_timestamp *from)
{
	return (struct timespec){.tv_sec = from->tv_sec, .tv_nsec = from->tv_nsec};
}

static struct stat attr_stat(const struct statx *from)
{
	return (struct stat){
		.st_dev = makedev(from->stx_dev_major, from->stx_dev_minor),
		.st_ino = from->stx_ino,
		.st_mode = from->stx_mode,
		.st_nlink = from->stx_nlink,
		.st_uid = from->stx_uid,
		.st_gid = from->stx_gid,
		.st_rdev = makedev(from->stx_rdev_major, from->stx_rdev_minor),
		.st_size = (off_t)from->stx_size,
		.st_blksize = (blksize_t)from->stx_blksize,
		.st_blocks = (blkcnt_t)from->stx_blocks,
		.st_atim = attr_time(&from->stx_atime),
		.st_mtim = attr_time(&from->stx_mtime),
		.st_ctim = attr_time(&from->stx_ctime),
	};
}

int attr_read(int fd, struct stat *ret, struct attr_key *ret_key)
{
	struct statx all;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, &all) < 0)
		return -errno;
	*ret = attr_stat(&all);
	*ret_key = (struct attr_key){.device = ret->st_dev, .number = all.stx_ino, .mount = all.stx_mnt_id};
	if (all.stx_mask & STATX_BTIME) {
		ret_key->born_s = (uint64_t)all.stx_btime.tv_sec;
		ret_key->born_ns = all.stx_btime.tv_nsec;
	}
	return 0;
}
