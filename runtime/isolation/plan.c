/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/plan.h"

int plan_add(struct plan *plan, struct step step, struct err *e)
{
	if (plan->n == plan->room) {
		struct step *steps = arena_array_grow(&plan->arena, plan->steps, &plan->room, sizeof *steps);

		if (!steps)
			return err_nomem(e);
		plan->steps = steps;
	}
	plan->steps[plan->n++] = step;
	return 0;
}

void plan_free(struct plan *plan)
{
	arena_free(&plan->arena);
	*plan = (struct plan){0};
}
