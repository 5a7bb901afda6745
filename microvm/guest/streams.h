/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The standard streams of a process: pipes, so that it may open /dev/stdout anew, or a terminal; and the pumps between
 * our ends of them and the host.
 *
 * Order: streams_open(); the process takes its ends (streams_take()) on its way to its program; streams_launched();
 * streams_attach() for what the host wants to see or to say.
 */
#pragma once

#include "microvm/guest/pump.h"
#include "runtime/proto/agent.h"

enum { STREAMS_N = AGENT_STREAM_STDERR + 1 };

struct streams {
	int theirs[STREAMS_N]; /* owned until the process has them; -1 */
	int ours[STREAMS_N];   /* owned until a pump has them; -1: none, or attached */
	int console;           /* the terminal's master; -1: there is none */
	struct pump pumps[STREAMS_N];
};

struct streams_wanted {
	bool terminal;
	bool input; /* there is something to read; else it is empty */
};

void streams_init(struct streams *streams);
int streams_open(struct streams *streams, const struct streams_wanted *wanted, struct err *e);

/* Makes the process's ends its 0, 1 and 2. In the process itself. */
int streams_take(const struct streams *streams, struct err *e);

/* The process has its ends; console: the master of its terminal, or -1, which is ours from here on. */
int streams_launched(struct streams *streams, int console, struct err *e);

/* Puts the host's end to one of them. It is ours from here on, also after a failure. -ENOENT: there is no such stream.
 */
int streams_attach(struct streams *streams, enum agent_stream stream, struct pumps *pumps, int host, struct err *e);

/* The size of the terminal; of what is none, nothing. */
void streams_resize(const struct streams *streams, const struct agent_window *window);

/* The process has ended: what it has written goes to the host, and it reads nothing more. */
void streams_finish(struct streams *streams);

/* After streams_finish(): all that it has written is on its way to the host; `attachable`: also what nobody has
 * attached. */
bool streams_are_drained(const struct streams *streams, bool attachable);

/* The host has closed its ends as well. */
bool streams_are_taken(const struct streams *streams);

void streams_free(struct streams *streams);
