/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that no kernel makes: cloche-fs refuses them and goes on. */
#include "tests/unit/fs_client.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

static int tear_down(void **state)
{
	struct client *c = *state;

	assert_int_equal(client_look_up(c, CLIENT_ROOT, "0"), c->folder); /* it still serves */
	return fs_tear_down(state);
}

static int look_up(struct client *c, const char *text, size_t length)
{
	return client_call_text(c, FUSE_LOOKUP, c->folder, text, length);
}

static void names_that_lead_away_are_refused(void **state)
{
	static const char long_name[300] = {[0 ... 298] = 'a'};
	struct client *c = *state;

	assert_int_equal(look_up(c, "..", 3), -EINVAL);
	assert_int_equal(look_up(c, ".", 2), -EINVAL);
	assert_int_equal(look_up(c, "a/b", 4), -EINVAL);
	assert_int_equal(look_up(c, "/etc", 5), -EINVAL);
	assert_int_equal(look_up(c, "", 1), -EINVAL);
	assert_int_equal(look_up(c, long_name, sizeof long_name), -ENAMETOOLONG);
	assert_int_equal(client_call_text(c, FUSE_SYMLINK, c->folder, "../l\0t", 7), -EINVAL);
	assert_int_equal(client_call_text(c, FUSE_UNLINK, c->folder, "..", 3), -EINVAL);
}

static void names_that_do_not_end_are_refused(void **state)
{
	struct client *c = *state;

	assert_int_equal(look_up(c, "abc", 3), -EIO);
	assert_int_equal(look_up(c, NULL, 0), -EIO);
	assert_int_equal(client_call_text(c, FUSE_SYMLINK, c->folder, "l", 2), -EIO);
	assert_int_equal(client_call_text(c, FUSE_RENAME, c->folder, "12345678a\0b", 11), -EIO);
}

static void parts_that_are_cut_off_are_refused(void **state)
{
	static const char zeroes[128];
	static const uint32_t opcodes[] = {FUSE_GETATTR, FUSE_SETATTR, FUSE_MKNOD, FUSE_MKDIR, FUSE_RENAME, FUSE_LINK,
		FUSE_OPEN, FUSE_READ, FUSE_WRITE, FUSE_RELEASE, FUSE_FSYNC, FUSE_SETXATTR, FUSE_GETXATTR,
		FUSE_LISTXATTR, FUSE_OPENDIR, FUSE_READDIR, FUSE_RELEASEDIR, FUSE_FSYNCDIR, FUSE_CREATE, FUSE_FALLOCATE,
		FUSE_READDIRPLUS, FUSE_RENAME2, FUSE_LSEEK, FUSE_COPY_FILE_RANGE};
	struct client *c = *state;

	for (size_t i = 0; i < sizeof opcodes / sizeof opcodes[0]; i++)
		assert_int_equal(client_call_text(c, opcodes[i], c->folder, zeroes, 7), -EIO);
}

static void lengths_that_are_not_true_are_refused(void **state)
{
	struct client *c = *state;
	struct fuse_write_in write = {.size = UINT32_MAX};
	const struct fuse_setxattr_in set = {.size = 4000};
	const struct fuse_batch_forget_in batch = {.count = UINT32_MAX};
	int64_t handle, file = client_create(c, "a", 0600, O_RDWR, &handle);

	write.fh = (uint64_t)handle;
	assert_int_equal(
		client_call(c, FUSE_WRITE, (uint64_t)file, &(struct client_parts){&write, sizeof write, "x", 1}), -EIO);
	assert_int_equal(
		client_call(c, FUSE_SETXATTR, (uint64_t)file, &(struct client_parts){&set, 8, "user.x\0v", 8}), -EIO);
	assert_int_equal(
		client_call(c, FUSE_BATCH_FORGET, 0, &(struct client_parts){&batch, sizeof batch, NULL, 0}), 1);
	assert_int_equal(client_read(c, handle, 0, UINT32_MAX), 0);
	assert_int_equal(client_read(c, handle, UINT64_MAX, 100), -EINVAL);
}

static void what_has_no_true_header_is_not_answered(void **state)
{
	struct fuse_in_header header = {.len = sizeof header + 1, .opcode = FUSE_STATFS, .nodeid = CLIENT_ROOT};
	struct client *c = *state;

	assert_int_equal(client_send_raw(c, &header, sizeof header), 1);
	header.len = 0;
	assert_int_equal(client_send_raw(c, &header, sizeof header), 1);
	assert_int_equal(client_send_raw(c, &header, 3), 1);
}

static void requests_that_nobody_knows_are_refused(void **state)
{
	static const char zeroes[256];
	struct client *c = *state;

	assert_int_equal(client_call_text(c, 0, c->folder, zeroes, sizeof zeroes), -ENOSYS);
	assert_int_equal(client_call_text(c, FUSE_IOCTL, c->folder, zeroes, sizeof zeroes), -ENOSYS);
	assert_int_equal(client_call_text(c, FUSE_NOTIFY_REPLY, c->folder, zeroes, sizeof zeroes), -ENOSYS);
	assert_int_equal(client_call_text(c, FUSE_SETUPMAPPING, c->folder, zeroes, sizeof zeroes), -ENOSYS);
	assert_int_equal(client_call_text(c, CUSE_INIT, c->folder, zeroes, sizeof zeroes), -ENOSYS);
	assert_int_equal(client_call_text(c, UINT32_MAX, c->folder, zeroes, sizeof zeroes), -ENOSYS);
}

static void numbers_that_were_never_given_are_nobodys(void **state)
{
	static const uint64_t numbers[] = {0, 3, 4711, UINT32_MAX, UINT64_C(1) << 32 | 1, UINT64_MAX};
	const struct fuse_getattr_in in = {0};
	const struct client_parts parts = {&in, sizeof in, NULL, 0};
	struct client *c = *state;

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		assert_int_equal(client_call(c, FUSE_GETATTR, numbers[i], &parts), -ENOENT);
		assert_int_equal(client_look_up(c, numbers[i], "x"), -ENOENT);
		assert_int_equal(client_read(c, (int64_t)numbers[i], 0, 10), -EBADF);
	}
}

static void flags_that_would_make_the_host_wait_or_write_are_left_out(void **state)
{
	struct client *c = *state;
	int64_t handle, file = client_create(c, "a", 0600, O_RDWR, &handle);

	assert_true(
		client_open_file(c, (uint64_t)file, O_RDWR | O_CREAT | O_EXCL | O_DIRECTORY | O_PATH | O_DIRECT) > 0);
	assert_int_equal(client_open_file(c, CLIENT_ROOT, O_TMPFILE | O_RDWR), -EISDIR);
}

static void another_protocol_is_refused_and_what_has_no_answer_gets_none(void **state)
{
	const struct fuse_init_in next = {.major = FUSE_KERNEL_VERSION + 1};
	const struct fuse_forget_in forget = {.nlookup = 1};
	struct client *c = *state;

	assert_int_equal(client_call_text(c, FUSE_DESTROY, 0, NULL, 0), 0);
	assert_int_equal(client_call(c, FUSE_INIT, 0, &(struct client_parts){&next, sizeof next, NULL, 0}), -EPROTO);
	assert_int_equal(client_call(c, FUSE_FORGET, 2, &(struct client_parts){&forget, sizeof forget, NULL, 0}), 1);
	client_mount(c);
}

static void an_old_protocol_is_refused(void **state)
{
	const struct fuse_init_in init = {.major = FUSE_KERNEL_VERSION, .minor = 8};
	const struct fuse_init_in huge = {.major = FUSE_KERNEL_VERSION,
		.minor = UINT32_MAX,
		.max_readahead = UINT32_MAX,
		.flags = UINT32_MAX,
		.flags2 = UINT32_MAX};
	struct client *c = *state;

	assert_int_equal(client_call(c, FUSE_INIT, 0, &(struct client_parts){&init, sizeof init, NULL, 0}), -EPROTO);
	assert_int_equal(client_call(c, FUSE_INIT, 0, &(struct client_parts){&huge, sizeof huge, NULL, 0}), 0);
	client_mount(c);
}

static void a_second_mount_begins_anew(void **state)
{
	struct client *c = *state;
	int64_t handle, file = client_create(c, "a", 0600, O_RDWR, &handle);

	assert_int_equal(client_call_text(c, FUSE_DESTROY, 0, NULL, 0), 0);
	client_mount(c);
	assert_int_equal(client_read(c, handle, 0, 10), -EBADF);
	assert_int_equal(client_look_up(c, (uint64_t)file, "x"), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fs_set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_that_lead_away_are_refused),
		TEST(names_that_do_not_end_are_refused),
		TEST(parts_that_are_cut_off_are_refused),
		TEST(lengths_that_are_not_true_are_refused),
		TEST(what_has_no_true_header_is_not_answered),
		TEST(requests_that_nobody_knows_are_refused),
		TEST(numbers_that_were_never_given_are_nobodys),
		TEST(flags_that_would_make_the_host_wait_or_write_are_left_out),
		TEST(another_protocol_is_refused_and_what_has_no_answer_gets_none),
		TEST(an_old_protocol_is_refused),
		TEST(a_second_mount_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
