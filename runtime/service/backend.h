/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract that both walls keep: what the verbs of a service need of them. A NULL member
 * means "this wall cannot", which is said once, by the caller.
 */
#pragma once

#include "base/err.h"
#include "config/report.h"
#include "runtime/service/service.h"

#include <stdbool.h>

struct isolation {
	const char *name; /* "namespace", "microvm" */
	/* Exists afterwards, and waits before its program where the request says so. */
	int (*create)(const struct service_request *request, struct service_made *made, struct err *e);
	int (*start)(struct service *s, const struct spec *spec, struct err *e);
	int (*exec)(struct service *s, const struct service_exec *request, struct service_executed *ret, struct err *e);
	int (*kill)(struct service *s, int signo, bool all, struct err *e);
	bool (*paused)(const struct service *s);
	/* Ends and removes all but the state directory. In any state, and twice. */
	int (*destroy)(struct service *s, struct err *e);
};

extern const struct isolation isolation_namespace;

/* The wall that the service was made with. */
const struct isolation *backend_of(const struct service *s);

/* The wall of that name; NULL: there is none. */
const struct isolation *backend_find(const char *name);
