/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/kernel.h"

#include "base/fd.h"
#include "base/own.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { KERNEL_CONFIG_LIMIT = 4 << 20 };

const char *kernel_source_name(enum kernel_source source)
{
	static const char *const names[] = {
		[KERNEL_OF_SPEC] = "spec",
		[KERNEL_OF_VARIABLE] = "variable",
		[KERNEL_INSTALLED] = "installed",
		[KERNEL_BUILT] = "built",
		[KERNEL_OF_DISTRIBUTION] = "distribution",
	};
	static_assert(sizeof names / sizeof *names == KERNEL_SOURCES, "a name for each");

	return names[source];
}

static bool kernel_exists(const char *path)
{
	return path && access(path, R_OK) == 0;
}

/* Where a package has it: the kernel in boot/, its modules in lib/modules/ beside that. */
static const char *kernel_modules(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *dash = slash ? strchr(slash, '-') : NULL;
	const char *beside, *system;

	if (!dash)
		return NULL;
	beside = arena_format(a, "%.*s/../lib/modules/%s", (int)(slash - path), path, dash + 1);
	system = arena_format(a, "/lib/modules/%s", dash + 1);
	return kernel_exists(beside) ? beside : kernel_exists(system) ? system : NULL;
}

/* The file with its configuration: "config-RELEASE" of a package, "config" of cloche's own. NULL: there is none. */
static const char *kernel_config(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *dash = slash ? strchr(slash, '-') : NULL;
	const char *config;

	if (!slash)
		return NULL;
	config = arena_format(a, "%.*s/config%s", (int)(slash - path), path, dash ? dash : "");
	return kernel_exists(config) ? config : NULL;
}

static bool kernel_has_no_acpi(struct arena *a, const char *path)
{
	const char *config = kernel_config(a, path);
	own_text text = {0};
	struct err ignored;

	/* one that says nothing is taken for a distribution's */
	if (!config || file_read(AT_FDCWD, config, KERNEL_CONFIG_LIMIT, &text, &ignored) < 0)
		return false;
	return !strstr(text_string(&text), "\nCONFIG_ACPI=y\n");
}

static const char *kernel_fault(struct arena *a, enum kernel_source source, const struct kernel *kernel)
{
	if (!kernel_exists(kernel->path))
		return arena_format(a, "%s", strerror(errno));
	if (kernel->modules && !kernel_exists(arena_format(a, "%s/modules.dep", kernel->modules)))
		return "its modules have no modules.dep: run depmod";
	if (source == KERNEL_OF_DISTRIBUTION && !kernel->modules)
		return "its modules are not in /lib/modules";
	return NULL;
}

static int kernel_add(struct kernel_list *list, enum kernel_source source, const char *path, struct err *e)
{
	struct kernel kernel = {.source = source, .path = arena_string(&list->arena, path)};

	if (list->n == list->room) {
		struct kernel *items = arena_array_grow(&list->arena, list->items, &list->room, sizeof *items);

		if (!items)
			return err_nomem(e);
		list->items = items;
	}
	if (!kernel.path)
		return err_nomem(e);
	kernel.modules = kernel_modules(&list->arena, path);
	kernel.no_acpi = kernel_has_no_acpi(&list->arena, path);
	kernel.unusable = kernel_fault(&list->arena, source, &kernel);
	list->items[list->n++] = kernel;
	return 0;
}

/* The newest first, by when they were made or, with the same time, by name. */
static int kernel_newer(const void *left, const void *right)
{
	const char *const *l = left, *const *r = right;
	struct stat a = {0}, b = {0};

	(void)stat(*l, &a); /* what is gone meanwhile is the oldest */
	(void)stat(*r, &b);
	if (a.st_mtime != b.st_mtime)
		return a.st_mtime < b.st_mtime ? 1 : -1;
	return strverscmp(*r, *l);
}

static int kernel_add_matching(struct kernel_list *list, enum kernel_source source, const char *pattern, struct err *e)
{
	glob_t found = {0};
	int r = glob(pattern, 0, NULL, &found);

	if (r == GLOB_NOSPACE)
		return err_nomem(e);
	r = 0; /* nothing found, or nothing to be read, is no failure */
	if (found.gl_pathc)
		qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, kernel_newer);
	for (size_t i = 0; i < found.gl_pathc && r == 0; i++)
		r = kernel_add(list, source, found.gl_pathv[i], e);
	globfree(&found);
	return r;
}

static int kernel_add_built(struct kernel_list *list, struct err *e)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	const char *pattern;

	if (!cache && !home)
		return 0;
	pattern = arena_format(
		&list->arena, "%s%s/cloche/kernel/*/vmlinux", cache ? cache : home, cache ? "" : "/.cache");
	return pattern ? kernel_add_matching(list, KERNEL_BUILT, pattern, e) : err_nomem(e);
}

int kernel_list(const char *asked, struct kernel_list *ret, struct err *e)
{
	const char *variable = getenv(KERNEL_VARIABLE);
	int r;

	if (asked)
		return kernel_add(ret, KERNEL_OF_SPEC, asked, e);
	if (variable)
		return kernel_add(ret, KERNEL_OF_VARIABLE, variable, e);
	r = kernel_add(ret, KERNEL_INSTALLED, KERNEL_PATH, e);
	r = r ? r : kernel_add_built(ret, e);
	r = r ? r : kernel_add_matching(ret, KERNEL_OF_DISTRIBUTION, "/boot/vmlinuz-*cloud*", e);
	return r ? r : kernel_add_matching(ret, KERNEL_OF_DISTRIBUTION, "/boot/vmlinuz-[0-9]*[!d]-*[!d]", e);
}

int kernel_choose(const struct kernel_list *list, const struct kernel **ret, struct err *e)
{
	const struct kernel *first = list->n ? &list->items[0] : NULL;

	for (size_t i = 0; i < list->n; i++)
		if (!list->items[i].unusable) {
			*ret = &list->items[i];
			return 0;
		}
	if (first && first->source <= KERNEL_OF_VARIABLE)
		return err_set(e, ENOENT, "no-kernel", "the kernel '%s': %s", first->path, first->unusable);
	return err_set(e, ENOENT, "no-kernel",
		"there is no kernel for the guest: build cloche's own by microvm/kernel/build, install a "
		"distribution's "
		"(Debian: linux-image-cloud-amd64), or name one in vm.kernel.path; `cloche kernel` says what was "
		"looked at");
}

void kernel_list_free(struct kernel_list *list)
{
	arena_free(&list->arena);
}
