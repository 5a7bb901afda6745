/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the process of an exec: what is taken is the same when it is written and read back. */
#include "tests/fuzz/fuzz.h"

#include "config/parse.h"
#include "config/write.h"

#include <string.h>

static bool read_process(const char *text, size_t length, struct arena *arena, struct text *out)
{
	struct json_source source = {.text = text, .length = length};
	struct json_writer w = {.out = out};
	struct spec_process process = {0};
	own_report report = {0};
	struct err e = ERR_NONE;

	if (process_parse(&source, arena, &process, &report, &e) < 0)
		return false;
	FUZZ_EXPECT(process.args.n > 0 && process.cwd[0] == '/');
	table_write(&keys_process, &process, &w);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	own_arena arena = {0};
	own_text first = {0}, second = {0};

	if (!read_process((const char *)data, size, &arena, &first))
		return 0;
	FUZZ_EXPECT(read_process(text_string(&first), first.length, &arena, &second));
	FUZZ_EXPECT(strcmp(text_string(&first), text_string(&second)) == 0);
	return 0;
}
