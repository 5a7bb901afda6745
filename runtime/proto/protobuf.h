/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire format of Protocol Buffers, as far as messages for CRIU need it (protobuf.dev, "Encoding"): numbers and
 * bytes, each behind a tag with the field's number. Pure. Reading is bounded by the message; what a reader does not
 * know it passes over.
 */
#pragma once

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void protobuf_add_number(struct text *to, unsigned int field, uint64_t value);
void protobuf_add_bytes(struct text *to, unsigned int field, const void *bytes, size_t length);

/* A string, or nothing for NULL. */
void protobuf_add_string(struct text *to, unsigned int field, const char *string);

/* A message that another holds. */
void protobuf_add_message(struct text *to, unsigned int field, const struct text *message);

/* What is left of a message. */
struct protobuf_reader {
	const unsigned char *at;
	size_t left;
};

/* One field: a number, or bytes of the message, borrowed. */
struct protobuf_field {
	unsigned int number;
	bool is_bytes;
	uint64_t value;
	struct protobuf_reader bytes;
};

/* 1: a field; 0: the end; -EPROTO: this is no message. Fields of other kinds are passed over. */
int protobuf_next(struct protobuf_reader *reader, struct protobuf_field *ret);
