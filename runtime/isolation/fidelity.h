/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the wall of namespaces treats each property of a spec: it is honoured, translated to the same visible effect,
 * or refused with an error that names it; never silently dropped. docs/fidelity.md is this table as a page.
 */
#pragma once

#include "config/report.h"
#include "config/spec.h"
#include "runtime/isolation/lsm.h"

enum fidelity {
	FIDELITY_HONOURED,
	FIDELITY_TRANSLATED, /* to another mechanism with the same visible effect */
	FIDELITY_REFUSED,    /* whenever it is set */
	FIDELITY_IGNORED,    /* as the specification says, with a warning */
	FIDELITY_COUNT,
};

struct fidelity_row {
	const char *path; /* as in keys_list(); "…/++" also stands for all below it */
	enum fidelity how;
	const char *by;      /* the plan's step or what else does it; of a refusal: why, and what to do */
	const char *refused; /* when it is refused all the same; NULL: never */
};

extern const struct fidelity_row fidelity_rows[];
extern const size_t fidelity_rows_n;

/* "honoured", … */
const char *fidelity_name(enum fidelity how);

/* The row for a path of keys_list(), NULL where there is none. */
const struct fidelity_row *fidelity_find(const char *path);

/* Whether the row is for the path, or for something below it. */
bool fidelity_row_covers(const struct fidelity_row *row, const char *path);

/* Refuses, with that code, a spec that sets what the row is for. */
void fidelity_refuse_row(
	const struct fidelity_row *row, const char *code, const struct spec *spec, struct report *report);

/* What of the host decides about a spec. */
struct fidelity_host {
	struct lsm_host lsm;
	bool resctrl;              /* it is mounted */
	uint64_t caps_missing;     /* of the capabilities that are asked for */
	uint64_t joined_of_caller; /* bit N: enum spec_namespace_type N is joined, and is the caller's own */
};

/* Looks at no more of the host than the spec needs, or its process alone. */
struct fidelity_host fidelity_probe(const struct spec *spec);
struct fidelity_host fidelity_probe_process(const struct spec *spec);

/* Refuses what this wall cannot honour, on this host. `spec` is expanded and has passed spec_check(). Pure. */
void fidelity_check(const struct spec *spec, const struct fidelity_host *host, struct report *report);

/* The same of its process alone, for a further one in a service that runs. */
void fidelity_check_process(const struct spec *spec, const struct fidelity_host *host, struct report *report);
