/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for length more bytes and a NUL. */
static bool text_reserve(struct text *t, size_t length)
{
	size_t need, room = t->room ? t->room : 256;
	char *data;

	if (t->failed || __builtin_add_overflow(t->length, length, &need) || need > SIZE_MAX / 4)
		return !(t->failed = true);
	if (need < t->room)
		return true;
	while (room <= need)
		room *= 2;
	data = realloc(t->data, room);
	if (!data)
		return !(t->failed = true);
	t->data = data;
	t->room = room;
	return true;
}

void text_add_bytes(struct text *t, const char *bytes, size_t length)
{
	if (!text_reserve(t, length))
		return;
	memcpy(t->data + t->length, bytes, length);
	t->length += length;
	t->data[t->length] = '\0';
}

void text_add(struct text *t, const char *string)
{
	text_add_bytes(t, string, strlen(string));
}

void text_format(struct text *t, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0 || !text_reserve(t, (size_t)length)) {
		t->failed = true;
		return;
	}
	va_start(arguments, format);
	(void)vsnprintf(t->data + t->length, (size_t)length + 1, format, arguments); /* measured above */
	va_end(arguments);
	t->length += (size_t)length;
}

const char *text_string(const struct text *t)
{
	return t->data ? t->data : "";
}

void text_cut(struct text *t, size_t length)
{
	if (length >= t->length)
		return;
	t->length = length;
	t->data[length] = '\0';
}

void text_reset(struct text *t)
{
	t->length = 0;
	t->failed = false;
	if (t->data)
		t->data[0] = '\0';
}

void text_free(struct text *t)
{
	free(t->data);
	*t = (struct text){0};
}
