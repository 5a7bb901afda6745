/* SPDX-License-Identifier: Apache-2.0 */
/* A sysctl may be set only where a namespace of the service keeps it from the host. */
#include "config/check_rules.h"

#include "config/names.h"
#include "config/sysctl_path.h"

#include <string.h>

static void sysctl_has_a_namespace(const struct spec *spec, const char *name, struct report *report)
{
	struct check_at at = check_at_key("/linux/sysctl", name);
	enum spec_namespace_type home;
	struct sysctl_path path;
	struct err e = ERR_NONE;

	if (sysctl_path(name, &path, &e) < 0) {
		report_refuse(report, "spec-conflict", at.text, "%s", e.text);
		return;
	}
	home = sysctl_namespace(&path);
	if (home == SPEC_NS_COUNT)
		report_refuse(report, "spec-conflict", at.text, "belongs to no namespace and would change the host's");
	else if (!spec_find_namespace(spec, home))
		report_refuse(report, "spec-conflict", at.text, "needs a namespace of type '%s' in /linux/namespaces",
			names_of(&names_namespace, home));
	else if (strcmp(path.text, "sys/kernel/hostname") == 0)
		report_refuse(report, "spec-conflict", at.text, "use /hostname");
}

static void sysctls_have_namespaces(const struct spec *spec, struct report *report)
{
	for (size_t i = 0; spec->linux && i < spec->linux->sysctl.n; i++)
		sysctl_has_a_namespace(spec, spec->linux->sysctl.items[i].key, report);
}

static check_rule *const rules[] = {
	sysctls_have_namespaces,
};
const struct check_rules check_sysctl_rules = CHECK_RULES(rules);
