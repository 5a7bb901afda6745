/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"
#include "config/spec.h"
#include "runtime/proto/protobuf.h"
#include "runtime/service/checkpoint_images.h"
#include "runtime/service/criu_call.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct place {
	char path[64];
	struct checkpoint checkpoint;
	struct checkpoint_images images;
};

static int make_place(void **state)
{
	static struct place place;
	struct err e = ERR_NONE;

	(void)snprintf(place.path, sizeof place.path, "/tmp/test-service-criu-XXXXXX");
	assert_non_null(mkdtemp(place.path));
	place.checkpoint = (struct checkpoint){.image_path = place.path, .status_fd = -1};
	assert_int_equal(checkpoint_images_make(&place.checkpoint, &place.images, &e), 0);
	*state = &place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;

	(void)unlinkat(place->images.dir, "dump.log", 0); /* not every test has one */
	checkpoint_images_discard(&place->images);
	checkpoint_images_close(&place->images);
	return rmdir(place->path);
}

static void log_is(const struct place *place, const char *text)
{
	struct err e = ERR_NONE;

	assert_int_equal(file_replace(place->images.dir, "dump.log", text, strlen(text), 0600, &e), 0);
}

static int failed(struct err *e)
{
	return err_set(e, ECHILD, "criu-failed", "criu does not say why");
}

static void the_first_error_of_the_log_is_what_is_told(void **state)
{
	const struct place *place = *state;
	struct err e = ERR_NONE;

	log_is(place,
		"(00.1) hello\n(00.2)      1: Error (criu/files.c:12): no file\n(00.3) Error (criu/x.c:1): later\n");
	(void)failed(&e);
	assert_int_equal(criu_explain(&place->images, &e), -ECHILD);
	assert_non_null(strstr(e.text, "criu failed: no file (log: '"));
	assert_null(strstr(e.text, "later"));
}

static void a_kernel_that_criu_does_not_know_is_told_of(void **state)
{
	const struct place *place = *state;
	struct err e = ERR_NONE;

	log_is(place,
		"(00.1) Error (criu/vdso.c:381): vdso: odd\n(00.2) Error (criu/kerndat.c:1615): kerndat failed\n");
	(void)failed(&e);
	assert_int_equal(criu_explain(&place->images, &e), -ENOTSUP);
	assert_string_equal(e.code, "criu-kernel");
	assert_non_null(strstr(e.text, "vdso: odd"));
}

static void without_a_log_the_answer_counts_and_other_failures_stay(void **state)
{
	const struct place *place = *state;
	struct err e = ERR_NONE;

	(void)failed(&e);
	assert_int_equal(criu_explain(&place->images, &e), -ECHILD);
	assert_string_equal(e.text, "criu does not say why");
	log_is(place, "(00.1) Error (criu/vdso.c:381): x\n");
	(void)err_set(&e, EPERM, "other", "a hook");
	assert_int_equal(criu_explain(&place->images, &e), -EPERM);
	assert_string_equal(e.text, "a hook");
}

static void the_names_of_streams_are_read_back(void **state)
{
	static const struct checkpoint_stream written[CHECKPOINT_STREAMS] = {{""}, {"pipe:[4711]"}, {"file[1f:2c]"}};
	const struct place *place = *state;
	struct checkpoint_stream read[CHECKPOINT_STREAMS];
	struct err e = ERR_NONE;

	assert_int_equal(checkpoint_streams_read(&place->images, read, &e), -ENOENT);
	assert_int_equal(checkpoint_streams_write(&place->images, written, &e), 0);
	assert_int_equal(checkpoint_streams_read(&place->images, read, &e), 0);
	for (size_t i = 0; i < CHECKPOINT_STREAMS; i++)
		assert_string_equal(read[i].key, written[i].key);
}

static void a_stream_that_is_no_name_is_refused(void **state)
{
	static const char *const texts[] = {
		"[1, 2, 3]", "[\"a", "", "[\"pipe:[11111111111111111111111111111111111111111111111111111111111111]\"]"};
	const struct place *place = *state;
	struct checkpoint_stream read[CHECKPOINT_STREAMS];

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct err e = ERR_NONE;

		assert_int_equal(
			file_replace(place->images.dir, "descriptors.json", texts[i], strlen(texts[i]), 0600, &e), 0);
		assert_true(checkpoint_streams_read(&place->images, read, &e) < 0);
	}
}

static void what_was_there_before_a_failure_stays(void **state)
{
	struct place *place = *state;
	struct checkpoint_images later = CHECKPOINT_IMAGES_NONE;
	struct err e = ERR_NONE;

	assert_int_equal(file_replace(place->images.dir, "before.img", "1", 1, 0600, &e), 0);
	assert_int_equal(checkpoint_images_make(&place->checkpoint, &later, &e), 0);
	assert_int_equal(file_replace(later.dir, "after.img", "1", 1, 0600, &e), 0);
	log_is(place, "x");
	checkpoint_images_discard(&later);
	assert_int_equal(faccessat(later.dir, "before.img", F_OK, 0), 0);
	assert_int_equal(faccessat(later.dir, "dump.log", F_OK, 0), 0);
	assert_int_equal(faccessat(later.dir, "after.img", F_OK, 0), -1);
	checkpoint_images_close(&later);
}

/* The number that the options have for one of them; -1: they do not name it. */
static int64_t number_of(const struct text *options, enum criu_option option)
{
	struct protobuf_reader reader = {(const unsigned char *)options->data, options->length};
	struct protobuf_field field;

	while (protobuf_next(&reader, &field) == 1)
		if (field.number == option && !field.is_bytes)
			return (int64_t)field.value;
	return -1;
}

static void options_say_what_is_allowed_and_nothing_else(void **state)
{
	const struct place *place = *state;
	const struct spec spec = {0};
	const struct checkpoint checkpoint = {.tcp_established = true,
		.file_locks = true,
		.lazy_pages = true,
		.empty_network = true,
		.cgroups = CHECKPOINT_CGROUPS_FULL};
	static const struct {
		enum criu_option option;
		int64_t number;
	} expected[] = {
		{CRIU_TCP_ESTABLISHED, 1},
		{CRIU_FILE_LOCKS, 1},
		{CRIU_LAZY_PAGES, 1},
		{CRIU_EMPTY_NS, CLONE_NEWNET},
		{CRIU_MANAGE_CGROUPS_MODE, CRIU_CGROUP_FULL},
		{CRIU_NOTIFY_SCRIPTS, 1},
		{CRIU_EXT_UNIX_SK, -1},
		{CRIU_SHELL_JOB, -1},
		{CRIU_AUTO_DEDUP, -1},
		{CRIU_CONFIG_FILE, -1},
	};
	own_text options = {0};

	criu_options_add(&checkpoint, &place->images, &spec, &options);
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		assert_int_equal(number_of(&options, expected[i].option), expected[i].number);
	assert_int_equal(number_of(&options, CRIU_IMAGES_DIR_FD), place->images.dir);
}

/* What the other end is to say, one packet each; then it closes. */
static int script(const char *const *packets, const size_t *lengths, size_t n, int *ret_other)
{
	int ours, theirs;
	struct err e = ERR_NONE;

	assert_int_equal(criu_socket(&ours, &theirs, &e), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(send(theirs, packets[i], lengths[i], MSG_NOSIGNAL), lengths[i]);
	assert_int_equal(shutdown(theirs, SHUT_WR), 0);
	*ret_other = theirs;
	return ours;
}

static int refuse(void *context, const struct criu_response *notification, int *fd, struct err *e)
{
	(void)fd;
	*(int *)context += 1;
	return err_set(e, EIO, "hook", "'%s' failed", notification->script);
}

static void what_hears_decides_and_its_failure_is_the_one_that_is_told(void **state)
{
	static const char *const packets[] = {
		"\x08\x06\x10\x01\x2a\x05\x0a\x03one", "\x08\x06\x10\x01\x2a\x05\x0a\x03two", "\x08\x02\x10\x00"};
	static const size_t lengths[] = {11, 11, 4};
	own_text options = {0};
	struct criu_response response;
	struct err e = ERR_NONE;
	int other, heard = 0, ours = script(packets, lengths, 3, &other);
	struct criu_call call = {.type = CRIU_RESTORE,
		.options = &options,
		.socket = ours,
		.interrupt_fd = -1,
		.hear = refuse,
		.context = &heard};
	char answer[64];

	(void)state;
	assert_int_equal(criu_ask(&call, &response, &e), -EIO);
	assert_string_equal(e.text, "'one' failed");
	assert_int_equal(heard, 1);
	assert_int_equal(recv(other, answer, sizeof answer, 0), 4); /* the request */
	assert_int_equal(recv(other, answer, sizeof answer, 0), 4);
	assert_memory_equal(answer, "\x08\x06\x18\x00", 4);
	assert_int_equal(close(other), 0);
	assert_int_equal(close(ours), 0);
}

static void an_end_without_an_answer_is_a_failure(void **state)
{
	own_text options = {0};
	struct criu_response response;
	struct err e = ERR_NONE;
	int other, ours = script(NULL, NULL, 0, &other);
	const struct criu_call call = {.type = CRIU_DUMP, .options = &options, .socket = ours, .interrupt_fd = -1};

	(void)state;
	assert_int_equal(criu_ask(&call, &response, &e), -ECHILD);
	assert_string_equal(e.code, "criu-failed");
	assert_int_equal(close(other), 0);
	assert_int_equal(close(ours), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_error_of_the_log_is_what_is_told, make_place, remove_place),
		cmocka_unit_test_setup_teardown(a_kernel_that_criu_does_not_know_is_told_of, make_place, remove_place),
		cmocka_unit_test_setup_teardown(
			without_a_log_the_answer_counts_and_other_failures_stay, make_place, remove_place),
		cmocka_unit_test_setup_teardown(the_names_of_streams_are_read_back, make_place, remove_place),
		cmocka_unit_test_setup_teardown(a_stream_that_is_no_name_is_refused, make_place, remove_place),
		cmocka_unit_test_setup_teardown(what_was_there_before_a_failure_stays, make_place, remove_place),
		cmocka_unit_test_setup_teardown(options_say_what_is_allowed_and_nothing_else, make_place, remove_place),
		cmocka_unit_test(what_hears_decides_and_its_failure_is_the_one_that_is_told),
		cmocka_unit_test(an_end_without_an_answer_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
