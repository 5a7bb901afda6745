/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/ending.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_MACHINE_FAILED = 125, TAIL_LINES = 8 };

void ending_open(struct ending *ret)
{
	*ret = (struct ending){0};
	(void)pthread_mutex_init(&ret->lock, NULL); /* without attributes it cannot fail */
}

void ending_close(struct ending *ending)
{
	(void)pthread_mutex_destroy(&ending->lock);
}

bool ending_set(struct ending *ending, enum ending_cause cause, const struct err *why)
{
	bool is_first;

	pthread_mutex_lock(&ending->lock);
	is_first = ending->cause == ENDING_NONE;
	if (is_first) {
		ending->cause = cause;
		ending->err = why ? *why : ERR_NONE;
	}
	pthread_mutex_unlock(&ending->lock);
	return is_first;
}

enum ending_cause ending_get(struct ending *ending)
{
	enum ending_cause cause;

	pthread_mutex_lock(&ending->lock);
	cause = ending->cause;
	pthread_mutex_unlock(&ending->lock);
	return cause;
}

/* A reset or power-off; what the guest said before tells which kind. */
static enum machine_end judge_guest(const struct ending *ending, struct guest_log *log)
{
	if (ending->has_status || (ending->cause == ENDING_POWER_OFF && !guest_log_has(log, "Kernel panic")))
		return MACHINE_END_ORDERLY;
	return guest_log_has(log, "Kernel panic") ? MACHINE_END_PANIC : MACHINE_END_TRIPLE_FAULT;
}

static enum machine_end judge(const struct ending *ending, struct guest_log *log)
{
	static const enum machine_end ends[] = {
		[ENDING_BOOT_TIMEOUT] = MACHINE_END_BOOT_TIMEOUT,
		[ENDING_DEVICE] = MACHINE_END_DEVICE,
		[ENDING_KVM] = MACHINE_END_KVM,
		[ENDING_TOLD] = MACHINE_END_ORDERLY,
	};

	if (ending->cause == ENDING_RESET || ending->cause == ENDING_POWER_OFF)
		return judge_guest(ending, log);
	return ends[ending->cause];
}

static const char *const messages[] = {
	[MACHINE_END_PANIC] = "the guest's kernel panicked",
	[MACHINE_END_TRIPLE_FAULT] = "the guest reset itself before it told how its service ended",
	[MACHINE_END_BOOT_TIMEOUT] = "the guest did not boot in time",
	[MACHINE_END_DEVICE] = "a device failed",
	[MACHINE_END_KVM] = "KVM failed",
};

static const char *const codes[] = {
	[MACHINE_END_PANIC] = "vm-panic",
	[MACHINE_END_TRIPLE_FAULT] = "vm-reset",
	[MACHINE_END_BOOT_TIMEOUT] = "vm-boot-timeout",
	[MACHINE_END_DEVICE] = "vm-device",
	[MACHINE_END_KVM] = "vm-kvm",
};

/* "; the console's last lines: a | b", in one line as messages are. */
static void add_console(struct guest_log *log, struct text *message)
{
	own_text tail = {0};

	guest_log_tail(log, TAIL_LINES, &tail);
	for (size_t i = 0; i < tail.length; i++)
		if (tail.data[i] == '\n')
			tail.data[i] = i + 1 < tail.length ? '|' : '\0';
	if (tail.length)
		text_format(message, "; its console's last lines: %s", tail.data);
}

struct machine_event ending_describe(struct ending *ending, struct guest_log *log)
{
	struct machine_event event = {.kind = MACHINE_ENDED, .end = judge(ending, log)};
	const struct err *why = &ending->err;
	own_text message = {0};

	if (event.end == MACHINE_END_ORDERLY)
		return event;
	text_format(&message, "%s%s%s", messages[event.end], why->no ? ": " : "", why->text);
	add_console(log, &message);
	(void)err_set(&event.err, why->no ? why->no : EIO, why->code[0] ? why->code : codes[event.end], "%s",
		text_string(&message));
	return event;
}

int ending_exit_status(const struct ending *ending, const struct machine_event *event, int *ret_signo)
{
	const struct agent_status *status = &ending->status;

	*ret_signo = 0;
	if (event->end != MACHINE_END_ORDERLY)
		return EXIT_MACHINE_FAILED;
	if (ending->cause == ENDING_TOLD)
		*ret_signo = ending->signo;
	else if (ending->has_status && status->signaled)
		*ret_signo = (int)(status->value % NSIG);
	return ending->has_status ? (int)(status->value & 0xff) : 0;
}
