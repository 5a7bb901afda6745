/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of config-linux.md for namespaces and for what needs one of them. */
#include "config/check_rules.h"

#include <string.h>

enum { NANOSECONDS_MAX = 999999999, INTERFACE_NAME_MAX = 15 /* IFNAMSIZ and its NUL */ };

static void namespaces_stand_once(const struct spec *spec, struct report *report)
{
	bool seen[SPEC_NS_COUNT] = {false};

	for (size_t i = 0; spec->linux && i < spec->linux->namespaces_n; i++) {
		enum spec_namespace_type type = spec->linux->namespaces[i].type;

		if (seen[type])
			report_refuse(report, "spec-duplicate", check_at("/linux/namespaces/%zu/type", i).text,
				"want each type once");
		seen[type] = true;
	}
}

static void namespace_paths_are_absolute(const struct spec *spec, struct report *report)
{
	for (size_t i = 0; spec->linux && i < spec->linux->namespaces_n; i++)
		check_absolute(spec->linux->namespaces[i].path, check_at("/linux/namespaces/%zu/path", i).text, report);
}

/* The kernel takes offsets only before the first process enters (time_namespaces(7)). */
static void time_offsets_need_a_new_namespace(const struct spec *spec, struct report *report)
{
	const struct spec_namespace *ns = spec_find_namespace(spec, SPEC_NS_TIME);

	if (spec->linux && spec->linux->time_offsets && (!ns || ns->path))
		report_refuse(report, "spec-conflict", "/linux/timeOffsets",
			"needs a new namespace of type 'time' in /linux/namespaces");
}

static void nanoseconds_fit(const struct spec_time_offset *offset, const char *at, struct report *report)
{
	if (offset && offset->nanosecs.value > NANOSECONDS_MAX)
		report_refuse(report, "spec-range", at, "want an integer from 0 to %d", NANOSECONDS_MAX);
}

static void time_offsets_have_nanoseconds(const struct spec *spec, struct report *report)
{
	const struct spec_time_offsets *offsets = spec->linux ? spec->linux->time_offsets : NULL;

	if (!offsets)
		return;
	nanoseconds_fit(offsets->boottime, "/linux/timeOffsets/boottime/nanosecs", report);
	nanoseconds_fit(offsets->monotonic, "/linux/timeOffsets/monotonic/nanosecs", report);
}

static void net_devices_need_a_namespace(const struct spec *spec, struct report *report)
{
	if (spec->linux && spec->linux->net_devices_n > 0 && !spec_find_namespace(spec, SPEC_NS_NETWORK))
		report_refuse(report, "spec-conflict", "/linux/netDevices",
			"needs a namespace of type 'network' in /linux/namespaces");
}

/* As the kernel has it (dev_valid_name). */
static bool is_interface_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length <= INTERFACE_NAME_MAX && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	       strcspn(name, "/: \t\n\v\f\r") == length;
}

static void net_devices_have_names(const struct spec *spec, struct report *report)
{
	for (size_t i = 0; spec->linux && i < spec->linux->net_devices_n; i++) {
		const struct spec_net_device *device = &spec->linux->net_devices[i];
		struct check_at at = check_at_key("/linux/netDevices", device->host_name);

		if (!is_interface_name(device->host_name))
			report_refuse(report, "spec-value", at.text, "want a network interface's name as the key");
		if (device->name && *device->name && !is_interface_name(device->name))
			report_refuse(report, "spec-value", check_at("%s/name", at.text).text,
				"want a network interface's name");
	}
}

static void covered_paths_need_mounts(const struct spec *spec, struct report *report)
{
	const struct spec_linux *linux = spec->linux;

	if (!linux || spec_find_namespace(spec, SPEC_NS_MOUNT))
		return;
	if (linux->masked_paths.n > 0)
		report_refuse(report, "spec-conflict", "/linux/maskedPaths",
			"needs a namespace of type 'mount' in /linux/namespaces");
	if (linux->readonly_paths.n > 0)
		report_refuse(report, "spec-conflict", "/linux/readonlyPaths",
			"needs a namespace of type 'mount' in /linux/namespaces");
}

static check_rule *const rules[] = {
	namespaces_stand_once,
	namespace_paths_are_absolute,
	time_offsets_need_a_new_namespace,
	time_offsets_have_nanoseconds,
	net_devices_need_a_namespace,
	net_devices_have_names,
	covered_paths_need_mounts,
};
const struct check_rules check_namespace_rules = CHECK_RULES(rules);
