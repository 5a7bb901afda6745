/* SPDX-License-Identifier: Apache-2.0 */
/* See checkpoint_external.h. */
#include "base/own.h"
#include "runtime/isolation/mount_request.h"
#include "runtime/proto/criu.h"
#include "runtime/service/checkpoint_external.h"

#include <fcntl.h>

static int external_restore_binds(const struct spec *spec, const char *bundle, struct text *options, struct err *e)
{
	own_arena arena = {0};
	int r = 0;

	for (size_t i = 0; i < spec->mounts_n && r == 0; i++) {
		struct mount_request request;
		const char *source;

		r = mount_request_from_spec(&spec->mounts[i], i, &arena, &request, e);
		if (r < 0 || request.kind != MOUNT_BIND)
			continue;
		source = request.source[0] == '/' ? request.source
						  : arena_format(&arena, "%s/%s", bundle, request.source);
		if (!source)
			return err_nomem(e);
		criu_add_pair(options, CRIU_EXT_MNT, request.destination, source);
	}
	return r;
}

/* Names of the default devices, and of those of the spec, are the host's. */
static void external_restore_devices(const struct spec *spec, struct text *options)
{
	static const char *const defaults[] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"};

	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
		criu_add_pair(options, CRIU_EXT_MNT, defaults[i], defaults[i]);
	for (size_t i = 0; spec->linux && i < spec->linux->devices_n; i++)
		criu_add_pair(options, CRIU_EXT_MNT, spec->linux->devices[i].path, spec->linux->devices[i].path);
}

int external_add_restore(const struct spec *spec, const char *bundle, struct text *options, struct err *e)
{
	int r = external_restore_binds(spec, bundle, options, e);

	if (r == 0)
		external_restore_devices(spec, options);
	return r;
}

int external_namespaces_open(const struct spec *spec, struct external_namespaces *ret, struct err *e)
{
	const struct spec_linux *l = spec->linux;

	for (size_t i = 0; l && i < l->namespaces_n && ret->n < EXTERNAL_NAMESPACES_MAX; i++) {
		if (!l->namespaces[i].path)
			continue;
		ret->fds[ret->n] = open(l->namespaces[i].path, O_RDONLY | O_CLOEXEC);
		if (ret->fds[ret->n] < 0) {
			(void)err_sys(e, "open the namespace '%s'", l->namespaces[i].path);
			return err_at(e, "/linux/namespaces/%zu/path", i);
		}
		ret->keys[ret->n++] = external_namespace_names[l->namespaces[i].type].key;
	}
	return 0;
}

void external_namespaces_close(struct external_namespaces *namespaces)
{
	for (size_t i = 0; i < namespaces->n; i++)
		own_release_fd(&namespaces->fds[i]);
	namespaces->n = 0;
}
