/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of config-linux.md for devices, paths, intelRdt, memoryPolicy and personality. */
#include "config/check_rules.h"

#include "base/path.h"

#include <string.h>
#include <sys/stat.h>

static void cgroups_path_stays_inside(const struct spec *spec, struct report *report)
{
	if (spec->linux && spec->linux->cgroups_path && path_has_dotdot(spec->linux->cgroups_path))
		report_refuse(report, "spec-value", "/linux/cgroupsPath", "want a path without '..'");
}

static void device_has_numbers(const struct spec_device *device, const char *at, struct report *report)
{
	if (device->type == 'p')
		return;
	if (!device->major.set)
		report_refuse(report, "spec-missing", check_at("%s/major", at).text, "required unless the type is 'p'");
	if (!device->minor.set)
		report_refuse(report, "spec-missing", check_at("%s/minor", at).text, "required unless the type is 'p'");
	if (device->major.value < 0 || device->major.value > UINT32_MAX)
		report_refuse(report, "spec-range", check_at("%s/major", at).text, "want a device number");
	if (device->minor.value < 0 || device->minor.value > UINT32_MAX)
		report_refuse(report, "spec-range", check_at("%s/minor", at).text, "want a device number");
}

/* The bits that say which kind of file it is, where there are any, say the same as the type. */
static void device_mode_fits_type(const struct spec_device *device, const char *at, struct report *report)
{
	uint64_t bits = device->file_mode.value & S_IFMT;
	uint64_t of_type = device->type == 'b' ? S_IFBLK : device->type == 'p' ? S_IFIFO : S_IFCHR;

	if (device->file_mode.set && bits && bits != of_type)
		report_refuse(report, "spec-conflict", check_at("%s/fileMode", at).text,
			"the mode is that of another kind of file than the type '%c'", device->type);
}

static void devices_are_complete(const struct spec *spec, struct report *report)
{
	for (size_t i = 0; spec->linux && i < spec->linux->devices_n; i++) {
		const struct spec_device *device = &spec->linux->devices[i];
		struct check_at at = check_at("/linux/devices/%zu", i);

		device_has_numbers(device, at.text, report);
		device_mode_fits_type(device, at.text, report);
		check_absolute(device->path, check_at("%s/path", at.text).text, report);
	}
}

static void covered_paths_are_absolute(const struct spec *spec, struct report *report)
{
	if (!spec->linux)
		return;
	check_absolute_list(&spec->linux->masked_paths, "/linux/maskedPaths", report);
	check_absolute_list(&spec->linux->readonly_paths, "/linux/readonlyPaths", report);
}

static void rdt_class_is_a_name(const struct spec *spec, struct report *report)
{
	const char *id = spec->linux && spec->linux->intel_rdt ? spec->linux->intel_rdt->clos_id : NULL;

	if (id && strcmp(id, "/") != 0 && (!*id || strcmp(id, ".") == 0 || strcmp(id, "..") == 0 || strpbrk(id, "/\n")))
		report_refuse(report, "spec-value", "/linux/intelRdt/closID", "want the name of a directory, or '/'");
}

/* Each goes into the file "schemata" as a line. */
static void rdt_schema_is_a_line(const char *schema, const char *at, struct report *report)
{
	if (schema && strchr(schema, '\n'))
		report_refuse(report, "spec-value", at, "want one line");
}

static void rdt_schemas_are_lines(const struct spec *spec, struct report *report)
{
	const struct spec_intel_rdt *rdt = spec->linux ? spec->linux->intel_rdt : NULL;

	if (!rdt)
		return;
	rdt_schema_is_a_line(rdt->l3_cache_schema, "/linux/intelRdt/l3CacheSchema", report);
	rdt_schema_is_a_line(rdt->mem_bw_schema, "/linux/intelRdt/memBwSchema", report);
	for (size_t i = 0; i < rdt->schemata.n; i++)
		rdt_schema_is_a_line(rdt->schemata.items[i], check_at("/linux/intelRdt/schemata/%zu", i).text, report);
	if (rdt->mem_bw_schema && strncmp(rdt->mem_bw_schema, "MB:", 3) != 0)
		report_refuse(
			report, "spec-value", "/linux/intelRdt/memBwSchema", "want a line that begins with 'MB:'");
}

/* set_mempolicy(2): which modes need nodes, and which must have none. */
static bool mode_needs_nodes(enum spec_memory_policy_mode mode)
{
	return mode == SPEC_MPOL_BIND || mode == SPEC_MPOL_INTERLEAVE || mode == SPEC_MPOL_WEIGHTED_INTERLEAVE ||
	       mode == SPEC_MPOL_PREFERRED_MANY;
}

static bool mode_takes_no_nodes(enum spec_memory_policy_mode mode)
{
	return mode == SPEC_MPOL_DEFAULT || mode == SPEC_MPOL_LOCAL;
}

static void memory_policy_has_its_nodes(const struct spec *spec, struct report *report)
{
	const struct spec_memory_policy *policy = spec->linux ? spec->linux->memory_policy : NULL;
	bool nodes = policy && policy->nodes && *policy->nodes;

	if (!policy)
		return;
	if (policy->mode == SPEC_MPOL_UNSET)
		report_refuse(report, "spec-missing", "/linux/memoryPolicy/mode", "required");
	if (nodes && !check_is_number_list(policy->nodes))
		report_refuse(report, "spec-value", "/linux/memoryPolicy/nodes", "want a list of nodes like '0-1,3'");
	if (nodes && mode_takes_no_nodes(policy->mode))
		report_refuse(report, "spec-conflict", "/linux/memoryPolicy/nodes", "not with this mode");
	if (!nodes && mode_needs_nodes(policy->mode))
		report_refuse(report, "spec-missing", "/linux/memoryPolicy/nodes", "required with this mode");
}

static void memory_policy_flags_go_together(const struct spec *spec, struct report *report)
{
	const struct spec_memory_policy *policy = spec->linux ? spec->linux->memory_policy : NULL;
	uint64_t flags = policy ? policy->flags.bits : 0;
	uint64_t node_flags = UINT64_C(1) << SPEC_MPOL_F_STATIC_NODES | UINT64_C(1) << SPEC_MPOL_F_RELATIVE_NODES;

	if ((flags & node_flags) == node_flags)
		report_refuse(report, "spec-conflict", "/linux/memoryPolicy/flags",
			"want either MPOL_F_STATIC_NODES or MPOL_F_RELATIVE_NODES");
	if (flags >> SPEC_MPOL_F_NUMA_BALANCING & 1 && policy->mode != SPEC_MPOL_BIND &&
		policy->mode != SPEC_MPOL_PREFERRED_MANY)
		report_refuse(report, "spec-conflict", "/linux/memoryPolicy/flags",
			"MPOL_F_NUMA_BALANCING goes with MPOL_BIND and MPOL_PREFERRED_MANY only");
	if (flags & node_flags && mode_takes_no_nodes(policy->mode))
		report_refuse(report, "spec-conflict", "/linux/memoryPolicy/flags", "not with this mode");
}

static void personality_has_a_domain(const struct spec *spec, struct report *report)
{
	const struct spec_personality *personality = spec->linux ? spec->linux->personality : NULL;

	if (!personality)
		return;
	if (personality->domain == SPEC_PERSONALITY_UNSET)
		report_refuse(report, "spec-missing", "/linux/personality/domain", "required");
	if (personality->flags.n > 0)
		report_warn(report, "spec-value", "/linux/personality/flags", "none is defined, ignored");
}

static check_rule *const rules[] = {
	cgroups_path_stays_inside,
	devices_are_complete,
	covered_paths_are_absolute,
	rdt_class_is_a_name,
	rdt_schemas_are_lines,
	memory_policy_has_its_nodes,
	memory_policy_flags_go_together,
	personality_has_a_domain,
};
const struct check_rules check_linux_rules = CHECK_RULES(rules);
