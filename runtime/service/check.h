/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a service would start here, before anything is done. */
#pragma once

#include "config/report.h"
#include "runtime/service/service.h"

/*
 * Adds what this host lacks for the service, and what cannot be planned for it, to a report whose
 * spec has passed its own checks. Looks at the host and changes nothing.
 */
void service_check_host(const struct service_request *request, struct report *report);
