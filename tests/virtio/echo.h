/* SPDX-License-Identifier: Apache-2.0 */
/* A device for tests of the transport: it writes what it reads, and counts what it is told. */
#pragma once

#include "tests/virtio/driver.h"

enum { ECHO_QUEUES = 2, ECHO_QUEUE_SIZE = 64, ECHO_FEATURE = 5, ECHO_CONFIG_BYTES = 8, ECHO_ID = 63 };

struct echo {
	struct virtio_device device;
	struct virtq_chain chain;
	uint8_t config[ECHO_CONFIG_BYTES];
	unsigned int activated, reset, notified;
	bool holds; /* takes nothing */
};

/* The device and its driver, as the state of a test. */
struct echo_test {
	struct echo echo;
	struct driver driver;
};

int echo_set_up(void **state);
int echo_tear_down(void **state);
