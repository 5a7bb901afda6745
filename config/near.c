/* SPDX-License-Identifier: Apache-2.0 */
#include "config/near.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { NEAR_LENGTH = 64 };

static bool near_same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t near_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Row i of the table of distances between the beginnings of a and b (optimal string alignment). */
static void near_row(size_t rows[3][NEAR_LENGTH + 1], const char *a, const char *b, size_t i)
{
	size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

	now[0] = i;
	for (size_t j = 1; b[j - 1]; j++) {
		size_t change = last[j - 1] + !near_same(a[i - 1], b[j - 1]);

		now[j] = near_min(change, near_min(last[j], now[j - 1]) + 1);
		if (i > 1 && j > 1 && near_same(a[i - 1], b[j - 2]) && near_same(a[i - 2], b[j - 1]))
			now[j] = near_min(now[j], before[j - 2] + 1);
	}
}

size_t near_distance(const char *a, const char *b, size_t most)
{
	size_t length_a = strnlen(a, NEAR_LENGTH + 1), length_b = strnlen(b, NEAR_LENGTH + 1);
	size_t rows[3][NEAR_LENGTH + 1];

	if (length_a > NEAR_LENGTH || length_b > NEAR_LENGTH || length_a > length_b + most ||
		length_b > length_a + most)
		return most + 1;
	for (size_t j = 0; j <= length_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= length_a; i++)
		near_row(rows, a, b, i);
	return near_min(rows[length_a % 3][length_b], most + 1);
}

size_t near_allowed(const char *name)
{
	size_t length = strlen(name);

	return length < 3 ? 0 : length < 6 ? 1 : length < 12 ? 2 : 3;
}
