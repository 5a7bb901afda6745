/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "config/json_write.h"
#include "runtime/cli/open.h"
#include "runtime/cli/output.h"
#include "runtime/cli/values.h"
#include "runtime/cli/verbs.h"
#include "runtime/service/running.h"

#include <errno.h>

enum { EVENTS_INTERVAL_MS = 5000, EVENTS_OOM_LOOK_MS = 500 };

struct events_options {
	const char *interval;
	bool stats;
};

/* {"type":"stats","id":…,"data":{…}}, a line each, as runc has it. */
static int events_stats(struct service *s, struct err *e)
{
	own_text out = {0};
	struct json_writer w = {.out = &out};
	int r;

	json_write_begin_object(&w);
	json_write_member_string(&w, "type", "stats");
	json_write_member_string(&w, "id", s->state.id);
	json_write_key(&w, "data");
	r = service_stats_write(s, &w, e);
	if (r < 0)
		return r;
	json_write_end_object(&w);
	text_add(&out, "\n");
	return cli_print(&out, e);
}

static int events_oom(const struct service *s, struct err *e)
{
	own_text out = {0};
	struct json_writer w = {.out = &out};

	json_write_begin_object(&w);
	json_write_member_string(&w, "type", "oom");
	json_write_member_string(&w, "id", s->state.id);
	json_write_end_object(&w);
	text_add(&out, "\n");
	return cli_print(&out, e);
}

/* An event for each process that the kernel has killed since the last look. */
static int events_look_for_oom(struct service *s, uint64_t *seen, struct err *e)
{
	uint64_t kills = *seen;
	int r = service_oom_kills(s, &kills, e);

	while (r == 0 && *seen < kills) {
		r = events_oom(s, e);
		++*seen;
	}
	return r;
}

/* The kill that ended the service; whoever was faster with deleting it leaves nothing to look at. */
static int events_last_oom(struct service *s, uint64_t *seen, struct err *e)
{
	int r = events_look_for_oom(s, seen, e);

	return r == -ENOENT || r == -ENODEV ? 0 : r;
}

/* Until the service has ended; what takes its cgroup away meanwhile is its end as well. */
static int events_follow(struct service *s, int64_t interval_ms, struct err *e)
{
	int64_t next = clock_now_ms() + interval_ms;
	struct err gone = ERR_NONE;
	uint64_t kills = 0;
	int r = service_oom_kills(s, &kills, e);

	while (r == 0) {
		int64_t now = clock_now_ms(), wait = next - now;

		if (wait > EVENTS_OOM_LOOK_MS)
			wait = EVENTS_OOM_LOOK_MS;
		r = process_wait_end(s->pidfd, wait > 0 ? (int)wait : 0, &gone);
		if (r != 0 && r != -ETIMEDOUT)
			*e = gone;
		if (r == 0)
			return events_last_oom(s, &kills, e);
		r = r == -ETIMEDOUT ? events_look_for_oom(s, &kills, e) : r;
		if (r == 0 && clock_now_ms() >= next) {
			r = events_stats(s, e);
			next += interval_ms;
		}
	}
	return r == -ENOENT || r == -ENODEV ? 0 : r;
}

static int cli_events(const struct cli_call *call, struct err *e)
{
	const struct events_options *o = call->options;
	own_service s = SERVICE_NONE;
	int64_t interval_ms = EVENTS_INTERVAL_MS;
	int r = o->interval ? cli_value_duration("--interval", o->interval, &interval_ms, e) : 0;

	r = r ? r : cli_open(call, false, &s, e);
	r = r ? r : service_check_running(&s, e);
	if (r < 0)
		return r;
	return o->stats ? events_stats(&s, e) : events_follow(&s, interval_ms, e);
}

static const struct cli_option events_options[] = {
	{"interval", 0, CLI_TEXT, offsetof(struct events_options, interval), "TIME",
		"between statistics (default: 5s)"},
	{"stats", 0, CLI_FLAG, offsetof(struct events_options, stats), NULL, "print statistics once, and end"},
};

const struct cli_verb cli_verb_events = {
	.name = "events",
	.synopsis = "[options] ID",
	.summary = "Print statistics and out-of-memory events of a service as JSON lines",
	.options = events_options,
	.options_n = sizeof events_options / sizeof *events_options,
	.options_size = sizeof(struct events_options),
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 1,
	.run = cli_events,
};
