/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile guest, which writes what it likes. */
#include "runtime/service/microvm_log.h"

#include "base/fd.h"
#include "runtime/service/microvm.h"

#include <string.h>

enum { LOG_LIMIT = 1 << 20, LOG_LINES = 5 };

#define LOG_VMM_NAME "cloche-vmm: "

void microvm_log_words(const struct service *s, struct text *out)
{
	own_text log = {0};
	struct err ignored;
	const char *at, *own;
	int lines = 0;

	if (file_read(s->dir, MICROVM_GUEST_LOG, LOG_LIMIT, &log, &ignored) < 0 || !log.length)
		return;
	while (log.length && log.data[log.length - 1] == '\n')
		text_cut(&log, log.length - 1);
	own = strstr(log.data, "\n" LOG_VMM_NAME);
	at = own ? own + 1 : log.data + log.length;
	while (!own && at > log.data && (lines += at[-1] == '\n') <= LOG_LINES)
		at--;
	text_add(out, ": ");
	for (at += strspn(at, "\n"); *at; at++)
		if (*at == '\n')
			text_add(out, " | ");
		else if ((unsigned char)*at >= ' ' && *at != 0x7f)
			text_add_bytes(out, at, 1);
}
