/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/limits.h"

#include "base/fd.h"
#include "tests/unit/child.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void set_rlimits(void *data)
{
	const struct spec_rlimit core = {.resource = RLIMIT_CORE, .soft = 0, .hard = 4096};
	const struct spec_rlimit more = {.resource = RLIMIT_CORE, .soft = 0, .hard = UINT64_MAX};
	const struct spec_rlimit wrong = {.resource = RLIMIT_CORE, .soft = 2, .hard = 1};
	struct err e = ERR_NONE;
	struct rlimit now;

	(void)data;
	CHILD_CHECK(1, limits_rlimit_apply(0, &core, &e) == 0);
	CHILD_CHECK(2, getrlimit(RLIMIT_CORE, &now) == 0 && now.rlim_cur == 0 && now.rlim_max == 4096);
	CHILD_CHECK(3, limits_rlimit_apply(0, &wrong, &e) == -EINVAL);
	CHILD_CHECK(4, strcmp(e.text, "set RLIMIT_CORE: soft '2' is above hard '1'") == 0);
	if (limits_rlimit_apply(0, &more, &e) < 0) { /* all but a privileged caller */
		CHILD_CHECK(5, strstr(e.text, "RLIMIT_CORE to hard 'unlimited'"));
		CHILD_CHECK(6, strstr(e.text, "the hard limit here is '4096'"));
	} else {
		CHILD_CHECK(7, getrlimit(RLIMIT_CORE, &now) == 0 && now.rlim_max == RLIM_INFINITY);
	}
}

static void limits_are_set_or_say_which_and_why_not(void **state)
{
	(void)state;
	assert_int_equal(child_run(set_rlimits, NULL), 0);
}

static void set_oom_score(void *data)
{
	own_text now = {0};
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, limits_oom_score_apply(0, 1000, &e) == 0);
	CHILD_CHECK(2, file_read(AT_FDCWD, "/proc/self/oom_score_adj", 64, &now, &e) == 0);
	CHILD_CHECK(3, strcmp(text_string(&now), "1000\n") == 0);
	CHILD_CHECK(4, limits_oom_score_apply(0, 1001, &e) == -EINVAL);
	if (limits_oom_score_apply(0, -1000, &e) < 0)
		CHILD_CHECK(5, strstr(e.text, "CAP_SYS_RESOURCE") && strcmp(e.code, "oom-score-not-permitted") == 0);
}

static void limits_oom_score_is_set_or_says_why_not(void **state)
{
	(void)state;
	assert_int_equal(child_run(set_oom_score, NULL), 0);
}

static void set_umask(void *data)
{
	const struct spec_user silent = {0}, strict = {.umask = {true, 0177077}};

	(void)data;
	(void)umask(0777);
	limits_umask_apply(&silent);
	CHILD_CHECK(1, umask(0) == 0022);
	limits_umask_apply(&strict);
	CHILD_CHECK(2, umask(0) == 0077);
}

static void limits_umask_is_not_the_callers(void **state)
{
	(void)state;
	assert_int_equal(child_run(set_umask, NULL), 0);
}

static void set_personality(void *data)
{
	const struct spec_personality linux32 = {.domain = SPEC_PERSONALITY_LINUX32};
	const struct spec_personality linux64 = {.domain = SPEC_PERSONALITY_LINUX};
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, limits_personality_apply(&linux32, &e) == 0);
	CHILD_CHECK(2, personality(0xffffffff) == PER_LINUX32);
	CHILD_CHECK(3, limits_personality_apply(&linux64, &e) == 0);
	CHILD_CHECK(4, personality(0xffffffff) == PER_LINUX);
}

static void limits_personality_is_set(void **state)
{
	(void)state;
	assert_int_equal(child_run(set_personality, NULL), 0);
}

static void set_no_new_privs(void *data)
{
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
	CHILD_CHECK(2, limits_no_new_privs_apply(&e) == 0);
	CHILD_CHECK(3, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
}

static void limits_no_new_privs_is_set(void **state)
{
	(void)state;
	assert_int_equal(child_run(set_no_new_privs, NULL), 0);
}

static void limits_time_offsets_read_as_the_kernel_wants_them(void **state)
{
	struct spec_time_offset past = {.secs = {true, -3600}}, future = {{true, 7200}, {true, 999999999}};
	const struct spec_time_offsets both = {.boottime = &past, .monotonic = &future}, one = {.boottime = &future};
	own_text out = {0};

	(void)state;
	limits_time_offsets_text(&both, &out);
	assert_string_equal(text_string(&out), "monotonic 7200 999999999\nboottime -3600 0\n");
	text_reset(&out);
	limits_time_offsets_text(&one, &out);
	assert_string_equal(text_string(&out), "boottime 7200 999999999\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_are_set_or_say_which_and_why_not),
		cmocka_unit_test(limits_oom_score_is_set_or_says_why_not),
		cmocka_unit_test(limits_umask_is_not_the_callers),
		cmocka_unit_test(limits_personality_is_set),
		cmocka_unit_test(limits_no_new_privs_is_set),
		cmocka_unit_test(limits_time_offsets_read_as_the_kernel_wants_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
