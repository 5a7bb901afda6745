/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/expand.h"

#include "runtime/isolation/default_seccomp.h"

#include <unistd.h>

int service_expand_for(struct spec *spec, const struct expand_options *options, struct err *e)
{
	bool is_short = spec_is_short(spec);
	int r = spec_expand_for(spec, options, e);

	return r || !is_short ? r : default_seccomp_add(spec, e);
}

int service_expand(struct spec *spec, struct err *e)
{
	const struct expand_options options = {.rootless = geteuid() != 0, .uid = geteuid(), .gid = getegid()};

	return service_expand_for(spec, &options, e);
}
