/* SPDX-License-Identifier: Apache-2.0 */
/* For the files that make systemd's properties. */
#pragma once

#include "runtime/isolation/systemd_property.h"

/* Appends; a NULL name or value stands for lack of memory. */
int systemd_add(struct systemd_properties *to, struct arena *arena, struct systemd_property property, struct err *e);
