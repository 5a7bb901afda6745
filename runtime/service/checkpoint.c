/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/checkpoint.h"

#include "base/log.h"
#include "runtime/service/backend.h"

int service_checkpoint(struct service *s, const struct checkpoint *checkpoint, struct err *e)
{
	const struct isolation *wall = backend_of(s);
	struct err left = ERR_NONE;
	int r = service_allows(s, SERVICE_VERB_CHECKPOINT, e);

	if (r == 0 && !wall->checkpoint)
		return backend_cannot(s, "checkpoint", e);
	r = r ? r : wall->checkpoint(s, checkpoint, e);
	if (r < 0 || checkpoint->pre_dump || checkpoint->leave_running)
		return r;
	/* the images are whole: what cannot be removed now is found again by `delete` */
	if (service_delete(s, true, &left) < 0)
		log_warning("'%s' was checkpointed, but is not removed: %s", s->state.id, left.text);
	return 0;
}
