/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/probe.h"

#include "base/fd.h"
#include "base/own.h"
#include "runtime/isolation/cgroup_host.h"
#include "runtime/service/kernel.h"
#include "runtime/service/libexec.h"
#include "runtime/service/processor.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define WALL_NAMESPACE "namespace"
#define WALL_MICROVM   "microvm"

static enum probe_verdict find(struct probe_finding *f, enum probe_verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static enum probe_verdict find(struct probe_finding *f, enum probe_verdict verdict, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(f->text, sizeof f->text, format, arguments); /* a cut text still says what was found */
	va_end(arguments);
	return verdict;
}

static enum probe_verdict probe_cgroups(struct probe_finding *f)
{
	static const char *const names[] = {
		[CGROUP_MODE_V1] = "version 1",
		[CGROUP_MODE_HYBRID] = "version 1, beside a version 2",
		[CGROUP_MODE_V2] = "version 2",
	};
	own_cgroup_host host = {0};
	struct err e = ERR_NONE;

	if (cgroup_host_detect(&host, &e) < 0)
		return find(f, PROBE_LESS, "no cgroups are mounted: a service can have no limits");
	if (!host.root_writable)
		return find(f, PROBE_LESS, "%s, below the caller's own group only", names[host.mode]);
	return find(f, PROBE_YES, "%s", names[host.mode]);
}

static enum probe_verdict probe_user_namespaces(struct probe_finding *f)
{
	static const char path[] = "/proc/sys/user/max_user_namespaces";
	own_text most = {0};
	struct err e = ERR_NONE;
	int r = file_read(AT_FDCWD, path, 64, &most, &e);

	if (r == 0 && most.data[0] != '0')
		return find(f, PROBE_YES, "there are user namespaces");
	return find(f, geteuid() == 0 ? PROBE_LESS : PROBE_MISSING,
		"the kernel makes no user namespaces, which a plain user's services need: see '%s'", path);
}

static enum probe_verdict probe_namespaces(struct probe_finding *f)
{
	static const char *const files[] = {"mnt", "pid", "net", "uts", "ipc", "cgroup", "time"};
	own_text missing = {0};

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char path[32];

		(void)snprintf(path, sizeof path, "/proc/self/ns/%s", files[i]); /* fits */
		if (access(path, F_OK) < 0)
			text_format(&missing, " %s", files[i]);
	}
	if (missing.length)
		return find(f, PROBE_LESS, "the kernel lacks:%s", text_string(&missing));
	return find(f, PROBE_YES, "the kernel has them all");
}

static enum probe_verdict probe_kvm(struct probe_finding *f)
{
	own_fd kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (kvm < 0 && errno == ENOENT)
		return find(f, PROBE_MISSING,
			"there is none: load kvm_intel or kvm_amd, on a machine that has virtualization");
	if (kvm < 0)
		return find(
			f, PROBE_MISSING, "cannot be opened: %s (a member of the group 'kvm' may)", strerror(errno));
	if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return find(f, PROBE_MISSING, "does not speak version %d of KVM's interface", KVM_API_VERSION);
	return find(f, PROBE_YES, "can be opened");
}

/* A KVM that only looks like one: it runs code without the processor's virtualization, and no Linux survives it. */
static enum probe_verdict probe_virtualization(struct probe_finding *f)
{
	if (access("/sys/module/kvm_pvm", F_OK) == 0)
		return find(f, PROBE_MISSING,
			"KVM is kvm_pvm, which cannot run a guest's kernel of its own: use another host");
	if (processor_is_emulated())
		return find(f, PROBE_LESS, "the processor is emulated by QEMU: slow");
	return find(f, PROBE_YES, "by the processor");
}

static enum probe_verdict probe_tun(struct probe_finding *f)
{
	own_fd tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (tun >= 0)
		return find(f, PROBE_YES, "can be opened");
	return find(f, PROBE_LESS, "cannot be opened: %s: guests have no network", strerror(errno));
}

static enum probe_verdict probe_programs(struct probe_finding *f)
{
	static const char *const programs[] = {"cloche-vmm", "cloche-fs", "cloche-init"};
	struct libexec_path path;
	struct err e = ERR_NONE;

	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (libexec_find(programs[i], &path, &e) < 0)
			return find(f, PROBE_MISSING, "%s", e.text);
	return find(f, PROBE_YES, "cloche-vmm, cloche-fs and cloche-init are there");
}

static enum probe_verdict probe_kernel(struct probe_finding *f)
{
	own_kernel_list list = {0};
	const struct kernel *kernel;
	struct err e = ERR_NONE;
	int r = kernel_list(NULL, &list, &e);

	r = r ? r : kernel_choose(&list, &kernel, &e);
	if (r < 0)
		return find(f, PROBE_MISSING, "%s", e.text);
	return find(f, PROBE_YES, "'%s'", kernel->path);
}

static const struct {
	const char *wall, *what;
	enum probe_verdict (*probe)(struct probe_finding *finding);
} probes[] = {
	{WALL_NAMESPACE, "namespaces", probe_namespaces},
	{WALL_NAMESPACE, "user namespaces", probe_user_namespaces},
	{WALL_NAMESPACE, "cgroups", probe_cgroups},
	{WALL_MICROVM, "/dev/kvm", probe_kvm},
	{WALL_MICROVM, "virtualization", probe_virtualization},
	{WALL_MICROVM, "/dev/net/tun", probe_tun},
	{WALL_MICROVM, "programs", probe_programs},
	{WALL_MICROVM, "guest kernel", probe_kernel},
	{WALL_MICROVM, "cgroups", probe_cgroups},
};
static_assert(sizeof probes / sizeof *probes <= PROBE_FINDINGS, "room for each");

void probe_host(struct probe_report *ret)
{
	*ret = (struct probe_report){.n = sizeof probes / sizeof *probes};
	for (size_t i = 0; i < ret->n; i++) {
		struct probe_finding *f = &ret->findings[i];

		f->wall = probes[i].wall;
		f->what = probes[i].what;
		f->verdict = probes[i].probe(f);
	}
}

const struct probe_finding *probe_missing(const struct probe_report *report, const char *wall)
{
	for (size_t i = 0; i < report->n; i++) {
		const struct probe_finding *f = &report->findings[i];

		if (f->verdict == PROBE_MISSING && strcmp(f->wall, wall) == 0)
			return f;
	}
	return NULL;
}

const char *probe_verdict_name(enum probe_verdict verdict)
{
	static const char *const names[] = {
		[PROBE_YES] = "yes",
		[PROBE_LESS] = "less",
		[PROBE_MISSING] = "missing",
	};
	static_assert(sizeof names / sizeof *names == PROBE_VERDICTS, "a name for each");

	return names[verdict];
}

static void probe_write_wall(const struct probe_report *report, const char *wall, struct json_writer *w)
{
	json_write_key(w, wall);
	json_write_begin_object(w);
	json_write_member_bool(w, "usable", !probe_missing(report, wall));
	json_write_key(w, "findings");
	json_write_begin_array(w);
	for (size_t i = 0; i < report->n; i++) {
		const struct probe_finding *f = &report->findings[i];

		if (strcmp(f->wall, wall) != 0)
			continue;
		json_write_begin_object(w);
		json_write_member_string(w, "what", f->what);
		json_write_member_string(w, "verdict", probe_verdict_name(f->verdict));
		json_write_member_string(w, "text", f->text);
		json_write_end_object(w);
	}
	json_write_end_array(w);
	json_write_end_object(w);
}

void probe_write_json(const struct probe_report *report, struct json_writer *w)
{
	json_write_begin_object(w);
	probe_write_wall(report, WALL_NAMESPACE, w);
	probe_write_wall(report, WALL_MICROVM, w);
	json_write_end_object(w);
}
