/* SPDX-License-Identifier: Apache-2.0 */
/* A share of a test's own, mounted, as *state (a struct client). */
#pragma once

#include "tests/fs/client.h"
#include "tests/unit/unit.h"

/* descriptors: how many the server may have. */
static inline int fs_set_up_with(void **state, size_t descriptors)
{
	struct client *c = test_calloc(1, sizeof *c);

	client_open(c, descriptors);
	client_mount(c);
	*state = c;
	return 0;
}

/* As many as no test runs out of. */
static inline int fs_set_up(void **state)
{
	return fs_set_up_with(state, 1024);
}

static inline int fs_tear_down(void **state)
{
	client_close(*state);
	test_free(*state);
	return 0;
}
