/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: files of the kernel. See cgroup_stats_lists.h. */
#include "runtime/isolation/cgroup_stats_lists.h"

#include "runtime/isolation/cgroup_parse.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t count_lines(const char *text)
{
	size_t n = 1;

	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

int stats_read_raw(const char *text, struct arena *arena, struct stats_memory *ret)
{
	struct stats_pair *items = arena_array(arena, count_lines(text), sizeof *items);
	size_t n = 0;

	if (!items)
		return -ENOMEM;
	for (const char *line = text; *line; line = next_line(line)) {
		size_t length = strcspn(line, " \n");

		if (line[length] != ' ' || !cgroup_number(line + length + 1, &items[n].value))
			continue;
		items[n].key = arena_text(arena, line, length);
		if (!items[n++].key)
			return -ENOMEM;
	}
	ret->raw = items;
	ret->raw_n = n;
	return 0;
}

static const char *const operations_v1[] = {"Read", "Write", "Discard", "Sync", "Async", "Total"};

/* " Read 4096" */
static bool operation_v1(const char *at, struct stats_io_entry *ret)
{
	for (size_t i = 0; i < sizeof operations_v1 / sizeof *operations_v1; i++) {
		size_t length = strlen(operations_v1[i]);

		if (strncmp(at, operations_v1[i], length) == 0 && at[length] == ' ') {
			ret->operation = operations_v1[i];
			return cgroup_number(at + length + 1, &ret->value);
		}
	}
	return false;
}

/* "8:0 ". Returns what follows, or NULL. */
static const char *device_number(const char *line, struct stats_io_entry *ret)
{
	char *end;

	ret->major = strtoull(line, &end, 10);
	if (end == line || *end != ':')
		return NULL;
	line = end + 1;
	ret->minor = strtoull(line, &end, 10);
	return end == line || *end != ' ' ? NULL : end + 1;
}

int stats_read_io_v1(const char *text, struct arena *arena, struct stats_io_list *ret)
{
	struct stats_io_list list = {.items = arena_array(arena, count_lines(text), sizeof *list.items)};

	if (!list.items)
		return -ENOMEM;
	for (const char *line = text; *line; line = next_line(line)) {
		const char *rest = device_number(line, &list.items[list.n]);

		list.n += rest && operation_v1(rest, &list.items[list.n]);
	}
	*ret = list;
	return 0;
}

static const struct {
	const char *key, *operation;
	bool bytes;
} keys_v2[] = {
	{"rbytes", "Read", true},
	{"wbytes", "Write", true},
	{"dbytes", "Discard", true},
	{"rios", "Read", false},
	{"wios", "Write", false},
	{"dios", "Discard", false},
};

enum { KEYS_V2_OF_A_KIND = 3 };

int stats_read_io_v2(const char *text, struct arena *arena, struct stats_io *ret)
{
	const size_t room = count_lines(text) * KEYS_V2_OF_A_KIND;
	struct stats_io_list bytes = {.items = arena_array(arena, room, sizeof *bytes.items)};
	struct stats_io_list operations = {.items = arena_array(arena, room, sizeof *operations.items)};

	if (!bytes.items || !operations.items)
		return -ENOMEM;
	for (const char *line = text; *line; line = next_line(line)) {
		struct stats_io_entry entry;
		const char *rest = device_number(line, &entry);

		for (size_t i = 0; rest && i < sizeof keys_v2 / sizeof *keys_v2; i++) {
			struct stats_io_list *list = keys_v2[i].bytes ? &bytes : &operations;

			entry.operation = keys_v2[i].operation;
			if (cgroup_nested_number(rest, keys_v2[i].key, &entry.value))
				list->items[list->n++] = entry;
		}
	}
	ret->bytes = bytes;
	ret->operations = operations;
	return 0;
}

int stats_read_percpu(const char *text, struct arena *arena, struct stats_cpu *ret)
{
	const size_t room = count_lines(text);
	uint64_t *user = arena_array(arena, room, sizeof *user), *kernel = arena_array(arena, room, sizeof *kernel);
	size_t n = 0;

	if (!user || !kernel)
		return -ENOMEM;
	for (const char *line = next_line(text); *line; line = next_line(line))
		n += sscanf(line, "%*u %" SCNu64 " %" SCNu64, &user[n], &kernel[n]) == 2;
	ret->percpu_user_ns = user;
	ret->percpu_kernel_ns = kernel;
	ret->percpu_n = n;
	return 0;
}

/* The line of the same device. */
static const char *line_of(const char *text, const char *device, size_t length)
{
	for (const char *line = text; *line; line = next_line(line))
		if (strncmp(line, device, length) == 0 && line[length] == ' ')
			return line;
	return "";
}

int stats_read_rdma(const char *current, const char *max, struct arena *arena, struct stats *ret)
{
	struct stats_rdma *items = arena_array(arena, count_lines(current), sizeof *items);
	size_t n = 0;

	if (!items)
		return -ENOMEM;
	for (const char *line = current; *line; line = next_line(line)) {
		const size_t length = strcspn(line, " \n");
		const char *limit = line_of(max, line, length);
		struct stats_rdma rdma = {.handles_limit = UINT64_MAX, .objects_limit = UINT64_MAX};

		rdma.device = arena_text(arena, line, length);
		if (!rdma.device)
			return -ENOMEM;
		(void)cgroup_nested_number(line, "hca_handle", &rdma.handles); /* what is missing stays as it is */
		(void)cgroup_nested_number(line, "hca_object", &rdma.objects);
		(void)cgroup_nested_number(limit, "hca_handle", &rdma.handles_limit);
		(void)cgroup_nested_number(limit, "hca_object", &rdma.objects_limit);
		items[n++] = rdma;
	}
	ret->rdma = items;
	ret->rdma_n = n;
	return 0;
}

/* "avg10=1.50 " as 150: the kernel always writes two decimals. Returns what follows, or NULL. */
static const char *read_average(const char *at, const char *key, uint64_t *ret)
{
	const size_t length = strlen(key);
	uint64_t whole, hundredths;
	int used = 0;

	if (!at || strncmp(at, key, length) != 0 ||
		sscanf(at + length, "%" SCNu64 ".%2" SCNu64 " %n", &whole, &hundredths, &used) != 2)
		return NULL;
	*ret = 100 * whole + hundredths;
	return at + length + used;
}

static bool read_stall(const char *line, const char *kind, struct stats_stall *ret)
{
	const size_t length = strlen(kind);
	const char *at = strncmp(line, kind, length) == 0 ? line + length : NULL;

	at = read_average(at, " avg10=", &ret->avg10_hundredths);
	at = read_average(at, "avg60=", &ret->avg60_hundredths);
	at = read_average(at, "avg300=", &ret->avg300_hundredths);
	return at && cgroup_nested_number(at, "total", &ret->total_us);
}

void stats_read_pressure(const char *text, struct stats_pressure *ret)
{
	for (const char *line = text; *line; line = next_line(line)) {
		ret->set = read_stall(line, "some", &ret->some) || ret->set;
		ret->set = read_stall(line, "full", &ret->full) || ret->set;
	}
}
