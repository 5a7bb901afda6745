/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which wall a service gets. Whoever says it most explicitly decides:
 *
 *	--isolation	the option
 *	annotation	run.cloche.isolation of the spec
 *	vm		a spec that describes a virtual machine wants one
 *	program name	cloche-microvm, a link, for orchestrators that only take a path
 *	namespace	else
 *
 * But called as cloche-microvm, it takes no other wall from an annotation: that would let whoever
 * starts a service undo what whoever installed the runtime decided.
 *
 * "auto" leaves the choice to cloche, which says why it chose. A wall that is not there is an
 * error: never does a service silently get a thinner one than it was to have.
 */
#pragma once

#include "base/err.h"
#include "config/spec.h"

#define WALL_ANNOTATION "run.cloche.isolation"

struct wall_wish {
	const char *option;  /* NULL: not given */
	const char *program; /* the program's own name, argv[0]; NULL: a library's caller */
	const struct spec *spec;
};

struct wall_choice {
	const char *name; /* of a wall that there is */
	char reason[640]; /* of an automatic choice; else "" */
};

int wall_choose(const struct wall_wish *wish, struct wall_choice *ret, struct err *e);
