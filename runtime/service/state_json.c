/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/state_json.h"

#include <inttypes.h>
#include <stdio.h>

static void state_annotations(struct json_writer *w, const struct service *s)
{
	own_spec spec = {0};
	struct err ignored;

	/* a service that is being created has no spec on disk yet */
	if (service_spec(s, &spec, &ignored) < 0 || !spec.annotations.n)
		return;
	json_write_key(w, "annotations");
	json_write_begin_object(w);
	for (size_t i = 0; i < spec.annotations.n; i++)
		json_write_member_string(w, spec.annotations.items[i].key, spec.annotations.items[i].value);
	json_write_end_object(w);
}

struct service_owner service_owner(const struct service *s)
{
	struct service_owner ret = {"root"};

	if (s->state.owner != 0)
		(void)snprintf(ret.text, sizeof ret.text, "#%" PRId64, s->state.owner); /* fits: 20 digits */
	return ret;
}

void service_state_json(struct json_writer *w, const struct service *s)
{
	enum service_status status = service_status(s);

	json_write_begin_object(w);
	json_write_member_string(w, "ociVersion", s->state.oci_version);
	json_write_member_string(w, "id", s->state.id);
	json_write_member_int(w, "pid", status == SERVICE_STOPPED ? 0 : s->state.pid);
	json_write_member_string(w, "status", service_status_name(status));
	json_write_member_string(w, "bundle", s->state.bundle);
	json_write_member_string(w, "rootfs", s->state.rootfs);
	json_write_member_string(w, "created", s->state.created);
	state_annotations(w, s);
	json_write_member_string(w, "owner", service_owner(s).text);
	json_write_member_string(w, "isolation", s->state.isolation);
	json_write_end_object(w);
}
