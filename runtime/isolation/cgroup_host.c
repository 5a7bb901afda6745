/* SPDX-License-Identifier: Apache-2.0 */
/* Pure. See cgroup_host.h; what the kernel's files say is read in cgroup_host_read.c. */
#include "runtime/isolation/cgroup_host.h"

#include <assert.h>

static const struct {
	const char *v1, *v2;
} controller_names[] = {
	[CGROUP_CPU] = {"cpu", "cpu"},
	[CGROUP_CPUACCT] = {"cpuacct", NULL},
	[CGROUP_CPUSET] = {"cpuset", "cpuset"},
	[CGROUP_MEMORY] = {"memory", "memory"},
	[CGROUP_DEVICES] = {"devices", NULL},
	[CGROUP_FREEZER] = {"freezer", NULL},
	[CGROUP_IO] = {"blkio", "io"},
	[CGROUP_PIDS] = {"pids", "pids"},
	[CGROUP_HUGETLB] = {"hugetlb", "hugetlb"},
	[CGROUP_RDMA] = {"rdma", "rdma"},
	[CGROUP_NET_CLS] = {"net_cls", NULL},
	[CGROUP_NET_PRIO] = {"net_prio", NULL},
	[CGROUP_PERF_EVENT] = {"perf_event", NULL},
	[CGROUP_MISC] = {"misc", "misc"},
	[CGROUP_CORE] = {"cgroup", "cgroup"},
};
static_assert(sizeof controller_names / sizeof *controller_names == CGROUP_CONTROLLERS + 1, "a name for each");

const char *cgroup_controller_name(enum cgroup_controller controller, bool v2)
{
	const char *name = v2 ? controller_names[controller].v2 : controller_names[controller].v1;

	return name ? name : controller_names[controller].v1;
}

#define BIT(controller) (1U << (controller))

static const struct cgroup_hierarchy fixed_v1[] = {
	{"/sys/fs/cgroup/cpu,cpuacct", "/", "cpu,cpuacct", BIT(CGROUP_CPU) | BIT(CGROUP_CPUACCT)},
	{"/sys/fs/cgroup/cpuset", "/", "cpuset", BIT(CGROUP_CPUSET)},
	{"/sys/fs/cgroup/memory", "/", "memory", BIT(CGROUP_MEMORY)},
	{"/sys/fs/cgroup/devices", "/", "devices", BIT(CGROUP_DEVICES)},
	{"/sys/fs/cgroup/freezer", "/", "freezer", BIT(CGROUP_FREEZER)},
	{"/sys/fs/cgroup/blkio", "/", "blkio", BIT(CGROUP_IO)},
	{"/sys/fs/cgroup/pids", "/", "pids", BIT(CGROUP_PIDS)},
	{"/sys/fs/cgroup/hugetlb", "/", "hugetlb", BIT(CGROUP_HUGETLB)},
	{"/sys/fs/cgroup/rdma", "/", "rdma", BIT(CGROUP_RDMA)},
	{"/sys/fs/cgroup/net_cls,net_prio", "/", "net_cls,net_prio", BIT(CGROUP_NET_CLS) | BIT(CGROUP_NET_PRIO)},
	{"/sys/fs/cgroup/systemd", "/", "name=systemd", 0},
};

static const struct cgroup_hierarchy fixed_unified = {"/sys/fs/cgroup/unified", "/", "", 0, .v2 = true};

static const struct cgroup_hierarchy fixed_v2 = {"/sys/fs/cgroup", "/", "",
	BIT(CGROUP_CPUSET) | BIT(CGROUP_CPU) | BIT(CGROUP_IO) | BIT(CGROUP_MEMORY) | BIT(CGROUP_HUGETLB) |
		BIT(CGROUP_PIDS) | BIT(CGROUP_RDMA) | BIT(CGROUP_MISC),
	.v2 = true};

struct cgroup_host cgroup_host_fixed(enum cgroup_mode mode)
{
	struct cgroup_host host = {.mode = mode, .root_writable = true};

	for (size_t i = 0; mode != CGROUP_MODE_V2 && i < sizeof fixed_v1 / sizeof *fixed_v1; i++)
		host.items[host.n++] = fixed_v1[i];
	if (mode != CGROUP_MODE_V1)
		host.items[host.n++] = mode == CGROUP_MODE_V2 ? fixed_v2 : fixed_unified;
	return host;
}

int cgroup_host_find_v2(const struct cgroup_host *host)
{
	for (size_t i = 0; i < host->n; i++)
		if (host->items[i].v2)
			return (int)i;
	return -1;
}

int cgroup_host_find(const struct cgroup_host *host, enum cgroup_controller controller)
{
	for (size_t i = 0; controller < CGROUP_CONTROLLERS && i < host->n; i++)
		if (host->items[i].controllers & (1U << controller))
			return (int)i;
	return controller == CGROUP_CORE ? cgroup_host_find_v2(host) : -1;
}

bool cgroup_host_is_v2(const struct cgroup_host *host, enum cgroup_controller controller)
{
	int at = cgroup_host_find(host, controller);

	return at >= 0 ? host->items[at].v2 : host->mode == CGROUP_MODE_V2;
}

void cgroup_host_free(struct cgroup_host *host)
{
	arena_free(&host->arena);
	*host = (struct cgroup_host){0};
}
