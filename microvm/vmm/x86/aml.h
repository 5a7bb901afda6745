/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ACPI Machine Language as far as our DSDT needs it (ACPI 6.4, 20.2). Objects are appended; one that encloses others is
 * begun and ended, and its length is filled in at its end.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct aml {
	uint8_t *bytes;
	size_t used, room; /* used > room: it did not fit, and nothing was written past the room */
};

/* What is open: give it back to aml_end(). */
struct aml_open {
	size_t length_at;
};

struct aml_open aml_scope(
	struct aml *aml, const char *name); /* a NameString of four characters, "\\_SB_" with its root */
struct aml_open aml_device(struct aml *aml, const char *name);
struct aml_open aml_named_buffer(struct aml *aml, const char *name, uint8_t bytes); /* of `bytes` bytes, which follow */
void aml_end(struct aml *aml, struct aml_open open);

void aml_name_string(struct aml *aml, const char *name, const char *value);
void aml_name_number(struct aml *aml, const char *name, uint32_t value);
/* A hardware ID such as "PNP0C0C", compressed (ACPI 6.4, 19.3.4, EISAID). */
void aml_name_eisa_id(struct aml *aml, const char *name, const char *id);
/* A package of four bytes, as \_S5_ has (ACPI 6.4, 7.4.2.6). */
void aml_name_sleep_state(struct aml *aml, const char *name, uint8_t type);
void aml_bytes(struct aml *aml, const void *bytes, size_t length);
