/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/fidelity.h"

#include "config/names.h"
#include "config/present.h"
#include "runtime/isolation/caps.h"
#include "runtime/isolation/resctrl.h"
#include "runtime/isolation/sysctl.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FIDELITY_BELOW "/++"

const char *fidelity_name(enum fidelity how)
{
	static const char *const names[] = {
		[FIDELITY_HONOURED] = "honoured",
		[FIDELITY_TRANSLATED] = "translated",
		[FIDELITY_REFUSED] = "refused",
		[FIDELITY_IGNORED] = "ignored",
	};
	static_assert(sizeof names / sizeof *names == FIDELITY_COUNT, "a name for each");

	return names[how];
}

/* The length of the row's path without "/++". */
static size_t fidelity_length(const struct fidelity_row *row)
{
	size_t length = strlen(row->path), tail = strlen(FIDELITY_BELOW);

	return length > tail && strcmp(row->path + length - tail, FIDELITY_BELOW) == 0 ? length - tail : length;
}

bool fidelity_row_covers(const struct fidelity_row *row, const char *path)
{
	size_t length = fidelity_length(row);
	bool below = row->path[length];

	return strncmp(path, row->path, length) == 0 && (!path[length] || (below && path[length] == '/'));
}

const struct fidelity_row *fidelity_find(const char *path)
{
	for (size_t i = 0; i < fidelity_rows_n; i++)
		if (fidelity_row_covers(&fidelity_rows[i], path))
			return &fidelity_rows[i];
	return NULL;
}

void fidelity_refuse_row(
	const struct fidelity_row *row, const char *code, const struct spec *spec, struct report *report)
{
	own_text path = {0}, pointer = {0};

	text_add_bytes(&path, row->path, fidelity_length(row));
	if (table_has(&keys_spec, spec, text_string(&path), &pointer))
		report_refuse(report, code, text_string(&pointer), "%s", row->by);
}

typedef void fidelity_rule(const struct spec *spec, const struct fidelity_host *host, struct report *report);

static void refused_rows_are_not_set(const struct spec *spec, const struct fidelity_host *host, struct report *report)
{
	(void)host;
	for (size_t i = 0; i < fidelity_rows_n; i++)
		if (fidelity_rows[i].how == FIDELITY_REFUSED)
			fidelity_refuse_row(&fidelity_rows[i], "not-in-namespaces", spec, report);
}

static void labels_are_known(const struct spec *spec, const struct fidelity_host *host, struct report *report)
{
	const char *mount_label = spec->linux ? spec->linux->mount_label : NULL;
	struct err e = ERR_NONE;

	if (spec->process && lsm_check(&host->lsm, spec->process, mount_label, &e) < 0)
		report_refuse_err(report, "", &e);
}

static void sysctls_leave_the_host_alone(
	const struct spec *spec, const struct fidelity_host *host, struct report *report)
{
	uint64_t own = 0;
	struct err e = ERR_NONE;

	if (!spec->linux)
		return;
	for (unsigned int type = 0; type < SPEC_NS_COUNT; type++)
		if (spec_find_namespace(spec, type) && !(host->joined_of_caller >> type & 1))
			own |= UINT64_C(1) << type;
	if (sysctl_check(&spec->linux->sysctl, own, &e) < 0)
		report_refuse_err(report, "", &e);
}

/* Nothing is mounted where the mount namespace is another's. Without any, the planner refuses. */
static void root_needs_a_mount_namespace(
	const struct spec *spec, const struct fidelity_host *host, struct report *report)
{
	static const struct spec_linux no_linux;
	const struct spec_linux *l = spec->linux ? spec->linux : &no_linux;
	const struct spec_namespace *mount = spec_find_namespace(spec, SPEC_NS_MOUNT);
	const struct {
		const char *pointer;
		bool asked;
	} needing[] = {
		{"/mounts", spec->mounts_n},
		{"/root/readonly", spec->root && spec->root->readonly.value},
		{"/linux/devices", l->devices_n},
		{"/linux/rootfsPropagation", l->rootfs_propagation},
		{"/linux/maskedPaths", l->masked_paths.n},
		{"/linux/readonlyPaths", l->readonly_paths.n},
		{"/linux/mountLabel", l->mount_label && *l->mount_label},
		{"/root/path", spec->root && spec->root->path && strcmp(spec->root->path, "/") != 0},
	};

	(void)host;
	for (size_t i = 0; mount && mount->path && i < sizeof needing / sizeof *needing; i++)
		if (needing[i].asked)
			report_refuse(report, "no-mount-namespace", needing[i].pointer,
				"needs a mount namespace of the service's own: want {\"type\": \"mount\"} without "
				"'path' in /linux/namespaces");
}

static void resctrl_is_there(const struct spec *spec, const struct fidelity_host *host, struct report *report)
{
	if (spec->linux && spec->linux->intel_rdt && !host->resctrl)
		report_refuse(report, "no-resctrl", "/linux/intelRdt",
			"no resctrl is mounted at " RESCTRL_ROOT ": mount it, where the processor has it");
}

/* config.md, "capabilities": a warning, and no reason to fail. */
static void capabilities_can_be_granted(
	const struct spec *spec, const struct fidelity_host *host, struct report *report)
{
	(void)spec;
	if (host->caps_missing)
		report_warn(report, "caps-withheld", "/process/capabilities",
			"%s cannot be granted: cloche was started without", caps_names_of(host->caps_missing).text);
}

static fidelity_rule *const rules[] = {
	refused_rows_are_not_set,
	sysctls_leave_the_host_alone,
	root_needs_a_mount_namespace,
	resctrl_is_there,
};

static fidelity_rule *const process_rules[] = {
	labels_are_known,
	capabilities_can_be_granted,
};

void fidelity_check_process(const struct spec *spec, const struct fidelity_host *host, struct report *report)
{
	for (size_t i = 0; i < sizeof process_rules / sizeof *process_rules; i++)
		process_rules[i](spec, host, report);
}

void fidelity_check(const struct spec *spec, const struct fidelity_host *host, struct report *report)
{
	report->tree = spec->tree;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		rules[i](spec, host, report);
	fidelity_check_process(spec, host, report);
}

/* Only a path that can be looked at is compared: one that cannot is refused when it is opened. */
static bool fidelity_is_of_caller(const struct spec_namespace *namespace)
{
	static const char *const own[] = {
		[SPEC_NS_MOUNT] = "mnt",
		[SPEC_NS_PID] = "pid",
		[SPEC_NS_NETWORK] = "net",
		[SPEC_NS_UTS] = "uts",
		[SPEC_NS_IPC] = "ipc",
		[SPEC_NS_USER] = "user",
		[SPEC_NS_CGROUP] = "cgroup",
		[SPEC_NS_TIME] = "time",
	};
	static_assert(sizeof own / sizeof *own == SPEC_NS_COUNT, "a file per type");
	struct stat theirs, ours;
	char path[32];

	(void)snprintf(path, sizeof path, "/proc/self/ns/%s", own[namespace->type]); /* fits: 20 characters */
	return stat(namespace->path, &theirs) == 0 && stat(path, &ours) == 0 && theirs.st_dev == ours.st_dev &&
	       theirs.st_ino == ours.st_ino;
}

static bool fidelity_has_label(const struct spec *spec)
{
	const struct spec_process *process = spec->process;

	return (process && (process->apparmor_profile || process->selinux_label)) ||
	       (spec->linux && spec->linux->mount_label);
}

struct fidelity_host fidelity_probe_process(const struct spec *spec)
{
	struct fidelity_host host = {0};

	if (spec->process && spec->process->capabilities)
		host.caps_missing = caps_missing(spec->process->capabilities, spec_find_namespace(spec, SPEC_NS_USER));
	if (fidelity_has_label(spec))
		host.lsm = lsm_probe();
	return host;
}

struct fidelity_host fidelity_probe(const struct spec *spec)
{
	const struct spec_linux *l = spec->linux;
	struct fidelity_host host = fidelity_probe_process(spec);

	host.resctrl = l && l->intel_rdt && resctrl_is_mounted();
	for (size_t i = 0; l && l->sysctl.n && i < l->namespaces_n; i++)
		if (l->namespaces[i].path && fidelity_is_of_caller(&l->namespaces[i]))
			host.joined_of_caller |= UINT64_C(1) << l->namespaces[i].type;
	return host;
}
