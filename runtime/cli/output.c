/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/output.h"

#include "base/fd.h"

#include <unistd.h>

int cli_print(const struct text *out, struct err *e)
{
	if (out->failed)
		return err_nomem(e);
	return fd_write_all(STDOUT_FILENO, text_string(out), out->length, "standard output", e);
}
