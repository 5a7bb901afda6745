/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a state.json: what is taken is the same when it is written and read again. */
#include "tests/fuzz/fuzz.h"

#include "runtime/service/state.h"

#include <string.h>

static bool read_state(const char *text, size_t length, struct text *out)
{
	own_service_state state = {0};
	struct err e = ERR_NONE;

	if (service_state_parse(text, length, &state, &e) < 0) {
		FUZZ_EXPECT(e.no > 0 && e.code[0] && e.text[0]);
		FUZZ_EXPECT(!state.arena.block && !state.id);
		return false;
	}
	FUZZ_EXPECT(state.pid >= 0 && state.pid <= INT32_MAX);
	FUZZ_EXPECT(state.oci_version && state.id && state.isolation && state.bundle && state.rootfs);
	FUZZ_EXPECT(state.created && state.cgroup);
	FUZZ_EXPECT(service_state_write(&state, out, &e) == 0);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	own_text first = {0}, second = {0};

	if (!read_state((const char *)data, size, &first))
		return 0;
	FUZZ_EXPECT(read_state(text_string(&first), first.length, &second));
	FUZZ_EXPECT(strcmp(text_string(&first), text_string(&second)) == 0);
	return 0;
}
