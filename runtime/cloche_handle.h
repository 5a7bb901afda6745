/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of libcloche share. */
#pragma once

#include "runtime/cloche.h"
#include "runtime/service/source.h"

#include "base/text.h"

struct cloche_spec {
	struct source_loaded loaded;
};

/* A name, not a descriptor: each call looks at the service as it is then. */
struct cloche_service {
	struct arena arena;
	const char *root, *id;
};

/* Hands an error on, where r is one. Returns r. */
int cloche_report(int r, const struct err *e, struct cloche_error *error);

/* The text's own memory, which the caller frees. */
int cloche_give_text(struct text *text, char **ret, struct err *e);

/* The directory of services; in the arena. */
int cloche_root(const char *root, struct arena *a, const char **ret, struct err *e);

/* A library does not print: a hook that fails after the fact is told of nowhere. */
void cloche_be_quiet(void);
