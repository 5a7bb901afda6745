/* SPDX-License-Identifier: Apache-2.0 */
/* What the guest's first process starts: the service as its spec says, with its files at the share. */
#include "runtime/service/microvm_mounts.h"
#include "runtime/service/microvm_resources.h"
#include "runtime/service/microvm_spec.h"

static int guest_root(const struct spec *spec, struct spec *ret, struct err *e)
{
	struct spec_root *root = arena_alloc(&ret->arena, sizeof *root);

	if (!root)
		return err_nomem(e);
	if (spec->root)
		*root = *spec->root;
	root->path = MICROVM_SHARE "/0";
	ret->root = root;
	return 0;
}

static int guest_hooks(const struct spec *spec, struct spec *ret, struct err *e)
{
	ret->hooks = NULL;
	if (!spec->hooks || !spec->hooks->at[SPEC_HOOK_START_CONTAINER].n)
		return 0;
	ret->hooks = arena_alloc(&ret->arena, sizeof *ret->hooks);
	if (!ret->hooks)
		return err_nomem(e);
	ret->hooks->at[SPEC_HOOK_START_CONTAINER] = spec->hooks->at[SPEC_HOOK_START_CONTAINER];
	return 0;
}

/*
 * Whatever the service was to share with the host, it shares with nobody here. A plain user's namespace is around the
 * file server, which maps the ids already.
 */
static int guest_namespaces(const struct spec *spec, bool privileged, struct spec *ret, struct err *e)
{
	static const struct {
		enum spec_namespace_type type;
		bool always;
	} rows[] = {
		{SPEC_NS_MOUNT, true},
		{SPEC_NS_PID, true},
		{SPEC_NS_NETWORK, true},
		{SPEC_NS_IPC, true},
		{SPEC_NS_UTS, true},
		{SPEC_NS_CGROUP, true},
		{SPEC_NS_USER, false},
		{SPEC_NS_TIME, false},
	};
	struct spec_linux *l = ret->linux;

	l->namespaces = arena_array(&ret->arena, sizeof rows / sizeof *rows, sizeof *l->namespaces);
	if (!l->namespaces)
		return err_nomem(e);
	l->namespaces_set = true;
	l->namespaces_n = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool asked = spec_find_namespace(spec, rows[i].type) && (privileged || rows[i].type != SPEC_NS_USER);

		if (rows[i].always || asked)
			l->namespaces[l->namespaces_n++].type = rows[i].type;
	}
	if (!privileged)
		l->uid_mappings = l->gid_mappings = (struct spec_id_mappings){0};
	return 0;
}

static int guest_linux(const struct spec *spec, bool privileged, struct spec *ret, struct err *e)
{
	struct spec_linux *l = arena_alloc(&ret->arena, sizeof *l);

	if (!l)
		return err_nomem(e);
	if (spec->linux)
		*l = *spec->linux;
	l->cgroups_path = NULL;
	l->net_devices = NULL;
	l->net_devices_n = 0;
	l->intel_rdt = NULL;
	l->memory_policy = NULL; /* the host's memory nodes: the VMM's */
	ret->linux = l;
	return microvm_resources_guest(spec, &ret->arena, &l->resources, e) < 0
		       ? -e->no
		       : guest_namespaces(spec, privileged, ret, e);
}

int microvm_spec_guest(const struct spec *spec, bool privileged, struct spec *ret, struct err *e)
{
	own_spec guest = *spec;
	int r;

	guest.arena = (struct arena){0};
	guest.tree = NULL;
	guest.file = NULL;
	guest.vm = NULL;
	r = guest_root(spec, &guest, e);
	r = r ? r : guest_hooks(spec, &guest, e);
	r = r ? r : guest_linux(spec, privileged, &guest, e);
	r = r ? r : microvm_mounts_guest(spec, &guest, e);
	if (r < 0)
		return r;
	*ret = guest;
	guest = (struct spec){0};
	return 0;
}
