/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/action.h"

#include <assert.h>
#include <errno.h>
#include <linux/seccomp.h>

#define ACTIONS_LENGTH (sizeof actions / sizeof actions[0])

enum {
	ACTION_ERRNO_MAX = 4095,  /* MAX_ERRNO: what a system call can return */
	ACTION_TRACE_MAX = 65535, /* SECCOMP_RET_DATA: what a tracer can be told */
};

static const struct action {
	bool known;
	uint32_t kernel;
	uint32_t data_max; /* 0: takes no errnoRet */
} actions[] = {
	[SPEC_ACT_KILL] = {true, SECCOMP_RET_KILL_THREAD},
	[SPEC_ACT_KILL_PROCESS] = {true, SECCOMP_RET_KILL_PROCESS},
	[SPEC_ACT_KILL_THREAD] = {true, SECCOMP_RET_KILL_THREAD},
	[SPEC_ACT_TRAP] = {true, SECCOMP_RET_TRAP},
	[SPEC_ACT_ERRNO] = {true, SECCOMP_RET_ERRNO, ACTION_ERRNO_MAX},
	[SPEC_ACT_TRACE] = {true, SECCOMP_RET_TRACE, ACTION_TRACE_MAX},
	[SPEC_ACT_ALLOW] = {true, SECCOMP_RET_ALLOW},
	[SPEC_ACT_LOG] = {true, SECCOMP_RET_LOG},
	[SPEC_ACT_NOTIFY] = {true, SECCOMP_RET_USER_NOTIF},
};
static_assert(ACTIONS_LENGTH == SPEC_ACT_NOTIFY + 1, "a row for each action");

int seccomp_action_translate(
	enum spec_seccomp_action action, const struct opt_uint *errno_ret, uint32_t *ret, struct err *e)
{
	const struct action *row;

	if (action >= ACTIONS_LENGTH || !actions[action].known)
		return err_set(e, EINVAL, "seccomp-action-missing", "no seccomp action is given");
	row = &actions[action];
	if (errno_ret->set && !row->data_max)
		return err_set(e, EINVAL, "seccomp-errno-unused",
			"an errno is given for a seccomp action that returns none: only SCMP_ACT_ERRNO and "
			"SCMP_ACT_TRACE do");
	if (errno_ret->set && errno_ret->value > row->data_max)
		return err_set(e, ERANGE, "seccomp-errno-range", "the seccomp errno '%llu' is above %u",
			(unsigned long long)errno_ret->value, row->data_max);
	*ret = row->kernel;
	if (row->data_max)
		*ret |= errno_ret->set ? (uint32_t)errno_ret->value : EPERM;
	return 0;
}

uint64_t seccomp_actions_known(void)
{
	uint64_t known = 0;

	for (unsigned int i = 0; i < ACTIONS_LENGTH; i++)
		known |= (uint64_t)actions[i].known << i;
	return known;
}
