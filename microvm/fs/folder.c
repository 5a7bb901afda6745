/* SPDX-License-Identifier: Apache-2.0 */
/* Faces the guest: an offset may be anything; the file system of the host makes what it can of it. */
#include "microvm/fs/folder.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

enum { FOLDER_BYTES = 16 * 1024, FOLDER_TYPE_SHIFT = 12 };

/* getdents64(2) */
struct folder_record {
	uint64_t number;
	int64_t next;
	uint16_t length;
	uint8_t type;
	char name[];
};

/* One reading. */
struct folder {
	struct share *share;
	const struct inode_use *directory;
	const struct folder_reader *reader;
	uint64_t device;
	bool top;
};

int folder_open(struct share *share, uint64_t number, uint64_t *ret_handle)
{
	own_inode_use directory = {0};
	int fd, r = inode_take(&share->inodes, number, &directory);

	if (r < 0)
		return r;
	fd = openat(directory.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && share_made_room(share, -errno))
		fd = openat(directory.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : handle_add(&share->handles, fd, false, ret_handle);
}

static bool folder_is_self_or_parent(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* One that is gone by now is told without a look. */
static void folder_look_up(const struct folder *f, const struct folder_record *record, struct tree_entry *ret)
{
	const bool wanted = f->reader->look_up && !folder_is_self_or_parent(record->name);

	if (wanted && tree_look_up_in(f->share, f->directory, record->name, ret) == 0)
		return;
	*ret = (struct tree_entry){.attr.st_mode = (mode_t)record->type << FOLDER_TYPE_SHIFT,
		.attr.st_ino = inodes_show(&f->share->inodes, f->device, record->number)};
}

static bool folder_give(const struct folder *f, const struct folder_record *record)
{
	struct folder_entry entry = {.name = record->name, .next = record->next};

	if (f->top && !folder_is_self_or_parent(record->name) && !share_has_at_top(record->name))
		return true;
	folder_look_up(f, record, &entry.file);
	if (f->reader->take(f->reader->self, &entry))
		return true;
	if (entry.file.number)
		inode_forget(&f->share->inodes, entry.file.number, 1);
	return false;
}

/* 1: there may be more; 0: the end, or no room. */
static int folder_read_some(const struct folder *f, int fd, size_t bytes)
{
	_Alignas(struct folder_record) char records[FOLDER_BYTES];
	long n = syscall(SYS_getdents64, fd, records, bytes < sizeof records ? bytes : sizeof records);

	for (long at = 0; at < n;) {
		const struct folder_record *record = (const void *)(records + at);

		if (!folder_give(f, record))
			return 0;
		at += record->length;
	}
	return n < 0 ? -errno : n > 0;
}

/* The guest's entries are never smaller than the host's: as many bytes as it wants are enough for one answer. */
int folder_read(
	struct share *share, uint64_t number, const struct content_part *part, const struct folder_reader *reader)
{
	own_inode_use directory = {0};
	own_handle_use handle = {0};
	struct attr_key key;
	struct stat st;
	int r = inode_take(&share->inodes, number, &directory);

	if (r == 0)
		r = handle_take(&share->handles, part->handle, &handle);
	if (r == 0)
		r = attr_read(directory.fd, &st, &key);
	if (r < 0)
		return r;
	if (lseek(handle.fd, (off_t)part->at, SEEK_SET) < 0)
		return -errno;
	const struct folder f = {share, &directory, reader, key.device, number == INODE_TOP};

	r = folder_read_some(&f, handle.fd, part->length);
	return r < 0 ? r : 0;
}
