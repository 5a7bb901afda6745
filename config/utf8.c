/* SPDX-License-Identifier: Apache-2.0 */
#include "config/utf8.h"

/* The lead bytes with how many bytes follow and what the first of those may be (Unicode, table 3-7). */
struct utf8_range {
	unsigned char first, last;
	unsigned char follow;
	unsigned char second_min, second_max;
};

static const struct utf8_range utf8_ranges[] = {
	{0x00, 0x7f, 0, 0, 0},
	{0xc2, 0xdf, 1, 0x80, 0xbf},
	{0xe0, 0xe0, 2, 0xa0, 0xbf},
	{0xe1, 0xec, 2, 0x80, 0xbf},
	{0xed, 0xed, 2, 0x80, 0x9f},
	{0xee, 0xef, 2, 0x80, 0xbf},
	{0xf0, 0xf0, 3, 0x90, 0xbf},
	{0xf1, 0xf3, 3, 0x80, 0xbf},
	{0xf4, 0xf4, 3, 0x80, 0x8f},
};

static const struct utf8_range *utf8_range_find(unsigned char lead)
{
	for (size_t i = 0; i < sizeof utf8_ranges / sizeof *utf8_ranges; i++)
		if (lead >= utf8_ranges[i].first && lead <= utf8_ranges[i].last)
			return &utf8_ranges[i];
	return NULL;
}

size_t utf8_length(const char *at, size_t left)
{
	const unsigned char *byte = (const unsigned char *)at;
	const struct utf8_range *range = utf8_range_find(byte[0]);

	if (!range || left <= range->follow)
		return 0;
	if (range->follow && (byte[1] < range->second_min || byte[1] > range->second_max))
		return 0;
	for (size_t i = 2; i <= range->follow; i++)
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
	return range->follow + 1U;
}
