/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On plain directories, which have of resctrl what the test puts there. What the kernel puts into a new class or
 * group, its files, is put there by mkdirat(2) as this program has it (see meson.build).
 */
#include "runtime/isolation/resctrl.h"

#include "base/fd.h"
#include "base/own.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
	char path[64];
	int root;
};

static int place_make(void **state)
{
	struct place *place = calloc(1, sizeof *place);

	assert_non_null(place);
	strcpy(place->path, "/tmp/test-resctrl-XXXXXX");
	assert_non_null(mkdtemp(place->path));
	place->root = open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(place->root >= 0);
	*state = place;
	return 0;
}

static int place_remove(void **state)
{
	static const char *const all[] = {"gold/tasks", "gold/schemata", "gold/mon_groups/web/tasks",
		"gold/mon_groups/web", "gold/mon_groups", "gold", "web/tasks", "web/schemata", "web", "tasks",
		"schemata"};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (unlinkat(place->root, all[i], 0) < 0)
			(void)unlinkat(place->root, all[i], AT_REMOVEDIR);
	(void)close(place->root);
	assert_int_equal(rmdir(place->path), 0);
	free(place);
	return 0;
}

static void put(struct place *place, const char *name, const char *text)
{
	own_fd fd = openat(place->root, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

int __real_mkdirat(int dir, const char *path, mode_t mode);
int __wrap_mkdirat(int dir, const char *path, mode_t mode);

/* Reading end of the last new class's schemata; -1: a new class has no files. */
static int schemata_written = -1;
static struct place *filled;

int __wrap_mkdirat(int dir, const char *path, mode_t mode)
{
	char below[64];
	int r = __real_mkdirat(dir, path, mode);

	if (r < 0 || !filled)
		return r;
	(void)snprintf(below, sizeof below, "%s/tasks", path); /* the paths here are short */
	put(filled, below, "");
	(void)snprintf(below, sizeof below, "%s/schemata", path);
	/* a FIFO keeps each line that is written, in its order */
	if (strstr(path, "mon_groups") || mkfifoat(dir, below, 0600) < 0)
		return r;
	schemata_written = openat(dir, below, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return r;
}

static void make_class(struct place *place)
{
	assert_int_equal(mkdirat(place->root, "gold", 0700), 0);
	put(place, "gold/tasks", "");
	put(place, "gold/schemata", "    L3:0=7f0;1=1f\n    MB:0=20;1=70\n");
}

static int enter(struct place *place, const struct spec_intel_rdt *rdt, struct err *e)
{
	return resctrl_enter(&(struct resctrl){.root = place->root, .id = "web", .rdt = rdt}, 42, e);
}

static void assert_file(struct place *place, const char *name, const char *wanted)
{
	own_text text = {0};
	struct err e = ERR_NONE;

	assert_int_equal(file_read(place->root, name, 100, &text, &e), 0);
	assert_string_equal(text_string(&text), wanted);
}

static void a_class_that_is_there_takes_the_process(void **state)
{
	struct err e = ERR_NONE;

	make_class(*state);
	assert_int_equal(enter(*state, &(struct spec_intel_rdt){.clos_id = "gold"}, &e), 0);
	assert_file(*state, "gold/tasks", "42");
}

static void a_class_that_is_there_must_be_what_is_wanted(void **state)
{
	const char *lines[] = {"L3:0=007F0; 1=1f"};
	struct spec_intel_rdt rdt = {
		.clos_id = "gold", .mem_bw_schema = "MB:0=20;1=70", .schemata = {.set = true, .n = 1, .items = lines}};
	struct err e = ERR_NONE;

	make_class(*state);
	assert_int_equal(enter(*state, &rdt, &e), 0);
	rdt.mem_bw_schema = "MB:0=30;1=70";
	assert_int_equal(enter(*state, &rdt, &e), -EEXIST);
	assert_string_equal(e.code, "resctrl-mismatch");
}

static void a_class_is_made_only_for_a_schema(void **state)
{
	struct err e = ERR_NONE;

	assert_int_equal(enter(*state, &(struct spec_intel_rdt){.clos_id = "gold"}, &e), -ENOENT);
}

/* A made directory has no schemata here: the write fails. */
static void a_class_that_cannot_be_filled_does_not_stay(void **state)
{
	struct place *place = *state;
	struct err e = ERR_NONE;

	assert_int_equal(
		enter(place, &(struct spec_intel_rdt){.clos_id = "gold", .l3_cache_schema = "L3:0=1"}, &e), -ENOENT);
	assert_int_equal(faccessat(place->root, "gold", F_OK, 0), -1);
	assert_int_equal(enter(place, &(struct spec_intel_rdt){.l3_cache_schema = "L3:0=1"}, &e), -ENOENT);
	assert_int_equal(faccessat(place->root, "web", F_OK, 0), -1);
}

static void what_is_the_services_own_is_removed(void **state)
{
	const struct spec_intel_rdt shared = {.clos_id = "gold"}, own = {0};
	struct place *place = *state;

	assert_int_equal(mkdirat(place->root, "gold", 0700), 0);
	assert_int_equal(mkdirat(place->root, "gold/mon_groups", 0700), 0);
	assert_int_equal(mkdirat(place->root, "gold/mon_groups/web", 0700), 0);
	assert_int_equal(mkdirat(place->root, "web", 0700), 0);
	resctrl_remove(&(struct resctrl){.root = place->root, .id = "web", .rdt = &shared});
	assert_int_equal(faccessat(place->root, "gold/mon_groups/web", F_OK, 0), -1);
	assert_int_equal(faccessat(place->root, "gold", F_OK, 0), 0);
	resctrl_remove(&(struct resctrl){.root = place->root, .id = "web", .rdt = &own});
	assert_int_equal(faccessat(place->root, "web", F_OK, 0), -1);
}

static void the_root_is_a_class_too(void **state)
{
	struct err e = ERR_NONE;

	put(*state, "tasks", "");
	assert_int_equal(enter(*state, &(struct spec_intel_rdt){.clos_id = "/"}, &e), 0);
	assert_file(*state, "tasks", "42");
}

static void schemata_are_written_in_their_order(void **state)
{
	const char *lines[] = {"L2:0=f", "MB:1=50"};
	const struct spec_intel_rdt rdt = {.l3_cache_schema = "L3:0=f",
		.mem_bw_schema = "MB:0=20",
		.schemata = {.set = true, .n = 2, .items = lines}};
	struct err e = ERR_NONE;
	char written[100] = "";

	filled = *state;
	assert_int_equal(enter(*state, &rdt, &e), 0);
	filled = NULL;
	assert_true(read(schemata_written, written, sizeof written - 1) > 0);
	assert_string_equal(written, "L3:0=f\nMB:0=20\nL2:0=f\nMB:1=50\n");
	assert_file(*state, "web/tasks", "42");
	(void)close(schemata_written);
}

static void a_monitoring_group_has_the_services_name(void **state)
{
	const struct spec_intel_rdt rdt = {.clos_id = "gold", .enable_monitoring = {.set = true, .value = true}};
	struct place *place = *state;
	struct err e = ERR_NONE;

	make_class(place);
	assert_int_equal(enter(place, &rdt, &e), -ENOENT); /* this class cannot be watched: an error */
	assert_int_equal(mkdirat(place->root, "gold/mon_groups", 0700), 0);
	filled = place;
	assert_int_equal(enter(place, &rdt, &e), 0);
	filled = NULL;
	assert_file(place, "gold/mon_groups/web/tasks", "42");
	assert_int_equal(
		unlinkat(place->root, "gold/mon_groups/web/tasks", 0), 0); /* resctrl's own go with their directory */
	resctrl_remove(&(struct resctrl){.root = place->root, .id = "web", .rdt = &rdt});
	assert_int_equal(faccessat(place->root, "gold/mon_groups/web", F_OK, 0), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_make, place_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_class_that_is_there_takes_the_process),
		TEST(a_class_that_is_there_must_be_what_is_wanted),
		TEST(a_class_is_made_only_for_a_schema),
		TEST(a_class_that_cannot_be_filled_does_not_stay),
		TEST(what_is_the_services_own_is_removed),
		TEST(the_root_is_a_class_too),
		TEST(schemata_are_written_in_their_order),
		TEST(a_monitoring_group_has_the_services_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
