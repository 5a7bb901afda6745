/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/libexec.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A name without a slash was found in PATH by whoever executed it. */
static bool libexec_in_path(const char *name, char *ret, size_t room)
{
	const char *at = getenv("PATH");

	while (at && *at) {
		int length = (int)strcspn(at, ":");

		if (snprintf(ret, room, "%.*s/%s", length, at, name) < (int)room && access(ret, X_OK) == 0)
			return true;
		at += length + (at[length] == ':');
	}
	return false;
}

/*
 * The directory of the running program, "" where it cannot be told. By its name: /proc/self/exe leads to a mount that
 * is nowhere (base/self.h).
 */
static struct libexec_path libexec_self(void)
{
	struct libexec_path self = {0};
	char found[PATH_MAX];
	const char *name = program_invocation_name;
	char *slash;

	if (!strchr(name, '/'))
		name = libexec_in_path(name, found, sizeof found) ? found : NULL;
	if (!name || !realpath(name, self.text))
		self.text[0] = '\0';
	slash = strrchr(self.text, '/');
	if (slash)
		*slash = '\0';
	return self;
}

static bool libexec_has(const char *directory, const char *below, const char *program, struct libexec_path *ret)
{
	int n = snprintf(ret->text, sizeof ret->text, "%s%s/%s", directory, below, program);

	return *directory && n < (int)sizeof ret->text && access(ret->text, F_OK) == 0;
}

int libexec_find(const char *program, struct libexec_path *ret, struct err *e)
{
	/* of the running program: installed, or in the folder of the build tree that its source is in */
	static const char *const beside[] = {"/../libexec/cloche", "/../../microvm", "/../../microvm/vmm",
		"/../../microvm/fs", "/../../microvm/guest"};
	const char *given = getenv(LIBEXEC_VARIABLE);
	struct libexec_path self = libexec_self();

	if (given) {
		if (libexec_has(given, "", program, ret))
			return 0;
		return err_set(e, ENOENT, "program-missing", "'%s' is not in '%s', where %s says that it is", program,
			given, LIBEXEC_VARIABLE);
	}
	if (libexec_has(LIBEXEC_DIR, "", program, ret))
		return 0;
	for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
		if (libexec_has(self.text, beside[i], program, ret))
			return 0;
	return err_set(e, ENOENT, "program-missing",
		"'%s' is neither in '%s' nor beside cloche: install it, or name its directory by %s", program,
		LIBEXEC_DIR, LIBEXEC_VARIABLE);
}
