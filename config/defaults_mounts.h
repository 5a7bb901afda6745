/* SPDX-License-Identifier: Apache-2.0 */
/* The default mounts. For config/defaults.c only. */
#pragma once

#include "config/spec.h"

/* Puts the default mounts before the spec's own, which replace a default one of the same destination. -ENOMEM, or 0. */
int expand_mounts(struct spec *spec, bool rootless);
