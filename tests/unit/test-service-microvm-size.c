/* SPDX-License-Identifier: Apache-2.0 */
/* How large a machine a spec gets. */
#include "runtime/service/microvm_size.h"

#include "config/parse.h"
#include "tests/unit/unit.h"

#include <string.h>

#define MIB(n) ((uint64_t)(n) << 20)

static int size_of(const char *json, struct microvm_size *ret, struct err *e)
{
	own_spec spec = {0};
	own_report report = {0};

	assert_int_equal(spec_parse(json, strlen(json), NULL, &spec, &report, e), 0);
	return microvm_size(&spec, ret, e);
}

static void expect(const char *json, uint64_t memory, uint32_t vcpus, uint64_t extra)
{
	struct microvm_size size;
	struct err e = ERR_NONE;

	assert_int_equal(size_of(json, &size, &e), 0);
	assert_int_equal(size.memory_bytes, memory);
	assert_int_equal(size.vcpus, vcpus);
	assert_int_equal(size.extra_bytes, extra);
}

static void a_spec_that_says_nothing_gets_the_defaults(void **state)
{
	(void)state;
	expect("{}", MIB(MICROVM_MEMORY_MIB), MICROVM_VCPUS, MIB(MICROVM_MEMORY_MIB + MICROVM_HOST_OVERHEAD_MIB));
}

static void a_limit_is_what_the_service_can_use(void **state)
{
	(void)state;
	expect("{\"linux\": {\"resources\": {\"memory\": {\"limit\": 33554432}}}}",
		MIB(32 + MICROVM_GUEST_OVERHEAD_MIB), MICROVM_VCPUS,
		MIB(MICROVM_GUEST_OVERHEAD_MIB + MICROVM_HOST_OVERHEAD_MIB));
}

static void no_limit_is_as_if_nothing_were_said(void **state)
{
	(void)state;
	expect("{\"linux\": {\"resources\": {\"memory\": {\"limit\": -1}, \"cpu\": {\"quota\": -1}}}}",
		MIB(MICROVM_MEMORY_MIB), MICROVM_VCPUS, MIB(MICROVM_MEMORY_MIB + MICROVM_HOST_OVERHEAD_MIB));
}

static void the_machine_itself_decides_before_limits(void **state)
{
	(void)state;
	expect("{\"vm\": {\"hwConfig\": {\"vcpus\": 3, \"memory\": 134217729}},"
	       " \"linux\": {\"resources\": {\"memory\": {\"limit\": 268435456}, \"cpu\": {\"quota\": 900000}}}}",
		MIB(128) + 4096, 3, MIB(MICROVM_HOST_OVERHEAD_MIB));
}

static void a_quota_is_rounded_up_to_whole_processors(void **state)
{
	(void)state;
	expect("{\"linux\": {\"resources\": {\"cpu\": {\"quota\": 50000}}}}", MIB(MICROVM_MEMORY_MIB), 1,
		MIB(MICROVM_MEMORY_MIB + MICROVM_HOST_OVERHEAD_MIB));
	expect("{\"linux\": {\"resources\": {\"cpu\": {\"quota\": 100001, \"period\": 50000}}}}",
		MIB(MICROVM_MEMORY_MIB), 3, MIB(MICROVM_MEMORY_MIB + MICROVM_HOST_OVERHEAD_MIB));
	expect("{\"linux\": {\"resources\": {\"cpu\": {\"quota\": 100000000}}}}", MIB(MICROVM_MEMORY_MIB), 64,
		MIB(MICROVM_MEMORY_MIB + MICROVM_HOST_OVERHEAD_MIB));
}

static void refused(const char *json, const char *pointer)
{
	struct microvm_size size;
	struct err e = ERR_NONE;

	assert_true(size_of(json, &size, &e) < 0);
	assert_string_equal(e.pointer, pointer);
}

static void a_machine_that_cannot_be_is_refused_by_name(void **state)
{
	(void)state;
	refused("{\"vm\": {\"hwConfig\": {\"memory\": 4096}}}", "/vm/hwConfig/memory");
	refused("{\"vm\": {\"hwConfig\": {\"vcpus\": 65}}}", "/vm/hwConfig/vcpus");
	refused("{\"linux\": {\"resources\": {\"memory\": {\"limit\": 9223372036854771712}}}}",
		"/linux/resources/memory/limit");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_spec_that_says_nothing_gets_the_defaults),
		cmocka_unit_test(a_limit_is_what_the_service_can_use),
		cmocka_unit_test(no_limit_is_as_if_nothing_were_said),
		cmocka_unit_test(the_machine_itself_decides_before_limits),
		cmocka_unit_test(a_quota_is_rounded_up_to_whole_processors),
		cmocka_unit_test(a_machine_that_cannot_be_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
