/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a root filesystem's /etc/passwd: a home is an absolute path that fits, or there is none. */
#include "tests/fuzz/fuzz.h"

#include "runtime/isolation/passwd.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t uids[] = {0, 7, 1000, UINT32_MAX};

	for (size_t i = 0; i < sizeof uids / sizeof uids[0]; i++) {
		struct passwd_home home = {"untouched"};
		bool found = passwd_find_home((const char *)data, size, uids[i], &home);

		FUZZ_EXPECT(memchr(home.text, '\0', sizeof home.text));
		FUZZ_EXPECT(found ? home.text[0] == '/' : strcmp(home.text, "untouched") == 0);
	}
	return 0;
}
