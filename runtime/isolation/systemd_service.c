/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: the spec's texts, and systemd's choice of a cgroup. See systemd_service.h. */
#include "runtime/isolation/systemd_service.h"

#include "base/fd.h"
#include "runtime/isolation/cgroup_unit.h"
#include "runtime/isolation/systemd_call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { PROC_FILE_MAX = 64 * 1024 };

static int unit_of(const struct systemd_service *service, struct cgroup_unit *ret, struct err *e)
{
	const struct cgroup_unit_wanted wanted = {
		.cgroups_path = service->cgroups_path, .id = service->id, .user = service->user};

	return cgroup_unit_parse(&wanted, ret, e);
}

static int call(const struct systemd_service *service, struct systemd_call call, struct err *e)
{
	call.user = service->user;
	return systemd_call(service->helper ? service->helper : SYSTEMD_HELPER, &call, e);
}

static int add_limits(
	const struct systemd_limits *limits, struct arena *arena, struct systemd_properties *to, struct err *e)
{
	own_text proc_devices = {0};
	int r = limits->writes ? systemd_limit_properties(limits->writes, arena, to, e) : 0;

	if (r < 0 || !limits->devices)
		return r;
	r = file_read(AT_FDCWD, "/proc/devices", PROC_FILE_MAX, &proc_devices, e);
	if (r < 0)
		return r;
	return systemd_device_properties(limits->devices, text_string(&proc_devices), arena, to, e);
}

/* The cgroup that systemd put the process in, on this host. */
static int cgroup_of(const struct cgroup_host *host, pid_t pid, struct cgroup *ret, struct err *e)
{
	struct cgroup_path path;
	own_text text = {0};
	char file[32];
	int r;

	(void)snprintf(file, sizeof file, "/proc/%d/cgroup", (int)pid); /* fits: 13 + 11 characters */
	r = file_read(AT_FDCWD, file, PROC_FILE_MAX, &text, e);
	if (r == 0)
		r = cgroup_path_of_process(text_string(&text), &path, e);
	if (r == 0)
		r = cgroup_prepare(host, &path, ret, e);
	if (r == 0)
		ret->resident = pid;
	return r;
}

bool systemd_service_is_there(void)
{
	return access(SYSTEMD_HELPER, X_OK) == 0;
}

int systemd_service_start(const struct systemd_service *service, const struct systemd_limits *limits, pid_t pid,
	struct cgroup *ret, struct err *e)
{
	own_arena arena = {0};
	struct systemd_properties properties = {0};
	struct cgroup_unit unit;
	char pid_text[16];
	int r = unit_of(service, &unit, e);
	struct systemd_unit wanted = {.id = service->id,
		.name = unit.name,
		.slice = unit.slice,
		.pid = pid_text,
		.v2 = limits->host->mode == CGROUP_MODE_V2,
		.annotations = limits->annotations};

	if (r < 0)
		return r;
	if (cgroup_unit_is_slice(&unit))
		return err_set(e, EINVAL, "bad-cgroup-unit",
			"start systemd's unit '%s': a slice holds no process; name a scope", unit.name);
	(void)snprintf(pid_text, sizeof pid_text, "%d", (int)pid);
	r = systemd_unit_properties(&wanted, &arena, &properties, e);
	if (r == 0)
		r = add_limits(limits, &arena, &properties, e);
	if (r == 0)
		r = call(service,
			(struct systemd_call){.verb = SYSTEMD_START, .unit = unit.name, .properties = &properties}, e);
	return r < 0 ? r : cgroup_of(limits->host, pid, ret, e);
}

int systemd_service_set(const struct systemd_service *service, const struct systemd_limits *limits, struct err *e)
{
	own_arena arena = {0};
	struct systemd_properties properties = {0};
	struct cgroup_unit unit;
	int r = unit_of(service, &unit, e);

	if (r == 0)
		r = add_limits(limits, &arena, &properties, e);
	if (r < 0 || properties.n == 0)
		return r;
	return call(
		service, (struct systemd_call){.verb = SYSTEMD_SET, .unit = unit.name, .properties = &properties}, e);
}

int systemd_service_stop(const struct systemd_service *service, struct err *e)
{
	struct cgroup_unit unit;
	int r = unit_of(service, &unit, e);

	return r < 0 ? r : call(service, (struct systemd_call){.verb = SYSTEMD_STOP, .unit = unit.name}, e);
}
