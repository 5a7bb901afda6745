/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/limits.h"

#include "base/own.h"
#include "config/names.h"
#include "runtime/isolation/procfs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* "unlimited" or the number */
struct limits_value {
	char text[24];
};

static struct limits_value limits_value(rlim_t number)
{
	struct limits_value value = {"unlimited"};

	if (number != RLIM_INFINITY)
		(void)snprintf(value.text, sizeof value.text, "%ju", (uintmax_t)number); /* fits: 20 digits */
	return value;
}

static int limits_rlimit_error(pid_t pid, const struct spec_rlimit *limit, struct err *e)
{
	int no = errno;
	const char *name = names_of(&names_rlimit, (size_t)limit->resource);
	struct limits_value hard = limits_value(limit->hard);
	struct rlimit now;

	if (no == EPERM && prlimit(pid, (__rlimit_resource_t)limit->resource, NULL, &now) == 0)
		return err_set(e, EPERM, "rlimit-above-hard",
			"set %s to hard '%s': the hard limit here is '%s', and raising it needs CAP_SYS_RESOURCE", name,
			hard.text, limits_value(now.rlim_max).text);
	if (no == EINVAL && limit->soft > limit->hard)
		return err_set(e, EINVAL, "rlimit-soft-above-hard", "set %s: soft '%s' is above hard '%s'", name,
			limits_value(limit->soft).text, hard.text);
	errno = no;
	return err_sys(e, "set %s to '%s'", name, hard.text);
}

int limits_rlimit_apply(pid_t pid, const struct spec_rlimit *limit, struct err *e)
{
	struct rlimit value = {.rlim_cur = limit->soft, .rlim_max = limit->hard};

	if (prlimit(pid, (__rlimit_resource_t)limit->resource, &value, NULL) < 0)
		return limits_rlimit_error(pid, limit, e);
	return 0;
}

int limits_oom_score_apply(pid_t pid, int64_t score, struct err *e)
{
	own_fd proc = procfs_open(e);
	char path[40] = "self/oom_score_adj", text[24];
	int r;

	if (proc < 0)
		return proc;
	(void)snprintf(text, sizeof text, "%" PRId64, score); /* fits: 20 characters */
	if (pid)
		(void)snprintf(path, sizeof path, "%d/oom_score_adj", pid); /* fits: 11 + 14 characters */
	r = procfs_write(proc, path, text, e);
	if (r == -EACCES)
		return err_set(e, EACCES, "oom-score-not-permitted",
			"set oom_score_adj to '%s': lowering it needs CAP_SYS_RESOURCE", text);
	return r;
}

void limits_umask_apply(const struct spec_user *user)
{
	(void)umask(user->umask.set ? (mode_t)(user->umask.value & 0777) : 0022); /* returns the old one */
}

int limits_personality_apply(const struct spec_personality *asked, struct err *e)
{
	static const unsigned long domains[] = {
		[SPEC_PERSONALITY_UNSET] = PER_LINUX,
		[SPEC_PERSONALITY_LINUX] = PER_LINUX,
		[SPEC_PERSONALITY_LINUX32] = PER_LINUX32,
	};

	if (personality(domains[asked->domain]) < 0)
		return err_sys(e, "set the personality");
	return 0;
}

int limits_no_new_privs_apply(struct err *e)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, "set no_new_privs");
	return 0;
}

static void limits_time_offset_text(const char *clock, const struct spec_time_offset *offset, struct text *out)
{
	int64_t secs = offset->secs.set ? offset->secs.value : 0;
	uint64_t nanosecs = offset->nanosecs.set ? offset->nanosecs.value : 0;

	text_format(out, "%s %" PRId64 " %" PRIu64 "\n", clock, secs, nanosecs);
}

void limits_time_offsets_text(const struct spec_time_offsets *offsets, struct text *out)
{
	if (offsets->monotonic)
		limits_time_offset_text("monotonic", offsets->monotonic, out);
	if (offsets->boottime)
		limits_time_offset_text("boottime", offsets->boottime, out);
}
