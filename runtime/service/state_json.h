/* SPDX-License-Identifier: Apache-2.0 */
/* A service's state as JSON (OCI runtime-spec runtime.md, "State", and what runc adds to it). */
#pragma once

#include "config/json_write.h"
#include "runtime/service/service.h"

/* Writes the object. */
void service_state_json(struct json_writer *w, const struct service *s);

/* Who made it, as runc writes it where no database of users is at hand. */
struct service_owner {
	char text[24];
};

struct service_owner service_owner(const struct service *s);
