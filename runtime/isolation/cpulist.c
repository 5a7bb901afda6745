/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/cpulist.h"

#include <errno.h>
#include <string.h>

bool cpulist_has(const struct cpulist *list, unsigned int number)
{
	return number < CPULIST_MAX && (list->words[number / CPULIST_WORD_BITS] >> number % CPULIST_WORD_BITS & 1);
}

bool cpulist_is_empty(const struct cpulist *list)
{
	static const struct cpulist empty;

	return memcmp(list, &empty, sizeof empty) == 0;
}

/* A decimal number at *at, which is moved behind it; CPULIST_MAX for none or one too large. */
static unsigned int cpulist_number(const char **at)
{
	unsigned int number = 0;

	if (**at < '0' || **at > '9')
		return CPULIST_MAX;
	for (; **at >= '0' && **at <= '9'; (*at)++)
		if (number < CPULIST_MAX)
			number = number * 10 + (unsigned int)(**at - '0');
	return number < CPULIST_MAX ? number : CPULIST_MAX;
}

/* "N" or "N-M" at *at, which is moved behind it. False for what is neither. */
static bool cpulist_range(const char **at, struct cpulist *list)
{
	unsigned int first = cpulist_number(at), last = first;

	if (**at == '-') {
		(*at)++;
		last = cpulist_number(at);
	}
	if (first == CPULIST_MAX || last == CPULIST_MAX || first > last)
		return false;
	for (unsigned int n = first; n <= last; n++)
		list->words[n / CPULIST_WORD_BITS] |= 1UL << n % CPULIST_WORD_BITS;
	return true;
}

int cpulist_parse(const char *text, struct cpulist *ret, struct err *e)
{
	struct cpulist list = {0};
	const char *at = text + strspn(text, " ,");

	while (*at) {
		bool good = cpulist_range(&at, &list);

		at += strspn(at, " ");
		if (!good || (*at && *at != ','))
			return err_set(e, EINVAL, "list-invalid",
				"'%s' is not a list of numbers below %d and of ranges, as in '0-3,7'", text,
				CPULIST_MAX);
		at += strspn(at, " ,");
	}
	*ret = list;
	return 0;
}
