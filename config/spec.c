/* SPDX-License-Identifier: Apache-2.0 */
#include "config/spec.h"

void spec_free(struct spec *spec)
{
	arena_free(&spec->arena);
	*spec = (struct spec){0};
}
