/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest's kernel says, by its console or its serial port.
 *
 * All of it goes to a descriptor; a file there is cut to its last GUEST_LOG_BYTES whenever it has grown to twice that,
 * so that a guest cannot fill the host's disk. The last GUEST_LOG_BYTES are also kept in memory: they say why a guest
 * ended. Faces the guest: its bytes are handed on as they are.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUEST_LOG_BYTES = 64 << 10 };

struct guest_log {
	pthread_mutex_t lock;
	int fd; /* owned; -1: none, or it could not be written to any more */
	bool is_file;
	uint64_t file_bytes;
	uint64_t total; /* ever written; total % GUEST_LOG_BYTES is where the next byte goes */
	char ring[GUEST_LOG_BYTES];
};

/* Takes fd (-1: none), which may be anything that can be written to; what cannot take more at once loses it. */
void guest_log_open(struct guest_log *ret, int fd);
void guest_log_close(struct guest_log *log);

/* From any thread. Never blocks longer than a write to fd does. */
void guest_log_write(struct guest_log *log, const void *bytes, size_t length);

/* Whether the last GUEST_LOG_BYTES have this text. */
bool guest_log_has(struct guest_log *log, const char *text);
