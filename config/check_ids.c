/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of user_namespaces(7) for id maps. */
#include "config/check_rules.h"

enum { ID_MAP_RANGES_MAX = 340 };

static bool ranges_overlap(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
	return a < (uint64_t)b + b_size && b < (uint64_t)a + a_size;
}

/* Whether an earlier range of the map has an id of this one, on either side. */
static bool range_is_taken(const struct spec_id_mappings *map, size_t i)
{
	const struct spec_id_mapping *at = &map->items[i];

	for (size_t j = 0; j < i; j++) {
		const struct spec_id_mapping *before = &map->items[j];

		if (ranges_overlap(at->container_id, at->size, before->container_id, before->size) ||
			ranges_overlap(at->host_id, at->size, before->host_id, before->size))
			return true;
	}
	return false;
}

static bool range_ends(const struct spec_id_mapping *range)
{
	return (uint64_t)range->container_id + range->size <= UINT32_MAX &&
	       (uint64_t)range->host_id + range->size <= UINT32_MAX;
}

void check_id_map(const struct spec_id_mappings *map, const char *at, struct report *report)
{
	if (map->n > ID_MAP_RANGES_MAX) {
		report_refuse(report, "spec-range", at, "want at most %d ranges", ID_MAP_RANGES_MAX);
		return;
	}
	for (size_t i = 0; i < map->n; i++) {
		struct check_at range = check_at("%s/%zu", at, i);

		if (map->items[i].size == 0)
			report_refuse(report, "spec-range", check_at("%s/size", range.text).text, "want at least 1 id");
		else if (!range_ends(&map->items[i]))
			report_refuse(report, "spec-range", range.text, "goes past the last id");
		else if (range_is_taken(map, i))
			report_refuse(report, "spec-conflict", range.text, "overlaps an earlier range");
	}
}

static void maps_are_maps(const struct spec *spec, struct report *report)
{
	if (!spec->linux)
		return;
	check_id_map(&spec->linux->uid_mappings, "/linux/uidMappings", report);
	check_id_map(&spec->linux->gid_mappings, "/linux/gidMappings", report);
}

static void map_needs_a_namespace(
	const struct spec_id_mappings *map, const struct spec_namespace *ns, const char *at, struct report *report)
{
	if (map->n > 0 && !ns)
		report_refuse(report, "spec-conflict", at, "needs a namespace of type 'user' in /linux/namespaces");
	else if (map->n > 0 && ns->path)
		report_warn(report, "spec-conflict", at, "has no effect, the namespace that is joined has its own");
	else if (map->n == 0 && ns && !ns->path)
		report_refuse(report, "spec-missing", at, "a new user namespace needs it");
}

static void maps_and_user_namespace_agree(const struct spec *spec, struct report *report)
{
	const struct spec_namespace *ns = spec_find_namespace(spec, SPEC_NS_USER);

	if (!spec->linux)
		return;
	map_needs_a_namespace(&spec->linux->uid_mappings, ns, "/linux/uidMappings", report);
	map_needs_a_namespace(&spec->linux->gid_mappings, ns, "/linux/gidMappings", report);
}

static check_rule *const rules[] = {
	maps_are_maps,
	maps_and_user_namespace_agree,
};
const struct check_rules check_id_rules = CHECK_RULES(rules);
