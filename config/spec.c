/* SPDX-License-Identifier: Apache-2.0 */
#include "config/spec.h"

#include <string.h>

const struct spec_namespace *spec_find_namespace(const struct spec *spec, enum spec_namespace_type type)
{
	for (size_t i = 0; spec->linux && i < spec->linux->namespaces_n; i++)
		if (spec->linux->namespaces[i].type == type)
			return &spec->linux->namespaces[i];
	return NULL;
}

int spec_join_strings(
	struct arena *a, const struct strings *first, const struct strings *second, struct strings *ret, struct err *e)
{
	const char **items = arena_array(a, first->n + second->n + 1, sizeof *items);

	if (!items)
		return err_nomem(e);
	if (first->n)
		memcpy(items, first->items, first->n * sizeof *items);
	if (second->n)
		memcpy(items + first->n, second->items, second->n * sizeof *items);
	*ret = (struct strings){.set = true, .n = first->n + second->n, .items = items};
	return 0;
}

void spec_free(struct spec *spec)
{
	arena_free(&spec->arena);
	*spec = (struct spec){0};
}
