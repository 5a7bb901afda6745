/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/cache.h"

#include "base/own.h"
#include "base/path.h"
#include "seccomp/cache_entry.h"
#include "seccomp/cache_key.h"
#include "tests/unit/seccomp_child.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

static const struct child_call getppid_call = {SYS_getppid};

#define PROFILE(errno_of_getppid)                                                                                      \
	{                                                                                                              \
		.default_action = SPEC_ACT_ALLOW,                                                                      \
		RULES({NAMES("getppid"), .action = SPEC_ACT_ERRNO, .errno_ret = {true, errno_of_getppid}})             \
	}

static const struct spec_seccomp profile = PROFILE(EXDEV), other_profile = PROFILE(ENOTTY);

/* Each test has a directory of its own; *state is its descriptor. */
static int directory_make(void **state)
{
	char path[] = "/tmp/cloche-seccomp-cache-XXXXXX";
	int *fd = malloc(sizeof *fd);

	if (!fd || !mkdtemp(path))
		return -1;
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = fd;
	return *fd < 0 ? -1 : 0;
}

static int directory_remove(void **state)
{
	own_mem int *fd = *state;
	own_fd directory = *fd;
	int copy = dup(directory);
	own_dir stream = copy < 0 ? NULL : fdopendir(copy);
	struct fd_path self = path_of_fd(directory);
	char path[256] = "";
	struct dirent *entry;

	while (stream && (entry = readdir(stream)))
		if (entry->d_name[0] != '.')
			(void)unlinkat(directory, entry->d_name, 0);
	return readlink(self.text, path, sizeof path - 1) > 0 ? rmdir(path) : -1;
}

static size_t directory_count(int fd, struct dirent *ret_last)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	own_dir stream = fdopendir(copy);
	struct dirent *entry;
	size_t n = 0;

	assert_non_null(stream);
	while ((entry = readdir(stream)))
		if (entry->d_name[0] != '.') {
			*ret_last = *entry;
			n++;
		}
	return n;
}

/* Has the profile's filter, which has to be right wherever it comes from. */
static void get_right(int fd, const struct spec_seccomp *spec)
{
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;

	if (seccomp_filter_get(fd, spec, &filter, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(child_outcome(&filter, &getppid_call), (int)spec->syscalls[0].errno_ret.value);
}

static bool is_cached(int fd, const struct spec_seccomp *spec)
{
	own_seccomp_filter filter = {0};
	own_text key = {0};
	struct err e = ERR_NONE;

	assert_int_equal(seccomp_cache_key(spec, &key, &e), 0);
	return seccomp_cache_load(fd, &key, &filter);
}

static void filter_is_stored_and_found_again(void **state)
{
	const int fd = **(int **)state;
	own_seccomp_filter compiled = {0}, cached = {0};
	struct err e = ERR_NONE;

	assert_false(is_cached(fd, &profile));
	assert_int_equal(seccomp_filter_get(fd, &profile, &compiled, &e), 0);
	assert_true(is_cached(fd, &profile));
	assert_int_equal(seccomp_filter_get(fd, &profile, &cached, &e), 0);
	assert_int_equal(cached.length, compiled.length);
	assert_int_equal(cached.flags, compiled.flags);
	assert_memory_equal(cached.program, compiled.program, compiled.length * sizeof *compiled.program);
}

static void other_specs_have_other_entries(void **state)
{
	const int fd = **(int **)state;
	struct dirent last;

	get_right(fd, &profile);
	assert_false(is_cached(fd, &other_profile));
	get_right(fd, &other_profile);
	get_right(fd, &profile);
	assert_int_equal(directory_count(fd, &last), 2);
}

static void without_a_directory_nothing_is_cached(void **state)
{
	(void)state;
	get_right(-1, &profile);
}

static void a_spec_that_does_not_compile_fails_and_leaves_nothing(void **state)
{
	const int fd = **(int **)state;
	struct spec_seccomp broken = {.default_action = SPEC_ACT_NOTIFY};
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;
	struct dirent last;

	assert_true(seccomp_filter_get(fd, &broken, &filter, &e) < 0);
	assert_string_equal(e.pointer, "/linux/seccomp/defaultAction");
	assert_int_equal(directory_count(fd, &last), 0);
}

/* Opens the one entry that there is. */
static int entry_open(int fd, struct dirent *ret_entry)
{
	int file;

	get_right(fd, &profile);
	assert_int_equal(directory_count(fd, ret_entry), 1);
	file = openat(fd, ret_entry->d_name, O_RDWR | O_CLOEXEC);
	assert_true(file >= 0);
	return file;
}

static void an_entry_with_any_byte_changed_is_not_used(void **state)
{
	const int fd = **(int **)state;
	struct dirent entry;
	own_fd file = entry_open(fd, &entry);
	struct stat status;

	assert_int_equal(fstat(file, &status), 0);
	for (off_t at = 0; at < status.st_size; at++) {
		unsigned char byte, changed;

		assert_int_equal(pread(file, &byte, 1, at), 1);
		changed = byte ^ 0x10;
		assert_int_equal(pwrite(file, &changed, 1, at), 1);
		assert_false(is_cached(fd, &profile));
		assert_int_equal(pwrite(file, &byte, 1, at), 1);
	}
	assert_true(is_cached(fd, &profile));
}

static void a_damaged_entry_is_made_anew(void **state)
{
	const int fd = **(int **)state;
	struct dirent entry;
	own_fd file = entry_open(fd, &entry);

	assert_int_equal(pwrite(file, "damage", 6, 40), 6);
	assert_false(is_cached(fd, &profile));
	get_right(fd, &profile);
	assert_true(is_cached(fd, &profile));
}

static void a_cut_entry_is_not_used(void **state)
{
	const int fd = **(int **)state;
	struct dirent entry;
	own_fd file = entry_open(fd, &entry);
	struct stat status;

	assert_int_equal(fstat(file, &status), 0);
	while (status.st_size-- > 0) {
		assert_int_equal(ftruncate(file, status.st_size), 0);
		assert_false(is_cached(fd, &profile));
	}
}

static void an_entry_that_others_may_write_is_not_used(void **state)
{
	const int fd = **(int **)state;
	struct dirent entry;
	own_fd file = entry_open(fd, &entry);

	assert_int_equal(fchmod(file, 0620), 0);
	assert_false(is_cached(fd, &profile));
	assert_int_equal(fchmod(file, 0602), 0);
	assert_false(is_cached(fd, &profile));
	assert_int_equal(fchmod(file, 0644), 0);
	assert_true(is_cached(fd, &profile));
}

static void an_entry_of_another_user_is_not_used(void **state)
{
	const int fd = **(int **)state;
	struct dirent entry;
	own_fd file = entry_open(fd, &entry);

	if (geteuid() != 0)
		skip(); /* needs root: only it can give a file away */
	assert_int_equal(fchown(file, 65534, 65534), 0);
	assert_false(is_cached(fd, &profile));
	get_right(fd, &profile);
	assert_true(is_cached(fd, &profile));
}

static void a_link_or_a_fifo_is_no_entry(void **state)
{
	const int fd = **(int **)state;
	struct dirent entry;

	assert_int_equal(close(entry_open(fd, &entry)), 0);
	assert_int_equal(renameat(fd, entry.d_name, fd, "elsewhere"), 0);
	assert_int_equal(symlinkat("elsewhere", fd, entry.d_name), 0);
	assert_false(is_cached(fd, &profile));
	assert_int_equal(unlinkat(fd, entry.d_name, 0), 0);
	assert_int_equal(mkfifoat(fd, entry.d_name, 0600), 0);
	assert_false(is_cached(fd, &profile));
}

static void a_directory_that_others_may_write_is_no_cache(void **state)
{
	const int fd = **(int **)state;
	struct dirent last;

	assert_int_equal(fchmod(fd, 0777), 0);
	get_right(fd, &profile);
	assert_int_equal(directory_count(fd, &last), 0);
}

static void a_filter_that_cannot_be_stored_is_still_given(void **state)
{
	own_fd file = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC); /* ours, and nothing can be made there */

	(void)state;
	assert_true(seccomp_cache_dir_trusted(file));
	get_right(file, &profile);
}

static void a_full_cache_drops_the_oldest(void **state)
{
	const int fd = **(int **)state;
	const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	struct spec_seccomp_rule rule = {NAMES("getppid"), .action = SPEC_ACT_ERRNO, .errno_ret = {.set = true}};
	struct spec_seccomp many = {.default_action = SPEC_ACT_ALLOW, .syscalls_n = 1, .syscalls = &rule};
	struct dirent entry;

	get_right(fd, &profile);
	assert_int_equal(directory_count(fd, &entry), 1);
	assert_int_equal(utimensat(fd, entry.d_name, long_ago, 0), 0);
	for (unsigned int i = 1; i < SECCOMP_CACHE_ENTRIES; i++) {
		own_seccomp_filter filter = {0};
		struct err e = ERR_NONE;

		rule.errno_ret.value = 1000 + i;
		assert_int_equal(seccomp_filter_get(fd, &many, &filter, &e), 0);
	}
	assert_int_equal(directory_count(fd, &entry), SECCOMP_CACHE_ENTRIES);
	assert_true(is_cached(fd, &profile));
	get_right(fd, &other_profile);
	assert_int_equal(directory_count(fd, &entry), SECCOMP_CACHE_ENTRIES);
	assert_false(is_cached(fd, &profile));
	assert_true(is_cached(fd, &other_profile));
}

static void what_crashed_writers_left_does_not_stay_for_ever(void **state)
{
	const int fd = **(int **)state;
	const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	struct dirent entry;

	for (int i = 0; i < SECCOMP_CACHE_ENTRIES + 5; i++) {
		char name[32];
		own_fd file = -1;

		(void)snprintf(name, sizeof name, "%d.new", 100000000 + i);
		file = openat(fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		assert_true(file >= 0);
		assert_int_equal(futimens(file, long_ago), 0);
	}
	get_right(fd, &profile);
	assert_true(is_cached(fd, &profile));
	assert_int_equal(directory_count(fd, &entry), SECCOMP_CACHE_ENTRIES);
}

/* Gets both profiles again and again, and takes away one in between. */
static void child_contend(int fd, const char *entry)
{
	for (int i = 0; i < 200; i++) {
		own_seccomp_filter one = {0}, other = {0}, plain = {0};
		struct err e = ERR_NONE;

		if (i % 3 == 0)
			(void)unlinkat(fd, entry, 0);
		if (seccomp_filter_get(fd, &profile, &one, &e) < 0 || seccomp_compile(&profile, &plain, &e) < 0 ||
			seccomp_filter_get(fd, &other_profile, &other, &e) < 0)
			_exit(1);
		if (one.length != plain.length || memcmp(one.program, plain.program, plain.length * 8) != 0)
			_exit(2);
	}
	_exit(0);
}

static void two_writers_at_once_leave_whole_entries(void **state)
{
	const int fd = **(int **)state;
	struct dirent entry;
	pid_t writers[2];

	get_right(fd, &profile);
	assert_int_equal(directory_count(fd, &entry), 1);
	for (int i = 0; i < 2; i++) {
		writers[i] = fork();
		assert_true(writers[i] >= 0);
		if (writers[i] == 0)
			child_contend(fd, entry.d_name);
	}
	assert_int_equal(child_wait(writers[0]), 0);
	assert_int_equal(child_wait(writers[1]), 0);
	assert_true(is_cached(fd, &other_profile));
	get_right(fd, &profile);
	assert_int_equal(directory_count(fd, &entry), 2);
}

/* Pairs of specs that differ in one thing, or in where one thing ends and the next begins. */
static void keys_tell_specs_apart(void **state)
{
	struct spec_seccomp_arg arg = {1, 2, 3, SPEC_CMP_EQ}, arg_swapped = {1, 3, 2, SPEC_CMP_EQ};
	const struct spec_seccomp specs[] = {
		{.default_action = SPEC_ACT_ALLOW},
		{.default_action = SPEC_ACT_LOG},
		{.default_action = SPEC_ACT_ALLOW, .default_errno_ret = {true, 0}},
		{.default_action = SPEC_ACT_ALLOW, .architectures = {true, 1}},
		{.default_action = SPEC_ACT_ALLOW, .flags = {true, 0}},
		{.default_action = SPEC_ACT_ALLOW, .flags = {true, 1}},
		{.default_action = SPEC_ACT_ALLOW, .listener_path = "/run/agent"},
		{.default_action = SPEC_ACT_ALLOW, RULES({NAMES("read"), .action = SPEC_ACT_ERRNO})},
		{.default_action = SPEC_ACT_ALLOW, RULES({NAMES("read"), .action = SPEC_ACT_KILL})},
		{.default_action = SPEC_ACT_ALLOW, RULES({NAMES("read", "write"), .action = SPEC_ACT_ERRNO})},
		{.default_action = SPEC_ACT_ALLOW, RULES({NAMES("rea", "dwrite"), .action = SPEC_ACT_ERRNO})},
		{.default_action = SPEC_ACT_ALLOW,
			RULES({NAMES("read"), .action = SPEC_ACT_ERRNO}, {NAMES("write"), .action = SPEC_ACT_ERRNO})},
		{.default_action = SPEC_ACT_ALLOW,
			RULES({NAMES("read"), .action = SPEC_ACT_ERRNO, .args_n = 1, .args = &arg})},
		{.default_action = SPEC_ACT_ALLOW,
			RULES({NAMES("read"), .action = SPEC_ACT_ERRNO, .args_n = 1, .args = &arg_swapped})},
	};
	struct text keys[CHILD_LENGTH(specs)] = {0};
	struct err e = ERR_NONE;

	(void)state;
	for (size_t i = 0; i < CHILD_LENGTH(specs); i++) {
		assert_int_equal(seccomp_cache_key(&specs[i], &keys[i], &e), 0);
		for (size_t k = 0; k < i; k++)
			assert_false(keys[i].length == keys[k].length &&
				     memcmp(keys[i].data, keys[k].data, keys[i].length) == 0);
	}
	for (size_t i = 0; i < CHILD_LENGTH(specs); i++)
		text_free(&keys[i]);
}

#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, directory_make, directory_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIRECTORY(filter_is_stored_and_found_again),
		WITH_DIRECTORY(other_specs_have_other_entries),
		cmocka_unit_test(without_a_directory_nothing_is_cached),
		WITH_DIRECTORY(a_spec_that_does_not_compile_fails_and_leaves_nothing),
		WITH_DIRECTORY(an_entry_with_any_byte_changed_is_not_used),
		WITH_DIRECTORY(a_damaged_entry_is_made_anew),
		WITH_DIRECTORY(a_cut_entry_is_not_used),
		WITH_DIRECTORY(an_entry_that_others_may_write_is_not_used),
		WITH_DIRECTORY(an_entry_of_another_user_is_not_used),
		WITH_DIRECTORY(a_link_or_a_fifo_is_no_entry),
		WITH_DIRECTORY(a_directory_that_others_may_write_is_no_cache),
		cmocka_unit_test(a_filter_that_cannot_be_stored_is_still_given),
		WITH_DIRECTORY(a_full_cache_drops_the_oldest),
		WITH_DIRECTORY(what_crashed_writers_left_does_not_stay_for_ever),
		WITH_DIRECTORY(two_writers_at_once_leave_whole_entries),
		cmocka_unit_test(keys_tell_specs_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
