/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes a file of the working directory at random, by all ways that there are, and a copy of it in memory along with
 * it: both must always be the same. Speaks TAP.
 *
 *	stress SEED OPERATIONS
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20, PART_MAX = 1 << 17 };

struct stress {
	uint64_t random;
	uint8_t file[FILE_MAX], part[PART_MAX]; /* the copy; what is written or was read */
	size_t size;
	int fd;
	unsigned long step;
};

#define STRESS_MUST(condition)                                                                                         \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			printf("not ok 1 - file and memory are the same\n# step %lu: " #condition "\n", s->step);      \
			exit(EXIT_FAILURE);                                                                            \
		}                                                                                                      \
	} while (0)

/* xorshift: the same for the same seed, everywhere. */
static size_t pick(struct stress *s, size_t below)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return (size_t)(s->random >> 11) % below;
}

/* A part that begins below `most` and ends at FILE_MAX at the latest. */
static void pick_part(struct stress *s, size_t most, size_t *at, size_t *length)
{
	*at = pick(s, most ? most : 1);
	*length = 1 + pick(s, pick(s, 4) ? 5000 : PART_MAX);
	if (*length > FILE_MAX - *at)
		*length = FILE_MAX - *at;
}

static void grow(struct stress *s, size_t size)
{
	if (size > s->size)
		s->size = size;
}

static void fill(struct stress *s, size_t length)
{
	for (size_t i = 0; i < length; i++)
		s->part[i] = (uint8_t)(s->step + i * 7);
}

static void write_part(struct stress *s)
{
	size_t at, length;

	pick_part(s, FILE_MAX, &at, &length);
	fill(s, length);
	STRESS_MUST(pwrite(s->fd, s->part, length, (off_t)at) == (ssize_t)length);
	memcpy(s->file + at, s->part, length);
	grow(s, at + length);
}

static void append_part(struct stress *s)
{
	size_t length = 1 + pick(s, 3000);
	int fd;

	if (s->size + length > FILE_MAX)
		return;
	fill(s, length);
	STRESS_MUST((fd = open("stress", O_WRONLY | O_APPEND | O_CLOEXEC)) >= 0);
	STRESS_MUST(write(fd, s->part, length) == (ssize_t)length && close(fd) == 0);
	memcpy(s->file + s->size, s->part, length);
	grow(s, s->size + length);
}

static void read_part(struct stress *s)
{
	size_t at, length, expected;

	pick_part(s, FILE_MAX, &at, &length);
	expected = at >= s->size ? 0 : s->size - at;
	expected = expected < length ? expected : length;
	STRESS_MUST(pread(s->fd, s->part, length, (off_t)at) == (ssize_t)expected);
	STRESS_MUST(memcmp(s->part, s->file + at, expected) == 0);
}

static void cut_or_stretch(struct stress *s)
{
	size_t size = pick(s, FILE_MAX);

	STRESS_MUST(ftruncate(s->fd, (off_t)size) == 0);
	if (size < s->size)
		memset(s->file + size, 0, s->size - size);
	s->size = size;
}

static void map_part(struct stress *s)
{
	size_t at, length;
	uint8_t *map;

	if (s->size == 0)
		return;
	pick_part(s, s->size, &at, &length);
	length = length < s->size - at ? length : s->size - at;
	map = mmap(NULL, s->size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	STRESS_MUST(map != MAP_FAILED);
	STRESS_MUST(memcmp(map + at, s->file + at, length) == 0);
	fill(s, length);
	memcpy(map + at, s->part, length);
	memcpy(s->file + at, s->part, length);
	if (pick(s, 2))
		STRESS_MUST(msync(map, s->size, MS_SYNC) == 0);
	STRESS_MUST(munmap(map, s->size) == 0);
}

static void punch(struct stress *s)
{
	size_t at, length;

	pick_part(s, FILE_MAX, &at, &length);
	STRESS_MUST(fallocate(s->fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, (off_t)at, (off_t)length) == 0);
	memset(s->file + at, 0, length);
}

static void copy_part(struct stress *s)
{
	size_t at, length, to = pick(s, FILE_MAX);
	loff_t in, out = (loff_t)to;

	pick_part(s, FILE_MAX, &at, &length);
	length = length < FILE_MAX - to ? length : FILE_MAX - to;
	if (at + length > s->size || (to < at + length && at < to + length))
		return; /* nothing to copy from, or onto itself */
	in = (loff_t)at;
	STRESS_MUST(copy_file_range(s->fd, &in, s->fd, &out, length, 0) == (ssize_t)length);
	memcpy(s->file + to, s->file + at, length);
	grow(s, to + length);
}

static void open_again(struct stress *s)
{
	struct stat st;

	STRESS_MUST(close(s->fd) == 0);
	STRESS_MUST((s->fd = open("stress", O_RDWR | O_CLOEXEC | (pick(s, 2) ? O_SYNC : 0))) >= 0);
	STRESS_MUST(fstat(s->fd, &st) == 0 && st.st_size == (off_t)s->size);
}

static void rename_and_back(struct stress *s)
{
	STRESS_MUST(rename("stress", "moved") == 0 && rename("moved", "stress") == 0);
	STRESS_MUST(fsync(s->fd) == 0);
}

static void compare_all(struct stress *s)
{
	static uint8_t all[FILE_MAX + 1];

	STRESS_MUST(pread(s->fd, all, sizeof all, 0) == (ssize_t)s->size);
	STRESS_MUST(memcmp(all, s->file, s->size) == 0);
}

static void (*const operations[])(struct stress *) = {write_part, write_part, append_part, read_part, read_part,
	cut_or_stretch, map_part, map_part, punch, copy_part, open_again, rename_and_back};

int main(int argc, char **argv)
{
	struct stress *s = calloc(1, sizeof *s);
	unsigned long steps = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;

	if (!s)
		return EXIT_FAILURE;
	s->random = (argc > 1 ? strtoul(argv[1], NULL, 10) : 1) * UINT64_C(0x9e3779b97f4a7c15) + 1;
	printf("1..1\n");
	STRESS_MUST((s->fd = open("stress", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) >= 0);
	for (s->step = 1; s->step <= steps; s->step++) {
		operations[pick(s, sizeof operations / sizeof operations[0])](s);
		if (s->step % 100 == 0)
			compare_all(s);
	}
	STRESS_MUST(close(s->fd) == 0 && unlink("stress") == 0);
	printf("ok 1 - file and memory are the same after %lu steps\n", steps);
	free(s);
	return EXIT_SUCCESS;
}
