/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/default_seccomp.h"

#include "seccomp/default.h"

int default_seccomp_add(struct spec *spec, struct err *e)
{
	const struct opt_bits none = {0};
	const struct spec_capabilities *caps = spec->process ? spec->process->capabilities : NULL;

	if (!spec->linux || spec->linux->seccomp)
		return 0;
	return seccomp_default_profile(&spec->arena, caps ? &caps->bounding : &none, &spec->linux->seccomp, e);
}
