/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/default.h"

#include "seccomp/default_groups.h"

#include <errno.h>

static bool default_applies(const struct default_group *group, uint64_t held)
{
	bool holds = group->capabilities & held;

	return group->when == DEFAULT_ALWAYS || holds == (group->when == DEFAULT_HELD);
}

/* The names of a group, as a spec has them; the last of items is NULL. */
static int default_names(struct arena *a, const struct default_group *group, struct strings *ret, struct err *e)
{
	struct strings names = {.set = true};

	while (group->names[names.n])
		names.n++;
	names.items = arena_array(a, names.n + 1, sizeof *names.items);
	if (!names.items)
		return err_nomem(e);
	for (size_t i = 0; i < names.n; i++)
		names.items[i] = group->names[i];
	*ret = names;
	return 0;
}

static int default_rule(
	struct arena *a, const struct default_group *group, struct spec_seccomp_rule *ret, struct err *e)
{
	struct spec_seccomp_rule rule = {.action = group->action};

	if (group->errno_ret)
		rule.errno_ret = (struct opt_uint){true, (uint64_t)group->errno_ret};
	if (group->arg) {
		rule.args = arena_alloc(a, sizeof *rule.args);
		if (!rule.args)
			return err_nomem(e);
		*rule.args = *group->arg;
		rule.args_n = 1;
	}
	if (default_names(a, group, &rule.names, e) < 0)
		return -e->no;
	*ret = rule;
	return 0;
}

int seccomp_default_profile(
	struct arena *a, const struct opt_bits *capabilities, struct spec_seccomp **ret, struct err *e)
{
	uint64_t held = capabilities->set ? capabilities->bits : 0;
	struct spec_seccomp *profile = arena_alloc(a, sizeof *profile);

	if (profile)
		profile->syscalls = arena_array(a, default_groups_n, sizeof *profile->syscalls);
	if (!profile || !profile->syscalls)
		return err_nomem(e);
	profile->default_action = SPEC_ACT_ERRNO;
	profile->default_errno_ret = (struct opt_uint){true, EPERM};
	for (size_t i = 0; i < default_groups_n; i++) {
		if (!default_applies(&default_groups[i], held))
			continue;
		if (default_rule(a, &default_groups[i], &profile->syscalls[profile->syscalls_n], e) < 0)
			return -e->no;
		profile->syscalls_n++;
	}
	*ret = profile;
	return 0;
}
