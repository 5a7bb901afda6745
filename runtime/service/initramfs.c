/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/initramfs.h"

#include "base/fd.h"
#include "base/own.h"
#include "runtime/service/modules.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { INITRAMFS_FILE_LIMIT = 256 << 20, CPIO_ALIGNMENT = 4 };

static void cpio_align(struct text *out)
{
	static const char zeroes[CPIO_ALIGNMENT];

	text_add_bytes(out, zeroes, (CPIO_ALIGNMENT - out->length % CPIO_ALIGNMENT) % CPIO_ALIGNMENT);
}

/* Header and name; what the file holds follows. The kernel tells entries apart by their inode numbers: all differ. */
static void cpio_add_header(struct text *out, const char *name, mode_t mode, size_t size)
{
	cpio_align(out);
	text_format(out, "070701%08zX%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X", out->length + 1, mode, 0, 0,
		1, 0, size, 0, 0, 0, 0, strlen(name) + 1, 0);
	text_add_bytes(out, name, strlen(name) + 1);
	cpio_align(out);
}

static int cpio_add_file(struct text *out, const char *name, mode_t mode, const char *path, struct err *e)
{
	own_text content = {0};
	int r = file_read(AT_FDCWD, path, INITRAMFS_FILE_LIMIT, &content, e);

	if (r < 0)
		return r;
	cpio_add_header(out, name, S_IFREG | mode, content.length);
	if (content.length)
		text_add_bytes(out, content.data, content.length);
	return 0;
}

static int initramfs_add_module(struct text *out, const char *tree, size_t number, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	own_text name = {0}, source = {0};

	text_format(&name, "modules/%03zu-%s", number, slash ? slash + 1 : path);
	text_format(&source, "%s/%s", tree, path);
	if (name.failed || source.failed)
		return err_nomem(e);
	return cpio_add_file(out, name.data, 0644, source.data, e);
}

static int initramfs_add_modules(struct text *out, const char *tree, struct err *e)
{
	own_arena arena = {0};
	struct module_order order;
	int r = modules_read(tree, &arena, &order, e);

	if (r < 0)
		return err_ctx(e, "the modules of the guest's kernel");
	cpio_add_header(out, "modules", S_IFDIR | 0755, 0);
	for (size_t i = 0; i < order.n && r == 0; i++)
		r = initramfs_add_module(out, tree, i, order.paths[i], e);
	return r;
}

static int initramfs_text(const struct initramfs_parts *parts, struct text *out, struct err *e)
{
	int r = parts->first ? file_read(AT_FDCWD, parts->first, INITRAMFS_FILE_LIMIT, out, e) : 0;

	r = r ? r : cpio_add_file(out, "init", 0755, parts->init, e);
	r = r || !parts->modules ? r : initramfs_add_modules(out, parts->modules, e);
	if (r < 0)
		return r;
	cpio_add_header(out, "TRAILER!!!", 0, 0);
	cpio_align(out);
	return out->failed ? err_nomem(e) : 0;
}

int initramfs_build(const struct initramfs_parts *parts, struct err *e)
{
	own_text text = {0};
	own_fd fd = -1;
	int r = initramfs_text(parts, &text, e);

	if (r < 0)
		return err_ctx(e, "making the initramfs");
	fd = memfd_create("initramfs", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return err_sys(e, "make the initramfs");
	r = fd_write_all(fd, text.data, text.length, "the initramfs", e);
	if (r < 0)
		return r;
	if (lseek(fd, 0, SEEK_SET) < 0 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return err_sys(e, "seal the initramfs");
	return give_fd(&fd);
}
