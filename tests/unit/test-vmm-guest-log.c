/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/guest_log.h"

#include "base/own.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct guest_log *make(int fd)
{
	struct guest_log *log = malloc(sizeof *log);

	assert_non_null(log);
	guest_log_open(log, fd);
	return log;
}

static void end(struct guest_log *log)
{
	guest_log_close(log);
	free(log);
}

static void say(struct guest_log *log, const char *text)
{
	guest_log_write(log, text, strlen(text));
}

static void only_the_last_bytes_are_remembered(void **state)
{
	struct guest_log *log = make(-1);
	char line[1000];

	(void)state;
	say(log, "Kernel panic - not syncing\n");
	assert_true(guest_log_has(log, "Kernel panic"));
	memset(line, 'x', sizeof line);
	for (int i = 0; i < GUEST_LOG_BYTES / 1000 + 1; i++)
		guest_log_write(log, line, sizeof line);
	assert_false(guest_log_has(log, "Kernel panic"));
	say(log, "Kernel ");
	say(log, "panic");
	assert_true(guest_log_has(log, "Kernel panic"));
	end(log);
}

static void a_text_across_the_rings_end_is_found(void **state)
{
	struct guest_log *log = make(-1);
	static char filler[GUEST_LOG_BYTES - 3];

	(void)state;
	memset(filler, '.', sizeof filler);
	guest_log_write(log, filler, sizeof filler);
	say(log, "across");
	assert_true(guest_log_has(log, "across"));
	end(log);
}

static off_t size_of(int fd)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	return status.st_size;
}

static void a_file_is_cut_to_its_last_bytes(void **state)
{
	const int fd = memfd_create("log", MFD_CLOEXEC), kept = dup(fd);
	struct guest_log *log = make(fd);
	char line[1001], last[8];

	(void)state;
	memset(line, 'x', sizeof line);
	for (int i = 0; i < 1000; i++) {
		guest_log_write(log, line, sizeof line);
		assert_in_range(size_of(kept), 0, 3 * GUEST_LOG_BYTES);
	}
	say(log, "the end\n");
	assert_in_range(size_of(kept), GUEST_LOG_BYTES, 3 * GUEST_LOG_BYTES);
	assert_int_equal(pread(kept, last, 8, size_of(kept) - 8), 8);
	assert_memory_equal(last, "the end\n", 8);
	end(log);
	close(kept);
}

static void a_reader_that_does_not_read_is_not_waited_for(void **state)
{
	static char much[1 << 20];
	int ends[2];
	struct guest_log *log;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	log = make(ends[1]);
	memset(much, 'y', sizeof much);
	guest_log_write(log, much, sizeof much);
	assert_true(guest_log_has(log, "yyy"));
	close(ends[0]);
	end(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_last_bytes_are_remembered),
		cmocka_unit_test(a_text_across_the_rings_end_is_found),
		cmocka_unit_test(a_file_is_cut_to_its_last_bytes),
		cmocka_unit_test(a_reader_that_does_not_read_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
