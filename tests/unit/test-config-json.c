/* SPDX-License-Identifier: Apache-2.0 */
#include "config/json.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

static int parse_bytes(struct arena *arena, const char *text, size_t length, const struct json **ret, struct err *e)
{
	struct json_source source = {
		.text = text, .length = length, .limits = {.depth = 8, .nodes = 40, .string_bytes = 20}};

	return json_parse(&source, arena, ret, e);
}

static const struct json *parse(struct arena *arena, const char *text)
{
	const struct json *tree = NULL;
	struct err e = ERR_NONE;

	if (parse_bytes(arena, text, strlen(text), &tree, &e) < 0)
		fail_msg("%s: %s", text, e.text);
	return tree;
}

struct refusal {
	const char *text;
	const char *code;
	const char *beginning; /* of the message */
};

static const struct refusal refusals[] = {
	{"", "json-syntax", "JSON:1:1: "},
	{"  \n ", "json-syntax", "JSON:2:2: "},
	{"{]", "json-syntax", "JSON:1:2: "},
	{"[1,,2]", "json-syntax", "JSON:1:4: "},
	{"[1,]", "json-syntax", "JSON:1:4: "},
	{"{\"a\" 1}", "json-syntax", "JSON:1:6: "},
	{"{\n  \"a\": 1,\n}", "json-syntax", "JSON:3:1: "},
	{"[01]", "json-syntax", "JSON:1:"},
	{"[1.]", "json-syntax", "JSON:1:2: "},
	{"[+1]", "json-syntax", "JSON:1:2: "},
	{"[NaN]", "json-syntax", "JSON:1:2: "},
	{"[\"\\x\"]", "json-syntax", "JSON:1:2: "},
	{"[\"a\nb\"]", "json-syntax", "JSON:1:2: "},
	{"[\"open", "json-syntax", "JSON:1:2: "},
	{"// comment\n{}", "json-syntax", "JSON:1:1: "},
	{"/* comment */ {}", "json-syntax", "JSON:1:1: "},
	{"{}\n{}", "json-trailing", "JSON:2:1: "},
	{"{} x", "json-trailing", "JSON:1:4: "},
	{"{\"a\": 1,\n \"b\": 2, \"a\": 3}", "json-duplicate", "JSON:2:10: the key \"a\" stands twice"},
	{"{\"a\\n\": 1, \"a\\n\": 3}", "json-duplicate", "JSON:1:12: the key \"a\\n\" stands twice"},
	{"{\"a\": 1, \"\\u0061\": 3}", "json-duplicate", "JSON:1:10: "},
	{"[\"\\u0000\"]", "json-nul", "JSON:1:3: "},
	{"[\"\xff\"]", "json-utf8", "JSON:1:3: byte 0xff"},
	{"[\"\xc0\x80\"]", "json-utf8", "JSON:1:3: "},     /* overlong */
	{"[\"\xed\xa0\x80\"]", "json-utf8", "JSON:1:3: "}, /* a surrogate */
	{"[\"\xf4\x90\x80\x80\"]", "json-utf8", "JSON:1:3: "},
	{"[\"\xe2\x82", "json-utf8", "JSON:1:3: "},
	{"\xef\xbb\xbf{}", "json-syntax", "JSON:1:1: "}, /* a byte order mark */
	{"[\"\\ud800\"]", "json-escape", "JSON:1:3: "},
	{"[\"\\udc00\"]", "json-escape", "JSON:1:3: "},
	{"[\"\\ud800\\u0041\"]", "json-escape", "JSON:1:3: "},
	{"[\"\\ud800\\ud800\"]", "json-escape", "JSON:1:3: "},
	{"[[[[[[[[[", "json-too-deep", "JSON:1:9: "},
	{"[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "json-too-many",
		"JSON:1:80: "},
	{"[\"123456789012345678901\"]", "json-string-too-long", "JSON:1:2: "},
	{"{\"123456789012345678901\": 1}", "json-string-too-long", "JSON:1:2: "},
};

static void json_that_is_not_strict_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		const struct refusal *row = &refusals[i];
		const struct json *tree = NULL;
		struct err e = ERR_NONE;
		own_arena arena = {0};

		if (parse_bytes(&arena, row->text, strlen(row->text), &tree, &e) == 0)
			fail_msg("taken: %s", row->text);
		assert_null(tree);
		if (strcmp(e.code, row->code) != 0 || strncmp(e.text, row->beginning, strlen(row->beginning)) != 0)
			fail_msg("%s: %s: %s", row->text, e.code, e.text);
	}
}

static void json_with_a_nul_byte_is_refused(void **state)
{
	const struct json *tree = NULL;
	struct err e = ERR_NONE;
	own_arena arena = {0};

	(void)state;
	assert_int_equal(parse_bytes(&arena, "[\0]", 3, &tree, &e), -EINVAL);
	assert_string_equal(e.code, "json-nul");
}

static void json_past_the_limit_of_bytes_is_not_looked_at(void **state)
{
	struct json_source source = {.text = "[\xff]", .length = 3, .limits.bytes = 2};
	const struct json *tree = NULL;
	struct err e = ERR_NONE;
	own_arena arena = {0};

	(void)state;
	assert_int_equal(json_parse(&source, &arena, &tree, &e), -EFBIG);
	assert_string_equal(e.code, "json-too-large");
}

/* `n` times `middle` between two texts, read within the default limits. */
static int parse_many(const char *before, const char *middle, size_t n, const char *after, struct err *e)
{
	own_arena arena = {0};
	own_text text = {0};
	const struct json *tree = NULL;
	struct json_source source = {0};

	text_add(&text, before);
	for (size_t i = 0; i < n; i++)
		text_add(&text, middle);
	text_add(&text, after);
	source.text = text_string(&text);
	source.length = text.length;
	return json_parse(&source, &arena, &tree, e);
}

static void json_has_limits_when_none_are_given(void **state)
{
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(parse_many("", " ", 4 * 1024 * 1024 - 1, "1", &e), 0);
	assert_int_equal(parse_many("", " ", 4 * 1024 * 1024, "1", &e), -EFBIG);
	assert_int_equal(parse_many("[0", ",0", 200000 - 2, "]", &e), 0);
	assert_int_equal(parse_many("[0", ",0", 200000 - 1, "]", &e), -E2BIG);
	assert_string_equal(e.code, "json-too-many");
	assert_int_equal(parse_many("\"", "a", 1024 * 1024, "\"", &e), 0);
	assert_int_equal(parse_many("\"", "a", 1024 * 1024 + 1, "\"", &e), -E2BIG);
	assert_string_equal(e.code, "json-string-too-long");
	assert_int_equal(parse_many("", "[", 64, "", &e), -EINVAL);
	assert_string_equal(e.code, "json-syntax");
	assert_int_equal(parse_many("", "[", 65, "", &e), -E2BIG);
	assert_string_equal(e.code, "json-too-deep");
}

static void json_values_have_their_kinds_and_places(void **state)
{
	own_arena arena = {0};
	const struct json *tree = parse(&arena, "{\"a\": [1, true,\n  null], \"b\" : \"x\"\n, \"c\":{}}");
	const struct json *a = json_member(tree, "a");

	(void)state;
	assert_int_equal(tree->kind, JSON_OBJECT);
	assert_int_equal(tree->count, 3);
	assert_int_equal(a->kind, JSON_ARRAY);
	assert_int_equal(a->place.column, 2);
	assert_int_equal(json_at(tree, "/a/1")->kind, JSON_BOOL);
	assert_true(json_at(tree, "/a/1")->boolean);
	assert_int_equal(json_at(tree, "/a/2")->kind, JSON_NULL);
	assert_int_equal(json_at(tree, "/a/2")->place.line, 2);
	assert_int_equal(json_at(tree, "/a/2")->place.column, 3);
	assert_int_equal(json_at(tree, "/b")->place.column, 10);
	assert_int_equal(json_at(tree, "/c")->place.line, 3);
	assert_int_equal(json_at(tree, "/c")->place.column, 3);
}

static void json_strings_are_decoded(void **state)
{
	own_arena arena = {0};
	const struct json *tree = parse(&arena, "[\"\\u00e4\\n\\\"\\/\", \"\\ud83d\\ude00\", \"\xf0\x9f\x98\x80\"]");

	(void)state;
	assert_string_equal(json_at(tree, "/0")->text, "\xc3\xa4\n\"/");
	assert_string_equal(json_at(tree, "/1")->text, "\xf0\x9f\x98\x80");
	assert_string_equal(json_at(tree, "/2")->text, "\xf0\x9f\x98\x80");
	assert_int_equal(json_at(tree, "/2")->length, 4);
}

static void json_scalars_stand_alone(void **state)
{
	own_arena arena = {0};

	(void)state;
	assert_string_equal(parse(&arena, " 12 ")->text, "12");
	assert_string_equal(parse(&arena, "12")->text, "12");
	assert_string_equal(parse(&arena, "\"s\"")->text, "s");
	assert_int_equal(parse(&arena, "null")->kind, JSON_NULL);
}

static void json_pointers_lead_to_nodes_and_back(void **state)
{
	own_arena arena = {0};
	const struct json *tree = parse(&arena, "{\"a/b\": {\"~\": [5, {\"\": 6}]}}");
	own_text pointer = {0};

	(void)state;
	assert_ptr_equal(json_at(tree, ""), tree);
	assert_string_equal(json_at(tree, "/a~1b/~0/0")->text, "5");
	assert_string_equal(json_at(tree, "/a~1b/~0/1/")->text, "6");
	assert_null(json_at(tree, "/a~1b/~0/2"));
	assert_null(json_at(tree, "/a~1b/~0/x"));
	assert_null(json_at(tree, "/a~1b/~0/"));
	assert_null(json_at(tree, "/a/b"));
	assert_null(json_at(tree, "/a~1b/~0/99999999999999999999"));
	assert_ptr_equal(json_nearest(tree, "/a~1b/~0/7/x"), json_at(tree, "/a~1b/~0"));
	assert_ptr_equal(json_nearest(tree, "/x"), tree);
	json_pointer(json_at(tree, "/a~1b/~0/1/"), &pointer);
	assert_string_equal(text_string(&pointer), "/a~1b/~0/1/");
}

static void json_numbers_convert_exactly_or_not_at_all(void **state)
{
	own_arena arena = {0};
	const struct json *tree =
		parse(&arena, "[9223372036854775807, 9223372036854775808, -9223372036854775808, -9223372036854775809,"
			      " 18446744073709551615, 18446744073709551616, -1, 1.0, 1e3, \"1\", 1e400]");
	int64_t i = 7;
	uint64_t u = 7;
	double d = 7;

	(void)state;
	assert_int_equal(json_int64(json_at(tree, "/0"), &i), 0);
	assert_true(i == INT64_MAX);
	assert_int_equal(json_int64(json_at(tree, "/1"), &i), -ERANGE);
	assert_int_equal(json_int64(json_at(tree, "/2"), &i), 0);
	assert_true(i == INT64_MIN);
	assert_int_equal(json_int64(json_at(tree, "/3"), &i), -ERANGE);
	assert_int_equal(json_uint64(json_at(tree, "/4"), &u), 0);
	assert_true(u == UINT64_MAX);
	assert_int_equal(json_uint64(json_at(tree, "/5"), &u), -ERANGE);
	assert_int_equal(json_uint64(json_at(tree, "/6"), &u), -ERANGE);
	assert_int_equal(json_int64(json_at(tree, "/7"), &i), -EINVAL);
	assert_int_equal(json_uint64(json_at(tree, "/8"), &u), -EINVAL);
	assert_int_equal(json_int64(json_at(tree, "/9"), &i), -EINVAL);
	assert_int_equal(json_double(json_at(tree, "/8"), &d), 0);
	assert_true(d > 999 && d < 1001);
	assert_int_equal(json_double(json_at(tree, "/10"), &d), -ERANGE);
	assert_int_equal(json_double(json_at(tree, "/9"), &d), -EINVAL);
}

static void json_values_are_described_in_few_characters(void **state)
{
	own_arena arena = {0};
	struct json_source source = {.text = "[\"a\\n\", 12, {}, \"ääääääääääääääääääääääääääääääääääääääää\"]"};
	const struct json *tree = NULL;
	struct err e = ERR_NONE;
	own_text out = {0};

	(void)state;
	source.length = strlen(source.text);
	assert_int_equal(json_parse(&source, &arena, &tree, &e), 0);
	for (const struct json *item = tree->first; item; item = item->next) {
		json_describe(item, &out);
		text_add(&out, " ");
	}
	assert_string_equal(text_string(&out), "\"a\\n\" 12 an object \"ääääääääääääääääääääääääääääää\"… ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_that_is_not_strict_is_refused_with_its_place),
		cmocka_unit_test(json_with_a_nul_byte_is_refused),
		cmocka_unit_test(json_past_the_limit_of_bytes_is_not_looked_at),
		cmocka_unit_test(json_has_limits_when_none_are_given),
		cmocka_unit_test(json_values_have_their_kinds_and_places),
		cmocka_unit_test(json_strings_are_decoded),
		cmocka_unit_test(json_scalars_stand_alone),
		cmocka_unit_test(json_pointers_lead_to_nodes_and_back),
		cmocka_unit_test(json_numbers_convert_exactly_or_not_at_all),
		cmocka_unit_test(json_values_are_described_in_few_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
