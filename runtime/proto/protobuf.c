/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: whoever is at the other end of the socket. */
#include "runtime/proto/protobuf.h"

#include <errno.h>
#include <string.h>

enum {
	WIRE_NUMBER = 0,
	WIRE_64_BITS = 1,
	WIRE_BYTES = 2,
	WIRE_32_BITS = 5,

	VARINT_BITS = 7,
	VARINT_MORE = 0x80,
	VARINT_MAX = 10, /* bytes of a number of 64 bits */
};

static void varint_add(struct text *to, uint64_t value)
{
	for (; value >= VARINT_MORE; value >>= VARINT_BITS)
		text_add_bytes(to, &(char){(char)(value | VARINT_MORE)}, 1);
	text_add_bytes(to, &(char){(char)value}, 1);
}

static void tag_add(struct text *to, unsigned int field, unsigned int wire)
{
	varint_add(to, (uint64_t)field << 3 | wire);
}

void protobuf_add_number(struct text *to, unsigned int field, uint64_t value)
{
	tag_add(to, field, WIRE_NUMBER);
	varint_add(to, value);
}

void protobuf_add_bytes(struct text *to, unsigned int field, const void *bytes, size_t length)
{
	tag_add(to, field, WIRE_BYTES);
	varint_add(to, length);
	if (length)
		text_add_bytes(to, bytes, length);
}

void protobuf_add_string(struct text *to, unsigned int field, const char *string)
{
	if (string)
		protobuf_add_bytes(to, field, string, strlen(string));
}

void protobuf_add_message(struct text *to, unsigned int field, const struct text *message)
{
	protobuf_add_bytes(to, field, message->data, message->length);
	to->failed = to->failed || message->failed;
}

static int varint_read(struct protobuf_reader *reader, uint64_t *ret)
{
	uint64_t value = 0;

	for (size_t i = 0; i < reader->left && i < VARINT_MAX; i++) {
		value |= (uint64_t)(reader->at[i] & ~VARINT_MORE & 0xff) << (VARINT_BITS * i);
		if (reader->at[i] & VARINT_MORE)
			continue;
		reader->at += i + 1;
		reader->left -= i + 1;
		*ret = value;
		return 0;
	}
	return -EPROTO;
}

static int bytes_read(struct protobuf_reader *reader, uint64_t length, struct protobuf_reader *ret)
{
	if (length > reader->left)
		return -EPROTO;
	*ret = (struct protobuf_reader){.at = reader->at, .left = (size_t)length};
	reader->at += length;
	reader->left -= (size_t)length;
	return 0;
}

/* 1: the field is one to tell of; 0: it was passed over. */
static int value_read(struct protobuf_reader *reader, unsigned int wire, struct protobuf_field *field)
{
	int r;

	switch (wire) {
	case WIRE_NUMBER:
		r = varint_read(reader, &field->value);
		return r ? r : 1;
	case WIRE_BYTES:
		field->is_bytes = true;
		r = varint_read(reader, &field->value);
		r = r ? r : bytes_read(reader, field->value, &field->bytes);
		return r ? r : 1;
	case WIRE_64_BITS:
		return bytes_read(reader, sizeof(uint64_t), &field->bytes);
	case WIRE_32_BITS:
		return bytes_read(reader, sizeof(uint32_t), &field->bytes);
	default:
		return -EPROTO;
	}
}

int protobuf_next(struct protobuf_reader *reader, struct protobuf_field *ret)
{
	while (reader->left) {
		struct protobuf_field field = {0};
		uint64_t tag;
		int r = varint_read(reader, &tag);

		if (r < 0 || tag >> 3 == 0 || tag >> 3 > UINT32_MAX)
			return -EPROTO;
		field.number = (unsigned int)(tag >> 3);
		r = value_read(reader, tag & 7, &field);
		if (r == 1)
			*ret = field;
		if (r)
			return r;
	}
	return 0;
}
