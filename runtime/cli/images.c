/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/images.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define IMAGES_DEFAULT "checkpoint" /* in the working directory, as runc has it */

static int images_cgroups(const char *text, enum checkpoint_cgroups *ret, struct err *e)
{
	static const char *const modes[] = {
		[CHECKPOINT_CGROUPS_SOFT] = "soft",
		[CHECKPOINT_CGROUPS_FULL] = "full",
		[CHECKPOINT_CGROUPS_STRICT] = "strict",
		[CHECKPOINT_CGROUPS_IGNORE] = "ignore",
	};
	static_assert(sizeof modes / sizeof *modes == CHECKPOINT_CGROUPS_COUNT, "a name per mode");

	for (size_t i = 0; i < CHECKPOINT_CGROUPS_COUNT; i++)
		if (!text || strcmp(modes[i], text) == 0) {
			*ret = (enum checkpoint_cgroups)i;
			return 0;
		}
	return err_set(
		e, EINVAL, "usage", "--manage-cgroups-mode: found '%s', want soft, full, strict or ignore", text);
}

static int images_empty(const struct cli_list *types, bool *ret, struct err *e)
{
	for (size_t i = 0; i < types->n; i++)
		if (strcmp(types->items[i], "network") != 0)
			return err_set(e, EINVAL, "usage", "--empty-ns: found '%s', want network", types->items[i]);
	*ret = types->n > 0;
	return 0;
}

int images_from_options(const struct image_options *o, struct checkpoint *ret, struct err *e)
{
	int r;

	*ret = (struct checkpoint){
		.image_path = o->image_path ? o->image_path : IMAGES_DEFAULT,
		.work_path = o->work_path,
		.status_fd = -1,
		.tcp_established = o->tcp_established,
		.ext_unix_sk = o->ext_unix_sk,
		.file_locks = o->file_locks,
		.shell_job = o->shell_job,
		.lazy_pages = o->lazy_pages,
		.auto_dedup = o->auto_dedup,
	};
	r = images_cgroups(o->cgroups, &ret->cgroups, e);
	return r ? r : images_empty(&o->empty_ns, &ret->empty_network, e);
}
