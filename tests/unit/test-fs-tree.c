/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fs_client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FEW = 64 };

static int set_up(void **state)
{
	return fs_set_up_with(state, FEW);
}

static int make_folder(struct client *c, uint64_t in, const char *name)
{
	const struct fuse_mkdir_in mkdir = {.mode = 0777, .umask = 027};

	return client_call(c, FUSE_MKDIR, in, &(struct client_parts){&mkdir, sizeof mkdir, name, strlen(name) + 1});
}

static bool host_has(struct client *c, const char *name)
{
	struct stat st;

	return lstat(client_host_path(c, name), &st) == 0;
}

static void folders_are_made_and_removed(void **state)
{
	struct client *c = *state;

	assert_int_equal(make_folder(c, c->folder, "d"), 0);
	assert_int_equal(client_entry(c)->attr.mode, S_IFDIR | 0750);
	assert_true(host_has(c, "d"));
	assert_int_equal(client_call_text(c, FUSE_UNLINK, c->folder, "d", 2), -EISDIR);
	assert_int_equal(client_call_text(c, FUSE_RMDIR, c->folder, "d", 2), 0);
	assert_false(host_has(c, "d"));
}

static void links_are_texts(void **state)
{
	struct client *c = *state;
	uint64_t link;

	assert_int_equal(client_call_text(c, FUSE_SYMLINK, c->folder, "l\0/etc/../x", 12), 0);
	link = client_entry(c)->nodeid;
	assert_int_equal(client_entry(c)->attr.mode & S_IFMT, S_IFLNK);
	assert_int_equal(client_call_text(c, FUSE_READLINK, link, NULL, 0), 0);
	assert_int_equal(c->length, 9);
	assert_memory_equal(c->body, "/etc/../x", 9);
	assert_int_equal(client_look_up(c, link, "x"), -ENOTDIR);
}

static void nodes_are_made(void **state)
{
	const struct fuse_mknod_in in = {.mode = S_IFIFO | 0600};
	struct client *c = *state;

	assert_int_equal(client_call(c, FUSE_MKNOD, c->folder, &(struct client_parts){&in, sizeof in, "p", 2}), 0);
	assert_int_equal(client_entry(c)->attr.mode, S_IFIFO | 0600);
}

static int rename_to(struct client *c, const char *names, size_t length, uint32_t flags)
{
	const struct fuse_rename2_in in = {.newdir = c->folder, .flags = flags};

	return client_call(c, FUSE_RENAME2, c->folder, &(struct client_parts){&in, sizeof in, names, length});
}

static void names_change(void **state)
{
	struct client *c = *state;

	assert_int_equal(make_folder(c, c->folder, "a"), 0);
	assert_int_equal(make_folder(c, c->folder, "b"), 0);
	assert_int_equal(rename_to(c, "a\0b", 4, RENAME_NOREPLACE), -EEXIST);
	assert_int_equal(rename_to(c, "a\0c", 4, RENAME_NOREPLACE), 0);
	assert_true(!host_has(c, "a") && host_has(c, "c"));
	assert_int_equal(rename_to(c, "b\0c", 4, RENAME_EXCHANGE), 0);
	assert_true(host_has(c, "b") && host_has(c, "c"));
	assert_int_equal(rename_to(c, "b\0c", 4, 0), 0);
	assert_false(host_has(c, "b"));
}

static void a_file_has_one_number_by_all_its_names(void **state)
{
	struct client *c = *state;
	struct fuse_link_in in = {0};
	int64_t handle, file = client_create(c, "a", 0600, O_RDWR, &handle);

	in.oldnodeid = (uint64_t)file;
	assert_int_equal(client_call(c, FUSE_LINK, c->folder, &(struct client_parts){&in, sizeof in, "b", 2}), 0);
	assert_int_equal(client_entry(c)->nodeid, file);
	assert_int_equal(client_entry(c)->attr.nlink, 2);
	assert_int_equal(client_look_up(c, c->folder, "b"), file);
}

static int forget(struct client *c, uint64_t number, uint64_t times)
{
	const struct fuse_forget_in in = {.nlookup = times};

	return client_call(c, FUSE_FORGET, number, &(struct client_parts){&in, sizeof in, NULL, 0});
}

static void what_is_forgotten_has_no_number(void **state)
{
	struct client *c = *state;
	uint64_t number;

	assert_int_equal(make_folder(c, c->folder, "d"), 0);
	number = client_entry(c)->nodeid;
	assert_int_equal(client_look_up(c, c->folder, "d"), number);
	assert_int_equal(forget(c, number, 1), 1);
	assert_int_equal(client_look_up(c, number, "x"), -ENOENT);
	assert_int_equal(client_call_text(c, FUSE_READLINK, number, NULL, 0), -EINVAL);
	assert_int_equal(forget(c, number, 99), 1);
	assert_int_equal(client_call_text(c, FUSE_READLINK, number, NULL, 0), -ENOENT);
	assert_int_not_equal(client_look_up(c, c->folder, "d"), number);
}

static int64_t open_folder(struct client *c, uint64_t number)
{
	const struct fuse_open_in in = {0};
	int r = client_call(c, FUSE_OPENDIR, number, &(struct client_parts){&in, sizeof in, NULL, 0});

	return r < 0 ? r : (int64_t)((const struct fuse_open_out *)(const void *)c->body)->fh;
}

static int read_folder(struct client *c, uint32_t opcode, int64_t handle, uint64_t at)
{
	const struct fuse_read_in in = {.fh = (uint64_t)handle, .size = 512, .offset = at};

	return client_call(c, opcode, c->folder, &(struct client_parts){&in, sizeof in, NULL, 0});
}

/* Counts the entries of the last answer, beside "." and "..", and moves on. */
static unsigned int count_entries(const struct client *c, uint64_t *at)
{
	unsigned int n = 0;

	for (size_t used = 0; used < c->length;) {
		const struct fuse_dirent *entry = (const void *)(c->body + used);

		n += entry->name[0] != '.';
		*at = entry->off;
		used += FUSE_DIRENT_SIZE(entry);
	}
	return n;
}

static void all_entries_are_listed_in_parts(void **state)
{
	struct client *c = *state;
	unsigned int n = 0;
	uint64_t at = 0;
	int64_t handle;

	for (int i = 0; i < 50; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "file-with-a-name-%02d", i);
		assert_int_equal(make_folder(c, c->folder, name), 0);
	}
	handle = open_folder(c, c->folder);
	assert_true(handle > 0);
	do {
		assert_int_equal(read_folder(c, FUSE_READDIR, handle, at), 0);
		n += count_entries(c, &at);
	} while (c->length);
	assert_int_equal(n, 50);
}

static void a_list_may_say_what_is_known_of_each(void **state)
{
	struct client *c = *state;
	const struct fuse_direntplus *plus = (const void *)c->body;
	uint64_t number, seen = 0;
	int64_t handle;

	assert_int_equal(make_folder(c, c->folder, "d"), 0);
	number = client_entry(c)->nodeid;
	handle = open_folder(c, c->folder);
	assert_int_equal(read_folder(c, FUSE_READDIRPLUS, handle, 0), 0);
	for (size_t used = 0; used < c->length; used += FUSE_DIRENTPLUS_SIZE(plus)) {
		plus = (const void *)(c->body + used);
		if (plus->dirent.name[0] == 'd')
			seen = plus->entry_out.nodeid;
		else
			assert_int_equal(plus->entry_out.nodeid, 0);
	}
	assert_int_equal(seen, number);
}

static void the_top_shows_shares_alone_and_cannot_be_changed(void **state)
{
	struct client *c = *state;

	assert_int_equal(mkdirat(c->top, "proc", 0755), 0);
	assert_int_equal(client_look_up(c, CLIENT_ROOT, "proc"), -ENOENT);
	assert_int_equal(client_look_up(c, CLIENT_ROOT, "0"), c->folder);
	assert_int_equal(make_folder(c, CLIENT_ROOT, "1"), -EROFS);
	assert_int_equal(client_call_text(c, FUSE_RMDIR, CLIENT_ROOT, "0", 2), -EROFS);
}

static void a_share_may_be_one_file(void **state)
{
	struct client *c = *state;
	int fd = openat(c->top, "1", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	int64_t file, handle;

	assert_true(fd >= 0 && write(fd, "hosts", 5) == 5 && close(fd) == 0);
	file = client_look_up(c, CLIENT_ROOT, "1");
	assert_true(file > 0);
	handle = client_open_file(c, (uint64_t)file, O_RDWR);
	assert_int_equal(client_write(c, handle, 0, "H"), 0);
	assert_int_equal(client_read(c, handle, 0, 100), 0);
	assert_memory_equal(c->body, "Hosts", 5);
	assert_int_equal(client_look_up(c, (uint64_t)file, "x"), -ENOTDIR);
	assert_int_equal(client_call_text(c, FUSE_UNLINK, CLIENT_ROOT, "1", 2), -EROFS);
}

static void more_files_are_known_than_can_be_open(void **state)
{
	struct client *c = *state;
	uint64_t numbers[4 * FEW];
	char name[8];

	for (unsigned int i = 0; i < 4 * FEW; i++) {
		(void)snprintf(name, sizeof name, "%u", i);
		assert_int_equal(make_folder(c, i ? numbers[i / 8] : c->folder, name), 0);
		numbers[i] = client_entry(c)->nodeid;
	}
	assert_true(c->share.inodes.open_n <= FEW / 2);
	for (unsigned int i = 0; i < 4 * FEW; i++) {
		const struct fuse_getattr_in in = {0};
		const struct client_parts parts = {&in, sizeof in, NULL, 0};

		assert_int_equal(client_call(c, FUSE_GETATTR, numbers[i], &parts), 0);
	}
	assert_true(c->share.inodes.open_n <= FEW / 2);
}

static void a_file_that_was_replaced_while_it_was_closed_is_stale(void **state)
{
	const struct fuse_getattr_in in = {0};
	const struct client_parts parts = {&in, sizeof in, NULL, 0};
	struct client *c = *state;
	int64_t file;

	assert_int_equal(mkdir(client_host_path(c, "d"), 0755), 0);
	file = client_look_up(c, c->folder, "d");
	assert_true(inodes_spare(&c->share.inodes));
	assert_int_equal(rmdir(client_host_path(c, "d")), 0);
	assert_int_equal(mkdir(client_host_path(c, "d"), 0755), 0);
	assert_int_equal(client_call(c, FUSE_GETATTR, (uint64_t)file, &parts), -ESTALE);
	assert_int_not_equal(client_look_up(c, c->folder, "d"), file);
}

static void a_file_without_a_name_stays_what_it_is(void **state)
{
	const struct fuse_getattr_in in = {0};
	const struct client_parts parts = {&in, sizeof in, NULL, 0};
	struct client *c = *state;
	int64_t handle, file = client_create(c, "a", 0600, O_RDWR, &handle);

	assert_true(inodes_spare(&c->share.inodes));
	assert_int_equal(client_call_text(c, FUSE_UNLINK, c->folder, "a", 2), 0);
	(void)inodes_spare(&c->share.inodes);
	assert_int_equal(client_call(c, FUSE_GETATTR, (uint64_t)file, &parts), 0);
	assert_int_equal(client_attr(c)->attr.nlink, 0);
}

static void a_file_is_found_again_where_it_went(void **state)
{
	const struct fuse_getattr_in in = {0};
	const struct client_parts parts = {&in, sizeof in, NULL, 0};
	struct client *c = *state;
	uint64_t number;

	assert_int_equal(make_folder(c, c->folder, "a"), 0);
	number = client_entry(c)->nodeid;
	assert_true(inodes_spare(&c->share.inodes));
	assert_int_equal(rename_to(c, "a\0b", 4, 0), 0);
	assert_true(inodes_spare(&c->share.inodes));
	assert_int_equal(client_call(c, FUSE_GETATTR, number, &parts), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fs_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(folders_are_made_and_removed),
		TEST(links_are_texts),
		TEST(nodes_are_made),
		TEST(names_change),
		TEST(a_file_has_one_number_by_all_its_names),
		TEST(what_is_forgotten_has_no_number),
		TEST(all_entries_are_listed_in_parts),
		TEST(a_list_may_say_what_is_known_of_each),
		TEST(the_top_shows_shares_alone_and_cannot_be_changed),
		TEST(a_share_may_be_one_file),
		TEST(more_files_are_known_than_can_be_open),
		TEST(a_file_that_was_replaced_while_it_was_closed_is_stale),
		TEST(a_file_without_a_name_stays_what_it_is),
		TEST(a_file_is_found_again_where_it_went),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
