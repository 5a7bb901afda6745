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

struct checkpoint;
struct pid_list;
struct stats;

struct isolation {
	const char *name; /* "namespace", "microvm" */
	/* Exists afterwards, and waits before its program where the request says so. */
	int (*create)(const struct service_request *request, struct service_made *made, struct err *e);
	int (*start)(struct service *s, const struct spec *spec, struct err *e);
	int (*exec)(struct service *s, const struct service_exec *request, struct service_executed *ret, struct err *e);
	int (*kill)(struct service *s, int signo, bool all, struct err *e);
	bool (*paused)(const struct service *s);
	int (*pause)(struct service *s, bool on, struct err *e);
	/* spec: the service's, with what it was started with or last updated to; it is written back with the update */
	int (*update)(struct service *s, struct spec *spec, const struct spec_resources *resources, struct err *e);
	int (*stats)(struct service *s, struct stats *ret, struct err *e);
	int (*oom_kills)(struct service *s, uint64_t *ret, struct err *e);
	/* as the host numbers them */
	int (*processes)(struct service *s, struct pid_list *ret, struct err *e);
	/* Writes its processes to images; they end, unless they are to go on. */
	int (*checkpoint)(struct service *s, const struct checkpoint *checkpoint, struct err *e);
	/* Runs afterwards, from the images that the request names. */
	int (*restore)(const struct service_request *request, struct service_made *made, struct err *e);
	/* Ends and removes all but the state directory. In any state, and twice. */
	int (*destroy)(struct service *s, struct err *e);
};

extern const struct isolation isolation_namespace, isolation_microvm;

/* Says that the wall of a service cannot do what a NULL member is for. Returns -EOPNOTSUPP. */
int backend_cannot(const struct service *s, const char *verb, struct err *e);

/* The wall that the service was made with. */
const struct isolation *backend_of(const struct service *s);

/* The wall of that name; NULL: there is none. */
const struct isolation *backend_find(const char *name);
