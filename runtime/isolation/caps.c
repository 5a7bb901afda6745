/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/caps.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#define own_cap __attribute__((cleanup(caps_release))) cap_t

static void caps_release(cap_t *caps)
{
	if (*caps)
		(void)cap_free(*caps); /* fails only for what is not libcap's */
}

static bool caps_has(uint64_t set, cap_value_t cap)
{
	return set >> cap & 1;
}

static uint64_t caps_bits(const struct opt_bits *asked)
{
	return asked->set ? asked->bits : 0;
}

uint64_t caps_of_kernel(void)
{
	int count = cap_max_bits();

	return count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

struct caps_names caps_names_of(uint64_t set)
{
	struct caps_names names = {0};
	size_t length = 0;

	for (cap_value_t cap = 0; cap < 64 && length < sizeof names.text; cap++) {
		char *name = caps_has(set, cap) ? cap_to_name(cap) : NULL;

		if (!name)
			continue;
		length += (size_t)snprintf(
			names.text + length, sizeof names.text - length, "%s%s", length ? ", " : "", name);
		(void)cap_free(name); /* as above */
	}
	for (char *c = names.text; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return names;
}

int caps_drop_bounding(const struct spec_capabilities *asked, struct err *e)
{
	uint64_t keep = asked ? caps_bits(&asked->bounding) : 0;
	cap_value_t count = cap_max_bits();

	for (cap_value_t cap = 0; cap < count; cap++) {
		if (caps_has(keep, cap) || cap_drop_bound(cap) == 0)
			continue;
		/* without CAP_SETPCAP nothing can be dropped, which is no harm where it is gone already */
		if (cap_get_bound(cap) == 0)
			continue;
		errno = EPERM;
		return err_sys(e, "drop %s from the bounding set (CAP_SETPCAP is needed)",
			caps_names_of(UINT64_C(1) << cap).text);
	}
	return 0;
}

int caps_keep(struct err *e)
{
	if (cap_prctlw(PR_SET_KEEPCAPS, 1, 0, 0, 0, 0) < 0)
		return err_sys(e, "keep the capabilities over the change of ids");
	return 0;
}

static uint64_t caps_get_flag(cap_t caps, cap_flag_t flag)
{
	cap_flag_value_t value;
	uint64_t set = 0;

	for (cap_value_t cap = 0; cap < cap_max_bits(); cap++)
		if (cap_get_flag(caps, cap, flag, &value) == 0 && value == CAP_SET)
			set |= UINT64_C(1) << cap;
	return set;
}

static int caps_set_flag(cap_t caps, cap_flag_t flag, uint64_t set, struct err *e)
{
	for (cap_value_t cap = 0; cap < cap_max_bits(); cap++)
		if (caps_has(set, cap) && cap_set_flag(caps, flag, 1, &cap, CAP_SET) < 0)
			return err_sys(e, "prepare the capability sets");
	return 0;
}

/* Which of a set are in the bounding set: a system call each, so no others are asked for. */
static uint64_t caps_bounded(uint64_t candidates)
{
	uint64_t set = 0;

	for (cap_value_t cap = 0; cap < cap_max_bits(); cap++)
		if (caps_has(candidates, cap) && cap_get_bound(cap) == 1)
			set |= UINT64_C(1) << cap;
	return set;
}

uint64_t caps_missing(const struct spec_capabilities *asked, bool user_namespace)
{
	uint64_t all = caps_bits(&asked->bounding) | caps_bits(&asked->permitted) | caps_bits(&asked->effective) |
		       caps_bits(&asked->inheritable) | caps_bits(&asked->ambient);
	own_cap now = NULL;

	if (user_namespace)
		return all & ~caps_of_kernel();
	now = cap_get_proc();
	/* whoever cannot be asked is asked again, and fails, when the capabilities are set */
	return now ? all & ~(caps_get_flag(now, CAP_PERMITTED) & caps_bounded(all)) : 0;
}

struct caps_sets {
	uint64_t bounding, permitted, effective, inheritable, ambient;
};

/* The part of what was asked that capset(2) and prctl(2) would not refuse, by the rules of capabilities(7). */
static int caps_grantable(const struct spec_capabilities *asked, struct caps_sets *ret, struct err *e)
{
	own_cap now = cap_get_proc();
	uint64_t permitted, inheritable;

	if (!now)
		return err_sys(e, "read the capabilities");
	permitted = caps_get_flag(now, CAP_PERMITTED);
	inheritable = caps_get_flag(now, CAP_INHERITABLE);
	ret->bounding = caps_bounded(caps_bits(&asked->bounding) | caps_bits(&asked->inheritable));
	ret->permitted = caps_bits(&asked->permitted) & permitted;
	ret->effective = caps_bits(&asked->effective) & ret->permitted;
	ret->inheritable = caps_bits(&asked->inheritable) & (inheritable | (permitted & ret->bounding));
	ret->ambient = caps_bits(&asked->ambient) & ret->permitted & ret->inheritable;
	return 0;
}

static int caps_set(const struct caps_sets *sets, struct err *e)
{
	own_cap caps = cap_init();
	int r;

	if (!caps)
		return err_nomem(e);
	r = caps_set_flag(caps, CAP_PERMITTED, sets->permitted, e);
	if (r == 0)
		r = caps_set_flag(caps, CAP_EFFECTIVE, sets->effective, e);
	if (r == 0)
		r = caps_set_flag(caps, CAP_INHERITABLE, sets->inheritable, e);
	if (r == 0 && cap_set_proc(caps) < 0)
		r = err_sys(e, "set the capabilities");
	return r;
}

static int caps_set_ambient(uint64_t set, struct err *e)
{
	/* cap_reset_ambient() asks for each capability first */
	if (cap_prctlw(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0, 0) < 0)
		return err_sys(e, "clear the ambient capabilities");
	for (cap_value_t cap = 0; cap < cap_max_bits(); cap++)
		if (caps_has(set, cap) && cap_set_ambient(cap, CAP_SET) < 0)
			return err_sys(e, "make %s ambient", caps_names_of(UINT64_C(1) << cap).text);
	return 0;
}

int caps_apply(const struct spec_capabilities *asked, uint64_t *ret_withheld, struct err *e)
{
	static const struct spec_capabilities none;
	struct caps_sets sets = {0};
	int r;

	if (!asked)
		asked = &none;
	r = caps_grantable(asked, &sets, e);
	if (r == 0 && cap_prctlw(PR_SET_KEEPCAPS, 0, 0, 0, 0, 0) < 0)
		r = err_sys(e, "stop keeping capabilities");
	if (r == 0)
		r = caps_set(&sets, e);
	if (r == 0)
		r = caps_set_ambient(sets.ambient, e);
	if (r < 0)
		return r;
	*ret_withheld =
		(caps_bits(&asked->bounding) & ~sets.bounding) | (caps_bits(&asked->permitted) & ~sets.permitted) |
		(caps_bits(&asked->effective) & ~sets.effective) |
		(caps_bits(&asked->inheritable) & ~sets.inheritable) | (caps_bits(&asked->ambient) & ~sets.ambient);
	return 0;
}
