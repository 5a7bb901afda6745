/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an answer of criu. What is read of them is text of one line, and no number that is no pid. */
#include "tests/fuzz/fuzz.h"

#include "runtime/proto/criu.h"

#include <errno.h>
#include <string.h>

static void expect_line(const char *text, size_t room)
{
	size_t length = strnlen(text, room);

	FUZZ_EXPECT(length < room);
	for (size_t i = 0; i < length; i++)
		FUZZ_EXPECT((unsigned char)text[i] >= 0x20);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct criu_response response;
	struct err e = ERR_NONE;

	if (criu_read_response(data, size, &response, &e) < 0) {
		FUZZ_EXPECT(e.no == EPROTO && e.text[0]);
		return 0;
	}
	FUZZ_EXPECT(response.pid >= 0);
	expect_line(response.script, sizeof response.script);
	expect_line(response.error, sizeof response.error);
	return 0;
}
