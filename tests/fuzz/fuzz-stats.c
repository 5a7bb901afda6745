/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as each of the files with a cgroup's figures. What is understood of them is written as good JSON. */
#include "tests/fuzz/fuzz.h"

#include "config/json.h"
#include "runtime/isolation/cgroup_parse.h"
#include "runtime/isolation/cgroup_stats_lists.h"
#include "runtime/isolation/stats_json.h"

#include <string.h>

static size_t count_lines(const char *text)
{
	size_t n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void expect_operations(const struct stats_io_list *list, size_t most)
{
	FUZZ_EXPECT(list->n <= most);
	for (size_t i = 0; i < list->n; i++)
		FUZZ_EXPECT(list->items[i].operation && list->items[i].operation[0]);
}

/* The text as each file with a list in it. */
static void read_lists(const char *text, struct stats *stats)
{
	const size_t lines = count_lines(text);
	struct stats_io_list v1 = {0};

	FUZZ_EXPECT(stats_read_raw(text, &stats->arena, &stats->memory) == 0 && stats->memory.raw_n <= lines);
	for (size_t i = 0; i < stats->memory.raw_n; i++)
		FUZZ_EXPECT(!strpbrk(stats->memory.raw[i].key, " \n"));
	FUZZ_EXPECT(stats_read_io_v1(text, &stats->arena, &v1) == 0);
	expect_operations(&v1, lines);
	FUZZ_EXPECT(stats_read_io_v2(text, &stats->arena, &stats->io) == 0);
	expect_operations(&stats->io.bytes, 3 * lines);
	expect_operations(&stats->io.operations, 3 * lines);
	FUZZ_EXPECT(stats_read_percpu(text, &stats->arena, &stats->cpu) == 0 && stats->cpu.percpu_n < lines);
	FUZZ_EXPECT(stats_read_rdma(text, text, &stats->arena, stats) == 0 && stats->rdma_n <= lines);
	stats_read_pressure(text, &stats->cpu.pressure);
}

static void read_numbers(const char *text, struct stats *stats)
{
	(void)cgroup_number(text, &stats->cpu.total_ns); /* what is not there stays as it is */
	(void)cgroup_flat_number(text, "nr_periods", &stats->cpu.periods);
	(void)cgroup_nested_number(text, "rbytes", &stats->memory.usage.usage);
}

static void write_stats(const struct stats *stats)
{
	own_text out = {0};
	own_arena arena = {0};
	const struct json *tree = NULL;
	struct json_writer w = {.out = &out};
	struct err e = ERR_NONE;

	stats_write_json(&w, stats);
	FUZZ_EXPECT(!out.failed);
	/* no kernel writes a key twice; these bytes do */
	if (json_parse(&(struct json_source){.text = out.data, .length = out.length}, &arena, &tree, &e) < 0)
		FUZZ_EXPECT(strcmp(e.code, "json-duplicate") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	own_stats stats = {0};
	own_text text = {0};

	text_add_bytes(&text, (const char *)data, size);
	read_lists(text_string(&text), &stats);
	read_numbers(text_string(&text), &stats);
	write_stats(&stats);
	return 0;
}
