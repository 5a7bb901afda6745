/* SPDX-License-Identifier: Apache-2.0 */
/* The short form of a spec, made whole. */
#pragma once

#include "base/err.h"
#include "config/spec.h"

/*
 * Fills in what a short spec (config/defaults.h) left out, with cloche's own seccomp profile; does nothing to a
 * literal one. As a plain user's spec where the caller is not root.
 */
int service_expand(struct spec *spec, struct err *e);
