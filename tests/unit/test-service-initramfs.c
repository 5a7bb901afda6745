/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's first file system, as cpio(1) reads it. */
#include "runtime/service/initramfs.h"

#include "base/fd.h"
#include "base/own.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char folder[] = "/tmp/test-initramfs-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	own_text command = {0};

	(void)state;
	text_format(&command, "rm -rf '%s'", folder);
	return system(command.data);
}

static void put(const char *name, const char *content)
{
	own_text path = {0};
	struct err e;

	text_format(&path, "%s/%s", folder, name);
	assert_int_equal(file_replace_path(path.data, content, strlen(content), 0600, &e), 0);
}

/* What a command says about the archive at its standard input. */
static void say(int archive, const char *command, struct text *ret)
{
	own_text line = {0};
	own_file said = NULL;
	char piece[256];

	text_format(&line, "cd '%s' && { %s; } </proc/%d/fd/%d", folder, command, getpid(), archive);
	said = popen(line.data, "r");
	assert_non_null(said);
	while (fgets(piece, sizeof piece, said))
		text_add(ret, piece);
}

static int build(const char *modules, const char *first)
{
	own_text init = {0}, tree = {0}, others = {0};
	struct err e = ERR_NONE;
	int fd;

	text_format(&init, "%s/cloche-init", folder);
	text_format(&tree, "%s/%s", folder, modules ? modules : "");
	text_format(&others, "%s/%s", folder, first ? first : "");
	put("cloche-init", "the first process");
	fd = initramfs_build(
		&(struct initramfs_parts){
			.init = init.data, .modules = modules ? tree.data : NULL, .first = first ? others.data : NULL},
		&e);
	assert_string_equal(e.text, "");
	return fd;
}

static void the_archive_has_the_first_process(void **state)
{
	own_fd fd = build(NULL, NULL);
	own_text list = {0}, content = {0};

	(void)state;
	say(fd, "cpio -tv --quiet", &list);
	assert_non_null(strstr(list.data, "-rwxr-xr-x"));
	assert_non_null(strstr(list.data, "17"));
	assert_non_null(strstr(list.data, " init\n"));
	say(fd, "cpio -i --quiet --to-stdout init", &content);
	assert_string_equal(content.data, "the first process");
}

static void modules_come_in_the_order_to_load_them(void **state)
{
	own_text path = {0}, list = {0};
	own_fd fd = -1;

	(void)state;
	text_format(&path, "%s/tree", folder);
	assert_true(mkdir(path.data, 0700) == 0 || errno == EEXIST);
	put("tree/virtiofs.ko", "fs");
	put("tree/fuse.ko", "fuse!");
	put("tree/modules.dep", "virtiofs.ko: fuse.ko\nfuse.ko:\n");
	put("tree/modules.builtin", "virtio_mmio.ko\nvmw_vsock_virtio_transport.ko\n");
	fd = build("tree", NULL);
	say(fd, "cpio -t --quiet", &list);
	assert_string_equal(list.data, "init\nmodules\nmodules/000-fuse.ko\nmodules/001-virtiofs.ko\n");
}

static void another_archive_comes_before(void **state)
{
	own_text text = {0};
	own_fd fd = -1;

	(void)state;
	put("first", "odd"); /* whatever it is, ours begins at a multiple of four */
	fd = build(NULL, "first");
	say(fd, "head -c 3; head -c 7 | tail -c 6", &text);
	assert_string_equal(text.data, "odd070701");
}

static void nobody_can_change_it(void **state)
{
	own_fd fd = build(NULL, NULL);

	(void)state;
	assert_int_equal(write(fd, "x", 1), -1);
	assert_int_equal(errno, EPERM);
}

static void what_is_no_file_is_named(void **state)
{
	own_text missing = {0};
	struct err e = ERR_NONE;

	(void)state;
	text_format(&missing, "%s/missing", folder);
	assert_int_equal(initramfs_build(&(struct initramfs_parts){.init = missing.data}, &e), -ENOENT);
	assert_non_null(strstr(e.text, missing.data));
	assert_int_equal(initramfs_build(&(struct initramfs_parts){.init = folder}, &e), -EINVAL);
	assert_non_null(strstr(e.text, folder));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_archive_has_the_first_process),
		cmocka_unit_test(modules_come_in_the_order_to_load_them),
		cmocka_unit_test(another_archive_comes_before),
		cmocka_unit_test(nobody_can_change_it),
		cmocka_unit_test(what_is_no_file_is_named),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
