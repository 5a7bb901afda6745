/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/initramfs.h"

#include "base/fd.h"
#include "base/own.h"
#include "runtime/service/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

enum { INITRAMFS_FILE_LIMIT = 256 << 20, CPIO_ALIGNMENT = 4 };

struct archive {
	int fd;
	size_t length;
};

static int archive_add(struct archive *a, const struct text *bytes, struct err *e)
{
	if (bytes->failed)
		return err_nomem(e);
	a->length += bytes->length;
	return fd_write_all(a->fd, bytes->data, bytes->length, "the initramfs", e);
}

static void cpio_align(size_t length, struct text *out)
{
	static const char zeroes[CPIO_ALIGNMENT];

	text_add_bytes(out, zeroes, (CPIO_ALIGNMENT - length % CPIO_ALIGNMENT) % CPIO_ALIGNMENT);
}

/* Header and name; what the file holds follows. The kernel tells entries apart by their inode numbers: all differ. */
static int cpio_add_header(struct archive *a, const char *name, mode_t mode, size_t size, struct err *e)
{
	own_text out = {0};

	cpio_align(a->length, &out);
	text_format(&out, "070701%08zX%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X", a->length + out.length + 1,
		mode, 0, 0, 1, 0, size, 0, 0, 0, 0, strlen(name) + 1, 0);
	text_add_bytes(&out, name, strlen(name) + 1);
	cpio_align(a->length + out.length, &out);
	return archive_add(a, &out, e);
}

/* From file to file: to read it into memory first would cost five times as much. */
static int cpio_add_content(struct archive *a, int from, size_t size, struct err *e)
{
	for (size_t left = size; left > 0;) {
		ssize_t n = sendfile(a->fd, from, NULL, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "copy it");
		if (n == 0)
			return err_set(e, EIO, "file-cut", "it was cut while it was copied");
		left -= (size_t)n;
	}
	a->length += size;
	return 0;
}

static int cpio_add_file(struct archive *a, const char *name, mode_t mode, const char *path, struct err *e)
{
	own_fd fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "open '%s'", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "not-a-file", "read '%s': not a regular file", path);
	if (st.st_size > INITRAMFS_FILE_LIMIT)
		return err_set(
			e, EFBIG, "file-too-large", "read '%s': larger than %d bytes", path, INITRAMFS_FILE_LIMIT);
	r = cpio_add_header(a, name, S_IFREG | mode, (size_t)st.st_size, e);
	if (r < 0)
		return r;
	r = cpio_add_content(a, fd, (size_t)st.st_size, e);
	return r < 0 ? err_ctx(e, "read '%s'", path) : 0;
}

static int initramfs_add_module(struct archive *a, const char *tree, size_t number, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	own_text name = {0}, source = {0};

	text_format(&name, "modules/%03zu-%s", number, slash ? slash + 1 : path);
	text_format(&source, "%s/%s", tree, path);
	if (name.failed || source.failed)
		return err_nomem(e);
	return cpio_add_file(a, name.data, 0644, source.data, e);
}

static int initramfs_add_modules(struct archive *a, const char *tree, struct err *e)
{
	own_arena arena = {0};
	struct module_order order;
	int r = modules_read(tree, &arena, &order, e);

	if (r < 0)
		return err_ctx(e, "the modules of the guest's kernel");
	r = cpio_add_header(a, "modules", S_IFDIR | 0755, 0, e);
	for (size_t i = 0; i < order.n && r == 0; i++)
		r = initramfs_add_module(a, tree, i, order.paths[i], e);
	return r;
}

/* As it is, from whatever can be read. */
static int initramfs_add_first(struct archive *a, const char *path, struct err *e)
{
	own_text content = {0};
	int r = file_read(AT_FDCWD, path, INITRAMFS_FILE_LIMIT, &content, e);

	return r < 0 ? r : archive_add(a, &content, e);
}

static int initramfs_write(const struct initramfs_parts *parts, struct archive *a, struct err *e)
{
	int r = parts->first ? initramfs_add_first(a, parts->first, e) : 0;

	r = r ? r : cpio_add_file(a, "init", 0755, parts->init, e);
	r = r || !parts->modules ? r : initramfs_add_modules(a, parts->modules, e);
	r = r ? r : cpio_add_header(a, "TRAILER!!!", 0, 0, e);
	return r < 0 ? err_ctx(e, "making the initramfs") : 0;
}

int initramfs_build(const struct initramfs_parts *parts, struct err *e)
{
	own_fd fd = memfd_create("initramfs", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return err_sys(e, "make the initramfs");
	r = initramfs_write(parts, &(struct archive){.fd = fd}, e);
	if (r < 0)
		return r;
	if (lseek(fd, 0, SEEK_SET) < 0 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return err_sys(e, "seal the initramfs");
	return give_fd(&fd);
}
