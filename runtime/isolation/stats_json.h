/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics as engines read them: the "data" of runc's `events --stats`. */
#pragma once

#include "config/json_write.h"
#include "runtime/isolation/stats.h"

/* Writes one JSON object. Lack of memory stays in the writer's text. */
void stats_write_json(struct json_writer *w, const struct stats *stats);
