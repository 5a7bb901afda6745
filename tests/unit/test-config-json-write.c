/* SPDX-License-Identifier: Apache-2.0 */
#include "config/json_write.h"

#include "tests/unit/unit.h"

static void write_sample(struct json_writer *w)
{
	json_write_begin_object(w);
	json_write_member_string(w, "id", "web");
	json_write_key(w, "pids");
	json_write_begin_array(w);
	json_write_int(w, -1);
	json_write_uint(w, UINT64_MAX);
	json_write_end_array(w);
	json_write_key(w, "none");
	json_write_begin_object(w);
	json_write_end_object(w);
	json_write_member_bool(w, "on", true);
	json_write_member_string(w, "absent", NULL);
	json_write_member_int(w, "i", 1);
	json_write_member_uint(w, "u", 2);
	json_write_end_object(w);
}

static void json_is_written_compact(void **state)
{
	own_text out = {0};
	struct json_writer w = {.out = &out};

	(void)state;
	write_sample(&w);
	assert_string_equal(text_string(&out),
		"{\"id\":\"web\",\"pids\":[-1,18446744073709551615],\"none\":{},\"on\":true,"
		"\"absent\":null,\"i\":1,\"u\":2}");
}

static void json_is_written_indented(void **state)
{
	own_text out = {0};
	struct json_writer w = {.out = &out, .indented = true};

	(void)state;
	write_sample(&w);
	assert_string_equal(text_string(&out),
		"{\n\t\"id\": \"web\",\n\t\"pids\": [\n\t\t-1,\n\t\t18446744073709551615\n\t],\n\t\"none\": {},\n"
		"\t\"on\": true,\n\t\"absent\": null,\n\t\"i\": 1,\n\t\"u\": 2\n}");
}

static void json_hundredths_have_two_decimals(void **state)
{
	static const struct {
		uint64_t value;
		const char *text;
	} rows[] = {{0, "0.00"}, {5, "0.05"}, {150, "1.50"}, {10000, "100.00"}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		own_text out = {0};
		struct json_writer w = {.out = &out};

		json_write_hundredths(&w, rows[i].value);
		assert_string_equal(text_string(&out), rows[i].text);
	}
}

static void json_strings_are_escaped_and_made_well_formed(void **state)
{
	own_text out = {0};
	struct json_writer w = {.out = &out};

	(void)state;
	json_write_bytes(&w, "\"\\/\b\f\n\r\t\x01\x1f\x7f\0ä\xff\xc0\x80\xe2\x82", 19);
	assert_string_equal(text_string(&out),
		"\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000ä\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		"\xef\xbf\xbd\xef\xbf\xbd\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_written_compact),
		cmocka_unit_test(json_is_written_indented),
		cmocka_unit_test(json_hundredths_have_two_decimals),
		cmocka_unit_test(json_strings_are_escaped_and_made_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
