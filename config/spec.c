/* SPDX-License-Identifier: Apache-2.0 */
#include "config/spec.h"

const struct spec_namespace *spec_find_namespace(const struct spec *spec, enum spec_namespace_type type)
{
	for (size_t i = 0; spec->linux && i < spec->linux->namespaces_n; i++)
		if (spec->linux->namespaces[i].type == type)
			return &spec->linux->namespaces[i];
	return NULL;
}

void spec_free(struct spec *spec)
{
	arena_free(&spec->arena);
	*spec = (struct spec){0};
}
