/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/process.h"

#include "config/check.h"

#include <string.h>

static int process_add_groups(
	struct arena *a, const struct process_changes *changes, struct spec_user *user, struct err *e)
{
	uint64_t *gids = arena_array(a, user->additional_gids_n + changes->gids_n, sizeof *gids);

	if (!gids)
		return err_nomem(e);
	if (user->additional_gids_n)
		memcpy(gids, user->additional_gids, user->additional_gids_n * sizeof *gids);
	memcpy(gids + user->additional_gids_n, changes->gids, changes->gids_n * sizeof *gids);
	user->additional_gids = gids;
	user->additional_gids_n += changes->gids_n;
	return 0;
}

static int process_add_capabilities(struct arena *a, uint64_t added, struct spec_process *process, struct err *e)
{
	struct spec_capabilities *sets = arena_alloc(a, sizeof *sets);

	if (!sets)
		return err_nomem(e);
	if (process->capabilities)
		*sets = *process->capabilities;
	sets->bounding = (struct opt_bits){.set = true, .bits = sets->bounding.bits | added};
	sets->permitted = (struct opt_bits){.set = true, .bits = sets->permitted.bits | added};
	sets->effective = (struct opt_bits){.set = true, .bits = sets->effective.bits | added};
	/* an ambient capability must be inheritable (capabilities(7)) */
	if (sets->inheritable.bits) {
		sets->inheritable.bits |= added;
		sets->ambient = (struct opt_bits){.set = true, .bits = sets->ambient.bits | added};
	}
	process->capabilities = sets;
	return 0;
}

int process_change(struct arena *a, const struct process_changes *changes, struct spec_process *process, struct err *e)
{
	int r = 0;

	if (changes->args.set)
		process->args = changes->args;
	if (changes->cwd)
		process->cwd = changes->cwd;
	if (changes->apparmor_profile)
		process->apparmor_profile = changes->apparmor_profile;
	if (changes->selinux_label)
		process->selinux_label = changes->selinux_label;
	if (changes->uid.set)
		process->user.uid = (uint32_t)changes->uid.value;
	if (changes->gid.set)
		process->user.gid = (uint32_t)changes->gid.value;
	if (changes->terminal.set)
		process->terminal = changes->terminal;
	if (changes->no_new_privileges.set)
		process->no_new_privileges = changes->no_new_privileges;
	if (changes->env.n)
		r = spec_join_strings(a, &process->env, &changes->env, &process->env, e);
	if (r == 0 && changes->gids_n)
		r = process_add_groups(a, changes, &process->user, e);
	if (r == 0 && changes->capabilities)
		r = process_add_capabilities(a, changes->capabilities, process, e);
	return r;
}

int process_validate(const struct spec_process *process, struct err *e)
{
	own_report report = {0};

	process_check(process, "", &report);
	return report_error(&report, e);
}
