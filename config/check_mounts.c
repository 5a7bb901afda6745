/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of config.md, "Mounts". */
#include "config/check_rules.h"

#include <string.h>

static bool mount_is_bind(const struct spec_mount *mount)
{
	if (mount->type && strcmp(mount->type, "bind") == 0)
		return true;
	for (size_t i = 0; i < mount->options.n; i++)
		if (strcmp(mount->options.items[i], "bind") == 0 || strcmp(mount->options.items[i], "rbind") == 0)
			return true;
	return false;
}

static void destinations_are_absolute(const struct spec *spec, struct report *report)
{
	for (size_t i = 0; i < spec->mounts_n; i++) {
		struct check_at at = check_at("/mounts/%zu/destination", i);
		const char *destination = spec->mounts[i].destination;

		if (!*destination)
			report_refuse(report, "spec-value", at.text, "want an absolute path");
		else if (*destination != '/')
			report_warn(report, "spec-value", at.text, "want an absolute path, taken as relative to '/'");
	}
}

static void binds_have_sources(const struct spec *spec, struct report *report)
{
	for (size_t i = 0; i < spec->mounts_n; i++)
		if (mount_is_bind(&spec->mounts[i]) && (!spec->mounts[i].source || !*spec->mounts[i].source))
			report_refuse(report, "spec-missing", check_at("/mounts/%zu/source", i).text,
				"a bind mount needs a source");
}

static void id_maps_come_in_pairs(const struct spec *spec, struct report *report)
{
	for (size_t i = 0; i < spec->mounts_n; i++) {
		const struct spec_mount *mount = &spec->mounts[i];

		if (mount->uid_mappings.n > 0 && mount->gid_mappings.n == 0)
			report_refuse(report, "spec-missing", check_at("/mounts/%zu/gidMappings", i).text,
				"required with 'uidMappings'");
		if (mount->gid_mappings.n > 0 && mount->uid_mappings.n == 0)
			report_refuse(report, "spec-missing", check_at("/mounts/%zu/uidMappings", i).text,
				"required with 'gidMappings'");
	}
}

static void id_maps_are_maps(const struct spec *spec, struct report *report)
{
	for (size_t i = 0; i < spec->mounts_n; i++) {
		check_id_map(&spec->mounts[i].uid_mappings, check_at("/mounts/%zu/uidMappings", i).text, report);
		check_id_map(&spec->mounts[i].gid_mappings, check_at("/mounts/%zu/gidMappings", i).text, report);
	}
}

static check_rule *const rules[] = {
	destinations_are_absolute,
	binds_have_sources,
	id_maps_come_in_pairs,
	id_maps_are_maps,
};
const struct check_rules check_mount_rules = CHECK_RULES(rules);
