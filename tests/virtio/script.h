/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A malicious driver: any bytes as a script of what a guest does to a device. Everything that the guest's memory and
 * the device's registers allow can be said; frequent sequences (a start, a whole chain, a kick) have short forms, so
 * that mutations get far.
 */
#pragma once

#include "tests/virtio/driver.h"

#include <stddef.h>

struct script {
	struct driver *driver;
	int peer; /* the other end of what the device is connected to: written and read by the script; -1: none */
	const uint8_t *at, *end;
};

/*
 * Carries it out, then lets the device come to rest. Aborts when the device does not, or when a register loses its
 * sense.
 *
 */
void script_run(struct script *s);
