/* SPDX-License-Identifier: Apache-2.0 */
/* What runs on the host: the VMM, which has nothing, and the file server, which has the shared trees and no more. */
#include "runtime/service/microvm_spec.h"

#include "runtime/proto/fs.h"
#include "runtime/service/microvm_mounts.h"
#include "runtime/service/microvm_resources.h"

#include <string.h>

/* Of the host; not root in any namespace, and nobody's whose files it could read. */
enum { MICROVM_UID = 65534 };

static struct opt_bool yes(void)
{
	return (struct opt_bool){.set = true, .value = true};
}

static int box_strings(struct arena *a, const char *const *items, size_t n, struct strings *ret, struct err *e)
{
	const char **copy = arena_array(a, n + 1, sizeof *copy);

	if (!copy)
		return err_nomem(e);
	memcpy(copy, items, n * sizeof *copy);
	*ret = (struct strings){.set = true, .n = n, .items = copy};
	return 0;
}

static int box_process(struct spec *ret, const char *program, uint64_t capabilities, struct err *e)
{
	const struct opt_bits all = {.set = true, .bits = capabilities}, none = {.set = true};
	struct spec_process *process = arena_alloc(&ret->arena, sizeof *process);
	const char *const args[] = {program}, *const env[] = {
						      "HOME=/"}; /* else HOME would be looked up in a passwd(5) */
	int r;

	if (!process)
		return err_nomem(e);
	process->cwd = "/";
	process->no_new_privileges = yes();
	process->capabilities = arena_alloc(&ret->arena, sizeof *process->capabilities);
	if (!process->capabilities)
		return err_nomem(e);
	*process->capabilities = (struct spec_capabilities){
		.bounding = all, .permitted = all, .effective = all, .inheritable = none, .ambient = none};
	r = box_strings(&ret->arena, args, 1, &process->args, e);
	r = r ? r : box_strings(&ret->arena, env, 1, &process->env, e);
	ret->process = process;
	return r;
}

static int box_root(struct spec *ret, const char *directory, struct err *e)
{
	ret->root = arena_alloc(&ret->arena, sizeof *ret->root);
	if (!ret->root)
		return err_nomem(e);
	*ret->root = (struct spec_root){.path = directory, .readonly = yes()};
	return 0;
}

/* New ones of all that it could share with others; the network is that at `network`, or one without anything. */
static int box_linux(const struct spec *spec, const struct microvm_place *place, const char *network, struct spec *ret,
	struct err *e)
{
	const struct spec_namespace all[] = {
		{SPEC_NS_MOUNT, NULL}, {SPEC_NS_PID, NULL}, {SPEC_NS_IPC, NULL}, {SPEC_NS_UTS, NULL},
		{SPEC_NS_NETWORK, network}, {SPEC_NS_USER, NULL}, /* last: only for who is not root */
	};
	struct spec_linux *l = arena_alloc(&ret->arena, sizeof *l);

	if (!l)
		return err_nomem(e);
	l->namespaces_set = true;
	l->namespaces_n = sizeof all / sizeof *all - (place->privileged ? 1 : 0);
	l->namespaces = arena_array(&ret->arena, l->namespaces_n, sizeof *l->namespaces);
	if (!l->namespaces)
		return err_nomem(e);
	memcpy(l->namespaces, all, l->namespaces_n * sizeof *l->namespaces);
	if (spec->linux) {
		l->uid_mappings = spec->linux->uid_mappings;
		l->gid_mappings = spec->linux->gid_mappings;
		l->cgroups_path = spec->linux->cgroups_path;
	}
	ret->linux = l;
	return 0;
}

static int box_begin(const struct spec *spec, const struct microvm_place *place, const char *network, struct spec *ret,
	struct err *e)
{
	ret->oci_version = spec->oci_version;
	ret->annotations = spec->annotations;
	return box_linux(spec, place, network, ret, e);
}

/* Those that look at the service from the host; startContainer is for the guest. */
static int vmm_hooks(const struct spec *spec, struct spec *ret, struct err *e)
{
	if (!spec->hooks)
		return 0;
	ret->hooks = arena_alloc(&ret->arena, sizeof *ret->hooks);
	if (!ret->hooks)
		return err_nomem(e);
	*ret->hooks = *spec->hooks;
	ret->hooks->at[SPEC_HOOK_START_CONTAINER] = (struct spec_hook_list){0};
	return 0;
}

static int vmm_host_side(const struct spec *spec, struct spec *ret, struct err *e)
{
	int r = vmm_hooks(spec, ret, e);

	r = r ? r : microvm_resources_host(spec, &ret->arena, &ret->linux->resources, e);
	if (r < 0 || !spec->linux)
		return r;
	ret->linux->net_devices = spec->linux->net_devices;
	ret->linux->net_devices_n = spec->linux->net_devices_n;
	ret->linux->intel_rdt = spec->linux->intel_rdt;
	ret->linux->memory_policy = spec->linux->memory_policy;
	return 0;
}

/* The host's side of the service's terminal, whose size is the guest's, too. */
static int vmm_terminal(const struct spec *spec, struct spec *ret, struct err *e)
{
	if (!spec->process || !spec->process->terminal.value)
		return 0;
	ret->process->terminal = yes();
	ret->process->console_size = spec->process->console_size;
	return microvm_mounts_terminal(ret, e);
}

int microvm_spec_vmm(const struct spec *spec, const struct microvm_place *place, struct spec *ret, struct err *e)
{
	const struct spec_namespace *network = spec_find_namespace(spec, SPEC_NS_NETWORK);
	own_spec vmm = {0};
	int r = box_begin(spec, place, network ? network->path : NULL, &vmm, e);

	r = r ? r : box_root(&vmm, place->vmm_root, e);
	r = r ? r : box_process(&vmm, "/" MICROVM_PROGRAM_VMM, 0, e);
	r = r ? r : microvm_mounts_program(place->vmm, "/" MICROVM_PROGRAM_VMM, &vmm, e);
	r = r ? r : vmm_terminal(spec, &vmm, e);
	r = r ? r : vmm_host_side(spec, &vmm, e);
	if (r < 0)
		return r;
	if (place->privileged)
		vmm.process->user = (struct spec_user){.uid = MICROVM_UID, .gid = MICROVM_UID};
	/* the names that hooks find in its namespaces */
	vmm.hostname = spec->hostname;
	vmm.domainname = spec->domainname;
	if (spec->process)
		vmm.process->oom_score_adj = spec->process->oom_score_adj;
	*ret = vmm;
	vmm = (struct spec){0};
	return 0;
}

int microvm_spec_fs(const struct spec *spec, const struct microvm_place *place, struct spec *ret, struct err *e)
{
	own_spec fs = {0};
	int r = box_begin(spec, place, NULL, &fs, e); /* files need no network */

	r = r ? r : box_root(&fs, place->fs_root, e);
	r = r ? r : box_process(&fs, "/" MICROVM_PROGRAM_FS, fs_capabilities, e);
	r = r ? r : microvm_mounts_program(place->fs, "/" MICROVM_PROGRAM_FS, &fs, e);
	r = r ? r : microvm_mounts_share(spec, &fs, e);
	if (r < 0)
		return r;
	fs.process->user.umask = (struct opt_uint){.set = true, .value = 0}; /* the guest has applied its own */
	if (spec->process)
		fs.process->oom_score_adj = spec->process->oom_score_adj;
	*ret = fs;
	fs = (struct spec){0};
	return 0;
}
