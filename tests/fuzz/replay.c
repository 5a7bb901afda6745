/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target over files, and over all files of folders, given as arguments. Speaks TAP. */
#include "tests/fuzz/fuzz.h"

#include "base/fd.h"
#include "base/own.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { REPLAY_BYTES = 16 * 1024 * 1024 };

/* What ran so far; a target that fails ends the program, after its name was written. */
static unsigned int replay_count;

static int replay_file(int folder, const char *name)
{
	own_text text = {0};
	struct err e = ERR_NONE;
	own_mem uint8_t *copy = NULL;

	if (file_read(folder, name, REPLAY_BYTES, &text, &e) < 0) {
		printf("Bail out! %s\n", e.text);
		return 1;
	}
	printf("# %s\n", name);
	(void)fflush(stdout); /* so that a crash has a name */
	copy = malloc(text.length ? text.length : 1);
	if (!copy)
		return 1;
	memcpy(copy, text_string(&text), text.length);   /* exactly as long, so that a sanitizer sees the end */
	(void)LLVMFuzzerTestOneInput(copy, text.length); /* always 0 */
	printf("ok %u - %s\n", ++replay_count, name);
	return 0;
}

static int replay_folder(DIR *folder)
{
	const struct dirent *entry;
	int r = 0;

	while (r == 0 && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			r = replay_file(dirfd(folder), entry->d_name);
	return r;
}

int main(int argc, char **argv)
{
	int r = 0;

	for (int i = 1; i < argc && r == 0; i++) {
		own_dir folder = opendir(argv[i]);

		r = folder ? replay_folder(folder) : replay_file(AT_FDCWD, argv[i]);
	}
	printf("1..%u\n", replay_count);
	return r || replay_count == 0;
}
