/* SPDX-License-Identifier: Apache-2.0 */
#include "config/check.h"

#include "base/text.h"
#include "config/check_rules.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check_at check_at(const char *format, ...)
{
	struct check_at at;
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(at.text, sizeof at.text, format, arguments); /* cut when too long: names the parent then */
	va_end(arguments);
	return at;
}

struct check_at check_at_key(const char *at, const char *key)
{
	own_text pointer = {0};

	text_add(&pointer, at);
	json_pointer_add(&pointer, key);
	return check_at("%s", text_string(&pointer));
}

void check_absolute(const char *path, const char *at, struct report *report)
{
	if (path && path[0] != '/')
		report_refuse(report, "spec-value", at, "want an absolute path");
}

void check_absolute_list(const struct strings *paths, const char *at, struct report *report)
{
	for (size_t i = 0; i < paths->n; i++)
		check_absolute(paths->items[i], check_at("%s/%zu", at, i).text, report);
}

/* A number or a range of them; NULL: it is neither. */
static const char *check_skip_range(const char *list)
{
	char *end;
	unsigned long first, last;

	if (!isdigit((unsigned char)*list))
		return NULL;
	first = strtoul(list, &end, 10);
	if (*end != '-')
		return end;
	if (!isdigit((unsigned char)end[1]))
		return NULL;
	last = strtoul(end + 1, &end, 10);
	return first <= last ? end : NULL;
}

bool check_is_number_list(const char *list)
{
	list += strspn(list, " ,");
	while (list && *list) {
		list = check_skip_range(list);
		if (list && *list && !strchr(" ,", *list))
			return false;
		if (list)
			list += strspn(list, " ,");
	}
	return list;
}

static const struct check_rules *const check_all[] = {
	&check_spec_rules,
	&check_mount_rules,
	&check_namespace_rules,
	&check_id_rules,
	&check_sysctl_rules,
	&check_linux_rules,
	&check_seccomp_rules,
	&check_vm_rules,
};

void spec_check(const struct spec *spec, struct report *report)
{
	report->tree = spec->tree;
	for (size_t i = 0; i < sizeof check_all / sizeof *check_all; i++)
		for (size_t j = 0; j < check_all[i]->n; j++)
			check_all[i]->items[j](spec, report);
	if (spec->process)
		process_check(spec->process, "/process", report);
	if (spec->linux && spec->linux->resources)
		resources_check(spec->linux->resources, "/linux/resources", report);
}
