/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { ERR_NO_MAX = 4095 }; /* MAX_ERRNO of the kernel's */

__attribute__((format(printf, 4, 0))) static void err_fill(
	struct err *e, int no, const char *code, const char *format, va_list arguments)
{
	*e = (struct err){.no = no};
	(void)snprintf(e->code, sizeof e->code, "%s", code); /* codes are short literals */
	(void)vsnprintf(e->text, sizeof e->text, format, arguments);
}

int err_set(struct err *e, int no, const char *code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	err_fill(e, no, code, format, arguments);
	va_end(arguments);
	return -no;
}

int err_sys(struct err *e, const char *format, ...)
{
	int no = errno > 0 ? errno : EIO;
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	err_fill(e, no, "", format, arguments);
	va_end(arguments);
	length = strlen(e->text);
	(void)snprintf(
		e->text + length, sizeof e->text - length, ": %s", strerror(no)); /* a cut tail is only a reason */
	return -no;
}

int err_nomem(struct err *e)
{
	return err_set(e, ENOMEM, "out-of-memory", "out of memory");
}

int err_ctx(struct err *e, const char *format, ...)
{
	char inner[sizeof e->text];
	va_list arguments;
	size_t length;

	memcpy(inner, e->text, sizeof inner);
	va_start(arguments, format);
	(void)vsnprintf(e->text, sizeof e->text, format, arguments); /* may be cut */
	va_end(arguments);
	length = strlen(e->text);
	(void)snprintf(
		e->text + length, sizeof e->text - length, ": %.*s", (int)(sizeof inner - 1), inner); /* may be cut */
	return -e->no;
}

int err_at(struct err *e, const char *format, ...)
{
	va_list arguments;

	if (!e->pointer[0]) {
		va_start(arguments, format);
		(void)vsnprintf(e->pointer, sizeof e->pointer, format, arguments);
		va_end(arguments);
	}
	return -e->no;
}

static void err_end_text(char *text, size_t size)
{
	text[size - 1] = '\0';
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
}

int err_sanitise(struct err *e)
{
	err_end_text(e->code, sizeof e->code);
	err_end_text(e->pointer, sizeof e->pointer);
	err_end_text(e->text, sizeof e->text);
	if (e->no <= 0 || e->no > ERR_NO_MAX)
		e->no = EIO;
	return -e->no;
}
