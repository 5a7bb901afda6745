/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is written down about a service: state.json in its directory, one flat object.
 * It is first written before anything else exists (the intent), so that whatever is left
 * behind by a cloche that was killed can be found and cleaned.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct service_state {
	struct arena arena; /* owns the strings of a state that was read */
	const char *oci_version, *id;
	const char *isolation;    /* name of the wall: "namespace", "microvm" */
	const char *bundle;       /* absolute */
	const char *rootfs;       /* absolute */
	const char *created;      /* RFC 3339, UTC */
	const char *cgroup;       /* path in each hierarchy; "": none was made */
	const char *cgroups_path; /* the spec's, which names systemd's unit; "": it has none */
	bool systemd_cgroup;
	bool rootless;
	bool no_new_keyring; /* the service has its caller's session keyring */
	bool may_trace;      /* a process of it has, or had, powers over the others (plan_may_trace()) */
	int64_t owner;       /* uid of who made it */
	int64_t maker;       /* the cloche that makes it, or has made it */
	uint64_t maker_start_ticks;
	int64_t pid;              /* the first process; 0: not yet */
	uint64_t pid_start_ticks; /* base/process.h */
};

#define own_service_state __attribute__((cleanup(service_state_free))) struct service_state

/* Appends the state as JSON. */
int service_state_write(const struct service_state *state, struct text *out, struct err *e);

/* Reads it back. Unknown members are ignored: a newer cloche may have written them. Strings that are missing become "".
 */
int service_state_parse(const char *text, size_t length, struct service_state *ret, struct err *e);

void service_state_free(struct service_state *state);
