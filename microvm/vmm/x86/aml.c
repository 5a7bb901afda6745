/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/aml.h"

#include <string.h>

enum {
	AML_NAME = 0x08,
	AML_BYTE = 0x0a,
	AML_DWORD = 0x0c,
	AML_STRING = 0x0d,
	AML_SCOPE = 0x10,
	AML_BUFFER = 0x11,
	AML_PACKAGE = 0x12,
	AML_EXTENDED = 0x5b,
	AML_DEVICE = 0x82,
	AML_LENGTH_BYTES = 2, /* every length that we write: up to 4095 */
};

void aml_bytes(struct aml *aml, const void *bytes, size_t length)
{
	if (aml->used + length <= aml->room)
		memcpy(aml->bytes + aml->used, bytes, length);
	aml->used += length;
}

static void aml_byte(struct aml *aml, uint8_t byte)
{
	aml_bytes(aml, &byte, 1);
}

/* PkgLength of two bytes (20.2.4): its value counts itself, and is known at the end. */
static struct aml_open aml_begin_length(struct aml *aml)
{
	const struct aml_open open = {.length_at = aml->used};

	aml_bytes(aml, "\0\0", AML_LENGTH_BYTES);
	return open;
}

void aml_end(struct aml *aml, struct aml_open open)
{
	const size_t length = aml->used - open.length_at;
	const uint8_t bytes[AML_LENGTH_BYTES] = {(uint8_t)(1 << 6 | (length & 0xf)), (uint8_t)(length >> 4)};

	if (aml->used <= aml->room)
		memcpy(aml->bytes + open.length_at, bytes, sizeof bytes);
}

struct aml_open aml_scope(struct aml *aml, const char *name)
{
	struct aml_open open;

	aml_byte(aml, AML_SCOPE);
	open = aml_begin_length(aml);
	aml_bytes(aml, name, strlen(name));
	return open;
}

struct aml_open aml_device(struct aml *aml, const char *name)
{
	struct aml_open open;

	aml_byte(aml, AML_EXTENDED);
	aml_byte(aml, AML_DEVICE);
	open = aml_begin_length(aml);
	aml_bytes(aml, name, strlen(name));
	return open;
}

static void aml_name(struct aml *aml, const char *name)
{
	aml_byte(aml, AML_NAME);
	aml_bytes(aml, name, strlen(name));
}

struct aml_open aml_named_buffer(struct aml *aml, const char *name, uint8_t bytes)
{
	struct aml_open open;

	aml_name(aml, name);
	aml_byte(aml, AML_BUFFER);
	open = aml_begin_length(aml);
	aml_byte(aml, AML_BYTE);
	aml_byte(aml, bytes);
	return open;
}

void aml_name_string(struct aml *aml, const char *name, const char *value)
{
	aml_name(aml, name);
	aml_byte(aml, AML_STRING);
	aml_bytes(aml, value, strlen(value) + 1);
}

void aml_name_number(struct aml *aml, const char *name, uint32_t value)
{
	aml_name(aml, name);
	aml_byte(aml, AML_DWORD);
	aml_bytes(aml, &value, sizeof value);
}

static uint32_t aml_hex(char digit)
{
	return (uint32_t)(digit <= '9' ? digit - '0' : digit - 'A' + 10);
}

void aml_name_eisa_id(struct aml *aml, const char *name, const char *id)
{
	const uint32_t letters = (uint32_t)(id[0] - '@') << 10 | (uint32_t)(id[1] - '@') << 5 | (uint32_t)(id[2] - '@');
	const uint32_t number = aml_hex(id[3]) << 12 | aml_hex(id[4]) << 8 | aml_hex(id[5]) << 4 | aml_hex(id[6]);

	aml_name_number(aml, name, __builtin_bswap32(letters << 16 | number));
}

void aml_name_sleep_state(struct aml *aml, const char *name, uint8_t type)
{
	const uint8_t elements[] = {4, AML_BYTE, type, AML_BYTE, type, AML_BYTE, 0, AML_BYTE, 0};
	struct aml_open open;

	aml_name(aml, name);
	aml_byte(aml, AML_PACKAGE);
	open = aml_begin_length(aml);
	aml_bytes(aml, elements, sizeof elements);
	aml_end(aml, open);
}
