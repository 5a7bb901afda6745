/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/caps.h"

#include "tests/unit/child.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BIT(cap)  (UINT64_C(1) << (cap))
#define SET(bits) ((struct opt_bits){true, bits})

/* A set of /proc/self/status, by its name there ("CapEff"). */
static uint64_t caps_in_status(const char *name)
{
	FILE *status = fopen("/proc/self/status", "re");
	unsigned long long set = UINT64_MAX;
	char line[256];

	while (status && fgets(line, sizeof line, status))
		if (strncmp(line, name, strlen(name)) == 0)
			set = strtoull(line + strlen(name) + 1, NULL, 16);
	if (status)
		(void)fclose(status);
	return set;
}

static void need_capabilities(uint64_t set)
{
	if ((caps_in_status("CapEff") & set) == set)
		return;
	print_message("needs %s\n", caps_names_of(set).text);
	skip();
}

static void caps_are_named_in_the_spec_words(void **state)
{
	(void)state;
	assert_string_equal(caps_names_of(BIT(CAP_NET_ADMIN) | BIT(CAP_CHOWN)).text, "CAP_CHOWN, CAP_NET_ADMIN");
	assert_string_equal(caps_names_of(0).text, "");
}

static void caps_of_the_kernel_end_somewhere(void **state)
{
	(void)state;
	assert_true(caps_of_kernel() & BIT(CAP_SETFCAP));
	assert_false(caps_of_kernel() & BIT(63));
}

static void apply_nothing(void *data)
{
	uint64_t withheld = UINT64_MAX;
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, caps_apply(NULL, &withheld, &e) == 0);
	CHILD_CHECK(2, withheld == 0);
	CHILD_CHECK(3, caps_in_status("CapPrm") == 0 && caps_in_status("CapEff") == 0);
	CHILD_CHECK(4, caps_in_status("CapInh") == 0 && caps_in_status("CapAmb") == 0);
}

static void caps_not_asked_for_are_all_taken(void **state)
{
	(void)state;
	assert_int_equal(child_run(apply_nothing, NULL), 0);
}

static void apply_unknown(void *data)
{
	const struct spec_capabilities asked = {.permitted = SET(BIT(60)), .effective = SET(BIT(60))};
	uint64_t withheld = 0;
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, caps_apply(&asked, &withheld, &e) == 0);
	CHILD_CHECK(2, withheld == BIT(60));
	CHILD_CHECK(3, caps_in_status("CapPrm") == 0);
}

static void caps_that_the_kernel_does_not_know_are_withheld(void **state)
{
	(void)state;
	assert_int_equal(child_run(apply_unknown, NULL), 0);
}

static void apply_lost(void *data)
{
	const struct spec_capabilities chown = {.permitted = SET(BIT(CAP_CHOWN))};
	const struct spec_capabilities kill = {
		.permitted = SET(BIT(CAP_CHOWN) | BIT(CAP_KILL)), .effective = SET(BIT(CAP_KILL))};
	uint64_t withheld = 0;
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, caps_apply(&chown, &withheld, &e) == 0 && withheld == 0);
	CHILD_CHECK(2, caps_apply(&kill, &withheld, &e) == 0);
	CHILD_CHECK(3, withheld == BIT(CAP_KILL));
	CHILD_CHECK(4, caps_in_status("CapPrm") == BIT(CAP_CHOWN) && caps_in_status("CapEff") == 0);
}

static void caps_that_the_caller_does_not_have_are_withheld(void **state)
{
	(void)state;
	need_capabilities(BIT(CAP_CHOWN));
	assert_int_equal(child_run(apply_lost, NULL), 0);
}

static void drop_bounding(void *data)
{
	const struct spec_capabilities asked = {.bounding = SET(BIT(CAP_CHOWN))};
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, caps_drop_bounding(&asked, &e) == 0);
	CHILD_CHECK(2, caps_in_status("CapBnd") == BIT(CAP_CHOWN));
	CHILD_CHECK(3, caps_drop_bounding(NULL, &e) == 0);
	CHILD_CHECK(4, caps_in_status("CapBnd") == 0);
}

static void caps_of_the_bounding_set_are_those_asked_for(void **state)
{
	(void)state;
	need_capabilities(BIT(CAP_SETPCAP) | BIT(CAP_CHOWN));
	assert_int_equal(child_run(drop_bounding, NULL), 0);
}

static void drop_bounding_unprivileged(void *data)
{
	struct err e = ERR_NONE;
	uint64_t withheld;

	(void)data;
	CHILD_CHECK(1, caps_apply(NULL, &withheld, &e) == 0);
	CHILD_CHECK(2, caps_drop_bounding(NULL, &e) == -EPERM);
	CHILD_CHECK(3, strstr(e.text, "CAP_SETPCAP") && strstr(e.text, "CAP_CHOWN"));
}

static void caps_that_cannot_be_dropped_are_an_error(void **state)
{
	(void)state;
	if (!(caps_in_status("CapBnd") & BIT(CAP_CHOWN))) {
		print_message("needs a bounding set with CAP_CHOWN\n");
		skip();
	}
	assert_int_equal(child_run(drop_bounding_unprivileged, NULL), 0);
}

static void change_user(void *data)
{
	const uint64_t bind = BIT(CAP_NET_BIND_SERVICE);
	const struct spec_capabilities asked = {SET(bind), SET(bind), SET(bind), SET(bind), SET(bind)};
	uint64_t withheld = 0;
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, caps_drop_bounding(&asked, &e) == 0);
	CHILD_CHECK(2, caps_keep(&e) == 0);
	CHILD_CHECK(3, setresgid(1000, 1000, 1000) == 0 && setresuid(1000, 1000, 1000) == 0);
	CHILD_CHECK(4, caps_apply(&asked, &withheld, &e) == 0);
	CHILD_CHECK(5, withheld == 0);
	CHILD_CHECK(6, caps_in_status("CapPrm") == bind && caps_in_status("CapEff") == bind);
	CHILD_CHECK(7, caps_in_status("CapInh") == bind && caps_in_status("CapAmb") == bind);
}

static void caps_outlive_the_change_of_user(void **state)
{
	(void)state;
	need_capabilities(BIT(CAP_SETPCAP) | BIT(CAP_SETUID) | BIT(CAP_SETGID) | BIT(CAP_NET_BIND_SERVICE));
	assert_int_equal(child_run(change_user, NULL), 0);
}

/* The creator of a user namespace has every capability there, whatever it has outside. */
static void apply_in_user_namespace(void *data)
{
	const uint64_t both = BIT(CAP_SYS_RESOURCE) | BIT(CAP_SYS_ADMIN);
	const struct spec_capabilities asked = {.bounding = SET(both), .permitted = SET(both), .effective = SET(both)};
	uint64_t withheld = UINT64_MAX;
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(77, unshare(CLONE_NEWUSER) == 0);
	CHILD_CHECK(1, caps_drop_bounding(&asked, &e) == 0);
	CHILD_CHECK(2, caps_apply(&asked, &withheld, &e) == 0);
	CHILD_CHECK(3, withheld == 0);
	CHILD_CHECK(4, caps_in_status("CapEff") == both && caps_in_status("CapBnd") == both);
}

static void caps_of_a_user_namespace_can_be_granted(void **state)
{
	int result = child_run(apply_in_user_namespace, NULL);

	(void)state;
	if (result == 77) {
		print_message("needs to make a user namespace\n");
		skip();
	}
	assert_int_equal(result, 0);
}

static void caps_in_a_user_namespace_are_all_that_the_kernel_knows(void **state)
{
	const struct spec_capabilities asked = {
		.bounding = {true, caps_of_kernel()}, .ambient = {true, UINT64_C(1) << 63}};

	(void)state;
	assert_true(caps_missing(&asked, true) == UINT64_C(1) << 63);
	assert_true(caps_missing(&(struct spec_capabilities){0}, false) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(caps_in_a_user_namespace_are_all_that_the_kernel_knows),
		cmocka_unit_test(caps_are_named_in_the_spec_words),
		cmocka_unit_test(caps_of_the_kernel_end_somewhere),
		cmocka_unit_test(caps_not_asked_for_are_all_taken),
		cmocka_unit_test(caps_that_the_kernel_does_not_know_are_withheld),
		cmocka_unit_test(caps_that_the_caller_does_not_have_are_withheld),
		cmocka_unit_test(caps_of_the_bounding_set_are_those_asked_for),
		cmocka_unit_test(caps_that_cannot_be_dropped_are_an_error),
		cmocka_unit_test(caps_of_a_user_namespace_can_be_granted),
		cmocka_unit_test(caps_outlive_the_change_of_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
