/* SPDX-License-Identifier: Apache-2.0 */
#include "config/report.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

static void an_empty_report_is_no_error(void **state)
{
	own_report report = {0};
	own_text text = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(report_error(&report, &e), 0);
	assert_int_equal(e.no, 0);
	report_text(&report, &text);
	assert_string_equal(text_string(&text), "");
	report_json(&report, false, &text);
	assert_string_equal(text_string(&text), "{\"errors\":0,\"warnings\":0,\"findings\":[]}");
}

static void warnings_alone_are_no_error(void **state)
{
	own_report report = {.file = "f"};
	own_text text = {0};
	struct err e = ERR_NONE;

	(void)state;
	report_warn(&report, "spec-unknown", "/x", "unknown %s", "property");
	assert_int_equal(report_error(&report, &e), 0);
	report_text(&report, &text);
	assert_string_equal(text_string(&text), "f: warning: /x: unknown property [spec-unknown]\n");
}

static void the_first_error_is_named_and_the_others_are_counted(void **state)
{
	own_report report = {0};
	struct err e = ERR_NONE;

	(void)state;
	report_warn(&report, "spec-unknown", "/x", "unknown");
	report_refuse(&report, "spec-type", "/a/0", "want a string");
	report_refuse(&report, "spec-range", "/b", "want 1");
	report_refuse(&report, "spec-range", "/c", "want 2");
	assert_int_equal(report_error(&report, &e), -EINVAL);
	assert_int_equal(e.no, EINVAL);
	assert_string_equal(e.code, "spec-type");
	assert_string_equal(e.pointer, "/a/0");
	assert_string_equal(e.text, "/a/0: want a string (and 2 more)");
}

static void findings_take_their_place_and_what_is_there_from_the_tree(void **state)
{
	static const char source_text[] = "{\n \"a\": [\"x\\n\"],\n \"b\": {\"c/d\": 1.5}}";
	struct json_source source = {.text = source_text, .length = strlen(source_text)};
	own_arena arena = {0};
	own_report report = {.file = "f"};
	own_text text = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(json_parse(&source, &arena, &report.tree, &e), 0);
	report_refuse(&report, "spec-value", "/a/0", "want y");
	report_refuse(&report, "spec-missing", "/b/e", "required");
	report_refuse(&report, "spec-missing", "", "want all");
	report_refuse_node(&report, "spec-type", json_at(report.tree, "/b/c~1d"), "want an integer");
	report_warn_node(&report, "spec-type", json_at(report.tree, "/b"), "odd");
	report_text(&report, &text);
	assert_string_equal(text_string(&text), "f:2:8: /a/0: found \"x\\n\", want y [spec-value]\n"
						"f:3:2: /b/e: required [spec-missing]\n"
						"f:1:1: want all [spec-missing]\n"
						"f:3:8: /b/c~1d: found 1.5, want an integer [spec-type]\n"
						"f:3:2: warning: /b: found an object, odd [spec-type]\n");
	text_reset(&text);
	report.first->next = NULL;
	report_json(&report, false, &text);
	assert_string_equal(text_string(&text),
		"{\"file\":\"f\",\"errors\":4,\"warnings\":1,\"findings\":[{\"level\":\"error\",\"code\":\"spec-"
		"value\","
		"\"pointer\":\"/a/0\",\"line\":2,\"column\":8,\"found\":\"\\\"x\\\\n\\\"\",\"message\":\"want y\"}]}");
}

static void a_key_cannot_forge_a_line(void **state)
{
	own_report report = {0};
	own_text text = {0};
	struct err e = ERR_NONE;

	(void)state;
	report_refuse(&report, "spec-value", "/annotations/a\nspec.json:1:1: \x1b[2J\x7f", "want a key");
	report_text(&report, &text);
	assert_string_equal(text_string(&text), "/annotations/a?spec.json:1:1: ?[2J?: want a key [spec-value]\n");
	assert_int_equal(report_error(&report, &e), -EINVAL);
	assert_null(strchr(e.text, '\n'));
}

static void a_flood_of_warnings_hides_no_error(void **state)
{
	own_report report = {0};
	struct err e = ERR_NONE;
	size_t kept = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		report_warn(&report, "spec-unknown", "/x", "unknown");
	report_refuse(&report, "spec-type", "/a", "want a string");
	for (const struct report_finding *f = report.first; f; f = f->next)
		kept++;
	assert_int_equal(kept, REPORT_FINDINGS_MAX + 1);
	assert_int_equal(report.warnings_n, 1000);
	assert_int_equal(report_error(&report, &e), -EINVAL);
	assert_string_equal(e.text, "/a: want a string");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_report_is_no_error),
		cmocka_unit_test(warnings_alone_are_no_error),
		cmocka_unit_test(the_first_error_is_named_and_the_others_are_counted),
		cmocka_unit_test(findings_take_their_place_and_what_is_there_from_the_tree),
		cmocka_unit_test(a_key_cannot_forge_a_line),
		cmocka_unit_test(a_flood_of_warnings_hides_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
