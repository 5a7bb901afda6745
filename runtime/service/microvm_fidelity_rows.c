/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/microvm_fidelity.h"

#define HONOURED   FIDELITY_HONOURED
#define TRANSLATED FIDELITY_TRANSLATED
#define REFUSED    FIDELITY_REFUSED

#define NO_LABELS  "a guest's kernel has no such module: leave it out, the machine is the wall"
#define NO_LISTEN  "a supervisor on the host cannot look into a guest's processes: use actions that need none"
#define FOR_XEN    "only for a hypervisor that hands the host's hardware over: leave it out"
#define VMM_CGROUP "step cgroup-limit of the VMM, whose cgroup holds the whole machine"

/* In the order of keys_list(). "/++": and all below it. */
const struct fidelity_row microvm_fidelity_rows[] = {
	{"/process/terminal", TRANSLATED, "step console of the VMM, which hands on, and step console in the guest",
		"nothing mounts a devpts at /dev/pts"},
	{"/process/apparmorProfile", REFUSED, NO_LABELS, NULL},
	{"/process/oomScoreAdj", HONOURED, "step oom-score of the VMM, of the file server, and in the guest",
		"lowering it is not permitted"},
	{"/process/selinuxLabel", REFUSED, NO_LABELS, NULL},

	{"/root/path", TRANSLATED, "served by virtio-fs; step root-open in the guest", NULL},
	{"/root/readonly", HONOURED, "step root-readonly in the guest", NULL},
	{"/hostname", HONOURED, "step host-names in the guest, and of the VMM for hooks", NULL},
	{"/domainname", HONOURED, "step host-names in the guest, and of the VMM for hooks", NULL},
	{"/mounts/++", TRANSLATED,
		"sources of bind mounts are served by virtio-fs; a filesystem in an image file or on a block device is "
		"a "
		"disk of the machine's; others are of the guest's kernel",
		"it is a filesystem on a directory of the host's or on its network, a disk that another writes, or a "
		"socket or a pipe is bound"},

	{"/hooks/createContainer/++", TRANSLATED, "step hooks of the VMM, in its namespaces, before root-pivot", NULL},
	{"/hooks/startContainer/++", HONOURED, "step hooks in the guest, after root-pivot", NULL},

	{"/linux/namespaces/++", TRANSLATED, "the network is the VMM's; all others are new ones in the guest",
		"another than the network is joined, or there is no network namespace"},
	{"/linux/devices/++", TRANSLATED, "step device in the guest: the guest's kernel has the device, or nobody",
		NULL},
	{"/linux/resources/devices/++", HONOURED, "step cgroup-devices in the guest; the VMM may open none", NULL},
	{"/linux/resources/memory/limit", TRANSLATED,
		"the machine's memory; with what the machine itself needs, " VMM_CGROUP, NULL},
	{"/linux/resources/memory/swap", TRANSLATED, VMM_CGROUP, NULL},
	{"/linux/resources/cpu/quota", TRANSLATED, "the number of vCPUs; " VMM_CGROUP, NULL},
	{"/linux/resources/pids/limit", HONOURED, "step cgroup-limit in the guest", NULL},
	{"/linux/resources/unified", HONOURED, "pids in the guest; all others: " VMM_CGROUP,
		"the controller is in cgroup version 1, or there is none"},
	{"/linux/sysctl", HONOURED, "step sysctl in the guest, whose kernel is the service's own",
		"the kernel does not have it"},
	{"/linux/seccomp/listenerPath", REFUSED, NO_LISTEN, NULL},
	{"/linux/seccomp/listenerMetadata", REFUSED, NO_LISTEN, NULL},
	{"/linux/mountLabel", REFUSED, NO_LABELS, NULL},
	{"/linux/memoryPolicy/++", HONOURED, "step memory-policy of the VMM: the machine's memory is its own",
		"the kernel does not permit it"},

	{"/vm/hypervisor/++", REFUSED, "the hypervisor is cloche's own: leave it out", NULL},
	{"/vm/kernel/++", HONOURED, "booted; an initrd is unpacked before cloche's own", "there is no such file"},
	{"/vm/image/++", REFUSED, "a guest's files are at 'root.path': leave it out", NULL},
	{"/vm/hwConfig/deviceTree", REFUSED, FOR_XEN, NULL},
	{"/vm/hwConfig/vcpus", HONOURED, "the machine has as many", "there are more than 64"},
	{"/vm/hwConfig/memory", HONOURED, "the machine has as much", "it is below 64 MiB, or above 4 TiB"},
	{"/vm/hwConfig/dtdevs", REFUSED, FOR_XEN, NULL},
	{"/vm/hwConfig/iomems/++", REFUSED, FOR_XEN, NULL},
	{"/vm/hwConfig/irqs", REFUSED, FOR_XEN, NULL},
};
const size_t microvm_fidelity_rows_n = sizeof microvm_fidelity_rows / sizeof *microvm_fidelity_rows;
