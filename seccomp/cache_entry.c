/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: files that may be another user's, cut short by a crash, or of another version. */
#include "seccomp/cache_entry.h"

#include "base/fd.h"
#include "base/own.h"
#include "seccomp/cache.h"
#include "seccomp/cache_key.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define ENTRY_SUFFIX    ".bpf"
#define ENTRY_TEMPORARY ".new"

enum { ENTRY_KEY_MAX = 256 * 1024 }; /* bytes of a key that is worth keeping */

/* An entry: this, the program, the key. */
struct entry_header {
	uint64_t checksum; /* of the rest of the header and the program; the key is compared instead */
	uint32_t program_bytes, key_bytes, flags, zero;
};

struct entry_name {
	char text[64];
};

static struct entry_name entry_name_of(const struct text *key)
{
	uint64_t hash = seccomp_cache_hash(0, key->data, key->length);
	struct entry_name name;

	(void)snprintf(name.text, sizeof name.text, "%016llx" ENTRY_SUFFIX, (unsigned long long)hash); /* fits: 20 */
	return name;
}

static uint64_t entry_checksum(const struct entry_header *header, const void *program)
{
	const size_t skip = sizeof header->checksum;
	uint64_t seed = seccomp_cache_hash(0, (const char *)header + skip, sizeof *header - skip);

	return seccomp_cache_hash(seed, program, header->program_bytes);
}

static bool entry_owner_trusted(const struct stat *status)
{
	return status->st_uid == geteuid() && !(status->st_mode & (S_IWGRP | S_IWOTH));
}

bool seccomp_cache_dir_trusted(int dirfd)
{
	struct stat status;

	return fstat(dirfd, &status) == 0 && S_ISDIR(status.st_mode) && entry_owner_trusted(&status);
}

/* Whether the whole file is an entry for the key, undamaged. */
static bool entry_fits(const char *file, size_t bytes, const struct text *key)
{
	const char *program = file + sizeof(struct entry_header);
	struct entry_header header;

	memcpy(&header, file, sizeof header);
	return header.key_bytes == key->length && header.program_bytes <= BPF_MAXINSNS * sizeof(struct sock_filter) &&
	       header.program_bytes >= sizeof(struct sock_filter) &&
	       header.program_bytes % sizeof(struct sock_filter) == 0 &&
	       bytes == sizeof header + header.program_bytes + header.key_bytes &&
	       memcmp(program + header.program_bytes, key->data, key->length) == 0 &&
	       header.checksum == entry_checksum(&header, program);
}

/* The whole of a file that can be an entry for a key of that length, in memory of its own; NULL: it cannot. */
static char *entry_read(int dirfd, const char *name, size_t key_bytes, size_t *ret_bytes)
{
	/* O_NONBLOCK: not to wait for whoever writes to a FIFO */
	own_fd fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	const size_t least = sizeof(struct entry_header) + key_bytes;
	own_mem char *file = NULL;
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || !entry_owner_trusted(&status))
		return NULL;
	*ret_bytes = (size_t)status.st_size;
	if (*ret_bytes < least || *ret_bytes > least + BPF_MAXINSNS * sizeof(struct sock_filter))
		return NULL;
	file = malloc(*ret_bytes);
	if (!file || read(fd, file, *ret_bytes) != (ssize_t)*ret_bytes)
		return NULL;
	return give_mem(file);
}

bool seccomp_cache_load(int dirfd, const struct text *key, struct seccomp_filter *ret)
{
	struct entry_name name = entry_name_of(key);
	struct entry_header header;
	size_t bytes = 0;
	own_mem char *file = entry_read(dirfd, name.text, key->length, &bytes);

	if (!file || !entry_fits(file, bytes, key))
		return false;
	memcpy(&header, file, sizeof header);
	memmove(file, file + sizeof header, header.program_bytes); /* the file's memory becomes the program's */
	*ret = (struct seccomp_filter){
		(void *)give_mem(file), header.program_bytes / sizeof(struct sock_filter), header.flags};
	return true;
}

static bool entry_name_is_ours(const char *name)
{
	size_t length = strlen(name);

	return length > 4 && length < sizeof(struct entry_name) &&
	       (strcmp(name + length - 4, ENTRY_SUFFIX) == 0 || strcmp(name + length - 4, ENTRY_TEMPORARY) == 0);
}

static bool entry_is_older(const struct stat *one, const struct stat *other)
{
	return one->st_mtim.tv_sec < other->st_mtim.tv_sec ||
	       (one->st_mtim.tv_sec == other->st_mtim.tv_sec && one->st_mtim.tv_nsec < other->st_mtim.tv_nsec);
}

/* Counts the entries, what crashed writers left included, and names the oldest. */
static size_t entries_count(int dirfd, struct entry_name *ret_oldest)
{
	own_fd fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	own_dir directory = fd < 0 ? NULL : fdopendir(fd);
	struct stat status, oldest = {0};
	struct dirent *entry;
	size_t n = 0;

	if (directory)
		(void)give_fd(&fd); /* the stream's now */
	while (directory && (entry = readdir(directory))) {
		if (!entry_name_is_ours(entry->d_name) ||
			fstatat(dirfd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (n++ == 0 || entry_is_older(&status, &oldest)) {
			oldest = status;
			memcpy(ret_oldest->text, entry->d_name, strlen(entry->d_name) + 1); /* measured above */
		}
	}
	return n;
}

static void entries_make_room(int dirfd)
{
	struct entry_name oldest;

	while (entries_count(dirfd, &oldest) >= SECCOMP_CACHE_ENTRIES)
		if (unlinkat(dirfd, oldest.text, 0) < 0 && errno != ENOENT)
			return;
}

static int entry_write(int fd, const struct text *key, const struct seccomp_filter *filter, struct err *e)
{
	struct entry_header header = {.program_bytes = (uint32_t)(filter->length * sizeof *filter->program),
		.key_bytes = (uint32_t)key->length,
		.flags = filter->flags};
	int r;

	header.checksum = entry_checksum(&header, filter->program);
	r = fd_write_all(fd, &header, sizeof header, "seccomp cache", e);
	if (r == 0)
		r = fd_write_all(fd, filter->program, header.program_bytes, "seccomp cache", e);
	return r < 0 ? r : fd_write_all(fd, key->data, key->length, "seccomp cache", e);
}

int seccomp_cache_store(int dirfd, const struct text *key, const struct seccomp_filter *filter, struct err *e)
{
	struct entry_name name = entry_name_of(key);
	char temporary[32];
	own_fd fd = -1;
	int r;

	if (key->length > ENTRY_KEY_MAX)
		return err_set(e, EFBIG, "seccomp-too-large", "the seccomp profile is too large to keep");
	entries_make_room(dirfd);
	/* one temporary per writer, so that two of them never write into the same; fits: 11 + 4 */
	(void)snprintf(temporary, sizeof temporary, "%d" ENTRY_TEMPORARY, (int)syscall(SYS_gettid));
	fd = openat(dirfd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	r = fd < 0 ? err_sys(e, "create '%s'", temporary) : entry_write(fd, key, filter, e);
	if (r == 0 && renameat(dirfd, temporary, dirfd, name.text) < 0)
		r = err_sys(e, "rename '%s' to '%s'", temporary, name.text);
	if (r < 0)
		(void)unlinkat(dirfd, temporary, 0); /* also a crashed writer's that is in the way of the next */
	return r;
}
