/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fs_client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void host_write(struct client *c, const char *name, const char *text)
{
	FILE *file = fopen(client_host_path(c, name), "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void expect_host_text(struct client *c, const char *name, const char *text)
{
	char found[256] = "";
	FILE *file = fopen(client_host_path(c, name), "re");

	assert_non_null(file);
	assert_int_equal(fread(found, 1, sizeof found - 1, file), strlen(text));
	assert_int_equal(fclose(file), 0);
	assert_string_equal(found, text);
}

static void a_file_is_read(void **state)
{
	struct client *c = *state;
	int64_t file, handle;

	host_write(c, "a", "one two");
	file = client_look_up(c, c->folder, "a");
	assert_true(file > 0);
	assert_int_equal(client_entry(c)->attr.size, 7);
	handle = client_open_file(c, (uint64_t)file, O_RDONLY);
	assert_true(handle > 0);
	assert_int_equal(client_read(c, handle, 4, 100), 0);
	assert_int_equal(c->length, 3);
	assert_memory_equal(c->body, "two", 3);
	assert_int_equal(client_read(c, handle, 7, 100), 0);
	assert_int_equal(c->length, 0);
	assert_int_equal(client_release(c, handle), 0);
	assert_int_equal(client_read(c, handle, 0, 100), -EBADF);
}

static bool open_keeps_cache(struct client *c, const char *name)
{
	int64_t handle = client_open_file(c, (uint64_t)client_look_up(c, c->folder, name), O_RDONLY);

	assert_true(handle > 0);
	return ((const struct fuse_open_out *)(const void *)c->body)->open_flags & FOPEN_KEEP_CACHE;
}

static void what_has_not_changed_stays_cached(void **state)
{
	struct client *c = *state;

	host_write(c, "a", "text");
	assert_false(open_keeps_cache(c, "a"));
	assert_false(open_keeps_cache(c, "a")); /* it may change within the same tick of the clock */
	c->share.settled_s = -1; /* a time of change may be ahead of the clock that is compared with it, by a tick */
	assert_false(open_keeps_cache(c, "a"));
	assert_true(open_keeps_cache(c, "a"));
	host_write(c, "a", "other");
	assert_false(open_keeps_cache(c, "a"));
	assert_true(open_keeps_cache(c, "a"));
}

static void a_file_is_made_and_written(void **state)
{
	struct client *c = *state;
	int64_t handle = 0;

	assert_true(client_create(c, "new", 0666, O_WRONLY, &handle) > 0);
	assert_int_equal(client_entry(c)->attr.mode, S_IFREG | 0644);
	assert_int_equal(client_write(c, handle, 0, "some text"), 0);
	assert_int_equal(((struct fuse_write_out *)(void *)c->body)->size, 9);
	assert_int_equal(client_write(c, handle, 5, "more"), 0);
	expect_host_text(c, "new", "some more");
	assert_int_equal(client_release(c, handle), 0);
}

static void a_file_that_is_there_is_created_unless_it_must_be_new(void **state)
{
	struct client *c = *state;
	int64_t handle = 0;

	host_write(c, "a", "old");
	assert_int_equal(client_create(c, "a", 0600, O_RDWR | O_EXCL, &handle), -EEXIST);
	assert_true(client_create(c, "a", 0600, O_RDWR, &handle) > 0);
	assert_int_equal(client_read(c, handle, 0, 100), 0);
	assert_memory_equal(c->body, "old", 3);
}

static void what_is_appended_goes_to_the_end_and_what_is_mapped_to_its_place(void **state)
{
	const struct fuse_write_in in = {.offset = 0, .size = 1, .write_flags = FUSE_WRITE_CACHE};
	struct client *c = *state;
	struct fuse_write_in mapped = in;
	int64_t handle = 0;

	assert_true(client_create(c, "log", 0600, O_RDWR | O_APPEND, &handle) > 0);
	assert_int_equal(client_write(c, handle, 0, "one"), 0);
	assert_int_equal(client_write(c, handle, 0, "two"), 0);
	expect_host_text(c, "log", "onetwo");
	mapped.fh = (uint64_t)handle;
	assert_int_equal(
		client_call(c, FUSE_WRITE, c->folder, &(struct client_parts){&mapped, sizeof mapped, "O", 1}), 0);
	expect_host_text(c, "log", "Onetwo");
}

static int set_attributes(struct client *c, int64_t file, const struct fuse_setattr_in *in)
{
	return client_call(c, FUSE_SETATTR, (uint64_t)file, &(struct client_parts){in, sizeof *in, NULL, 0});
}

static void attributes_are_set(void **state)
{
	struct client *c = *state;
	int64_t file;

	host_write(c, "a", "0123456789");
	file = client_look_up(c, c->folder, "a");
	assert_int_equal(set_attributes(c, file,
				 &(struct fuse_setattr_in){.valid = FATTR_MODE | FATTR_SIZE | FATTR_MTIME,
					 .mode = 0640,
					 .size = 4,
					 .mtime = 12345,
					 .mtimensec = 678}),
		0);
	assert_int_equal(client_attr(c)->attr.mode, S_IFREG | 0640);
	assert_int_equal(client_attr(c)->attr.size, 4);
	assert_int_equal(client_attr(c)->attr.mtime, 12345);
	assert_int_equal(client_attr(c)->attr.mtimensec, 678);
	expect_host_text(c, "a", "0123");
}

static void holes_are_found_and_space_is_kept(void **state)
{
	const struct fuse_fallocate_in space = {.length = 65536};
	struct client *c = *state;
	struct fuse_fallocate_in wanted = space;
	struct fuse_lseek_in seek = {.whence = SEEK_HOLE};
	int64_t handle = 0, file = client_create(c, "sparse", 0600, O_RDWR, &handle);

	assert_true(file > 0);
	wanted.fh = seek.fh = (uint64_t)handle;
	assert_int_equal(
		client_call(c, FUSE_FALLOCATE, (uint64_t)file, &(struct client_parts){&wanted, sizeof wanted, NULL, 0}),
		0);
	assert_int_equal(
		client_call(c, FUSE_LSEEK, (uint64_t)file, &(struct client_parts){&seek, sizeof seek, NULL, 0}), 0);
	assert_true(((struct fuse_lseek_out *)(void *)c->body)->offset <= 65536);
	seek.whence = SEEK_CUR;
	assert_int_equal(
		client_call(c, FUSE_LSEEK, (uint64_t)file, &(struct client_parts){&seek, sizeof seek, NULL, 0}),
		-EINVAL);
}

static void a_part_of_a_file_is_copied_to_another(void **state)
{
	struct client *c = *state;
	struct fuse_copy_file_range_in in = {.off_in = 2, .len = 3, .off_out = 1};
	int64_t from, to = 0;

	host_write(c, "from", "0123456789");
	from = client_open_file(c, (uint64_t)client_look_up(c, c->folder, "from"), O_RDONLY);
	assert_true(client_create(c, "to", 0600, O_RDWR, &to) > 0);
	assert_int_equal(client_write(c, to, 0, "ABCDEF"), 0);
	in.fh_in = (uint64_t)from;
	in.fh_out = (uint64_t)to;
	assert_int_equal(
		client_call(c, FUSE_COPY_FILE_RANGE, c->folder, &(struct client_parts){&in, sizeof in, NULL, 0}), 0);
	expect_host_text(c, "to", "A234EF");
}

static void extended_attributes_are_kept(void **state)
{
	const struct fuse_setxattr_in set = {.size = 5};
	const struct fuse_getxattr_in get = {.size = 100};
	struct client *c = *state;
	uint64_t file;

	host_write(c, "a", "");
	file = (uint64_t)client_look_up(c, c->folder, "a");
	assert_int_equal(client_call(c, FUSE_SETXATTR, file, &(struct client_parts){&set, 8, "user.x\0value", 12}), 0);
	assert_int_equal(client_call(c, FUSE_GETXATTR, file, &(struct client_parts){&get, sizeof get, "user.x", 7}), 0);
	assert_int_equal(c->length, 5);
	assert_memory_equal(c->body, "value", 5);
	assert_int_equal(client_call(c, FUSE_LISTXATTR, file, &(struct client_parts){&get, sizeof get, NULL, 0}), 0);
	assert_memory_equal(c->body, "user.x", 7);
	assert_int_equal(client_call_text(c, FUSE_REMOVEXATTR, file, "user.x", 7), 0);
	assert_int_equal(
		client_call(c, FUSE_GETXATTR, file, &(struct client_parts){&get, sizeof get, "user.x", 7}), -ENODATA);
}

static void attributes_of_the_host_are_not_the_guests_to_change(void **state)
{
	const struct fuse_setxattr_in set = {.size = 1};
	struct client *c = *state;
	uint64_t file;

	host_write(c, "a", "");
	file = (uint64_t)client_look_up(c, c->folder, "a");
	assert_int_equal(
		client_call(c, FUSE_SETXATTR, file, &(struct client_parts){&set, 8, "trusted.x\0v", 11}), -EOPNOTSUPP);
	assert_int_equal(client_call_text(c, FUSE_REMOVEXATTR, file, "security.selinux", 17), -EOPNOTSUPP);
}

static void only_regular_files_are_opened(void **state)
{
	struct client *c = *state;

	assert_int_equal(mkfifo(client_host_path(c, "pipe"), 0600), 0);
	assert_int_equal(symlink("/etc/passwd", client_host_path(c, "link")), 0);
	assert_int_equal(client_open_file(c, (uint64_t)client_look_up(c, c->folder, "pipe"), O_RDONLY), -ENXIO);
	assert_int_equal(client_open_file(c, (uint64_t)client_look_up(c, c->folder, "link"), O_RDONLY), -ENXIO);
	assert_int_equal(client_open_file(c, c->folder, O_RDONLY), -EISDIR);
}

static void a_file_may_have_no_name(void **state)
{
	const struct fuse_create_in in = {.flags = O_RDWR, .mode = S_IFREG | 0600};
	struct client *c = *state;
	const struct fuse_open_out *opened = (const void *)(c->body + sizeof(struct fuse_entry_out));
	const struct client_parts parts = {&in, sizeof in, "/", 2};
	int64_t handle;

	assert_int_equal(client_call(c, FUSE_TMPFILE, c->folder, &parts), 0);
	assert_int_equal(client_entry(c)->attr.nlink, 0);
	assert_int_equal(client_entry(c)->attr.mode, S_IFREG | 0600);
	handle = (int64_t)opened->fh;
	assert_int_equal(client_write(c, handle, 0, "text"), 0);
	assert_int_equal(client_read(c, handle, 0, 10), 0);
	assert_memory_equal(c->body, "text", 4);
	assert_int_equal(client_call(c, FUSE_TMPFILE, CLIENT_ROOT, &parts), -EROFS);
}

static void set_id_bits_fall_when_the_guest_says_so(void **state)
{
	struct fuse_write_in in = {.size = 1};
	struct client *c = *state;
	struct stat st;
	int64_t handle = 0;

	if (getuid() != 0)
		skip(); /* needs CAP_FSETID, with which they would stay */
	assert_true(client_create(c, "a", 0755, O_RDWR, &handle) > 0);
	assert_int_equal(chmod(client_host_path(c, "a"), 04755), 0);
	in.fh = (uint64_t)handle;
	assert_int_equal(client_call(c, FUSE_WRITE, c->folder, &(struct client_parts){&in, sizeof in, "x", 1}), 0);
	assert_int_equal(stat(client_host_path(c, "a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 04755);
	in.write_flags = FUSE_WRITE_KILL_SUIDGID;
	assert_int_equal(client_call(c, FUSE_WRITE, c->folder, &(struct client_parts){&in, sizeof in, "x", 1}), 0);
	assert_int_equal(stat(client_host_path(c, "a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
}

static void a_mount_says_who_clears_set_id_bits_only_where_it_was_offered(void **state)
{
	struct client *c = *state;
	const struct fuse_init_out *out = (const void *)c->body;

	assert_int_equal(client_init(c, FUSE_MAX_PAGES), 0);
	assert_int_equal(out->flags & FUSE_HANDLE_KILLPRIV_V2, 0);
	assert_int_equal(client_init(c, FUSE_MAX_PAGES | FUSE_HANDLE_KILLPRIV_V2 | FUSE_HANDLE_KILLPRIV), 0);
	assert_int_equal(out->flags & (FUSE_HANDLE_KILLPRIV_V2 | FUSE_HANDLE_KILLPRIV), FUSE_HANDLE_KILLPRIV_V2);
	assert_int_equal(out->flags & (FUSE_POSIX_LOCKS | FUSE_FLOCK_LOCKS | FUSE_WRITEBACK_CACHE), 0);
	client_mount(c);
}

static void a_file_is_whose_who_made_it(void **state)
{
	struct client *c = *state;
	int64_t handle = 0;

	if (getuid() != 0)
		skip(); /* needs root: others cannot make files for somebody else */
	c->uid = 1234;
	c->gid = 5678;
	assert_true(client_create(c, "theirs", 0666, O_RDWR, &handle) > 0);
	assert_int_equal(client_entry(c)->attr.uid, 1234);
	assert_int_equal(client_entry(c)->attr.gid, 5678);
	assert_int_equal(geteuid(), 0);
	assert_int_equal(getegid(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fs_set_up, fs_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_read),
		TEST(what_has_not_changed_stays_cached),
		TEST(a_file_is_made_and_written),
		TEST(a_file_that_is_there_is_created_unless_it_must_be_new),
		TEST(what_is_appended_goes_to_the_end_and_what_is_mapped_to_its_place),
		TEST(attributes_are_set),
		TEST(holes_are_found_and_space_is_kept),
		TEST(a_part_of_a_file_is_copied_to_another),
		TEST(extended_attributes_are_kept),
		TEST(attributes_of_the_host_are_not_the_guests_to_change),
		TEST(only_regular_files_are_opened),
		TEST(a_file_may_have_no_name),
		TEST(set_id_bits_fall_when_the_guest_says_so),
		TEST(a_mount_says_who_clears_set_id_bits_only_where_it_was_offered),
		TEST(a_file_is_whose_who_made_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
