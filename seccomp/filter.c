/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/filter.h"

#include <linux/seccomp.h>
#include <stdlib.h>

bool seccomp_filter_notifies(const struct seccomp_filter *filter)
{
	return filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;
}

void seccomp_filter_free(struct seccomp_filter *filter)
{
	free(filter->program);
	*filter = (struct seccomp_filter){0};
}
