/* SPDX-License-Identifier: Apache-2.0 */
/* What this host can do for each wall, and what is missing. Changes nothing. */
#pragma once

#include "base/err.h"
#include "config/json_write.h"

enum probe_verdict {
	PROBE_YES,
	PROBE_LESS,    /* works, with less than there could be */
	PROBE_MISSING, /* without it the wall cannot be used */
	PROBE_VERDICTS,
};

struct probe_finding {
	const char *wall, *what; /* "microvm", "/dev/kvm" */
	enum probe_verdict verdict;
	char text[512]; /* what was found; of what is missing, what to do */
};

enum { PROBE_FINDINGS = 10 };

struct probe_report {
	size_t n;
	struct probe_finding findings[PROBE_FINDINGS];
};

void probe_host(struct probe_report *ret);

/* The first finding for which the wall cannot be used here; NULL: it can. */
const struct probe_finding *probe_missing(const struct probe_report *report, const char *wall);

/* "yes", "less", "missing" */
const char *probe_verdict_name(enum probe_verdict verdict);

/* Writes an object with a member per wall. */
void probe_write_json(const struct probe_report *report, struct json_writer *w);
