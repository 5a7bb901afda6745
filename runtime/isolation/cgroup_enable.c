/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: nothing hostile. Controllers of version 2 are handed down from parent to child. See cgroup_make.h. */
#include "runtime/isolation/cgroup_make.h"

#include <stdio.h>
#include <string.h>

enum { CONTROLLERS_FOR_STATS = 1 << CGROUP_CPU | 1 << CGROUP_IO | 1 << CGROUP_MEMORY | 1 << CGROUP_PIDS };

uint32_t cgroup_writes_controllers(const struct cgroup_writes *writes)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < writes->n; i++)
		bits |= writes->items[i].controller < CGROUP_CONTROLLERS ? 1U << writes->items[i].controller : 0;
	return bits;
}

/* The bits of `wanted` that the list in a group's file has not. */
static uint32_t missing_in(const struct cgroup_place *group, const char *file, uint32_t wanted)
{
	struct err ignored = ERR_NONE;
	own_text names = {0};

	if (cgroup_place_read(group, file, &names, &ignored) < 0)
		return 0; /* nothing is passed on where it cannot even be asked */
	for (unsigned int i = 0; i < CGROUP_CONTROLLERS; i++) {
		const char *at = text_string(&names), *name = cgroup_controller_name(i, true);
		size_t length = strlen(name);

		for (; (at = strstr(at, name)); at += length)
			if ((at == names.data || at[-1] == ' ') && strchr(" \n", at[length]))
				wanted &= ~(1U << i);
	}
	return wanted;
}

/*
 * Best effort: what cannot be passed on here may be so for one controller only (cpu with
 * realtime processes, a cgroup with processes, one not delegated), and matters only to
 * a limit that needs it, whose write then says so.
 */
static void pass_on(const struct cgroup_place *group, uint32_t wanted)
{
	own_text all = {0};
	struct err ignored = ERR_NONE;

	if (!wanted)
		return;
	for (unsigned int i = 0; i < CGROUP_CONTROLLERS; i++)
		if (wanted & (1U << i))
			text_format(&all, "+%s ", cgroup_controller_name(i, true));
	if (cgroup_place_write(group, "cgroup.subtree_control", text_string(&all), &ignored) == 0)
		return;
	for (unsigned int i = 0; i < CGROUP_CONTROLLERS; i++) {
		char one[32];

		if (!(wanted & (1U << i)))
			continue;
		(void)snprintf(one, sizeof one, "+%s", cgroup_controller_name(i, true));
		(void)cgroup_place_write(group, "cgroup.subtree_control", one, &ignored); /* as said above */
	}
}

void cgroup_enable(const struct cgroup *cgroup, uint32_t needed)
{
	const struct cgroup_place *place = cgroup_find_v2(cgroup);
	char dir[PATH_MAX];
	size_t at;

	if (!place)
		return;
	/* beside version 1 the statistics are there, and a controller passed on would only cost */
	needed = place->controllers & (needed | (cgroup->n == 1 ? CONTROLLERS_FOR_STATS : 0));
	if (!needed || !missing_in(place, "cgroup.controllers", needed))
		return;
	(void)snprintf(dir, sizeof dir, "%s", place->dir); /* made from a PATH_MAX */
	at = place->top;
	do {
		const struct cgroup_place group = {.dir = dir};

		dir[at] = '\0';
		pass_on(&group, missing_in(&group, "cgroup.subtree_control", needed));
		dir[at] = '/';
		at += 1 + strcspn(place->dir + at + 1, "/");
	} while (place->dir[at]);
}
