/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/proto/criu.h"

#include "runtime/proto/protobuf.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

static void assert_bytes(const struct text *text, const char *bytes, size_t length)
{
	assert_int_equal(text->length, length);
	assert_memory_equal(text->data, bytes, length);
}

static void numbers_and_strings_are_written_as_the_encoding_says(void **state)
{
	own_text text = {0};

	(void)state;
	protobuf_add_number(&text, 1, 150);
	protobuf_add_string(&text, 2, "testing");
	protobuf_add_string(&text, 3, NULL);
	assert_bytes(&text, "\x08\x96\x01\x12\x07testing", 12);
	text_reset(&text);
	protobuf_add_number(&text, 300, UINT64_MAX);
	assert_bytes(&text, "\xe0\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12);
}

static void what_is_written_is_read_back(void **state)
{
	own_text inner = {0}, text = {0};
	struct protobuf_reader reader;
	struct protobuf_field field;

	(void)state;
	protobuf_add_number(&inner, 7, 0);
	protobuf_add_message(&text, 63, &inner);
	protobuf_add_number(&text, 1, 1ULL << 63);
	reader = (struct protobuf_reader){(const unsigned char *)text.data, text.length};
	assert_int_equal(protobuf_next(&reader, &field), 1);
	assert_true(field.is_bytes && field.number == 63 && field.bytes.left == inner.length);
	assert_int_equal(protobuf_next(&reader, &field), 1);
	assert_true(!field.is_bytes && field.number == 1 && field.value == 1ULL << 63);
	assert_int_equal(protobuf_next(&reader, &field), 0);
}

/* Every cut, and bytes that no encoding has. */
static void what_is_no_message_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} cases[] = {
		{"\x08", 1},                                              /* no number follows */
		{"\x08\x96", 2},                                          /* a number that goes on */
		{"\x12\x08testing", 9},                                   /* longer than the message */
		{"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},     /* far longer */
		{"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12}, /* no number of 64 bits */
		{"\x00\x01", 2},                                          /* field 0 */
		{"\x0b", 1},                                              /* a group */
		{"\x09\x01\x02\x03", 4},                                  /* 64 bits, cut */
		{"\x0d\x01\x02\x03", 4},                                  /* 32 bits, cut */
	};
	struct criu_response response;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = ERR_NONE;

		assert_int_equal(criu_read_response(cases[i].bytes, cases[i].length, &response, &e), -EPROTO);
		assert_string_equal(e.code, "criu-protocol");
	}
}

static void fields_of_other_kinds_are_passed_over(void **state)
{
	struct criu_response response;
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(criu_read_response("\x09"
					    "12345678"
					    "\x0d"
					    "1234"
					    "\x08\x02\x10\x01",
				 18, &response, &e),
		0);
	assert_int_equal(response.type, CRIU_RESTORE);
	assert_true(response.success);
}

static void a_request_has_its_options(void **state)
{
	own_text options = {0}, text = {0};

	(void)state;
	protobuf_add_number(&options, CRIU_PID, 5);
	criu_add_pair(&options, CRIU_CG_ROOT, NULL, "/a");
	criu_add_inherited(&options, "k", 4);
	criu_write_request(CRIU_DUMP, &options, &text);
	assert_bytes(&text, "\x08\x01\x12\x11\x10\x05\xca\x01\x04\x12\x02/a\xda\x01\x05\x0a\x01k\x10\x04", 21);
	text_reset(&text);
	criu_write_answer(true, &text);
	assert_bytes(&text, "\x08\x06\x18\x01", 4);
}

static void notifications_and_answers_are_read(void **state)
{
	static const char notification[] = "\x08\x06\x10\x01\x2a\x11\x0a\x0cpost-restore\x10\xd2\x09";
	static const char restored[] = "\x08\x02\x10\x01\x22\x02\x08\x07";
	static const char failed[] = "\x08\x01\x10\x00\x4a\x06no\tway";
	struct criu_response response;
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(criu_read_response(notification, sizeof notification - 1, &response, &e), 0);
	assert_int_equal(response.type, CRIU_NOTIFY);
	assert_string_equal(response.script, "post-restore");
	assert_int_equal(response.pid, 1234);
	assert_int_equal(criu_read_response(restored, sizeof restored - 1, &response, &e), 0);
	assert_int_equal(response.pid, 7);
	assert_string_equal(response.script, "");
	assert_int_equal(criu_read_response(failed, sizeof failed - 1, &response, &e), 0);
	assert_false(response.success);
	assert_string_equal(response.error, "no way");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_strings_are_written_as_the_encoding_says),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(what_is_no_message_is_refused),
		cmocka_unit_test(fields_of_other_kinds_are_passed_over),
		cmocka_unit_test(a_request_has_its_options),
		cmocka_unit_test(notifications_and_answers_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
