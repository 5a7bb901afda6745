/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/service.h"

#include "base/own.h"
#include "runtime/service/store.h"

#include <errno.h>

int service_each(const char *root, service_visit *visit, void *context, struct err *e)
{
	struct err none = ERR_NONE;
	own_fd fd = store_open_root(root, false, &none);
	own_dir entries = NULL;
	const struct dirent *entry;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0) {
		*e = none;
		return fd;
	}
	entries = fdopendir(fd);
	if (!entries)
		return err_sys(e, "read the directory of services '%s'", root);
	(void)give_fd(&fd); /* the stream owns it */
	while ((entry = readdir(entries))) {
		own_service s = SERVICE_NONE;

		if (entry->d_name[0] != '.' && service_open(root, entry->d_name, false, &s, &none) == 0)
			visit(context, &s);
	}
	return 0;
}
