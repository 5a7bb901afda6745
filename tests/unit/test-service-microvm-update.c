/* SPDX-License-Identifier: Apache-2.0 */
/* What of an update is for the machine as a whole, and what for its guest. */
#include "runtime/service/microvm_resources.h"

#include "config/parse.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

#define MIB(n) ((int64_t)(n) << 20)

struct split {
	struct arena arena;
	struct spec spec;
	struct microvm_update update;
};

static void split_free(struct split *s)
{
	spec_free(&s->spec);
	arena_free(&s->arena);
}

#define own_split __attribute__((cleanup(split_free))) struct split

static void begin(struct split *s, const char *json)
{
	own_report report = {0};
	struct err e = ERR_NONE;

	assert_int_equal(spec_parse(json, strlen(json), NULL, &s->spec, &report, &e), 0);
}

static int update(struct split *s, const char *json, struct err *e)
{
	const struct json_source source = {.text = json, .length = strlen(json), .name = "update"};
	struct spec_resources resources = {0};
	own_report report = {0};

	assert_int_equal(resources_parse(&source, &s->arena, &resources, &report, e), 0);
	return microvm_resources_update(&s->spec, &resources, &s->arena, &s->update, e);
}

static void processes_and_devices_are_the_guests_and_the_rest_the_wholes(void **state)
{
	own_split s = {0};
	struct err e = ERR_NONE;

	(void)state;
	begin(&s, "{}");
	assert_int_equal(
		update(&s,
			"{\"pids\": {\"limit\": 5}, \"devices\": [{\"allow\": false}], \"cpu\": {\"quota\": 7000},"
			" \"unified\": {\"pids.max\": \"5\", \"cpu.weight\": \"9\"}}",
			&e),
		0);
	assert_null(s.update.host.pids);
	assert_int_equal(s.update.host.devices_n, 0);
	assert_int_equal(s.update.host.cpu->quota_us.value, 7000);
	assert_int_equal(s.update.host.unified.n, 1);
	assert_string_equal(s.update.host.unified.items[0].key, "cpu.weight");
	assert_int_equal(s.update.guest.pids->limit, 5);
	assert_int_equal(s.update.guest.devices_n, 1);
	assert_null(s.update.guest.cpu);
	assert_int_equal(s.update.guest.unified.n, 1);
	assert_null(s.update.guest.memory);
}

static void less_memory_is_the_guests_to_keep_as_the_machine_stays_what_it_is(void **state)
{
	own_split s = {0};
	struct err e = ERR_NONE;

	(void)state;
	begin(&s, "{\"linux\": {\"resources\": {\"memory\": {\"limit\": 268435456}}}}");
	assert_int_equal(update(&s, "{\"memory\": {\"limit\": 134217728, \"swap\": 201326592}}", &e), 0);
	assert_int_equal(s.update.guest.memory->limit.value, MIB(128));
	assert_false(s.update.guest.memory->swap.set);
	assert_int_equal(
		s.update.host.memory->limit.value, MIB(256 + MICROVM_GUEST_OVERHEAD_MIB + MICROVM_HOST_OVERHEAD_MIB));
	assert_int_equal(s.update.host.memory->swap.value - s.update.host.memory->limit.value, MIB(64));
}

static void no_limit_is_none_on_either_side(void **state)
{
	own_split s = {0};
	struct err e = ERR_NONE;

	(void)state;
	begin(&s, "{}");
	assert_int_equal(update(&s, "{\"memory\": {\"limit\": -1}}", &e), 0);
	assert_int_equal(s.update.guest.memory->limit.value, -1);
	assert_int_equal(s.update.host.memory->limit.value, -1);
}

static void more_memory_than_the_machine_has_is_refused(void **state)
{
	own_split s = {0};
	struct err e = ERR_NONE;

	(void)state;
	begin(&s, "{\"linux\": {\"resources\": {\"memory\": {\"limit\": 67108864}}}}");
	assert_int_equal(update(&s, "{\"memory\": {\"limit\": 67108865}}", &e), -ERANGE);
	assert_string_equal(e.pointer, "/memory/limit");
}

static void a_machine_stays_as_large_as_it_is_kept(void **state)
{
	own_split s = {0};
	struct microvm_size before, after;
	struct err e = ERR_NONE;

	(void)state;
	begin(&s, "{\"linux\": {\"resources\": {\"memory\": {\"limit\": 67108864}, \"cpu\": {\"quota\": 300000}}}}");
	assert_int_equal(microvm_size(&s.spec, &before, &e), 0);
	assert_int_equal(microvm_size_keep(&s.spec, &before, &e), 0);
	s.spec.linux->resources->memory->limit.value = MIB(8);
	s.spec.linux->resources->cpu->quota_us.value = 1;
	assert_int_equal(microvm_size(&s.spec, &after, &e), 0);
	assert_int_equal(after.memory_bytes, before.memory_bytes);
	assert_int_equal(after.vcpus, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_and_devices_are_the_guests_and_the_rest_the_wholes),
		cmocka_unit_test(less_memory_is_the_guests_to_keep_as_the_machine_stays_what_it_is),
		cmocka_unit_test(no_limit_is_none_on_either_side),
		cmocka_unit_test(more_memory_than_the_machine_has_is_refused),
		cmocka_unit_test(a_machine_stays_as_large_as_it_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
