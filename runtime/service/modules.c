/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/modules.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

enum { MODULES_INDEX_LIMIT = 16 << 20 };

#define MODULES_SUFFIX ".ko"

/* What the devices of a machine and a service's mounts need. The others are left out where there are none. */
static const struct {
	const char *name;
	bool needed;
} wanted[] = {
	{"virtio_mmio", true},
	{"vmw_vsock_virtio_transport", true},
	{"virtiofs", true},
	{"virtio_console", false},
	{"virtio_rng", false},
	{"virtio_blk", false},
	{"virtio_net", false},
	{"virtio_balloon", false},
	{"overlay", false},
	{"ext4", false},
};

/* A module's name in a path of `length` characters. */
static bool module_is(const char *path, size_t length, const char *name)
{
	const char *slash = memrchr(path, '/', length);
	const char *at = slash ? slash + 1 : path, *end = path + length;

	for (; *name; name++, at++) {
		bool dash = *name == '_' || *name == '-';

		if (at == end || (dash ? *at != '_' && *at != '-' : *at != *name))
			return false;
	}
	return (size_t)(end - at) >= strlen(MODULES_SUFFIX) && strncmp(at, MODULES_SUFFIX, strlen(MODULES_SUFFIX)) == 0;
}

/* The line of the index whose path, up to ':' or its end, is the module's. */
static const char *module_line(const char *index, const char *name)
{
	for (const char *line = index; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (module_is(line, strcspn(line, ":\n"), name))
			return line;
	return NULL;
}

static bool module_is_listed(const struct module_order *order, const char *path, size_t length)
{
	for (size_t i = 0; i < order->n; i++)
		if (strncmp(order->paths[i], path, length) == 0 && !order->paths[i][length])
			return true;
	return false;
}

static int module_add(struct module_order *order, struct arena *a, const char *path, size_t length, struct err *e)
{
	if (module_is_listed(order, path, length))
		return 0;
	if (path[length - 1] != 'o') /* .ko.xz, .ko.zst */
		return err_set(e, ENOTSUP, "module-compressed",
			"the module '%.*s' is compressed: decompress it, or use another kernel", (int)length, path);
	if (order->n == order->room) {
		const char **paths = arena_array_grow(a, order->paths, &order->room, sizeof *paths);

		if (!paths)
			return err_nomem(e);
		order->paths = paths;
	}
	order->paths[order->n] = arena_text(a, path, length);
	return order->paths[order->n++] ? 0 : err_nomem(e);
}

/* "PATH: NEEDS-LAST … NEEDS-FIRST": what it needs, from the end of the line, then itself. */
static int module_add_line(struct module_order *order, struct arena *a, const char *line, struct err *e)
{
	size_t path = strcspn(line, ":\n");
	const char *end = line + strcspn(line, "\n"), *first = line[path] == ':' ? line + path + 1 : end;
	int r = 0;

	while (end > first && r == 0) {
		const char *space = memrchr(first, ' ', (size_t)(end - first));
		const char *at = space ? space + 1 : first;

		if (at < end)
			r = module_add(order, a, at, (size_t)(end - at), e);
		end = space ? space : first;
	}
	return r ? r : module_add(order, a, line, path, e);
}

int modules_order(const struct modules_index *index, struct arena *a, struct module_order *ret, struct err *e)
{
	struct module_order order = {0};
	int r = 0;

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted && r == 0; i++) {
		const char *line = module_line(index->dep, wanted[i].name);

		if (line)
			r = module_add_line(&order, a, line, e);
		else if (wanted[i].needed && !module_line(index->builtin, wanted[i].name))
			r = err_set(e, ENOENT, "module-missing",
				"the kernel has no module '%s', which a guest needs: use another kernel",
				wanted[i].name);
	}
	if (r == 0)
		*ret = order;
	return r;
}

int modules_read(const char *tree, struct arena *a, struct module_order *ret, struct err *e)
{
	own_text dep = {0}, builtin = {0};
	const char *dep_path = arena_format(a, "%s/modules.dep", tree);
	const char *builtin_path = arena_format(a, "%s/modules.builtin", tree);
	int r;

	if (!dep_path || !builtin_path)
		return err_nomem(e);
	r = file_read(AT_FDCWD, dep_path, MODULES_INDEX_LIMIT, &dep, e);
	r = r ? r : file_read(AT_FDCWD, builtin_path, MODULES_INDEX_LIMIT, &builtin, e);
	return r ? r
		 : modules_order(&(struct modules_index){.dep = text_string(&dep), .builtin = text_string(&builtin)}, a,
			   ret, e);
}
