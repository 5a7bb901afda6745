/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings about a spec, collected and reported together. As text, one a line:
 *
 *	spec.json:12:5: /linux/resources/memory/limit: found "64M", want an integer of bytes [spec-type]
 *	spec.json:3:2: warning: /hostnme: unknown property, did you mean 'hostname' [spec-unknown]
 *
 * What was found is taken from the tree; the message says what is wrong or would be right.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "config/json.h"

enum report_level { REPORT_ERROR, REPORT_WARNING };

struct report_finding {
	enum report_level level;
	const char *code;        /* stable: spec-type, spec-missing, spec-range, spec-enum, spec-unknown, … */
	const char *pointer;     /* JSON pointer; "": the whole */
	struct json_place place; /* line 0: not known */
	const char *found;       /* "" where nothing is there, or it says nothing */
	const char *message;
	struct report_finding *next;
};

/* Zero-initialised is empty. The oldest finding comes first. */
struct report {
	struct arena arena;      /* owns the findings */
	const char *file;        /* borrowed; NULL: no file */
	const struct json *tree; /* borrowed: where findings get their place from; may be NULL */
	struct report_finding *first, *last;
	size_t errors_n, warnings_n; /* also those past REPORT_FINDINGS_MAX of a kind, which are not kept */
	bool failed;                 /* out of memory: a finding is lost */
};

enum { REPORT_FINDINGS_MAX = 200 };

#define own_report __attribute__((cleanup(report_free))) struct report

/* Whether another finding of this level would be kept, not only counted: else its message need not be thought out. */
bool report_has_room(const struct report *report, enum report_level level);

/* Adds an error about what the JSON pointer names, which need not exist. The format is the message. */
void report_refuse(struct report *report, const char *code, const char *pointer, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Adds a warning in the same way. */
void report_warn(struct report *report, const char *code, const char *pointer, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The same about a node of the tree. */
void report_refuse_node(struct report *report, const char *code, const struct json *node, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void report_warn_node(struct report *report, const char *code, const struct json *node, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The same from a check that ends with its first error; `pointer` is where that names none. */
void report_refuse_err(struct report *report, const char *pointer, const struct err *e);

/* Adds an error at a place, for what has no tree (bad JSON). */
void report_add_place(struct report *report, const char *code, struct json_place place, const char *message);

/*
 * Fills *e from the first error, with its code and pointer, and says how many more there are.
 * Returns -EINVAL then; 0 where there is no error (warnings do not count).
 */
int report_error(const struct report *report, struct err *e);

/* Appends every finding, a line each. */
void report_text(const struct report *report, struct text *out);

/* Appends one finding without a newline. */
void report_text_finding(const struct report *report, const struct report_finding *finding, struct text *out);

/* Appends
 * {"file":…,"errors":N,"warnings":N,"findings":[{"level","code","pointer","line","column","found","message"}…]}. */
void report_json(const struct report *report, bool indented, struct text *out);

void report_free(struct report *report);
