/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a mount: its type, source and destination on a line each, then an option a line. */
#include "tests/fuzz/fuzz.h"

#include "runtime/isolation/mount_request.h"

#include <string.h>
#include <sys/mount.h>

enum { FUZZ_INDEX = 5, FUZZ_LINES_MAX = 256 };

/* Cuts text into lines; returns their number. */
static size_t lines_split(char *text, const char **ret)
{
	size_t n = 0;

	while (text && n < FUZZ_LINES_MAX)
		ret[n++] = strsep(&text, "\n");
	return n;
}

static void expect_attributes(const struct mount_attributes *attributes)
{
	uint64_t both = attributes->set & attributes->clear;

	FUZZ_EXPECT((both & ~(uint64_t)MOUNT_ATTR__ATIME) == 0);
	FUZZ_EXPECT(!(attributes->set & MOUNT_ATTR__ATIME) || (attributes->clear & MOUNT_ATTR__ATIME));
}

static void expect_clean(const char *path)
{
	FUZZ_EXPECT(path[0] == '/' && !strstr(path, "//") && !strstr(path, "/./"));
	FUZZ_EXPECT(path[1] == '\0' || path[strlen(path) - 1] != '/');
	for (const char *at = path; (at = strstr(at, "/..")); at++)
		FUZZ_EXPECT(at[3] != '/' && at[3] != '\0');
}

static void expect_request(const struct mount_request *r)
{
	expect_attributes(&r->attributes);
	expect_attributes(&r->tree_attributes);
	expect_clean(r->destination);
	FUZZ_EXPECT(r->kind != MOUNT_BIND || (r->parameters_n == 0 && r->source && r->source[0]));
	FUZZ_EXPECT(r->idmap == MOUNT_IDMAP_NONE || r->kind == MOUNT_BIND);
	FUZZ_EXPECT(!r->copy_up || r->kind == MOUNT_TMPFS);
	for (size_t i = 0; i < r->parameters_n; i++)
		FUZZ_EXPECT(r->parameters[i].key && mount_request_parameter(r, r->parameters[i].key));
}

/* The request of a mount, and its line. */
static bool understand(const struct spec_mount *m, struct arena *a, struct text *line)
{
	struct spec_id_mapping mapping = {0, 1000, 10};
	struct spec_id_mappings mappings = {1, &mapping};
	struct mount_setting setting = {
		.bundle = "/bundle",
		.label = "u:o:t:s0",
		.user_namespace = true,
		.uid_mappings = &mappings,
		.gid_mappings = &mappings,
	};
	struct mount_request r;
	struct err e = ERR_NONE;

	if (mount_request_from_spec(m, FUZZ_INDEX, a, &r, &e) < 0) {
		FUZZ_EXPECT(strncmp(e.pointer, "/mounts/5/", 10) == 0);
		return false;
	}
	expect_request(&r);
	mount_request_describe(&r, line);
	if (mount_request_settle(&r, &setting, a, &e) < 0)
		FUZZ_EXPECT(strncmp(e.pointer, "/mounts/5/", 10) == 0);
	return true;
}

/* All options as one, with commas between them. */
static const char *options_join(const struct strings *options, struct arena *a)
{
	own_text joined = {0};

	for (size_t i = 0; i < options->n; i++)
		text_format(&joined, "%s%s", i ? "," : "", options->items[i]);
	return arena_string(a, text_string(&joined));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *lines[FUZZ_LINES_MAX + 4] = {NULL};
	own_arena arena = {0};
	own_text apart = {0}, joined = {0};
	char *text = arena_text(&arena, (const char *)data, size);
	size_t n = lines_split(text, lines);
	struct spec_mount m = {.type = lines[0] && lines[0][0] ? lines[0] : NULL,
		.source = lines[1],
		.destination = lines[2] ? lines[2] : "",
		.options = {true, n > 3 ? n - 3 : 0, lines + 3}};
	bool understood = understand(&m, &arena, &apart);

	/* quotes and backslashes reach over a comma, but not over the end of an option */
	if (size == 0 || memchr(data, '"', size) || memchr(data, '\\', size))
		return 0;
	lines[3] = options_join(&m.options, &arena);
	m.options.n = 1;
	FUZZ_EXPECT(understand(&m, &arena, &joined) == understood);
	FUZZ_EXPECT(strcmp(text_string(&apart), text_string(&joined)) == 0);
	return 0;
}
