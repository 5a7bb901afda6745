/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/ending.h"

#include "base/text.h"

#include <signal.h>

enum { EXIT_MACHINE_FAILED = 125 };

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

struct machine_event ending_describe(struct ending *ending, struct guest_log *log)
{
	return (struct machine_event){.kind = MACHINE_ENDED, .end = judge(ending, log), .err = ending->err};
}

void ending_tell_log(const struct machine_event *event, struct guest_log *log)
{
	static const char *const messages[] = {
		[MACHINE_END_PANIC] = "the guest's kernel panicked",
		[MACHINE_END_TRIPLE_FAULT] = "the guest reset itself before it told how its service ended",
		[MACHINE_END_BOOT_TIMEOUT] = "the guest did not boot in time",
		[MACHINE_END_DEVICE] = "a device failed",
		[MACHINE_END_KVM] = "KVM failed",
	};
	own_text line = {0};

	if (event->end == MACHINE_END_ORDERLY)
		return;
	text_format(&line, "cloche-vmm: %s%s%s\n", messages[event->end], event->err.no ? ": " : "", event->err.text);
	guest_log_write(log, text_string(&line), line.length);
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
