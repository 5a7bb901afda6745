/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/cgroup_host.h"
#include "runtime/isolation/plan_for.h"

struct plan_setting plan_setting_on(const struct cgroup_host *host)
{
	return (struct plan_setting){
		.cgroups = host,
		.cgroup_v1 = host->n && host->mode != CGROUP_MODE_V2,
		.cgroup_v2 = cgroup_host_find_v2(host) >= 0,
	};
}

struct plan_setting plan_setting_in_guest(const struct cgroup_host *guest, const char *id, bool no_new_keyring)
{
	struct plan_setting setting = plan_setting_on(guest);

	setting.id = id;
	setting.bundle = "/";
	setting.privileged = true;
	setting.wait_start = true;
	setting.no_new_keyring = no_new_keyring;
	return setting;
}
