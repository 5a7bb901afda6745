/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as what the kernel says of this host's control groups: /proc/self/cgroup,
 * /proc/self/mountinfo and cgroup.controllers, then the spec's cgroupsPath, with a NUL after each; the first as a
 * saved cgroup, too.
 */
#include "tests/fuzz/fuzz.h"

#include "base/path.h"
#include "runtime/isolation/cgroup.h"

#include <string.h>

enum { FUZZ_SELF, FUZZ_MOUNTS, FUZZ_CONTROLLERS, FUZZ_PATH, FUZZ_TEXTS };

/* What was loaded is the same when it is saved and loaded again. */
static bool load(const char *saved, struct text *again)
{
	own_cgroup cgroup = {0};
	struct err e = ERR_NONE;

	if (cgroup_load(saved, &cgroup, &e) < 0) {
		FUZZ_EXPECT(e.no > 0 && e.code[0] && e.text[0] && !cgroup.arena.block);
		return false;
	}
	FUZZ_EXPECT(cgroup.n <= CGROUP_HIERARCHIES_MAX);
	for (size_t i = 0; i < cgroup.n; i++) {
		const struct cgroup_place *place = &cgroup.places[i];

		FUZZ_EXPECT(place->dir[0] == '/' && place->top < strlen(place->dir) && place->dir[place->top] == '/');
	}
	FUZZ_EXPECT(cgroup_save(&cgroup, again, &e) == 0);
	return true;
}

static void load_twice(const char *saved)
{
	own_text first = {0}, second = {0};

	if (!load(saved, &first))
		return;
	FUZZ_EXPECT(load(text_string(&first), &second));
	FUZZ_EXPECT(strcmp(text_string(&first), text_string(&second)) == 0);
}

/* A cgroup that can be prepared can be saved, and found again. */
static void prepare(const struct cgroup_host *host, const struct cgroup_path *path)
{
	own_cgroup cgroup = {0};
	own_text saved = {0}, again = {0};
	struct err e = ERR_NONE;

	if (cgroup_prepare(host, path, &cgroup, &e) < 0)
		return;
	FUZZ_EXPECT(cgroup_save(&cgroup, &saved, &e) == 0);
	FUZZ_EXPECT(load(text_string(&saved), &again));
	FUZZ_EXPECT(strcmp(text_string(&saved), text_string(&again)) == 0);
}

static void expect_host(const struct cgroup_host *host)
{
	FUZZ_EXPECT(host->n > 0 && host->n <= CGROUP_HIERARCHIES_MAX);
	FUZZ_EXPECT((host->mode == CGROUP_MODE_V1) == (cgroup_host_find_v2(host) < 0));
	for (size_t i = 0; i < host->n; i++) {
		FUZZ_EXPECT(host->items[i].mount[0] == '/' && host->items[i].own[0] == '/');
		FUZZ_EXPECT(host->items[i].controllers < 1U << CGROUP_CONTROLLERS);
	}
	for (enum cgroup_controller c = 0; c < CGROUP_CONTROLLERS; c++)
		FUZZ_EXPECT(cgroup_host_find(host, c) < (int)host->n);
}

/* Where the spec wants the cgroup is below a parent, whatever it says. */
static void place(const struct cgroup_host *host, const char *cgroups_path)
{
	for (int systemd = 0; systemd <= 1; systemd++) {
		const struct cgroup_wanted wanted = {.cgroups_path = cgroups_path, .id = "web", .systemd = systemd};
		struct cgroup_path path = {0};
		struct err e = ERR_NONE;

		if (cgroup_path_for(&wanted, host, &path, &e) < 0) {
			FUZZ_EXPECT(e.no > 0 && e.code[0] && e.pointer[0] == '/');
			continue;
		}
		FUZZ_EXPECT(path.text[0] == '/' && path.text[1] && !path_has_dotdot(path.text));
		prepare(host, &path);
	}
}

static void read_host(const struct cgroup_host_texts *texts, const char *cgroups_path)
{
	struct cgroup_path path = {.text = "/cloche/web"};
	own_cgroup_host host = {0};
	struct err e = ERR_NONE;

	if (cgroup_host_parse(texts, &host, &e) < 0) {
		FUZZ_EXPECT(e.no > 0 && e.code[0] && !host.arena.block);
		return;
	}
	expect_host(&host);
	place(&host, cgroups_path);
	prepare(&host, &path);
	path.below_own = true;
	prepare(&host, &path);
	if (cgroup_path_of_process(texts->self_cgroup, &path, &e) == 0)
		prepare(&host, &path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text texts[FUZZ_TEXTS] = {0};
	const char *at = (const char *)data;

	for (size_t i = 0; i < FUZZ_TEXTS; i++) {
		size_t length = strnlen(at, size);

		text_add_bytes(&texts[i], at, length);
		size -= length;
		at += length;
		if (size > 0) { /* the NUL */
			at++;
			size--;
		}
	}
	load_twice(text_string(&texts[FUZZ_SELF]));
	read_host(&(struct cgroup_host_texts){text_string(&texts[FUZZ_SELF]), text_string(&texts[FUZZ_MOUNTS]),
			  text_string(&texts[FUZZ_CONTROLLERS])},
		text_string(&texts[FUZZ_PATH]));
	for (size_t i = 0; i < FUZZ_TEXTS; i++)
		text_free(&texts[i]);
	return 0;
}
