/* SPDX-License-Identifier: Apache-2.0 */
/* The files and directories that the guest has open, by the numbers that it was given for them. Any thread may call. */
#pragma once

#include "microvm/fs/slots.h"

#include <pthread.h>
#include <stdbool.h>

struct handle;

struct handles {
	pthread_mutex_t lock;
	struct slots numbers;
};

void handles_open(struct handles *ret);
void handles_close(struct handles *handles);

/* The descriptor becomes the table's. -ENOMEM closes it. */
int handle_add(struct handles *handles, int fd, bool append, uint64_t *ret_number);

/* -EBADF: no such number. A descriptor in use outlives the guest's release. */
struct handle_use {
	struct handles *handles;
	struct handle *handle; /* NULL: none */
	int fd;
	bool append;
};

#define own_handle_use __attribute__((cleanup(handle_release))) struct handle_use

int handle_take(struct handles *handles, uint64_t number, struct handle_use *ret);
void handle_release(struct handle_use *use);

/* The guest has closed it. */
void handle_remove(struct handles *handles, uint64_t number);
