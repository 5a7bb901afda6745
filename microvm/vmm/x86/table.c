/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/table.h"

uint8_t table_checksum(const void *table, size_t bytes)
{
	uint8_t sum = 0;

	for (const uint8_t *at = table; bytes--; at++)
		sum = (uint8_t)(sum + *at);
	return (uint8_t)-sum;
}
