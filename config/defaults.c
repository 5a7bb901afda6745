/* SPDX-License-Identifier: Apache-2.0 */
#include "config/defaults.h"

#include "config/defaults_mounts.h"
#include "config/version.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/resource.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static const char *const default_args[] = {"sh"};

/* What a service that starts as root and drops its rights needs, as podman has it; no raw sockets, no device nodes. */
static const int default_capabilities[] = {
	CAP_CHOWN,            /* own its data directory */
	CAP_DAC_OVERRIDE,     /* write it before the user is switched */
	CAP_FOWNER,           /* chmod it */
	CAP_FSETID,           /* keep set-id bits there */
	CAP_KILL,             /* signal workers of other users */
	CAP_NET_BIND_SERVICE, /* ports below 1024 */
	CAP_SETFCAP,          /* package managers */
	CAP_SETGID,           /* drop to its user */
	CAP_SETPCAP,          /* drop capabilities */
	CAP_SETUID,           /* drop to its user */
	CAP_SYS_CHROOT,       /* sshd and its like */
};

static const struct spec_rlimit default_rlimits[] = {{RLIMIT_NOFILE, 1024, 1024}};

/* In this order, as runc lists them. */
static const enum spec_namespace_type default_namespaces[] = {
	SPEC_NS_PID, SPEC_NS_NETWORK, SPEC_NS_IPC, SPEC_NS_UTS, SPEC_NS_MOUNT, SPEC_NS_CGROUP};
static const enum spec_namespace_type rootless_namespaces[] = {
	SPEC_NS_PID, SPEC_NS_IPC, SPEC_NS_UTS, SPEC_NS_MOUNT, SPEC_NS_CGROUP, SPEC_NS_USER};

static const char *const default_masked_paths[] = {
	"/proc/acpi",
	"/proc/asound",
	"/proc/interrupts",
	"/proc/kcore",
	"/proc/keys",
	"/proc/latency_stats",
	"/proc/timer_list",
	"/proc/timer_stats",
	"/proc/sched_debug",
	"/proc/scsi",
	"/sys/firmware",
	"/sys/devices/virtual/powercap",
	"/sys/devices/virtual/tpm",
};

static const char *const default_readonly_paths[] = {
	"/proc/bus",
	"/proc/fs",
	"/proc/irq",
	"/proc/sys",
	"/proc/sysrq-trigger",
};

static int expand_strings(struct arena *arena, struct strings *list, const char *const *items, size_t n)
{
	list->items = arena_array(arena, n + 1, sizeof *list->items);
	if (!list->items)
		return -ENOMEM;
	memcpy(list->items, items, n * sizeof *items);
	list->n = n;
	list->set = true;
	return 0;
}

static bool expand_env_has(const struct strings *env, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < env->n; i++)
		if (strncmp(env->items[i], name, length) == 0 && env->items[i][length] == '=')
			return true;
	return false;
}

/* The service's own variables stay; PATH and TERM join them where they are missing. */
static int expand_env(struct arena *arena, struct spec_process *process)
{
	struct strings *env = &process->env;
	const char **items = arena_array(arena, env->n + 3, sizeof *items);
	size_t n = 0;

	if (!items)
		return -ENOMEM;
	if (!expand_env_has(env, "PATH"))
		items[n++] = DEFAULT_PATH;
	if (process->terminal.value && !expand_env_has(env, "TERM"))
		items[n++] = "TERM=xterm";
	if (env->n > 0)
		memcpy(items + n, env->items, env->n * sizeof *items);
	*env = (struct strings){.set = true, .n = env->n + n, .items = items};
	return 0;
}

static int expand_capabilities(struct arena *arena, struct spec_process *process)
{
	struct opt_bits set = {.set = true};

	process->capabilities = arena_alloc(arena, sizeof *process->capabilities);
	if (!process->capabilities)
		return -ENOMEM;
	for (size_t i = 0; i < COUNT(default_capabilities); i++)
		set.bits |= UINT64_C(1) << default_capabilities[i];
	*process->capabilities = (struct spec_capabilities){.bounding = set, .permitted = set, .effective = set};
	return 0;
}

static int expand_rlimits(struct arena *arena, struct spec_process *process)
{
	process->rlimits = arena_alloc(arena, sizeof default_rlimits);
	if (!process->rlimits)
		return -ENOMEM;
	memcpy(process->rlimits, default_rlimits, sizeof default_rlimits);
	process->rlimits_n = COUNT(default_rlimits);
	return 0;
}

static int expand_process(struct arena *arena, struct spec_process *process)
{
	int r = expand_env(arena, process);

	if (r == 0 && !process->args.set)
		r = expand_strings(arena, &process->args, default_args, COUNT(default_args));
	if (r == 0 && !process->capabilities)
		r = expand_capabilities(arena, process);
	if (r == 0 && process->rlimits_n == 0)
		r = expand_rlimits(arena, process);
	if (!process->cwd)
		process->cwd = "/";
	if (!process->no_new_privileges.set)
		process->no_new_privileges = (struct opt_bool){true, true};
	return r;
}

static int expand_namespaces(struct arena *arena, struct spec_linux *linux, bool rootless)
{
	const enum spec_namespace_type *types = rootless ? rootless_namespaces : default_namespaces;
	size_t n = rootless ? COUNT(rootless_namespaces) : COUNT(default_namespaces);

	linux->namespaces = arena_array(arena, n, sizeof *linux->namespaces);
	if (!linux->namespaces)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		linux->namespaces[i].type = types[i];
	linux->namespaces_n = n;
	linux->namespaces_set = true;
	return 0;
}

/* A map of one id: who calls is root in there. */
static int expand_mapping(struct arena *arena, struct spec_id_mappings *map, uint32_t id)
{
	if (map->n > 0)
		return 0;
	map->items = arena_alloc(arena, sizeof *map->items);
	if (!map->items)
		return -ENOMEM;
	*map->items = (struct spec_id_mapping){.host_id = id, .size = 1};
	map->n = 1;
	return 0;
}

/* No device but those that every service has, which the runtime allows on its own. */
static int expand_devices(struct arena *arena, struct spec_linux *linux)
{
	if (!linux->resources)
		linux->resources = arena_alloc(arena, sizeof *linux->resources);
	if (!linux->resources)
		return -ENOMEM;
	if (linux->resources->devices_n > 0)
		return 0;
	linux->resources->devices = arena_alloc(arena, sizeof *linux->resources->devices);
	if (!linux->resources->devices)
		return -ENOMEM;
	*linux->resources->devices = (struct spec_device_rule){.type = 'a', .read = true, .write = true, .mknod = true};
	linux->resources->devices_n = 1;
	return 0;
}

static int expand_rootless(struct arena *arena, struct spec_linux *linux, const struct expand_options *options)
{
	int r = expand_mapping(arena, &linux->uid_mappings, options->uid);

	return r == 0 ? expand_mapping(arena, &linux->gid_mappings, options->gid) : r;
}

static int expand_linux(struct arena *arena, struct spec_linux *linux, const struct expand_options *options)
{
	int r = options->rootless ? expand_rootless(arena, linux, options) : expand_devices(arena, linux);

	if (r == 0 && !linux->namespaces_set)
		r = expand_namespaces(arena, linux, options->rootless);
	if (r == 0 && !linux->masked_paths.set)
		r = expand_strings(arena, &linux->masked_paths, default_masked_paths, COUNT(default_masked_paths));
	if (r == 0 && !linux->readonly_paths.set)
		r = expand_strings(
			arena, &linux->readonly_paths, default_readonly_paths, COUNT(default_readonly_paths));
	return r;
}

/* An object that was left out begins empty. */
static bool expand_objects(struct spec *spec)
{
	if (!spec->process)
		spec->process = arena_alloc(&spec->arena, sizeof *spec->process);
	if (!spec->root)
		spec->root = arena_alloc(&spec->arena, sizeof *spec->root);
	if (!spec->linux)
		spec->linux = arena_alloc(&spec->arena, sizeof *spec->linux);
	return spec->process && spec->root && spec->linux;
}

bool spec_is_short(const struct spec *spec)
{
	return !spec->oci_version;
}

int spec_expand_for(struct spec *spec, const struct expand_options *options, struct err *e)
{
	int r;

	if (!spec_is_short(spec))
		return 0;
	if (!expand_objects(spec))
		return err_nomem(e);
	r = expand_process(&spec->arena, spec->process);
	if (r == 0)
		r = expand_linux(&spec->arena, spec->linux, options);
	if (r == 0)
		r = expand_mounts(spec, options->rootless);
	if (r < 0)
		return err_nomem(e);
	if (!spec->root->path)
		spec->root->path = "rootfs";
	spec->oci_version = CLOCHE_OCI_VERSION;
	return 0;
}

int spec_expand(struct spec *spec, struct err *e)
{
	return spec_expand_for(spec, &(struct expand_options){0}, e);
}

int spec_default_for(const struct expand_options *options, struct spec *ret, struct err *e)
{
	own_spec spec = {0};
	int r = spec_expand_for(&spec, options, e);

	if (r < 0)
		return r;
	*ret = spec;
	spec = (struct spec){0};
	return 0;
}

int spec_default(struct spec *ret, struct err *e)
{
	return spec_default_for(&(struct expand_options){0}, ret, e);
}
