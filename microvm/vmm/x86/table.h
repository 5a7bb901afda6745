/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables of ACPI and of the MultiProcessor Specification share. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What makes the sum of all bytes 0, where it is 0 itself. */
uint8_t table_checksum(const void *table, size_t bytes);
