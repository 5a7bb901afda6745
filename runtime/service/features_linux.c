/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/features_linux.h"

#include "config/names_write.h"
#include "runtime/isolation/caps.h"
#include "runtime/isolation/fidelity.h"
#include "runtime/isolation/seccomp_tell.h"
#include "runtime/isolation/systemd_service.h"

/* What features.md calls by a name, and the property whose row in the table of fidelity tells of it. */
static const struct features_row {
	const char *name, *path;
} features_rows[] = {
	{"apparmor", "/process/apparmorProfile"},
	{"selinux", "/process/selinuxLabel"},
	{"intelRdt", "/linux/intelRdt/closID"},
	{"netDevices", "/linux/netDevices/*/name"},
};

/* {"enabled":…} */
static void features_enabled(struct json_writer *w, const char *key, bool enabled)
{
	json_write_key(w, key);
	json_write_begin_object(w);
	json_write_member_bool(w, "enabled", enabled);
	json_write_end_object(w);
}

static bool features_honours(const char *path)
{
	const struct fidelity_row *row = fidelity_find(path);

	return row && (row->how == FIDELITY_HONOURED || row->how == FIDELITY_TRANSLATED);
}

/* Both versions, whichever this host has; systemd's driver where its helper is. */
static void features_cgroup(struct json_writer *w)
{
	json_write_key(w, "cgroup");
	json_write_begin_object(w);
	json_write_member_bool(w, "v1", true);
	json_write_member_bool(w, "v2", true);
	json_write_member_bool(w, "systemd", systemd_service_is_there());
	json_write_member_bool(w, "systemdUser", systemd_service_is_there());
	json_write_member_bool(w, "rdma", true);
	json_write_end_object(w);
}

static void features_memory_policy(struct json_writer *w)
{
	json_write_key(w, "memoryPolicy");
	json_write_begin_object(w);
	names_write_member(w, "modes", &names_mpol, ~0ULL);
	names_write_member(w, "flags", &names_mpol_flag, ~0ULL);
	json_write_end_object(w);
}

void features_linux_write(struct json_writer *w)
{
	json_write_key(w, "linux");
	json_write_begin_object(w);
	names_write_member(w, "namespaces", &names_namespace, ~0ULL);
	names_write_member(w, "capabilities", &names_capability, caps_of_kernel());
	features_cgroup(w);
	json_write_key(w, "seccomp");
	seccomp_tell_features(w);
	/* what cloche does where the host has it (features.md); a host without it refuses */
	for (size_t i = 0; i < sizeof features_rows / sizeof *features_rows; i++)
		features_enabled(w, features_rows[i].name, features_honours(features_rows[i].path));
	features_memory_policy(w);
	json_write_key(w, "mountExtensions");
	json_write_begin_object(w);
	features_enabled(w, "idmap", true);
	json_write_end_object(w);
	json_write_end_object(w);
}
