/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/running.h"

#include "runtime/isolation/stats_json.h"
#include "runtime/service/backend.h"
#include "runtime/service/resources.h"
#include "runtime/service/store.h"

#include <errno.h>

int service_check_running(const struct service *s, struct err *e)
{
	enum service_status status = service_status(s);

	if (status != SERVICE_CREATING && status != SERVICE_STOPPED)
		return 0;
	return err_set(e, EBUSY, "wrong-status", "container not running: '%s' is %s", s->state.id,
		service_status_name(status));
}

int service_pause(struct service *s, bool on, struct err *e)
{
	const struct isolation *wall = backend_of(s);
	int r = service_allows(s, on ? SERVICE_VERB_PAUSE : SERVICE_VERB_RESUME, e);

	if (r == 0 && !wall->pause)
		return backend_cannot(s, on ? "pause" : "resume", e);
	return r ? r : wall->pause(s, on, e);
}

int service_processes(struct service *s, struct pid_list *ret, struct err *e)
{
	const struct isolation *wall = backend_of(s);

	return wall->processes ? wall->processes(s, ret, e) : backend_cannot(s, "list the processes of", e);
}

int service_stats_write(struct service *s, struct json_writer *w, struct err *e)
{
	const struct isolation *wall = backend_of(s);
	own_stats stats = {0};
	int r = service_check_running(s, e);

	if (r == 0 && !wall->stats)
		return backend_cannot(s, "measure", e);
	r = r ? r : wall->stats(s, &stats, e);
	if (r == 0)
		stats_write_json(w, &stats);
	return r;
}

int service_oom_kills(struct service *s, uint64_t *ret, struct err *e)
{
	const struct isolation *wall = backend_of(s);

	return wall->oom_kills ? wall->oom_kills(s, ret, e) : backend_cannot(s, "watch the memory of", e);
}

int service_update(struct service *s, const struct spec_resources *resources, struct err *e)
{
	const struct isolation *wall = backend_of(s);
	own_spec spec = {0};
	int r = service_allows(s, SERVICE_VERB_UPDATE, e);

	if (r == 0 && !wall->update)
		return backend_cannot(s, "update", e);
	r = r ? r : service_spec(s, &spec, e);
	r = r ? r : wall->update(s, &spec, resources, e);
	r = r ? r : resources_merge_spec(&spec, resources, e);
	return r ? r : store_write_spec(s->dir, &spec, e);
}
