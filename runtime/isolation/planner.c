/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/planner.h"

int plan_in_order(const struct plan_order *order, const struct spec *spec, const struct plan_setting *setting,
	struct plan *ret, struct err *e)
{
	own_plan plan = {.spec = spec};
	struct planner planner = {.spec = spec, .setting = setting, .plan = &plan};
	int r = 0;

	for (size_t i = 0; i < order->n && r == 0; i++)
		r = order->sections[i](&planner, e);
	if (r < 0)
		return r;
	*ret = plan;
	plan = (struct plan){0};
	return 0;
}

int plan_add_present(struct planner *p, const struct step *steps, size_t n, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = steps[i].what ? plan_add(p->plan, steps[i], e) : 0;
	return r;
}
