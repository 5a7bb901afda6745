/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a FUSE request looks like (linux/fuse.h), and whether the guest's is one.
 *
 * libfuse takes its requests from a kernel that it trusts: it looks for names that end, and for lengths that are
 * true. Ours come from a guest. Every message passes here first, and only one that is whole goes on to libfuse.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MESSAGE_NAME_MAX = 255, MESSAGE_TARGET_MAX = 4095 };

/* Whether it is at least a header, whose length is the message's. Anything else cannot be answered. */
bool message_has_header(const void *message, size_t length);

/* Whether the kind of request has an answer. */
bool message_is_answered(uint32_t opcode);

/* Of a message with a header: 0, or what to answer: -ENOSYS (no such request here), -EIO (cut off), -EINVAL (a name).
 */
int message_check(const void *message, size_t length);
