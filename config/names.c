/* SPDX-License-Identifier: Apache-2.0 */
#include "config/names.h"

#include "config/near.h"
#include "config/spec.h"

#include <assert.h>
#include <string.h>
#include <sys/resource.h>

#define NAMES(list)                                                                                                    \
	{                                                                                                              \
		.items = list, .n = sizeof(list) / sizeof *(list)                                                      \
	}

/* Up to Linux 6.x's last; numbers of linux/capability.h, some of which are newer than the headers. */
static const char *const capability_list[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};
static_assert(sizeof capability_list / sizeof *capability_list == 41, "CAP_CHECKPOINT_RESTORE is capability 40");
const struct names names_capability = NAMES(capability_list);

static const char *const rlimit_list[] = {
	[RLIMIT_AS] = "RLIMIT_AS",
	[RLIMIT_CORE] = "RLIMIT_CORE",
	[RLIMIT_CPU] = "RLIMIT_CPU",
	[RLIMIT_DATA] = "RLIMIT_DATA",
	[RLIMIT_FSIZE] = "RLIMIT_FSIZE",
	[RLIMIT_LOCKS] = "RLIMIT_LOCKS",
	[RLIMIT_MEMLOCK] = "RLIMIT_MEMLOCK",
	[RLIMIT_MSGQUEUE] = "RLIMIT_MSGQUEUE",
	[RLIMIT_NICE] = "RLIMIT_NICE",
	[RLIMIT_NOFILE] = "RLIMIT_NOFILE",
	[RLIMIT_NPROC] = "RLIMIT_NPROC",
	[RLIMIT_RSS] = "RLIMIT_RSS",
	[RLIMIT_RTPRIO] = "RLIMIT_RTPRIO",
	[RLIMIT_RTTIME] = "RLIMIT_RTTIME",
	[RLIMIT_SIGPENDING] = "RLIMIT_SIGPENDING",
	[RLIMIT_STACK] = "RLIMIT_STACK",
};
static_assert(sizeof rlimit_list / sizeof *rlimit_list == RLIM_NLIMITS, "each resource has a name");
const struct names names_rlimit = NAMES(rlimit_list);

static const char *const io_class_list[] = {
	[SPEC_IO_CLASS_RT] = "IOPRIO_CLASS_RT",
	[SPEC_IO_CLASS_BE] = "IOPRIO_CLASS_BE",
	[SPEC_IO_CLASS_IDLE] = "IOPRIO_CLASS_IDLE",
};
const struct names names_io_class = NAMES(io_class_list);

static const char *const sched_list[] = {
	[SPEC_SCHED_OTHER] = "SCHED_OTHER",
	[SPEC_SCHED_FIFO] = "SCHED_FIFO",
	[SPEC_SCHED_RR] = "SCHED_RR",
	[SPEC_SCHED_BATCH] = "SCHED_BATCH",
	[SPEC_SCHED_ISO] = "SCHED_ISO",
	[SPEC_SCHED_IDLE] = "SCHED_IDLE",
	[SPEC_SCHED_DEADLINE] = "SCHED_DEADLINE",
};
const struct names names_sched = NAMES(sched_list);

static const char *const sched_flag_list[] = {
	[SPEC_SCHED_FLAG_RESET_ON_FORK] = "SCHED_FLAG_RESET_ON_FORK",
	[SPEC_SCHED_FLAG_RECLAIM] = "SCHED_FLAG_RECLAIM",
	[SPEC_SCHED_FLAG_DL_OVERRUN] = "SCHED_FLAG_DL_OVERRUN",
	[SPEC_SCHED_FLAG_KEEP_POLICY] = "SCHED_FLAG_KEEP_POLICY",
	[SPEC_SCHED_FLAG_KEEP_PARAMS] = "SCHED_FLAG_KEEP_PARAMS",
	[SPEC_SCHED_FLAG_UTIL_CLAMP_MIN] = "SCHED_FLAG_UTIL_CLAMP_MIN",
	[SPEC_SCHED_FLAG_UTIL_CLAMP_MAX] = "SCHED_FLAG_UTIL_CLAMP_MAX",
};
const struct names names_sched_flag = NAMES(sched_flag_list);

static const char *const hook_list[] = {
	[SPEC_HOOK_PRESTART] = "prestart",
	[SPEC_HOOK_CREATE_RUNTIME] = "createRuntime",
	[SPEC_HOOK_CREATE_CONTAINER] = "createContainer",
	[SPEC_HOOK_START_CONTAINER] = "startContainer",
	[SPEC_HOOK_POSTSTART] = "poststart",
	[SPEC_HOOK_POSTSTOP] = "poststop",
};
static_assert(sizeof hook_list / sizeof *hook_list == SPEC_HOOK_COUNT, "each moment has a name");
const struct names names_hook = NAMES(hook_list);

static const char *const namespace_list[] = {
	[SPEC_NS_MOUNT] = "mount",
	[SPEC_NS_PID] = "pid",
	[SPEC_NS_NETWORK] = "network",
	[SPEC_NS_UTS] = "uts",
	[SPEC_NS_IPC] = "ipc",
	[SPEC_NS_USER] = "user",
	[SPEC_NS_CGROUP] = "cgroup",
	[SPEC_NS_TIME] = "time",
};
static_assert(sizeof namespace_list / sizeof *namespace_list == SPEC_NS_COUNT, "each namespace has a name");
const struct names names_namespace = NAMES(namespace_list);

static const char *const propagation_list[] = {
	[SPEC_PROPAGATION_PRIVATE] = "private",
	[SPEC_PROPAGATION_SHARED] = "shared",
	[SPEC_PROPAGATION_SLAVE] = "slave",
	[SPEC_PROPAGATION_UNBINDABLE] = "unbindable",
	[SPEC_PROPAGATION_RPRIVATE] = "rprivate",
	[SPEC_PROPAGATION_RSHARED] = "rshared",
	[SPEC_PROPAGATION_RSLAVE] = "rslave",
	[SPEC_PROPAGATION_RUNBINDABLE] = "runbindable",
};
const struct names names_propagation = NAMES(propagation_list);

static const char *const mpol_list[] = {
	[SPEC_MPOL_DEFAULT] = "MPOL_DEFAULT",
	[SPEC_MPOL_BIND] = "MPOL_BIND",
	[SPEC_MPOL_INTERLEAVE] = "MPOL_INTERLEAVE",
	[SPEC_MPOL_WEIGHTED_INTERLEAVE] = "MPOL_WEIGHTED_INTERLEAVE",
	[SPEC_MPOL_PREFERRED] = "MPOL_PREFERRED",
	[SPEC_MPOL_PREFERRED_MANY] = "MPOL_PREFERRED_MANY",
	[SPEC_MPOL_LOCAL] = "MPOL_LOCAL",
};
const struct names names_mpol = NAMES(mpol_list);

static const char *const mpol_flag_list[] = {
	[SPEC_MPOL_F_NUMA_BALANCING] = "MPOL_F_NUMA_BALANCING",
	[SPEC_MPOL_F_RELATIVE_NODES] = "MPOL_F_RELATIVE_NODES",
	[SPEC_MPOL_F_STATIC_NODES] = "MPOL_F_STATIC_NODES",
};
const struct names names_mpol_flag = NAMES(mpol_flag_list);

static const char *const personality_list[] = {
	[SPEC_PERSONALITY_LINUX] = "LINUX",
	[SPEC_PERSONALITY_LINUX32] = "LINUX32",
};
const struct names names_personality = NAMES(personality_list);

static const char *const seccomp_action_list[] = {
	[SPEC_ACT_KILL] = "SCMP_ACT_KILL",
	[SPEC_ACT_KILL_PROCESS] = "SCMP_ACT_KILL_PROCESS",
	[SPEC_ACT_KILL_THREAD] = "SCMP_ACT_KILL_THREAD",
	[SPEC_ACT_TRAP] = "SCMP_ACT_TRAP",
	[SPEC_ACT_ERRNO] = "SCMP_ACT_ERRNO",
	[SPEC_ACT_TRACE] = "SCMP_ACT_TRACE",
	[SPEC_ACT_ALLOW] = "SCMP_ACT_ALLOW",
	[SPEC_ACT_LOG] = "SCMP_ACT_LOG",
	[SPEC_ACT_NOTIFY] = "SCMP_ACT_NOTIFY",
};
const struct names names_seccomp_action = NAMES(seccomp_action_list);

static const char *const seccomp_operator_list[] = {
	[SPEC_CMP_NE] = "SCMP_CMP_NE",
	[SPEC_CMP_LT] = "SCMP_CMP_LT",
	[SPEC_CMP_LE] = "SCMP_CMP_LE",
	[SPEC_CMP_EQ] = "SCMP_CMP_EQ",
	[SPEC_CMP_GE] = "SCMP_CMP_GE",
	[SPEC_CMP_GT] = "SCMP_CMP_GT",
	[SPEC_CMP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
};
const struct names names_seccomp_operator = NAMES(seccomp_operator_list);

static const char *const seccomp_flag_list[] = {
	[SPEC_SECCOMP_TSYNC] = "SECCOMP_FILTER_FLAG_TSYNC",
	[SPEC_SECCOMP_LOG] = "SECCOMP_FILTER_FLAG_LOG",
	[SPEC_SECCOMP_SPEC_ALLOW] = "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
	[SPEC_SECCOMP_WAIT_KILLABLE_RECV] = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
};
const struct names names_seccomp_flag = NAMES(seccomp_flag_list);

static const char *const seccomp_arch_list[] = {
	[SPEC_ARCH_X86] = "SCMP_ARCH_X86",
	[SPEC_ARCH_X86_64] = "SCMP_ARCH_X86_64",
	[SPEC_ARCH_X32] = "SCMP_ARCH_X32",
	[SPEC_ARCH_ARM] = "SCMP_ARCH_ARM",
	[SPEC_ARCH_AARCH64] = "SCMP_ARCH_AARCH64",
	[SPEC_ARCH_LOONGARCH64] = "SCMP_ARCH_LOONGARCH64",
	[SPEC_ARCH_M68K] = "SCMP_ARCH_M68K",
	[SPEC_ARCH_MIPS] = "SCMP_ARCH_MIPS",
	[SPEC_ARCH_MIPS64] = "SCMP_ARCH_MIPS64",
	[SPEC_ARCH_MIPS64N32] = "SCMP_ARCH_MIPS64N32",
	[SPEC_ARCH_MIPSEL] = "SCMP_ARCH_MIPSEL",
	[SPEC_ARCH_MIPSEL64] = "SCMP_ARCH_MIPSEL64",
	[SPEC_ARCH_MIPSEL64N32] = "SCMP_ARCH_MIPSEL64N32",
	[SPEC_ARCH_PPC] = "SCMP_ARCH_PPC",
	[SPEC_ARCH_PPC64] = "SCMP_ARCH_PPC64",
	[SPEC_ARCH_PPC64LE] = "SCMP_ARCH_PPC64LE",
	[SPEC_ARCH_S390] = "SCMP_ARCH_S390",
	[SPEC_ARCH_S390X] = "SCMP_ARCH_S390X",
	[SPEC_ARCH_SH] = "SCMP_ARCH_SH",
	[SPEC_ARCH_SHEB] = "SCMP_ARCH_SHEB",
	[SPEC_ARCH_PARISC] = "SCMP_ARCH_PARISC",
	[SPEC_ARCH_PARISC64] = "SCMP_ARCH_PARISC64",
	[SPEC_ARCH_RISCV64] = "SCMP_ARCH_RISCV64",
};
const struct names names_seccomp_arch = NAMES(seccomp_arch_list);

static const char *const vm_image_list[] = {
	[SPEC_VM_IMAGE_RAW] = "raw",
	[SPEC_VM_IMAGE_QCOW2] = "qcow2",
	[SPEC_VM_IMAGE_VDI] = "vdi",
	[SPEC_VM_IMAGE_VMDK] = "vmdk",
	[SPEC_VM_IMAGE_VHD] = "vhd",
};
const struct names names_vm_image = NAMES(vm_image_list);

const char *names_of(const struct names *names, size_t value)
{
	return value < names->n ? names->items[value] : NULL;
}

int names_find(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (names->items[i] && strcmp(names->items[i], name) == 0)
			return (int)i;
	return -1;
}

const char *names_nearest(const struct names *names, const char *name)
{
	size_t least = near_allowed(name);
	const char *nearest = NULL;

	for (size_t i = 0; i < names->n; i++) {
		size_t distance = names->items[i] ? near_distance(name, names->items[i], least) : least + 1;

		if (distance < least || (distance == least && !nearest)) {
			least = distance;
			nearest = names->items[i];
		}
	}
	return nearest;
}
