/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service's terminal: a pty of its own devpts, so that its name is right inside and
 * no other terminal can be reached through it.
 *
 * Order: console_open() once /dev/pts is mounted; the slave is what belongs on /dev/console;
 * console_send() to whoever is to hold the master; console_put(), then console_take() as the leader of a session.
 */
#pragma once

#include "base/err.h"
#include "config/spec_process.h"

#include <sys/types.h>

struct console {
	int master, slave; /* owned; close-on-exec; -1: none */
};

#define CONSOLE_NONE ((struct console){-1, -1})
#define own_console  __attribute__((cleanup(console_close))) struct console

/* Makes a pty of the devpts at /dev/pts below root (a descriptor), given to uid. */
int console_open(int root, uid_t uid, struct console *ret, struct err *e);

/* Sets the size of the terminal that `fd` is a side of. Nothing for NULL or a size of nothing. */
int console_resize(int fd, const struct spec_console_size *size, struct err *e);

/* Makes the slave descriptors 0, 1 and 2. */
int console_put(int slave, struct err *e);

/* Makes what is on 0 the terminal of the calling session, whose leader the process becomes. */
int console_take(struct err *e);

/* Connects to the Unix socket that waits for a master (--console-socket). Returns a descriptor or a negative errno. */
int console_connect(const char *path, struct err *e);

/* Sends the master, with a name of no meaning as the message's bytes, as runc does and its callers expect. */
int console_send(int socket, int master, struct err *e);

/* Closes what is open. Accepts the empty and the half-built. */
void console_close(struct console *console);
