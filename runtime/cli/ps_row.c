/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: names and command lines that a service has chosen. */
#include "runtime/cli/ps_row.h"

#include "base/fd.h"
#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PS_STAT_LIMIT = 4096, PS_BOOT_LIMIT = 1024 * 1024, PS_COMMAND_LIMIT = 4 * 1024 * 1024, PS_COMMAND_SHOWN = 4096 };

enum { TTY_MAJOR_PTS_FIRST = 136, TTY_MAJOR_PTS_LAST = 143, TTY_MAJOR_CONSOLE = 4, TTY_SERIAL_FIRST = 64 };

int ps_clock_read(struct ps_clock *ret, struct err *e)
{
	own_text stat = {0};
	int r = file_read(AT_FDCWD, "/proc/stat", PS_BOOT_LIMIT, &stat, e);
	const char *boot = r ? NULL : strstr(text_string(&stat), "\nbtime ");
	long ticks = sysconf(_SC_CLK_TCK);

	if (r < 0)
		return r;
	if (!boot || ticks <= 0)
		return err_set(e, EINVAL, "no-boot-time", "read /proc/stat: it does not say when the host booted");
	*ret = (struct ps_clock){.boot = strtoll(boot + 7, NULL, 10), .now = time(NULL), .ticks = (unsigned long)ticks};
	return 0;
}

/* proc(5): the name is in brackets, and may have brackets and blanks of its own; the numbers follow the last one. */
int ps_row_parse(const char *stat, struct ps_row *ret)
{
	const char *open = strchr(stat, '('), *close = strrchr(stat, ')');
	struct ps_row row = {.pid = (pid_t)strtol(stat, NULL, 10)};
	uint64_t user, kernel;
	size_t length;

	if (!open || !close || close < open)
		return -EINVAL;
	if (sscanf(close + 1,
		    " %*c %d %*d %*d %u %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
		    " %*d %*d %*d %*d %*d %*d %" SCNu64,
		    &row.ppid, &row.tty, &user, &kernel, &row.start_ticks) != 5)
		return -EINVAL;
	row.used_ticks = user + kernel;
	length = (size_t)(close - open - 1);
	(void)snprintf(row.name, sizeof row.name, "%.*s",
		(int)(length < sizeof row.name ? length : sizeof row.name - 1),
		open + 1); /* cut: the kernel's are shorter */
	*ret = row;
	return 0;
}

void ps_row_head(struct text *out)
{
	text_format(
		out, "%-8s %7s %7s %2s %-5s %-8s %8s %s\n", "UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD");
}

/* The hour of today, the day of this year, or the year. */
static void ps_start(const struct ps_row *row, const struct ps_clock *clock, char *ret, size_t room)
{
	time_t start = clock->boot + (time_t)(row->start_ticks / clock->ticks);
	struct tm began = {0}, now = {0};
	size_t n;

	(void)localtime_r(&start, &began); /* a time that has no calendar date stays zero */
	(void)localtime_r(&clock->now, &now);
	if (began.tm_year != now.tm_year)
		n = strftime(ret, room, "%Y", &began);
	else if (began.tm_yday != now.tm_yday)
		n = strftime(ret, room, "%b%d", &began);
	else
		n = strftime(ret, room, "%H:%M", &began);
	if (!n)
		ret[0] = '\0';
}

/* The numbers of /proc/PID/stat: minor in bits 0 to 7 and 20 to 31, major in 8 to 15 (proc(5)). */
static void ps_terminal(unsigned int tty, char *ret, size_t room)
{
	unsigned int major = (tty >> 8) & 0xff, minor = (tty & 0xff) | ((tty >> 12) & 0xfff00);

	if (major >= TTY_MAJOR_PTS_FIRST && major <= TTY_MAJOR_PTS_LAST)
		(void)snprintf(ret, room, "pts/%u", (major - TTY_MAJOR_PTS_FIRST) * 256 + minor); /* fits */
	else if (major == TTY_MAJOR_CONSOLE)
		(void)snprintf(ret, room, "%s%u", minor < TTY_SERIAL_FIRST ? "tty" : "ttyS",
			minor < TTY_SERIAL_FIRST ? minor : minor - TTY_SERIAL_FIRST); /* fits */
	else
		(void)snprintf(ret, room, "?"); /* fits */
}

static void ps_command(const struct ps_row *row, const struct text *command, struct text *out)
{
	size_t length = command->length < PS_COMMAND_SHOWN ? command->length : PS_COMMAND_SHOWN;
	const char *bytes = text_string(command);

	if (!length) {
		text_add(out, "[");
		bytes = row->name;
		length = strlen(row->name);
	}
	while (length > 1 && !bytes[length - 1])
		length--;
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)bytes[i];
		char shown = byte == 0 ? ' ' : byte < 0x20 || byte == 0x7f ? '?' : (char)byte;

		text_add_bytes(out, &shown, 1);
	}
	text_add(out, command->length ? "\n" : "]\n");
}

void ps_row_format(const struct ps_row *row, const struct ps_clock *clock, const struct text *command, struct text *out)
{
	uint64_t used_s = row->used_ticks / clock->ticks;
	int64_t alive_s = (int64_t)clock->now - clock->boot - (int64_t)(row->start_ticks / clock->ticks);
	uint64_t share = alive_s > 0 ? used_s * 100 / (uint64_t)alive_s : 0;
	char start[16], terminal[24];

	ps_start(row, clock, start, sizeof start);
	ps_terminal(row->tty, terminal, sizeof terminal);
	text_format(out, "%-8u %7d %7d %2" PRIu64 " %-5s %-8s %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64 " ", row->uid,
		row->pid, row->ppid, share, start, terminal, used_s / 3600, used_s / 60 % 60, used_s % 60);
	ps_command(row, command, out);
}

void ps_row_add(pid_t pid, const struct ps_clock *clock, struct text *out)
{
	own_text stat = {0}, command = {0};
	struct err ignored = ERR_NONE;
	struct stat owner;
	struct ps_row row;
	char path[32];
	own_fd dir = -1;

	(void)snprintf(path, sizeof path, "/proc/%d", pid); /* fits */
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fstat(dir, &owner) < 0 || file_read(dir, "stat", PS_STAT_LIMIT, &stat, &ignored) < 0 ||
		ps_row_parse(text_string(&stat), &row) < 0)
		return;
	row.uid = owner.st_uid;
	if (file_read(dir, "cmdline", PS_COMMAND_LIMIT, &command, &ignored) < 0)
		text_reset(&command); /* its name will do */
	ps_row_format(&row, clock, &command, out);
}
