/* SPDX-License-Identifier: Apache-2.0 */
/* One request to a criu that waits at the other end of a socket. */
#pragma once

#include "base/err.h"
#include "runtime/proto/criu.h"

struct checkpoint;
struct checkpoint_images;
struct spec;

struct criu_call {
	enum criu_type type;
	const struct text *options;
	int socket;
	int interrupt_fd; /* signalfd(2) of what ends it; -1: none */
	/*
	 * Hears a notification; *fd is what came with it, or -1, to be taken or left. A failure makes criu give up.
	 * NULL: they are of no interest.
	 */
	int (*hear)(void *context, const struct criu_response *notification, int *fd, struct err *e);
	void *context;
};

/* 0: done, and *ret is the answer. What hear() has failed with comes before what criu then says. */
int criu_ask(const struct criu_call *call, struct criu_response *ret, struct err *e);

/* A socket to ask criu by (*ret_ours), and the end that is to be criu's. Both owned by the caller. */
int criu_socket(int *ret_ours, int *ret_theirs, struct err *e);

/* Options that a dump and a restore share. */
void criu_options_add(const struct checkpoint *checkpoint, const struct checkpoint_images *images,
	const struct spec *spec, struct text *options);

/* Puts criu's own words, from its log, into the error of a criu_ask() that failed. Returns -e->no. */
int criu_explain(const struct checkpoint_images *images, struct err *e);
