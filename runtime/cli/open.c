/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/open.h"

#include "runtime/cli/make.h"

int cli_open(const struct cli_call *call, bool lock, struct service *ret, struct err *e)
{
	own_arena arena = {0};
	const char *root;
	int r = cli_root(call->global, &arena, &root, e);

	return r ? r : service_open(root, call->arguments[0], lock, ret, e);
}
