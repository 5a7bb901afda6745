/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors as plain data.
 *
 * A function that can fail returns 0 or a negative errno and has `struct err *e`
 * as its last parameter. It fills *e only when it fails. The callee says what
 * failed, on what and why (err_set, err_sys); each caller may add what it was
 * doing (err_ctx), which goes in front:
 *
 *	"starting 'web': mounting '/data': open '/srv/data': No such file or directory"
 *
 * The struct has no pointers, so it crosses fork, sockets and vsock as it is.
 */
#pragma once

#include <stdarg.h>

struct err {
	int no;            /* positive errno, 0: no error */
	char code[32];     /* stable name of the failure ("id-in-use"), "" where none was given */
	char pointer[160]; /* JSON pointer (RFC 6901) of the spec's field at fault, or "" */
	char text[1024];   /* one line, no full stop, no newline, cut at the end when too long */
};

/* An empty error. */
#define ERR_NONE ((struct err){0})

/* Fill *e with errno number no (> 0), a stable code and a message. Returns -no. */
int err_set(struct err *e, int no, const char *code, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Fill *e from the global errno: "<message>: <strerror>". Returns -errno (-EIO when errno is 0). */
int err_sys(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fill *e for lack of memory. Returns -ENOMEM. */
int err_nomem(struct err *e);

/* Put "<message>: " before the text of a filled *e. Returns -e->no. */
int err_ctx(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Name the spec's field at fault, unless a callee has named one already. Returns -e->no. */
int err_at(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Make an error that came from elsewhere one that can be shown: its texts end and are on one line, its number is that
 * of a failure. Returns -e->no.
 */
int err_sanitise(struct err *e);
