/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of config.md for the top of a spec and its hooks. */
#include "config/check_rules.h"

#include "config/names.h"

#include <string.h>

enum { HOST_NAME_BYTES = 64 /* __NEW_UTS_LEN */ };

/* MAJOR.MINOR.PATCH and what may follow (semver 2.0.0). */
static bool version_is_semantic(const char *version)
{
	for (int part = 0; part < 3; part++) {
		size_t digits = strspn(version, "0123456789");

		if (digits == 0 || (part < 2 && version[digits] != '.'))
			return false;
		version += digits + (part < 2);
	}
	return *version == '\0' || *version == '-' || *version == '+';
}

static void version_is_supported(const struct spec *spec, struct report *report)
{
	if (!spec->oci_version)
		report_refuse(report, "spec-missing", "/ociVersion", "required");
	else if (!version_is_semantic(spec->oci_version))
		report_refuse(report, "spec-value", "/ociVersion", "want a version like '1.3.0'");
	else if (strncmp(spec->oci_version, "1.", 2) != 0)
		report_refuse(report, "spec-version", "/ociVersion", "want a version 1.x");
}

static void root_is_there(const struct spec *spec, struct report *report)
{
	if (spec->vm && spec->vm->image && !spec->root)
		return;
	if (!spec->root)
		report_refuse(report, "spec-missing", "/root", "required");
	else if (!spec->root->path)
		report_refuse(report, "spec-missing", "/root/path", "required");
	else if (!*spec->root->path)
		report_refuse(report, "spec-value", "/root/path", "want the path of a directory");
}

static void process_is_there(const struct spec *spec, struct report *report)
{
	if (!spec->process)
		report_refuse(report, "spec-missing", "/process", "required to start");
}

static void name_needs_uts(const struct spec *spec, const char *name, const char *at, struct report *report)
{
	if (!name)
		return;
	if (strlen(name) > HOST_NAME_BYTES)
		report_refuse(report, "spec-range", at, "want at most %d bytes", HOST_NAME_BYTES);
	if (*name && !spec_find_namespace(spec, SPEC_NS_UTS))
		report_refuse(report, "spec-conflict", at, "needs a namespace of type 'uts' in /linux/namespaces");
}

static void host_name_needs_uts(const struct spec *spec, struct report *report)
{
	name_needs_uts(spec, spec->hostname, "/hostname", report);
}

static void domain_name_needs_uts(const struct spec *spec, struct report *report)
{
	name_needs_uts(spec, spec->domainname, "/domainname", report);
}

static void annotations_have_keys(const struct spec *spec, struct report *report)
{
	for (size_t i = 0; i < spec->annotations.n; i++)
		if (!*spec->annotations.items[i].key)
			report_refuse(report, "spec-value", "/annotations/", "want a key that is not empty");
}

static void hook_paths_are_absolute(const struct spec *spec, struct report *report)
{
	for (size_t moment = 0; spec->hooks && moment < SPEC_HOOK_COUNT; moment++)
		for (size_t i = 0; i < spec->hooks->at[moment].n; i++)
			check_absolute(spec->hooks->at[moment].items[i].path,
				check_at("/hooks/%s/%zu/path", names_of(&names_hook, moment), i).text, report);
}

static check_rule *const rules[] = {
	version_is_supported,
	root_is_there,
	process_is_there,
	host_name_needs_uts,
	domain_name_needs_uts,
	annotations_have_keys,
	hook_paths_are_absolute,
};
const struct check_rules check_spec_rules = CHECK_RULES(rules);
