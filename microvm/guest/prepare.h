/* SPDX-License-Identifier: Apache-2.0 */
/* From the guest's spec as a text to a plan, by the same code as on the host. Changes nothing. */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "runtime/proto/agent.h"

struct agent;

/* What the service is made of; what is there after a failure goes with guest_service_free(). */
int guest_prepare(struct agent *agent, const struct agent_create *create, const struct text *json, struct err *e);
