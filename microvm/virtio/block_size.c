/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/virtio/block_size.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

enum { SECTOR = 512, DIRECT_FILE_BLOCK = 4096 };

static int find_bytes(int fd, uint64_t *ret, bool *ret_is_file, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "look at a disk");
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return err_set(e, EINVAL, "vm-disk", "a disk is neither a file nor a block device");
	*ret_is_file = S_ISREG(st.st_mode);
	*ret = (uint64_t)st.st_size;
	if (S_ISBLK(st.st_mode) && ioctl(fd, BLKGETSIZE64, ret) < 0)
		return err_sys(e, "ask a disk for its size");
	return 0;
}

/* O_DIRECT wants multiples of the disk's own blocks; of a file's disk we know that 4 KiB do for all there are. */
static uint32_t find_block(int fd, bool is_file, bool is_direct)
{
	int block = 0;

	if (!is_direct)
		return SECTOR;
	if (is_file || ioctl(fd, BLKSSZGET, &block) < 0 || block < SECTOR)
		return DIRECT_FILE_BLOCK;
	return (uint32_t)block;
}

static int check_access(int fd, const struct machine_block *wish, struct err *e)
{
	const int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return err_sys(e, "look at a disk");
	if (!wish->read_only && (flags & O_ACCMODE) != O_RDWR)
		return err_set(e, EINVAL, "vm-disk", "a disk that is to be written was not opened for writing");
	if (wish->direct && !(flags & O_DIRECT))
		return err_set(e, EINVAL, "vm-disk", "a disk that is to be used directly was not opened with O_DIRECT");
	return 0;
}

int block_size_find(int fd, const struct machine_block *wish, struct block_size *ret, struct err *e)
{
	bool is_file = false;
	uint64_t bytes = 0;
	int r = find_bytes(fd, &bytes, &is_file, e);

	if (r == 0)
		r = check_access(fd, wish, e);
	if (r < 0)
		return r;
	if (wish->bytes > bytes)
		return err_set(e, EINVAL, "vm-disk", "a disk has %llu bytes, not the %llu that it should have",
			(unsigned long long)bytes, (unsigned long long)wish->bytes);
	ret->block_bytes = find_block(fd, is_file, wish->direct);
	bytes = wish->bytes ? wish->bytes : bytes;
	ret->bytes = bytes - bytes % ret->block_bytes;
	return 0;
}
