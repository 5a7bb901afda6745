/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/launch_laps.h"

#include "base/trace.h"

#include <sys/mman.h>

/* One for each step; 0: not yet. */
struct launch_lap {
	int64_t start_us, end_us;
};

static size_t laps_size(const struct run *run)
{
	return (run->request->plan->n + 1) * sizeof *run->laps; /* an empty plan has memory, too */
}

static struct launch_lap *lap_of(const struct run *run, const struct step *step)
{
	return &run->laps[step - run->request->plan->steps];
}

/*
 * Where the kernel has no clock that can be read without a call (vdso(7)), a filter may end who asks for the time: from
 * the filter on, it stands still for the process that has loaded it.
 */
static int64_t lap_now(const struct run *run)
{
	const struct plan *plan = run->request->plan;

	for (size_t i = 0; i < plan->n; i++)
		if (plan->steps[i].kind == STEP_SECCOMP && plan->steps[i].actor == run->me && run->laps[i].start_us)
			return run->laps[i].start_us;
	return clock_now_us();
}

int launch_laps_open(struct run *run, struct err *e)
{
	void *laps;

	if (!run->request->trace || run->request->trace->fd < 0)
		return 0;
	laps = mmap(NULL, laps_size(run), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (laps == MAP_FAILED)
		return err_sys(e, "share memory for the trace of %zu steps", run->request->plan->n);
	run->laps = laps;
	run->laps_start_us = clock_now_us();
	return 0;
}

void launch_laps_begin(const struct run *run, const struct step *step)
{
	if (run->laps)
		lap_of(run, step)->start_us = lap_now(run);
}

void launch_laps_end(const struct run *run, const struct step *step)
{
	/* a clone returns twice: it is over for who goes on after it, which of a joiner nobody does */
	if (run->laps && (run->me == step->actor || step->actor == ACTOR_JOINER))
		lap_of(run, step)->end_us = lap_now(run);
}

static void lap_write(const struct run *run, const struct step *step, int64_t now_us)
{
	const struct launch_lap lap = *lap_of(run, step);
	const struct trace_event event = {.name = plan_step_name(step->kind),
		.start_us = lap.start_us,
		.end_us = lap.end_us ? lap.end_us : now_us,
		.thread = (int)step->actor};

	if (event.start_us >= run->laps_start_us && event.end_us >= event.start_us && event.end_us <= now_us)
		trace_event(run->request->trace, &event);
}

void launch_laps_write(const struct run *run)
{
	const struct plan *plan = run->request->plan;
	const int64_t now_us = clock_now_us();

	if (!run->laps)
		return;
	for (int actor = ACTOR_HOST; actor <= ACTOR_INIT; actor++)
		trace_name_thread(run->request->trace, actor, plan_actor_name((enum actor)actor));
	for (size_t i = 0; i < plan->n; i++)
		lap_write(run, &plan->steps[i], now_us);
}

void launch_laps_close(struct run *run)
{
	if (run->laps)
		(void)munmap(run->laps, laps_size(run)); /* cannot fail: it was mapped just so */
	run->laps = NULL;
}
