/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/lsm.h"

#include "tests/unit/child.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

static void lsm_labels_need_their_module(void **state)
{
	static const struct lsm_host neither = {0}, apparmor = {.apparmor = true}, selinux = {.selinux = true};
	static const struct {
		const struct lsm_host *host;
		const char *profile, *label, *mount_label, *pointer; /* NULL: accepted */
	} cases[] = {
		{&neither, NULL, NULL, NULL, NULL},
		{&neither, "", "", "", NULL},
		{&neither, "unconfined", NULL, NULL, NULL},
		{&neither, "web", NULL, NULL, "/process/apparmorProfile"},
		{&neither, NULL, "a:b:c:s0", NULL, "/process/selinuxLabel"},
		{&neither, NULL, NULL, "a:b:c:s0", "/linux/mountLabel"},
		{&apparmor, "web", NULL, NULL, NULL},
		{&apparmor, NULL, "a:b:c:s0", NULL, "/process/selinuxLabel"},
		{&selinux, NULL, "a:b:c:s0", "a:b:c:s0", NULL},
		{&selinux, "web", NULL, NULL, "/process/apparmorProfile"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct spec_process process = {
			.apparmor_profile = cases[i].profile, .selinux_label = cases[i].label};
		struct err e = ERR_NONE;
		int r = lsm_check(cases[i].host, &process, cases[i].mount_label, &e);

		assert_int_equal(r, cases[i].pointer ? -ENOTSUP : 0);
		assert_string_equal(e.pointer, cases[i].pointer ? cases[i].pointer : "");
		assert_string_equal(e.code, cases[i].pointer ? "lsm-missing" : "");
	}
}

static void apply_harmless(void *data)
{
	const struct spec_process silent = {0}, unconfined = {.apparmor_profile = "unconfined"};
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, lsm_apply(&silent, &e) == 0);
	CHILD_CHECK(2, lsm_label_keyrings("", &e) == 0);
	CHILD_CHECK(3, lsm_probe().apparmor || lsm_apply(&unconfined, &e) == 0);
}

static void lsm_labels_that_ask_for_nothing_change_nothing(void **state)
{
	(void)state;
	assert_int_equal(child_run(apply_harmless, NULL), 0);
}

static void apply_missing(void *data)
{
	const struct spec_process process = {.apparmor_profile = "cloche-test-no-such-profile"};
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, lsm_apply(&process, &e) < 0);
	CHILD_CHECK(2, strcmp(e.pointer, "/process/apparmorProfile") == 0 && e.text[0]);
}

static void lsm_profile_that_is_not_there_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(child_run(apply_missing, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lsm_labels_need_their_module),
		cmocka_unit_test(lsm_labels_that_ask_for_nothing_change_nothing),
		cmocka_unit_test(lsm_profile_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
