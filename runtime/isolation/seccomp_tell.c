/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/seccomp_tell.h"

#include "config/names.h"
#include "config/names_write.h"
#include "seccomp/compile.h"
#include "seccomp/features.h"

#include <stdio.h>

int seccomp_tell_check(const struct spec_seccomp *profile, struct err *e)
{
	struct seccomp_filter filter = {0};
	int r = profile ? seccomp_compile(profile, &filter, e) : 0;

	seccomp_filter_free(&filter);
	return r;
}

void seccomp_tell_features(struct json_writer *w)
{
	struct seccomp_features here = seccomp_features_get();

	json_write_begin_object(w);
	json_write_member_bool(w, "enabled", here.enabled);
	names_write_member(w, "actions", &names_seccomp_action, here.actions);
	names_write_member(w, "operators", &names_seccomp_operator, here.operators);
	names_write_member(w, "archs", &names_seccomp_arch, here.architectures);
	names_write_member(w, "knownFlags", &names_seccomp_flag, here.known_flags);
	names_write_member(w, "supportedFlags", &names_seccomp_flag, here.supported_flags);
	json_write_end_object(w);
}

struct seccomp_tell_version seccomp_tell_library(void)
{
	uint32_t version = seccomp_compiler_identify().version;
	struct seccomp_tell_version ret;

	(void)snprintf(ret.text, sizeof ret.text, "%u.%u.%u", (version >> 16) & 0xff, (version >> 8) & 0xff,
		version & 0xff); /* fits: 11 characters at most */
	return ret;
}
