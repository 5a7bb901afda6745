/* SPDX-License-Identifier: Apache-2.0 */
#include "config/report.h"

#include "config/json_write.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const report_level_names[] = {[REPORT_ERROR] = "error", [REPORT_WARNING] = "warning"};

enum { REPORT_MESSAGE_BYTES = 512 };

bool report_has_room(const struct report *report, enum report_level level)
{
	return (level == REPORT_ERROR ? report->errors_n : report->warnings_n) < REPORT_FINDINGS_MAX;
}

/* Counts a finding. What is past the limit is not looked at any more, so that a flood of them costs little. */
static bool report_count(struct report *report, enum report_level level)
{
	bool room = report_has_room(report, level);

	if (level == REPORT_ERROR)
		report->errors_n++;
	else
		report->warnings_n++;
	return room;
}

/* Keeps what it is given, which is in the report's arena already or outlives it. */
static void report_keep(struct report *report, const struct report_finding *finding)
{
	struct report_finding *kept = arena_alloc(&report->arena, sizeof *kept);

	if (!kept || !finding->code || !finding->pointer || !finding->found || !finding->message) {
		report->failed = true;
		return;
	}
	*kept = *finding;
	if (report->last)
		report->last->next = kept;
	else
		report->first = kept;
	report->last = kept;
}

static const char *report_found(struct report *report, const struct json *node)
{
	own_text text = {0};

	if (!node || !node->parent)
		return "";
	json_describe(node, &text);
	return text.failed ? NULL : arena_string(&report->arena, text_string(&text));
}

/* What a finding is about: a pointer, a node of the tree or both. */
struct report_subject {
	const char *pointer;
	const struct json *node;
};

static struct json_place report_place(const struct report *report, const struct report_subject *about)
{
	const struct json *node = about->node;

	if (!node && report->tree)
		node = json_nearest(report->tree, about->pointer);
	return node ? node->place : (struct json_place){0};
}

static const char *report_pointer(struct report *report, const struct report_subject *about)
{
	own_text pointer = {0};

	if (about->pointer)
		return arena_string(&report->arena, about->pointer);
	json_pointer(about->node, &pointer);
	return pointer.failed ? NULL : arena_string(&report->arena, text_string(&pointer));
}

__attribute__((format(printf, 4, 0))) static void report_add(struct report *report, struct report_finding finding,
	struct report_subject about, const char *format, va_list arguments)
{
	char message[REPORT_MESSAGE_BYTES];

	if (!report_count(report, finding.level))
		return;
	(void)vsnprintf(message, sizeof message, format, arguments); /* cut when too long */
	finding.pointer = report_pointer(report, &about);
	finding.place = report_place(report, &about);
	if (!about.node && report->tree)
		about.node = json_at(report->tree, about.pointer);
	finding.found = report_found(report, about.node);
	finding.message = arena_string(&report->arena, message);
	report_keep(report, &finding);
}

#define REPORT_FORWARD(report, level_, code_, ...)                                                                     \
	do {                                                                                                           \
		va_list arguments;                                                                                     \
		va_start(arguments, format);                                                                           \
		report_add(report, (struct report_finding){.level = level_, .code = code_},                            \
			(struct report_subject){__VA_ARGS__}, format, arguments);                                      \
		va_end(arguments);                                                                                     \
	} while (0)

void report_refuse(struct report *report, const char *code, const char *pointer, const char *format, ...)
{
	REPORT_FORWARD(report, REPORT_ERROR, code, .pointer = pointer);
}

void report_warn(struct report *report, const char *code, const char *pointer, const char *format, ...)
{
	REPORT_FORWARD(report, REPORT_WARNING, code, .pointer = pointer);
}

void report_refuse_node(struct report *report, const char *code, const struct json *node, const char *format, ...)
{
	REPORT_FORWARD(report, REPORT_ERROR, code, .node = node);
}

void report_warn_node(struct report *report, const char *code, const struct json *node, const char *format, ...)
{
	REPORT_FORWARD(report, REPORT_WARNING, code, .node = node);
}

void report_refuse_err(struct report *report, const char *pointer, const struct err *e)
{
	const char *code = arena_string(&report->arena, e->code[0] ? e->code : "host");

	if (code)
		report_refuse(report, code, e->pointer[0] ? e->pointer : pointer, "%s", e->text);
	else
		report->failed = true;
}

void report_add_place(struct report *report, const char *code, struct json_place place, const char *message)
{
	struct report_finding finding = {.level = REPORT_ERROR, .pointer = "", .place = place, .found = ""};

	if (!report_count(report, REPORT_ERROR))
		return;
	finding.code = arena_string(&report->arena, code);
	finding.message = arena_string(&report->arena, message);
	report_keep(report, &finding);
}

/* "file:line:column: ", as far as each is known. */
static void report_text_place(const struct report *report, const struct report_finding *finding, struct text *out)
{
	if (!report->file && finding->place.line == 0)
		return;
	if (report->file)
		text_add(out, report->file);
	if (finding->place.line > 0)
		text_format(out, "%s%u:%u", report->file ? ":" : "", finding->place.line, finding->place.column);
	text_add(out, ": ");
}

/* A key may hold anything: control characters would forge lines, or speak to the terminal. */
static void report_text_pointer(const char *pointer, struct text *out)
{
	for (; *pointer; pointer++)
		text_add_bytes(out, (unsigned char)*pointer < 0x20 || *pointer == 0x7f ? "?" : pointer, 1);
}

static void report_text_message(const struct report_finding *finding, struct text *out)
{
	if (*finding->pointer) {
		report_text_pointer(finding->pointer, out);
		text_add(out, ": ");
	}
	if (*finding->found)
		text_format(out, "found %s, ", finding->found);
	text_add(out, finding->message);
}

void report_text_finding(const struct report *report, const struct report_finding *finding, struct text *out)
{
	report_text_place(report, finding, out);
	if (finding->level == REPORT_WARNING)
		text_add(out, "warning: ");
	report_text_message(finding, out);
	text_format(out, " [%s]", finding->code);
}

void report_text(const struct report *report, struct text *out)
{
	for (const struct report_finding *f = report->first; f; f = f->next) {
		report_text_finding(report, f, out);
		text_add(out, "\n");
	}
}

static void report_json_finding(const struct report_finding *finding, struct json_writer *w)
{
	json_write_begin_object(w);
	json_write_member_string(w, "level", report_level_names[finding->level]);
	json_write_member_string(w, "code", finding->code);
	json_write_member_string(w, "pointer", finding->pointer);
	if (finding->place.line > 0) {
		json_write_member_uint(w, "line", finding->place.line);
		json_write_member_uint(w, "column", finding->place.column);
	}
	if (*finding->found)
		json_write_member_string(w, "found", finding->found);
	json_write_member_string(w, "message", finding->message);
	json_write_end_object(w);
}

void report_json(const struct report *report, bool indented, struct text *out)
{
	struct json_writer w = {.out = out, .indented = indented};

	json_write_begin_object(&w);
	if (report->file)
		json_write_member_string(&w, "file", report->file);
	json_write_member_uint(&w, "errors", report->errors_n);
	json_write_member_uint(&w, "warnings", report->warnings_n);
	json_write_key(&w, "findings");
	json_write_begin_array(&w);
	for (const struct report_finding *f = report->first; f; f = f->next)
		report_json_finding(f, &w);
	json_write_end_array(&w);
	json_write_end_object(&w);
}

int report_error(const struct report *report, struct err *e)
{
	const struct report_finding *first = report->first;
	own_text text = {0};

	if (report->failed)
		return err_nomem(e);
	while (first && first->level != REPORT_ERROR)
		first = first->next;
	if (!first)
		return 0;
	report_text_place(report, first, &text);
	report_text_message(first, &text);
	if (report->errors_n > 1)
		text_format(&text, " (and %zu more)", report->errors_n - 1);
	(void)err_set(e, EINVAL, first->code, "%s", text_string(&text));
	return err_at(e, "%s", first->pointer);
}

void report_free(struct report *report)
{
	arena_free(&report->arena);
	*report = (struct report){0};
}
