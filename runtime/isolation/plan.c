/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/plan.h"

#include <string.h>

int plan_add(struct plan *plan, struct step step, struct err *e)
{
	size_t room = plan->room ? plan->room * 2 : 64;
	struct step *steps = plan->steps;

	if (plan->n == plan->room) {
		steps = arena_array(&plan->arena, room, sizeof *steps);
		if (!steps)
			return err_nomem(e);
		if (plan->n)
			memcpy(steps, plan->steps, plan->n * sizeof *steps);
		plan->steps = steps;
		plan->room = room;
	}
	steps[plan->n++] = step;
	return 0;
}

void plan_free(struct plan *plan)
{
	arena_free(&plan->arena);
	*plan = (struct plan){0};
}
