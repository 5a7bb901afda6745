/* SPDX-License-Identifier: Apache-2.0 */
/* Two network namespaces of a test's own, which stays in the first. Without the right to make them, both are -1. */
#pragma once

#include "runtime/isolation/netlink.h"
#include "tests/unit/unit.h"

#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct two {
	int host, service;
};

static inline bool run(const char *command)
{
	return system(command) == 0;
}

static inline int two_make(void **state)
{
	static struct two two;
	struct err e = ERR_NONE;

	two = (struct two){-1, -1};
	*state = &two;
	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return 0;
	two.service = netlink_namespace(0, &e);
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	two.host = netlink_namespace(0, &e);
	assert_true(two.service >= 0 && two.host >= 0);
	return 0;
}

static inline int two_close(void **state)
{
	struct two *two = *state;

	(void)close(two->service);
	(void)close(two->host);
	return 0;
}

static inline bool in_service(const struct two *two, const char *command)
{
	bool done;

	assert_int_equal(setns(two->service, CLONE_NEWNET), 0);
	done = run(command);
	assert_int_equal(setns(two->host, CLONE_NEWNET), 0);
	return done;
}
