/* SPDX-License-Identifier: Apache-2.0 */
/* The one thing cloche wants to know from a root filesystem's passwd(5): where a user's home is. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct passwd_home {
	char text[PATH_MAX];
};

/* The absolute home of the first entry for uid in length bytes of passwd(5); false, and *ret untouched, without one. */
bool passwd_find_home(const char *data, size_t length, uint32_t uid, struct passwd_home *ret);

/*
 * The home of uid by the /etc/passwd below root (a descriptor). "/" where that has none, is missing, is no regular
 * file or is larger than a mebibyte: an image without users is not an error.
 */
struct passwd_home passwd_home(int root, uint32_t uid);
