/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The baton: what the processes of one launch tell each other, over a
 * SOCK_SEQPACKET pair (unix(7)). Whoever holds it works; everybody else waits.
 * A peer that dies closes its end, so nobody waits for the dead.
 */
#pragma once

#include "base/err.h"

#include <sys/types.h>

enum baton_kind {
	BATON_PASS,     /* your turn */
	BATON_PID,      /* the process that was cloned, in the pid namespace of the host */
	BATON_CONSOLE,  /* comes with the master of the service's terminal */
	BATON_LISTENER, /* pid is the sender's number of seccomp's listener, since a filter may forbid to send it */
	BATON_RELEASE,  /* the sender goes on without the receiver */
	BATON_EXEC,     /* execve(2) is next: the end of the stream from here on means success */
	BATON_ERROR,    /* a step failed; the peer is about to exit */
	BATON_END,      /* never sent: what a receiver makes of the end of the stream */
};

struct baton {
	enum baton_kind kind;
	pid_t pid;      /* of BATON_PID */
	int fd;         /* of BATON_CONSOLE, or whatever a hostile peer sent along: owned by the receiver; else -1 */
	struct err err; /* of BATON_ERROR */
};

int baton_send(int socket, const struct baton *message, struct err *e);

/* baton_send() without a descriptor, by write(2) alone: for a process under its seccomp filter. */
int baton_write(int socket, const struct baton *message, struct err *e);

/* Waits for a BATON_PASS, by read(2) alone: for the same. */
int baton_read_pass(int socket, struct err *e);

/*
 * Waits for a message. interrupt_fd (or -1) is a signalfd(2): a signal that is waiting
 * there makes it return -EINTR with the signal's name, and stays there to be read.
 */
int baton_receive(int socket, int interrupt_fd, struct baton *ret, struct err *e);
