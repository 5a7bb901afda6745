/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/backend.h"

#include <errno.h>
#include <string.h>

static const struct isolation *const walls[] = {
	&isolation_namespace,
	&isolation_microvm,
};

const struct isolation *backend_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof walls / sizeof *walls; i++)
		if (strcmp(walls[i]->name, name) == 0)
			return walls[i];
	return NULL;
}

const struct isolation *backend_of(const struct service *s)
{
	const struct isolation *wall = backend_find(s->state.isolation);

	/* a state without a wall is one whose making was cut off before there was anything */
	return wall ? wall : &isolation_namespace;
}

int backend_cannot(const struct service *s, const char *verb, struct err *e)
{
	return err_set(e, EOPNOTSUPP, "wall-cannot", "%s '%s': the %s isolation cannot do that", verb, s->state.id,
		backend_of(s)->name);
}
