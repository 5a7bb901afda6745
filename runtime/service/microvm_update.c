/* SPDX-License-Identifier: Apache-2.0 */
/* New limits: those of the whole machine on the host, those of the service alone in its guest. */
#include "base/own.h"
#include "config/keys.h"
#include "config/write.h"
#include "runtime/proto/agent.h"
#include "runtime/service/microvm.h"
#include "runtime/service/microvm_agent.h"
#include "runtime/service/microvm_resources.h"
#include "runtime/service/namespace.h"

#include <errno.h>

enum { UPDATE_MS = 10000 };

static int update_guest(struct service *s, const struct spec_resources *resources, struct err *e)
{
	const struct agent_watch watch = {.pidfd = s->pidfd, .interrupt_fd = -1, .timeout_ms = UPDATE_MS};
	own_text json = {0};
	own_frame answer = {0};
	own_fd connection = -1;

	table_write(&keys_resources, resources, &(struct json_writer){.out = &json});
	if (json.failed)
		return err_nomem(e);
	connection = agent_connect(s, &watch, e);
	if (connection < 0)
		return connection;
	return agent_ask(connection,
		&(struct agent_request){.type = AGENT_UPDATE,
			.answer = AGENT_DONE,
			.parts = {.head = json.data, .head_length = json.length}},
		&watch, &answer, e);
}

int microvm_update(struct service *s, struct spec *spec, const struct spec_resources *resources, struct err *e)
{
	struct microvm_update update;
	own_arena arena = {0};
	int r;

	if (namespace_paused(s))
		return err_set(e, EBUSY, "paused",
			"'%s' is paused, and so is the guest, which keeps limits of its own: resume it first",
			s->state.id);
	r = microvm_resources_update(spec, resources, &arena, &update, e);
	r = r ? r : update_guest(s, &update.guest, e);
	r = r ? r : namespace_update(s, spec, &update.host, e);
	return r ? r : microvm_size_keep(spec, &update.size, e);
}
