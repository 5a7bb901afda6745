/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/streams.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

void streams_init(struct streams *streams)
{
	streams->console = -1;
	for (int i = 0; i < STREAMS_N; i++) {
		streams->theirs[i] = streams->ours[i] = -1;
		pump_init(&streams->pumps[i]);
	}
}

static int streams_open_pipe(struct streams *streams, int i, struct err *e)
{
	bool input = i == AGENT_STREAM_STDIN;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	streams->theirs[i] = input ? ends[0] : ends[1];
	streams->ours[i] = input ? ends[1] : ends[0];
	return 0;
}

/* A process with a terminal has nothing until it takes that. */
static int streams_open_nothing(struct streams *streams, struct err *e)
{
	for (int i = 0; i < STREAMS_N; i++) {
		streams->theirs[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (streams->theirs[i] < 0)
			return err_sys(e, "open '/dev/null'");
	}
	return 0;
}

int streams_open(struct streams *streams, const struct streams_wanted *wanted, struct err *e)
{
	int r = 0;

	if (wanted->terminal)
		return streams_open_nothing(streams, e);
	for (int i = 0; i < STREAMS_N && r == 0; i++)
		r = streams_open_pipe(streams, i, e);
	if (!wanted->input)
		own_release_fd(&streams->ours[AGENT_STREAM_STDIN]);
	return r;
}

int streams_take(const struct streams *streams, struct err *e)
{
	for (int i = 0; i < STREAMS_N; i++)
		if (dup2(streams->theirs[i], i) < 0)
			return err_sys(e, "put a stream on descriptor '%d'", i);
	return 0;
}

/* One descriptor for each direction: a loop takes each but once. */
static int streams_take_console(struct streams *streams, struct err *e)
{
	for (int i = AGENT_STREAM_STDIN; i <= AGENT_STREAM_STDOUT; i++) {
		streams->ours[i] = fcntl(streams->console, F_DUPFD_CLOEXEC, 3);
		if (streams->ours[i] < 0)
			return err_sys(e, "copy the terminal's descriptor");
	}
	return 0;
}

int streams_launched(struct streams *streams, int console, struct err *e)
{
	for (int i = 0; i < STREAMS_N; i++)
		own_release_fd(&streams->theirs[i]);
	streams->console = console;
	return console < 0 ? 0 : streams_take_console(streams, e);
}

int streams_attach(struct streams *streams, enum agent_stream stream, struct pumps *pumps, int host, struct err *e)
{
	own_fd theirs = host;
	int ours = streams->ours[stream];

	if (ours < 0)
		return err_set(e, ENOENT, "no-such-stream", "the process has no stream '%d' to attach", stream);
	streams->ours[stream] = -1;
	if (stream == AGENT_STREAM_STDIN)
		return pump_begin(&streams->pumps[stream], pumps, give_fd(&theirs), ours, e);
	return pump_begin(&streams->pumps[stream], pumps, ours, give_fd(&theirs), e);
}

void streams_resize(const struct streams *streams, const struct agent_window *window)
{
	const struct winsize size = {.ws_row = window->rows, .ws_col = window->columns};

	if (streams->console >= 0)
		(void)ioctl(streams->console, TIOCSWINSZ, &size); /* it is a terminal: this does not fail */
}

void streams_finish(struct streams *streams)
{
	own_release_fd(&streams->ours[AGENT_STREAM_STDIN]);
	pump_free(&streams->pumps[AGENT_STREAM_STDIN]);
	for (int i = AGENT_STREAM_STDOUT; i < STREAMS_N; i++)
		pump_finish(&streams->pumps[i]);
}

static bool streams_holds_bytes(int fd)
{
	int waiting = 0;

	return fd >= 0 && ioctl(fd, FIONREAD, &waiting) == 0 && waiting > 0;
}

bool streams_are_drained(const struct streams *streams, bool attachable)
{
	for (int i = AGENT_STREAM_STDOUT; i < STREAMS_N; i++) {
		const struct pump *pump = &streams->pumps[i];

		if (pump->all ? !pump->ended : attachable && streams_holds_bytes(streams->ours[i]))
			return false;
	}
	return true;
}

bool streams_are_taken(const struct streams *streams)
{
	for (int i = AGENT_STREAM_STDOUT; i < STREAMS_N; i++)
		if (streams->pumps[i].all && !streams->pumps[i].taken)
			return false;
	return true;
}

void streams_free(struct streams *streams)
{
	for (int i = 0; i < STREAMS_N; i++) {
		own_release_fd(&streams->theirs[i]);
		own_release_fd(&streams->ours[i]);
		pump_free(&streams->pumps[i]);
	}
	own_release_fd(&streams->console);
}
