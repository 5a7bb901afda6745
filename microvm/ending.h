/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a machine ends. Several threads may see it end, each in its own way; the first cause counts. What it means is
 * said when all is quiet: a reset is orderly when the guest has told its service's status before.
 */
#pragma once

#include "base/err.h"
#include "microvm/vmm/guest_log.h"
#include "runtime/proto/agent.h"
#include "runtime/proto/machine.h"

#include <pthread.h>
#include <stdbool.h>

enum ending_cause {
	ENDING_NONE,
	ENDING_RESET,
	ENDING_POWER_OFF,
	ENDING_BOOT_TIMEOUT,
	ENDING_DEVICE, /* err says why */
	ENDING_KVM,    /* err says why */
	ENDING_TOLD,   /* we were told to end, by a signal */
};

struct ending {
	pthread_mutex_t lock;
	enum ending_cause cause;
	struct err err;
	int signo;                  /* ENDING_TOLD */
	bool has_status;            /* the guest has told */
	struct agent_status status; /* what */
};

void ending_open(struct ending *ret);
void ending_close(struct ending *ending);

/* From any thread. True for the first; err may be NULL. */
bool ending_set(struct ending *ending, enum ending_cause cause, const struct err *why);

enum ending_cause ending_get(struct ending *ending);

/* What to tell the maker: the end, and the error behind it where there is one. */
struct machine_event ending_describe(struct ending *ending, struct guest_log *log);

/* Writes below the console's last lines what became of the machine, unless it ended orderly. */
void ending_tell_log(const struct machine_event *event, struct guest_log *log);

/* What this process ends with: the guest's status, or 125. *ret_signo: the signal to end by instead; 0: none. */
int ending_exit_status(const struct ending *ending, const struct machine_event *event, int *ret_signo);
