/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process as a line of a table, as `ps -ef` has it, but with the user's number: its name is
 * in a database that a static program cannot ask.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* What ticks and times are counted against. */
struct ps_clock {
	time_t boot, now;
	unsigned long ticks; /* a second */
};

int ps_clock_read(struct ps_clock *ret, struct err *e);

struct ps_row {
	pid_t pid, ppid;
	uid_t uid;
	unsigned int tty; /* device number as in /proc/PID/stat; 0: none */
	uint64_t used_ticks, start_ticks;
	char name[64];
};

/* Reads /proc/PID/stat, except for the uid. -EINVAL: it is not one. */
int ps_row_parse(const char *stat, struct ps_row *ret);

void ps_row_head(struct text *out);

/* Appends the line; command: as in /proc/PID/cmdline. What would move the cursor is replaced. */
void ps_row_format(
	const struct ps_row *row, const struct ps_clock *clock, const struct text *command, struct text *out);

/* Appends the line of a process; nothing where it has ended meanwhile. */
void ps_row_add(pid_t pid, const struct ps_clock *clock, struct text *out);
