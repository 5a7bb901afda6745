/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a service that has changed its mounts and descriptors as it may. */
#include "runtime/service/checkpoint_external.h"

#include "base/own.h"
#include "base/path.h"
#include "config/names.h"
#include "runtime/isolation/mount_request.h"
#include "runtime/isolation/mount_table.h"
#include "runtime/proto/criu.h"
#include "runtime/proto/protobuf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

const struct external_namespace_names external_namespace_names[SPEC_NS_COUNT] = {
	[SPEC_NS_NETWORK] = {"extRootNetNS", "net"},
	[SPEC_NS_PID] = {"extRootPidNS", "pid"},
};

static int external_check_namespaces(const struct spec *spec, struct err *e)
{
	const struct spec_linux *l = spec->linux;

	for (size_t i = 0; l && i < l->namespaces_n; i++) {
		if (!l->namespaces[i].path || external_namespace_names[l->namespaces[i].type].key)
			continue;
		(void)err_set(e, ENOTSUP, "checkpoint-joined",
			"the service has joined a %s namespace, which criu cannot leave to others: only network and "
			"pid "
			"namespaces can be joined again by a restore",
			names_of(&names_namespace, l->namespaces[i].type));
		return err_at(e, "/linux/namespaces/%zu/path", i);
	}
	return 0;
}

int external_check(const struct spec *spec, struct err *e)
{
	own_arena arena = {0};
	int r = external_check_namespaces(spec, e);

	for (size_t i = 0; i < spec->mounts_n && r == 0; i++) {
		struct mount_request request;

		r = mount_request_from_spec(&spec->mounts[i], i, &arena, &request, e);
		if (r < 0 || request.idmap == MOUNT_IDMAP_NONE)
			continue;
		(void)err_set(e, ENOTSUP, "checkpoint-idmap", "'%s' is an idmapped mount, which criu cannot restore",
			spec->mounts[i].destination);
		r = err_at(e, "/mounts/%zu", i);
	}
	return r;
}

/* What the dump of one service is told of. */
struct external_dump {
	struct arena arena;
	const struct spec *spec;
	struct mount_table mounts;
	int root; /* the service's */
	pid_t pid;
	struct text *options;
};

static void external_dump_release(struct external_dump *d)
{
	own_release_fd(&d->root);
	arena_free(&d->arena);
}

/* The mount that lies just where the path leads to now; NULL: none does, or no more. */
static const struct mount_entry *external_mount_at(const struct external_dump *d, const char *path)
{
	struct err gone = ERR_NONE;
	own_fd fd = path_open_in_root(d->root, path, O_PATH, &gone);
	struct statx stx;

	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) < 0 ||
		!(stx.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return NULL;
	return mount_table_find(&d->mounts, stx.stx_mnt_id);
}

static int external_add_binds(const struct external_dump *d, struct err *e)
{
	own_arena arena = {0};
	int r = 0;

	for (size_t i = 0; i < d->spec->mounts_n && r == 0; i++) {
		const struct mount_entry *mount;
		struct mount_request request;

		r = mount_request_from_spec(&d->spec->mounts[i], i, &arena, &request, e);
		mount = r || request.kind != MOUNT_BIND ? NULL : external_mount_at(d, request.destination);
		if (mount)
			criu_add_pair(d->options, CRIU_EXT_MNT, mount->point, request.destination);
	}
	return r;
}

/* In a user namespace devices are the host's, bound one by one; so is the /dev/null over a masked path. */
static int external_add_devices(struct external_dump *d, struct err *e)
{
	for (size_t i = 0; i < d->mounts.n; i++) {
		const struct mount_entry *mount = &d->mounts.items[i];
		const char *device;

		if (strcmp(mount->type, "devtmpfs") != 0 || strcmp(mount->root, "/") == 0)
			continue;
		device = arena_format(&d->arena, "/dev%s", mount->root);
		if (!device)
			return err_nomem(e);
		criu_add_pair(d->options, CRIU_EXT_MNT, mount->point, device);
	}
	return 0;
}

static int external_add_namespaces(struct external_dump *d, struct err *e)
{
	const struct spec_linux *l = d->spec->linux;

	for (size_t i = 0; l && i < l->namespaces_n; i++) {
		const char *key = external_namespace_names[l->namespaces[i].type].key;
		const char *file = external_namespace_names[l->namespaces[i].type].file;
		char path[64], external[96];
		struct stat st;

		if (!l->namespaces[i].path)
			continue;
		(void)snprintf(path, sizeof path, "/proc/%d/ns/%s", d->pid, file); /* fits */
		if (stat(path, &st) < 0)
			return err_sys(e, "stat '%s'", path);
		(void)snprintf(external, sizeof external, "%s[%ju]:%s", file, (uintmax_t)st.st_ino, key); /* fits */
		protobuf_add_string(d->options, CRIU_EXTERNAL, external);
	}
	return 0;
}

static int external_mount_of_fd(const struct external_dump *d, int number, uint64_t *ret, struct err *e)
{
	char path[64];
	own_fd fd = -1;
	struct statx stx;

	(void)snprintf(path, sizeof path, "/proc/%d/fd/%d", d->pid, number); /* fits */
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) < 0)
		return err_sys(e, "look at '%s'", path);
	*ret = stx.stx_mnt_id;
	return 0;
}

/* A file that no mount of the service leads to: a log, the host's /dev/null. */
static int external_add_file(const struct external_dump *d, int number, const struct stat *st,
	struct checkpoint_stream *stream, struct err *e)
{
	uint64_t mount = 0;
	int r = external_mount_of_fd(d, number, &mount, e);

	if (r < 0 || mount_table_find(&d->mounts, mount))
		return r;
	(void)snprintf(
		stream->key, sizeof stream->key, "file[%" PRIx64 ":%jx]", mount, (uintmax_t)st->st_ino); /* fits */
	protobuf_add_string(d->options, CRIU_EXTERNAL, stream->key);
	return 0;
}

static int external_add_stream(
	const struct external_dump *d, int number, struct checkpoint_stream *stream, struct err *e)
{
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof path, "/proc/%d/fd/%d", d->pid, number); /* fits */
	if (stat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_sys(e, "stat '%s'", path);
	if (S_ISFIFO(st.st_mode))
		(void)snprintf(stream->key, sizeof stream->key, "pipe:[%ju]", (uintmax_t)st.st_ino); /* fits */
	if (S_ISREG(st.st_mode) || S_ISCHR(st.st_mode))
		return external_add_file(d, number, &st, stream, e);
	return 0;
}

int external_add_dump(const struct spec *spec, pid_t pid, struct text *options,
	struct checkpoint_stream ret_streams[CHECKPOINT_STREAMS], struct err *e)
{
	__attribute__((cleanup(external_dump_release))) struct external_dump d = {
		.spec = spec, .root = -1, .pid = pid, .options = options};
	char path[64];
	int r = mount_table_of(pid, &d.arena, &d.mounts, e);

	if (r < 0)
		return r;
	(void)snprintf(path, sizeof path, "/proc/%d/root", pid); /* fits */
	d.root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (d.root < 0)
		return err_sys(e, "open '%s'", path);
	r = external_add_binds(&d, e);
	r = r ? r : external_add_devices(&d, e);
	r = r ? r : external_add_namespaces(&d, e);
	memset(ret_streams, 0, CHECKPOINT_STREAMS * sizeof *ret_streams);
	for (int i = 0; i < CHECKPOINT_STREAMS && r == 0; i++)
		r = external_add_stream(&d, i, &ret_streams[i], e);
	return r;
}
