/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service in namespaces has from outside: mounts that are bound, namespaces that it has joined, its standard
 * streams. A checkpoint has their names, a restore puts what the spec then says in their place:
 *
 *	a bind mount          its destination in the spec
 *	a device of the host  its path there ("/dev/null"), over whatever it lies
 *	a namespace           "extRootNetNS", "extRootPidNS", as runc has them
 *	a stream              what it is ("pipe:[4711]", "file[1f:2c]"); the caller of the restore gives its own
 */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "config/spec.h"
#include "runtime/service/checkpoint_images.h"

#include <sys/types.h>

enum { EXTERNAL_NAMESPACES_MAX = 2 };

/* The namespaces that criu can leave to others, as it and as /proc/PID/ns calls them; NULL: it cannot. */
struct external_namespace_names {
	const char *key, *file;
};

extern const struct external_namespace_names external_namespace_names[SPEC_NS_COUNT];

/* Namespaces to restore into. Owned. */
struct external_namespaces {
	size_t n;
	int fds[EXTERNAL_NAMESPACES_MAX];
	const char *keys[EXTERNAL_NAMESPACES_MAX];
};

#define own_external_namespaces __attribute__((cleanup(external_namespaces_close))) struct external_namespaces

/* Refuses a service with something that no restore could give back. */
int external_check(const struct spec *spec, struct err *e);

/* Adds what the process `pid`, the service's first, has from outside to the options of a dump. */
int external_add_dump(const struct spec *spec, pid_t pid, struct text *options,
	struct checkpoint_stream ret_streams[CHECKPOINT_STREAMS], struct err *e);

/* Adds what the spec has from outside to the options of a restore; relative sources are below the bundle. */
int external_add_restore(const struct spec *spec, const char *bundle, struct text *options, struct err *e);

/* Opens the namespaces that the spec joins. */
int external_namespaces_open(const struct spec *spec, struct external_namespaces *ret, struct err *e);
void external_namespaces_close(struct external_namespaces *namespaces);
