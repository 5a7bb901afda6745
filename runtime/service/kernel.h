/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's kernel: which there are, and which one a service gets. The first that can be used:
 *
 *	spec		vm.kernel.path; no other is looked for
 *	variable	CLOCHE_GUEST_KERNEL, for tests; no other is looked for
 *	installed	cloche's own, in <libdir>/cloche
 *	built		cloche's own, where microvm/kernel/build leaves it; the newest
 *	distribution	/boot/vmlinuz-*, with its modules; those made for clouds first, of them the newest
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>

#define KERNEL_VARIABLE "CLOCHE_GUEST_KERNEL"

enum kernel_source {
	KERNEL_OF_SPEC,
	KERNEL_OF_VARIABLE,
	KERNEL_INSTALLED,
	KERNEL_BUILT,
	KERNEL_OF_DISTRIBUTION,
	KERNEL_SOURCES,
};

struct kernel {
	enum kernel_source source;
	const char *path;
	const char *modules;  /* its tree of modules, with modules.dep; NULL: what it needs is built in */
	bool no_acpi;         /* it was built without: devices are named on its command line */
	const char *unusable; /* why not; NULL: it can be used */
};

/* In the order of preference. Zero-initialised is empty. */
struct kernel_list {
	struct arena arena;
	struct kernel *items;
	size_t n, room;
};

#define own_kernel_list __attribute__((cleanup(kernel_list_free))) struct kernel_list

/* asked: vm.kernel.path, or NULL. */
int kernel_list(const char *asked, struct kernel_list *ret, struct err *e);

/* -ENOENT: there is none that can be used; the error says what to do. */
int kernel_choose(const struct kernel_list *list, const struct kernel **ret, struct err *e);

/* "spec", "variable", "installed", "built", "distribution" */
const char *kernel_source_name(enum kernel_source source);

void kernel_list_free(struct kernel_list *list);
