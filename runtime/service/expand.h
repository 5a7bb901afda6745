/* SPDX-License-Identifier: Apache-2.0 */
/* The short form of a spec, made whole. */
#pragma once

#include "base/err.h"
#include "config/defaults.h"
#include "config/spec.h"

/*
 * Fills in what a short spec (config/defaults.h) left out, with cloche's own seccomp profile; does nothing to a
 * literal one. As a plain user's spec where the caller is not root.
 */
int service_expand(struct spec *spec, struct err *e);

/* The same for whoever the spec is to be for (config/defaults.h). */
int service_expand_for(struct spec *spec, const struct expand_options *options, struct err *e);
