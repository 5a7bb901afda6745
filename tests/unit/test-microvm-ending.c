/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/ending.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct end {
	struct ending ending;
	struct guest_log log;
	struct machine_event event;
	int status, signo;
};

/* How a machine ends by this cause, whose guest has said and told that. */
static struct end *finish(enum ending_cause cause, const char *said, const struct agent_status *told)
{
	struct end *end = calloc(1, sizeof *end);

	assert_non_null(end);
	ending_open(&end->ending);
	guest_log_open(&end->log, -1);
	guest_log_write(&end->log, said, strlen(said));
	if (told) {
		end->ending.has_status = true;
		end->ending.status = *told;
	}
	assert_true(ending_set(&end->ending, cause, NULL));
	end->event = ending_describe(&end->ending, &end->log);
	end->status = ending_exit_status(&end->ending, &end->event, &end->signo);
	return end;
}

static void drop(struct end *end)
{
	guest_log_close(&end->log);
	ending_close(&end->ending);
	free(end);
}

static void a_machine_ends_as_its_guest_or_not_at_all(void **state)
{
	static const struct agent_status seven = {.value = 7}, killed = {.signaled = 1, .value = SIGKILL};
	static const struct {
		enum ending_cause cause;
		const char *said;
		const struct agent_status *told;
		enum machine_end end;
		int status, signo;
	} cases[] = {
		{ENDING_RESET, "", &seven, MACHINE_END_ORDERLY, 7, 0},
		{ENDING_POWER_OFF, "", &seven, MACHINE_END_ORDERLY, 7, 0},
		{ENDING_RESET, "", &killed, MACHINE_END_ORDERLY, SIGKILL, SIGKILL},
		{ENDING_POWER_OFF, "", NULL, MACHINE_END_ORDERLY, 0, 0},
		{ENDING_RESET, "", NULL, MACHINE_END_TRIPLE_FAULT, 125, 0},
		{ENDING_RESET, "Kernel panic - not syncing", NULL, MACHINE_END_PANIC, 125, 0},
		{ENDING_POWER_OFF, "Kernel panic - not syncing", NULL, MACHINE_END_PANIC, 125, 0},
		{ENDING_RESET, "Kernel panic, says the service", &seven, MACHINE_END_ORDERLY, 7, 0},
		{ENDING_BOOT_TIMEOUT, "", NULL, MACHINE_END_BOOT_TIMEOUT, 125, 0},
		{ENDING_DEVICE, "", &seven, MACHINE_END_DEVICE, 125, 0},
		{ENDING_KVM, "", NULL, MACHINE_END_KVM, 125, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct end *end = finish(cases[i].cause, cases[i].said, cases[i].told);

		assert_int_equal(end->event.kind, MACHINE_ENDED);
		assert_int_equal(end->event.end, cases[i].end);
		assert_int_equal(end->status, cases[i].status);
		assert_int_equal(end->signo, cases[i].signo);
		drop(end);
	}
}

static void the_guests_numbers_are_cut_to_what_they_can_be(void **state)
{
	const struct agent_status status = {.value = 0x1234}, signal = {.signaled = 1, .value = UINT32_MAX};
	struct end *end = finish(ENDING_RESET, "", &status);

	(void)state;
	assert_int_equal(end->status, 0x34);
	drop(end);
	end = finish(ENDING_RESET, "", &signal);
	assert_in_range(end->signo, 0, NSIG - 1);
	drop(end);
}

static void the_first_cause_counts(void **state)
{
	struct err why = ERR_NONE;
	struct ending ending;

	(void)state;
	ending_open(&ending);
	assert_int_equal(ending_get(&ending), ENDING_NONE);
	(void)err_set(&why, EIO, "disk", "the disk is gone");
	assert_true(ending_set(&ending, ENDING_DEVICE, &why));
	assert_false(ending_set(&ending, ENDING_RESET, NULL));
	assert_int_equal(ending_get(&ending), ENDING_DEVICE);
	assert_string_equal(ending.err.text, "the disk is gone");
	ending_close(&ending);
}

static void the_log_says_why_a_machine_failed(void **state)
{
	struct end *end = finish(ENDING_KVM, "", NULL);

	(void)state;
	ending_tell_log(&end->event, &end->log);
	assert_true(guest_log_has(&end->log, "cloche-vmm: KVM failed\n"));
	drop(end);
	end = finish(ENDING_POWER_OFF, "", NULL);
	ending_tell_log(&end->event, &end->log);
	assert_false(guest_log_has(&end->log, "cloche-vmm"));
	drop(end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_ends_as_its_guest_or_not_at_all),
		cmocka_unit_test(the_guests_numbers_are_cut_to_what_they_can_be),
		cmocka_unit_test(the_first_cause_counts),
		cmocka_unit_test(the_log_says_why_a_machine_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
