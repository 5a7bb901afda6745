/* SPDX-License-Identifier: Apache-2.0 */
/* A service's state as JSON, for state and list (OCI runtime-spec runtime.md, "State", and what runc adds to it). */
#pragma once

#include "config/json_write.h"
#include "runtime/service/service.h"

/* Writes the object. */
void cli_state_write(struct json_writer *w, const struct service *s);

/* Who made it, as runc writes it where no database of users is at hand. */
struct cli_owner {
	char text[24];
};

struct cli_owner cli_owner_of(const struct service *s);
