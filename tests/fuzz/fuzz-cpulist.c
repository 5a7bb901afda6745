/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a list of CPUs: what is taken is the same when it is written out number by number. */
#include "tests/fuzz/fuzz.h"

#include "base/own.h"
#include "base/text.h"
#include "runtime/isolation/cpulist.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	own_text given = {0}, written = {0};
	struct cpulist first, second;
	struct err e = ERR_NONE;

	text_add_bytes(&given, (const char *)data, size);
	if (cpulist_parse(text_string(&given), &first, &e) < 0)
		return 0;
	for (unsigned int n = 0; n < CPULIST_MAX; n++)
		if (cpulist_has(&first, n))
			text_format(&written, "%u,", n);
	FUZZ_EXPECT(cpulist_parse(text_string(&written), &second, &e) == 0);
	FUZZ_EXPECT(memcmp(&first, &second, sizeof first) == 0);
	FUZZ_EXPECT(cpulist_is_empty(&first) == (written.length == 0));
	return 0;
}
