/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where cloche's other programs are. The first that has the program:
 *
 *	CLOCHE_LIBEXEC	the environment variable, for tests
 *	<libexecdir>/cloche, as it was configured
 *	beside cloche	../libexec/cloche of where the program is, by its name; in a build tree ../../microvm and what
 *is below it
 */
#pragma once

#include "base/err.h"

#define LIBEXEC_VARIABLE "CLOCHE_LIBEXEC"

struct libexec_path {
	char text[4096];
};

/* The whole path of a program; -ENOENT: it is nowhere. */
int libexec_find(const char *program, struct libexec_path *ret, struct err *e);
