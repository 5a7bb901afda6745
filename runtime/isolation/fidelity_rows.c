/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/fidelity.h"

#define HONOURED      FIDELITY_HONOURED
#define TRANSLATED    FIDELITY_TRANSLATED
#define REFUSED       FIDELITY_REFUSED
#define IGNORED       FIDELITY_IGNORED

#define NO_CONTROLLER "the host has no such cgroup controller, or the caller may make no cgroup"
#define NOT_IN_V2     "the controller is in cgroup version 2, which has no such limit, or there is none"
#define NO_MOUNT_NS   "the service makes no mount namespace of its own"
#define WINDOWS       "only for windows"
#define ELSEWHERE     "another platform's property, named in a warning"
#define MICROVM       "a service in namespaces has no machine: leave it out, or use --isolation microvm"

/* In the order of keys_list(). "/++": and all below it. */
const struct fidelity_row fidelity_rows[] = {
	{"/ociVersion", HONOURED, "the checks; hooks are told of it", "it is not 1.x"},

	{"/process/terminal", HONOURED, "step console", "nothing mounts a devpts at /dev/pts"},
	{"/process/consoleSize/++", HONOURED, "step console; a warning without a terminal, as the specification says",
		NULL},
	{"/process/user/uid", HONOURED, "step ids", "the id is not mapped"},
	{"/process/user/gid", HONOURED, "step ids", "the id is not mapped"},
	{"/process/user/umask", HONOURED, "step umask", NULL},
	{"/process/user/additionalGids", HONOURED, "step ids", "the user namespace denies setgroups(2)"},
	{"/process/user/username", REFUSED, WINDOWS ": use 'uid' and 'gid'", NULL},
	{"/process/args", HONOURED, "step exec", "the program is not there"},
	{"/process/commandLine", REFUSED, WINDOWS ": use 'args'", NULL},
	{"/process/env", HONOURED, "step exec; of equal names the last", NULL},
	{"/process/cwd", HONOURED, "step cwd", "the user may not enter it"},
	{"/process/capabilities/++", HONOURED,
		"steps caps-bounding and caps; what cannot be granted is named in a warning", NULL},
	{"/process/rlimits/++", HONOURED, "step rlimit", "raising a hard limit is not permitted"},
	{"/process/noNewPrivileges", HONOURED, "step no-new-privs", NULL},
	{"/process/apparmorProfile", HONOURED, "step label", "the host runs without AppArmor"},
	{"/process/oomScoreAdj", HONOURED, "step oom-score", "lowering it is not permitted"},
	{"/process/scheduler/++", HONOURED, "step scheduler", "the kernel does not permit it"},
	{"/process/selinuxLabel", HONOURED, "step label", "the host runs without SELinux"},
	{"/process/ioPriority/++", HONOURED, "step io-priority", "the kernel does not permit it"},
	{"/process/execCPUAffinity/++", HONOURED, "step cpu-affinity of exec, the only process that it is for", NULL},

	{"/root/path", HONOURED, "steps root-open and root-pivot", NO_MOUNT_NS ", and it is not '/'"},
	{"/root/readonly", HONOURED, "step root-readonly", NO_MOUNT_NS},
	{"/hostname", HONOURED, "step host-names", "there is no uts namespace"},
	{"/domainname", HONOURED, "step host-names", "there is no uts namespace"},
	{"/mounts/++", HONOURED, "steps mount-source, mount and mount-readonly",
		NO_MOUNT_NS ", or the kernel has no such filesystem or option"},

	{"/hooks/prestart/++", HONOURED, "step hooks of the host", NULL},
	{"/hooks/createRuntime/++", HONOURED, "step hooks of the host", NULL},
	{"/hooks/createContainer/++", HONOURED, "step hooks of the first process, before root-pivot", NULL},
	{"/hooks/startContainer/++", HONOURED, "step hooks of the first process, after root-pivot", NULL},
	{"/hooks/poststart/++", HONOURED, "run, start", NULL},
	{"/hooks/poststop/++", HONOURED, "run, delete, and whatever undoes a start that failed", NULL},
	{"/annotations", HONOURED,
		"hooks and 'state' have them; 'run.cloche.*' and 'org.systemd.property.*' are orders", NULL},

	{"/linux/namespaces/++", HONOURED, "steps namespace-open, namespace-join, namespace-new and clone",
		"the kernel does not have it"},
	{"/linux/uidMappings/++", HONOURED, "step id-map", "there is no user namespace"},
	{"/linux/gidMappings/++", HONOURED, "step id-map", "there is no user namespace"},
	{"/linux/timeOffsets/++", HONOURED, "step time-offsets", "there is no new time namespace"},
	{"/linux/devices/++", HONOURED, "step device; in a user namespace the host's device is bound", NO_MOUNT_NS},
	{"/linux/netDevices/++", HONOURED, "step net-device", "the device cannot be moved, or its name is taken"},
	{"/linux/cgroupsPath", HONOURED, "step cgroup-create", "it leads out of the cgroup that it is relative to"},
	{"/linux/resources/devices/++", HONOURED, "step cgroup-devices; in version 2 as a program", NO_CONTROLLER},
	{"/linux/resources/memory/limit", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/memory/reservation", TRANSLATED, "step cgroup-limit; in version 2 memory.low",
		NO_CONTROLLER},
	{"/linux/resources/memory/swap", TRANSLATED, "step cgroup-limit; in version 2 less the memory", NO_CONTROLLER},
	{"/linux/resources/memory/kernel", HONOURED, "step cgroup-limit", NOT_IN_V2},
	{"/linux/resources/memory/kernelTCP", HONOURED, "step cgroup-limit", NOT_IN_V2},
	{"/linux/resources/memory/swappiness", HONOURED, "step cgroup-limit", NOT_IN_V2},
	{"/linux/resources/memory/disableOOMKiller", HONOURED, "step cgroup-limit", NOT_IN_V2},
	{"/linux/resources/memory/useHierarchy", HONOURED, "step cgroup-limit; in version 2 it is always so",
		"it is false, and the kernel always counts what is below"},
	{"/linux/resources/memory/checkBeforeUpdate", HONOURED, "step cgroup-limit, update", NULL},
	{"/linux/resources/cpu/shares", TRANSLATED, "step cgroup-limit; in version 2 as a weight", NO_CONTROLLER},
	{"/linux/resources/cpu/quota", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/cpu/burst", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/cpu/period", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/cpu/realtimeRuntime", HONOURED, "step cgroup-limit", NOT_IN_V2},
	{"/linux/resources/cpu/realtimePeriod", HONOURED, "step cgroup-limit", NOT_IN_V2},
	{"/linux/resources/cpu/cpus", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/cpu/mems", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/cpu/idle", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/pids/limit", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/blockIO/weight", TRANSLATED, "step cgroup-limit; in version 2 to its scale", NO_CONTROLLER},
	{"/linux/resources/blockIO/leafWeight", HONOURED, "step cgroup-limit", NOT_IN_V2},
	{"/linux/resources/blockIO/weightDevice/++", TRANSLATED, "step cgroup-limit; in version 2 to its scale",
		NO_CONTROLLER "; in version 2 also for 'leafWeight'"},
	{"/linux/resources/blockIO/throttleReadBpsDevice/++", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/blockIO/throttleWriteBpsDevice/++", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/blockIO/throttleReadIOPSDevice/++", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/blockIO/throttleWriteIOPSDevice/++", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/hugepageLimits/++", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/network/classID", HONOURED, "step cgroup-limit", NOT_IN_V2},
	{"/linux/resources/network/priorities/++", HONOURED, "step cgroup-limit", NOT_IN_V2},
	{"/linux/resources/rdma/++", HONOURED, "step cgroup-limit", NO_CONTROLLER},
	{"/linux/resources/unified", HONOURED, "step cgroup-limit",
		"the controller is in cgroup version 1, or there is none"},
	{"/linux/intelRdt/++", HONOURED, "step intel-rdt", "no resctrl is mounted, or it does not match 'closID'"},
	{"/linux/sysctl", HONOURED, "step sysctl", "it would change the host, or the kernel does not have it"},
	{"/linux/seccomp/++", HONOURED, "steps seccomp-get and seccomp", "the kernel or libseccomp does not have it"},
	{"/linux/rootfsPropagation", HONOURED, "steps root-open and root-propagation", NO_MOUNT_NS},
	{"/linux/maskedPaths", HONOURED, "step masked-paths", NO_MOUNT_NS},
	{"/linux/readonlyPaths", HONOURED, "step readonly-paths", NO_MOUNT_NS},
	{"/linux/mountLabel", HONOURED, "step mount", "the host runs without SELinux, or " NO_MOUNT_NS},
	{"/linux/personality/domain", HONOURED, "step personality", NULL},
	{"/linux/personality/flags", REFUSED, "none is defined", NULL},
	{"/linux/memoryPolicy/++", HONOURED, "step memory-policy", "the kernel does not permit it"},

	{"/vm/++", REFUSED, MICROVM, NULL},
	{"/solaris", IGNORED, ELSEWHERE, NULL},
	{"/windows", IGNORED, ELSEWHERE, NULL},
	{"/zos", IGNORED, ELSEWHERE, NULL},
	{"/freebsd", IGNORED, ELSEWHERE, NULL},
};
const size_t fidelity_rows_n = sizeof fidelity_rows / sizeof *fidelity_rows;
