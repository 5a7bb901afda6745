/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/microvm_mounts.h"

#include "runtime/service/microvm_disks.h"
#include "runtime/service/microvm_spec.h"

#include <string.h>

/* Whether the Nth mount is a bind mount: 1 or 0. */
static int mount_is_bind(const struct spec *spec, size_t i, struct arena *a, struct err *e)
{
	struct mount_request request = {0};
	int r = mount_request_from_spec(&spec->mounts[i], i, a, &request, e);

	return r ? r : request.kind == MOUNT_BIND;
}

static int mounts_reserve(struct spec *ret, size_t n, struct err *e)
{
	struct spec_mount *mounts = arena_array(&ret->arena, n, sizeof *mounts);

	if (!mounts)
		return err_nomem(e);
	if (ret->mounts_n)
		memcpy(mounts, ret->mounts, ret->mounts_n * sizeof *mounts);
	ret->mounts = mounts;
	ret->mounts_set = true;
	return 0;
}

int microvm_mounts_program(const char *source, const char *destination, struct spec *ret, struct err *e)
{
	static const char *options[] = {"bind", "ro", "nosuid", "nodev", NULL};
	int r = mounts_reserve(ret, ret->mounts_n + 1, e);

	if (r < 0)
		return r;
	ret->mounts[ret->mounts_n++] = (struct spec_mount){
		.destination = destination,
		.source = source,
		.type = "bind",
		.options = {.set = true, .n = sizeof options / sizeof *options - 1, .items = options},
	};
	return 0;
}

int microvm_mounts_terminal(struct spec *ret, struct err *e)
{
	static const char *options[] = {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", NULL};
	int r = mounts_reserve(ret, ret->mounts_n + 1, e);

	if (r < 0)
		return r;
	ret->mounts[ret->mounts_n++] = (struct spec_mount){
		.destination = "/dev/pts",
		.type = "devpts",
		.source = "devpts",
		.options = {.set = true, .n = sizeof options / sizeof *options - 1, .items = options},
	};
	return 0;
}

/* On the host nobody but the server goes through these mounts, and it only moves bytes. */
static const char *share_added[] = {"nosuid", "nodev", "noexec", NULL};
static const struct strings share_options = {.set = true, .n = 3, .items = share_added};

/* By which the server opens again what it has open; of /proc no more than processes, of which it is the only one. */
static void share_proc(struct spec *ret)
{
	static const char *options[] = {"nosuid", "nodev", "noexec", "ro", "subset=pid", NULL};

	ret->mounts[ret->mounts_n++] = (struct spec_mount){
		.destination = "/proc",
		.type = "proc",
		.source = "proc",
		.options = {.set = true, .n = sizeof options / sizeof *options - 1, .items = options},
	};
}

static int share_root(const struct spec *spec, struct spec *ret, struct err *e)
{
	static const char *rbind[] = {"rbind", NULL};
	const struct strings options = {.set = true, .n = 1, .items = rbind};
	struct spec_mount *mount = &ret->mounts[ret->mounts_n++];

	*mount = (struct spec_mount){
		.destination = "/0", .type = "bind", .source = spec->root ? spec->root->path : "rootfs"};
	return spec_join_strings(&ret->arena, &options, &share_options, &mount->options, e);
}

static int share_bind(const struct spec_mount *from, size_t number, struct spec *ret, struct err *e)
{
	struct spec_mount *mount = &ret->mounts[ret->mounts_n++];

	*mount = *from;
	mount->destination = arena_format(&ret->arena, "/%zu", number);
	return mount->destination ? spec_join_strings(&ret->arena, &from->options, &share_options, &mount->options, e)
				  : err_nomem(e);
}

int microvm_mounts_share(const struct spec *spec, struct spec *ret, struct err *e)
{
	size_t number = 0;
	int r = mounts_reserve(ret, ret->mounts_n + spec->mounts_n + 2, e);

	if (r < 0)
		return r;
	share_proc(ret);
	r = share_root(spec, ret, e);
	for (size_t i = 0; i < spec->mounts_n && r == 0; i++) {
		r = mount_is_bind(spec, i, &ret->arena, e);
		if (r > 0)
			r = share_bind(&spec->mounts[i], ++number, ret, e);
	}
	return r;
}

static bool option_maps_ids(const char *option)
{
	return strcmp(option, "idmap") == 0 || strcmp(option, "ridmap") == 0;
}

/* Ids are mapped outside. */
static int guest_bind(struct spec_mount *mount, size_t number, struct arena *a, struct err *e)
{
	const struct strings given = mount->options;
	const char **items = arena_array(a, given.n + 1, sizeof *items);
	size_t n = 0;

	mount->source = arena_format(a, MICROVM_SHARE "/%zu", number);
	if (!items || !mount->source)
		return err_nomem(e);
	for (size_t i = 0; i < given.n; i++)
		if (!option_maps_ids(given.items[i]))
			items[n++] = given.items[i];
	mount->options = (struct strings){.set = given.set, .n = n, .items = items};
	mount->uid_mappings = mount->gid_mappings = (struct spec_id_mappings){0};
	return 0;
}

static int guest_disk(struct spec_mount *mount, size_t number, struct arena *a, struct err *e)
{
	mount->source = microvm_disk_device(number, a);
	return mount->source ? 0 : err_nomem(e);
}

int microvm_mounts_guest(const struct spec *spec, struct spec *ret, struct err *e)
{
	size_t binds = 0, disks = 0;
	int r;

	ret->mounts_n = 0;
	r = mounts_reserve(ret, spec->mounts_n + 1, e);
	for (size_t i = 0; i < spec->mounts_n && r == 0; i++) {
		struct mount_request request = {0};

		ret->mounts[ret->mounts_n++] = spec->mounts[i];
		r = mount_request_from_spec(&spec->mounts[i], i, &ret->arena, &request, e);
		if (r == 0 && request.kind == MOUNT_BIND)
			r = guest_bind(&ret->mounts[i], ++binds, &ret->arena, e);
		else if (r == 0 && microvm_disk_is_needed(&request))
			r = guest_disk(&ret->mounts[i], disks++, &ret->arena, e);
	}
	return r;
}
