/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory of services: <root>/<id>/ with
 *
 *	state.json   what is known of it (state.h)
 *	spec.json    its whole spec, as it was started
 *	start.sock   while it waits for its start
 *
 * The directory itself is the lock (flock(2)): whoever changes a service holds it. A reader
 * needs none: every file is replaced whole.
 */
#pragma once

#include "base/err.h"
#include "config/spec.h"
#include "runtime/service/state.h"

#include <stdbool.h>

#define STORE_STATE_FILE   "state.json"
#define STORE_SPEC_FILE    "spec.json"
#define STORE_START_SOCKET "start.sock"

enum { STORE_ID_MAX = 255 };

/*
 * Where services are kept when the caller says nothing: /run/cloche for host root, else
 * $XDG_RUNTIME_DIR/cloche. Root of a user namespace has the one if it is told of it, else the other. In the arena.
 */
int store_default_root(struct arena *a, const char **ret, struct err *e);

/* An id is letters, digits and "_+-." , does not begin with a dot, and is no longer than STORE_ID_MAX. */
int store_check_id(const char *id, struct err *e);

/* Opens the root; -ENOENT where there is none and `make` is false. Returns a descriptor or a negative errno. */
int store_open_root(const char *root, bool make, struct err *e);

/* Makes the directory of a new service and locks it. -EEXIST: the id is in use. Returns a descriptor or a negative
 * errno. */
int store_make(int root, const char *id, struct err *e);

/* Opens a service's directory without locking it. -ENOENT: "container 'x' does not exist";
 * -EPERM: it is not the caller's own. */
int store_open(int root, const char *id, struct err *e);

/* Waits for the lock; with `try`, fails with -EBUSY instead. -ENOENT: it was deleted meanwhile. */
int store_lock(int dir, const char *id, bool try, struct err *e);

/* Gives the lock back, whoever else has a copy of the descriptor. */
void store_unlock(int dir);

int store_write_state(int dir, const struct service_state *state, struct err *e);
int store_read_state(int dir, struct service_state *ret, struct err *e);

int store_write_spec(int dir, const struct spec *spec, struct err *e);

/* Removes the directory and what is in it. Accepts one that is gone in part. */
int store_remove(int root, const char *id, struct err *e);
