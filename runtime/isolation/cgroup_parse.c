/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: files of the kernel. See cgroup_parse.h. */
#include "runtime/isolation/cgroup_parse.h"

#include <stdlib.h>
#include <string.h>

bool cgroup_number(const char *text, uint64_t *ret)
{
	char *end;

	if (strncmp(text, "max", 3) == 0 || strncmp(text, "-1", 2) == 0) {
		*ret = UINT64_MAX;
		return true;
	}
	if (*text < '0' || *text > '9')
		return false;
	*ret = strtoull(text, &end, 10);
	return *end == '\0' || *end == '\n' || *end == ' ';
}

bool cgroup_flat_number(const char *text, const char *key, uint64_t *ret)
{
	size_t length = strlen(key);

	for (const char *line = text; *line; line += *line == '\n') {
		if (strncmp(line, key, length) == 0 && line[length] == ' ')
			return cgroup_number(line + length + 1, ret);
		line += strcspn(line, "\n");
	}
	return false;
}

bool cgroup_nested_number(const char *line, const char *key, uint64_t *ret)
{
	const char *end = line + strcspn(line, "\n");
	size_t length = strlen(key);

	for (const char *at = line; at + length < end; at++)
		if ((at == line || at[-1] == ' ') && strncmp(at, key, length) == 0 && at[length] == '=')
			return cgroup_number(at + length + 1, ret);
	return false;
}
