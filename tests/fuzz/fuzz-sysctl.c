/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the name of a kernel parameter: its file is below /proc/sys, whatever is tried. */
#include "tests/fuzz/fuzz.h"

#include "base/own.h"
#include "base/path.h"
#include "base/text.h"
#include "config/sysctl_path.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sysctl_path path, same;
	own_text key = {0};
	struct err e = ERR_NONE;

	text_add_bytes(&key, (const char *)data, size);
	if (sysctl_path(text_string(&key), &path, &e) < 0)
		return 0;
	FUZZ_EXPECT(strncmp(path.text, "sys/", 4) == 0);
	FUZZ_EXPECT(!path_has_dotdot(path.text) && !strstr(path.text, "//") && !strstr(path.text, "/./"));
	/* a path is a key as well, in the form with slashes */
	FUZZ_EXPECT(sysctl_path(path.text + 4, &same, &e) == 0 && strcmp(path.text, same.text) == 0);
	return 0;
}
