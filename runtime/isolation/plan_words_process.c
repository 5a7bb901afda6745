/* SPDX-License-Identifier: Apache-2.0 */
#include "config/names.h"
#include "runtime/isolation/caps.h"
#include "runtime/isolation/plan_words.h"

#include <inttypes.h>

/* " name=value" for what is set. */
static void words_add_int(struct text *out, const char *name, const struct opt_int *value)
{
	if (value->set)
		text_format(out, " %s=%" PRId64, name, value->value);
}

static void words_add_uint(struct text *out, const char *name, const struct opt_uint *value)
{
	if (value->set)
		text_format(out, " %s=%" PRIu64, name, value->value);
}

static void words_add_flags(struct text *out, const struct names *names, const struct opt_bits *flags)
{
	for (size_t i = 0; i < names->n; i++)
		if (flags->bits >> i & 1)
			text_format(out, " %s", names->items[i]);
}

void words_oom_score(const struct step *step, struct text *out)
{
	const struct opt_int *score = step->what;

	text_format(out, "%" PRId64, score->value);
}

static void words_add_limit(struct text *out, const char *name, uint64_t value)
{
	if (value == UINT64_MAX)
		text_format(out, " %s=unlimited", name);
	else
		text_format(out, " %s=%" PRIu64, name, value);
}

void words_rlimit(const struct step *step, struct text *out)
{
	const struct spec_rlimit *limit = step->what;

	text_add(out, names_of(&names_rlimit, (size_t)limit->resource));
	words_add_limit(out, "soft", limit->soft);
	words_add_limit(out, "hard", limit->hard);
}

void words_personality(const struct step *step, struct text *out)
{
	const struct spec_personality *personality = step->what;

	text_add(out, names_of(&names_personality, personality->domain));
}

void words_scheduler(const struct step *step, struct text *out)
{
	const struct spec_scheduler *scheduler = step->what;

	text_add(out, names_of(&names_sched, scheduler->policy));
	words_add_int(out, "nice", &scheduler->nice);
	words_add_int(out, "priority", &scheduler->priority);
	words_add_uint(out, "runtime", &scheduler->runtime_ns);
	words_add_uint(out, "deadline", &scheduler->deadline_ns);
	words_add_uint(out, "period", &scheduler->period_ns);
	words_add_flags(out, &names_sched_flag, &scheduler->flags);
}

void words_io_priority(const struct step *step, struct text *out)
{
	const struct spec_io_priority *priority = step->what;

	text_add(out, names_of(&names_io_class, priority->class));
	words_add_int(out, "priority", &priority->priority);
}

void words_memory_policy(const struct step *step, struct text *out)
{
	const struct spec_memory_policy *policy = step->what;

	text_add(out, names_of(&names_mpol, policy->mode));
	if (policy->nodes)
		text_format(out, " nodes=%s", policy->nodes);
	words_add_flags(out, &names_mpol_flag, &policy->flags);
}

void words_umask(const struct step *step, struct text *out)
{
	const struct spec_user *user = step->what;

	text_format(out, "%04" PRIo64, user->umask.set ? user->umask.value : 0022);
}

void words_label(const struct step *step, struct text *out)
{
	const struct spec_process *process = step->what;

	if (process->apparmor_profile)
		text_format(out, "apparmor=%s", process->apparmor_profile);
	if (process->selinux_label)
		text_format(out, "%sselinux=%s", process->apparmor_profile ? " " : "", process->selinux_label);
}

void words_cwd(const struct step *step, struct text *out)
{
	const struct spec_process *process = step->what;

	text_add(out, process->cwd);
}

void words_program(const struct step *step, struct text *out)
{
	const struct spec_process *process = step->what;

	text_add(out, process->args.items[0]);
}

void words_ids(const struct step *step, struct text *out)
{
	const struct spec_process *process = step->what;

	text_format(out, "%u:%u", process->user.uid, process->user.gid);
	for (size_t i = 0; i < process->user.additional_gids_n; i++)
		text_format(out, " +%" PRIu64, process->user.additional_gids[i]);
}

static void words_add_caps(struct text *out, const char *name, const struct opt_bits *set)
{
	text_format(out, "%s=%s", name, set->bits ? caps_names_of(set->bits).text : "none");
}

void words_caps_bounding(const struct step *step, struct text *out)
{
	const struct spec_process *process = step->what;
	const struct spec_capabilities none = {0};

	words_add_caps(out, "bounding", process->capabilities ? &process->capabilities->bounding : &none.bounding);
}

void words_caps(const struct step *step, struct text *out)
{
	const struct spec_process *process = step->what;
	const struct spec_capabilities none = {0};
	const struct spec_capabilities *caps = process->capabilities ? process->capabilities : &none;

	words_add_caps(out, "permitted", &caps->permitted);
	words_add_caps(out, " effective", &caps->effective);
	words_add_caps(out, " inheritable", &caps->inheritable);
	words_add_caps(out, " ambient", &caps->ambient);
}

void words_command(const struct step *step, struct text *out)
{
	const struct spec_process *process = step->what;

	for (size_t i = 0; i < process->args.n; i++)
		text_format(out, "%s%s", i ? " " : "", process->args.items[i]);
}
