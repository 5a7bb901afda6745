/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every system call of Linux 6.18 on x86-64, arm64 and riscv64 is in one group, which says why it
 * is allowed or not. What no group allows fails with EPERM, a newer kernel's calls with ENOSYS.
 */
#include "seccomp/default_groups.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sys/personality.h>
#include <sys/socket.h>

#define CAP(n) (UINT64_C(1) << (n))

/* A group for who holds one of these capabilities. */
#define GATED(names_of_group, holders)                                                                                 \
	{                                                                                                              \
		.names = names_of_group, .when = DEFAULT_HELD, .capabilities = holders, .action = SPEC_ACT_ALLOW       \
	}
#define ALLOWED(names_of_group)                                                                                        \
	{                                                                                                              \
		.names = names_of_group, .action = SPEC_ACT_ALLOW                                                      \
	}
#define ALLOWED_WHEN(names_of_group, condition)                                                                        \
	{                                                                                                              \
		.names = names_of_group, .action = SPEC_ACT_ALLOW, .arg = &(condition)                                 \
	}
#define FAILING(names_of_group, no)                                                                                    \
	{                                                                                                              \
		.names = names_of_group, .action = SPEC_ACT_ERRNO, .errno_ret = no                                     \
	}

enum {
	/* clone(2)'s flags that make namespaces; CLONE_NEWTIME is one of unshare(2) and clone3(2) alone */
	DEFAULT_CLONE_NEW = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
			    CLONE_NEWNET,
	DEFAULT_UNSHARE_NEW = DEFAULT_CLONE_NEW | CLONE_NEWTIME,
};

/* Reading, writing and naming files: what the file's permissions and the mount flags guard already. */
static const char *const files[] = {"access", "chdir", "chmod", "chown", "close", "close_range", "copy_file_range",
	"creat", "dup", "dup2", "dup3", "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod",
	"fchmodat", "fchmodat2", "fchown", "fchownat", "fcntl", "fdatasync", "fgetxattr", "file_getattr",
	"file_setattr", "flistxattr", "flock", "fremovexattr", "fsetxattr", "fstat", "fstatfs", "fsync", "ftruncate",
	"futimesat", "getcwd", "getdents", "getdents64", "getxattr", "getxattrat", "ioctl", "lchown", "lgetxattr",
	"link", "linkat", "listxattr", "listxattrat", "llistxattr", "lremovexattr", "lseek", "lsetxattr", "lstat",
	"mkdir", "mkdirat", "mknod", "mknodat", "name_to_handle_at", "newfstatat", "open", "openat", "openat2",
	"pread64", "preadv", "preadv2", "pwrite64", "pwritev", "pwritev2", "read", "readahead", "readlink",
	"readlinkat", "readv", "removexattr", "removexattrat", "rename", "renameat", "renameat2", "rmdir", "sendfile",
	"setxattr", "setxattrat", "splice", "stat", "statfs", "statx", "symlink", "symlinkat", "sync",
	"sync_file_range", "syncfs", "tee", "truncate", "umask", "unlink", "unlinkat", "utime", "utimensat", "utimes",
	"vmsplice", "write", "writev", NULL};

/* A process's own memory. */
static const char *const memory[] = {"brk", "cachestat", "madvise", "map_shadow_stack", "membarrier", "memfd_create",
	"memfd_secret", "mincore", "mlock", "mlock2", "mlockall", "mmap", "mprotect", "mremap", "mseal", "msync",
	"munlock", "munlockall", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect", "remap_file_pages", NULL};

/* Processes and threads of the service, in its own pid namespace. */
static const char *const processes[] = {"arch_prctl", "execve", "execveat", "exit", "exit_group", "fork", "getpgid",
	"getpgrp", "getpid", "getppid", "getsid", "gettid", "get_robust_list", "get_thread_area", "kill", "pidfd_open",
	"pidfd_send_signal", "prctl", "restart_syscall", "riscv_flush_icache", "riscv_hwprobe", "rseq", "setpgid",
	"setsid", "set_robust_list", "set_thread_area", "set_tid_address", "tgkill", "tkill", "uretprobe", "vfork",
	"wait4", "waitid", NULL};

/* Signals. */
static const char *const signals[] = {"pause", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo",
	"rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo", "sigaltstack", "signalfd", "signalfd4",
	NULL};

/* Waiting for events. */
static const char *const waiting[] = {"epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2",
	"epoll_wait", "eventfd", "eventfd2", "fanotify_mark", "futex", "futex_requeue", "futex_wait", "futex_waitv",
	"futex_wake", "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch", "io_cancel",
	"io_destroy", "io_getevents", "io_pgetevents", "io_setup", "io_submit", "pipe", "pipe2", "poll", "ppoll",
	"pselect6", "select", NULL};

/* Time: reading it, and setting it as far as the kernel lets who lacks CAP_SYS_TIME. */
static const char *const clocks[] = {"adjtimex", "alarm", "clock_adjtime", "clock_getres", "clock_gettime",
	"clock_nanosleep", "getitimer", "gettimeofday", "nanosleep", "setitimer", "time", "timer_create",
	"timer_delete", "timer_getoverrun", "timer_gettime", "timer_settime", "timerfd_create", "timerfd_gettime",
	"timerfd_settime", "times", NULL};

/* Sockets once they exist, in the service's own network namespace. */
static const char *const sockets[] = {"accept", "accept4", "bind", "connect", "getpeername", "getsockname",
	"getsockopt", "listen", "recvfrom", "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt",
	"shutdown", "socketpair", NULL};

/* System V and POSIX IPC, in the service's own IPC namespace. */
static const char *const ipc[] = {"mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedsend",
	"mq_unlink", "msgctl", "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop", "shmat",
	"shmctl", "shmdt", "shmget", NULL};

/* Who a process is: the kernel asks for capabilities where there is something to gain. */
static const char *const identity[] = {"capget", "capset", "getegid", "geteuid", "getgid", "getgroups", "getresgid",
	"getresuid", "getuid", "setfsgid", "setfsuid", "setgid", "setgroups", "setregid", "setresgid", "setresuid",
	"setreuid", "setuid", NULL};

/* Scheduling and limits of its own processes, under those of its cgroup. */
static const char *const scheduling[] = {"getcpu", "getpriority", "getrlimit", "getrusage", "ioprio_get", "ioprio_set",
	"prlimit64", "sched_getaffinity", "sched_getattr", "sched_getparam", "sched_getscheduler",
	"sched_get_priority_max", "sched_get_priority_min", "sched_rr_get_interval", "sched_setaffinity",
	"sched_setattr", "sched_setparam", "sched_setscheduler", "sched_yield", "setpriority", "setrlimit", NULL};

/* Facts about the system that are no secret here. */
static const char *const facts[] = {
	"getrandom", "listmount", "lsm_get_self_attr", "lsm_list_modules", "statmount", "sysinfo", "uname", NULL};

/* A process may always lock itself further down. */
static const char *const sandboxing[] = {
	"landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "lsm_set_self_attr", "seccomp", NULL};

/* Debuggers, within the pid namespace and ptrace's own rules (since Linux 4.8 no way around a filter). */
static const char *const debugging[] = {
	"pidfd_getfd", "process_madvise", "process_mrelease", "process_vm_readv", "process_vm_writev", "ptrace", NULL};

/* Execution domains: Linux, with or without 32-bit uname and 2.6 versions, and asking which it is. Others switch
 * off address randomisation or bring old ABIs. */
static const char *const domains[] = {"personality", NULL};

/* New namespaces are new ways into the kernel: processes and threads yes, namespaces no. */
static const char *const cloning[] = {"clone", NULL};
static const char *const unsharing[] = {"unshare", NULL};

/* Its flags are in memory, where no filter can see them: ENOSYS makes C libraries use clone(2). */
static const char *const cloning_unseen[] = {"clone3", NULL};

/* For a service that administers its own namespaces. */
static const char *const namespaces[] = {"clone", "clone3", "unshare", NULL};
static const char *const administration[] = {"fanotify_init", "fsconfig", "fsmount", "fsopen", "fspick",
	"lookup_dcookie", "mount", "mount_setattr", "move_mount", "open_tree", "open_tree_attr", "pivot_root",
	"quotactl", "quotactl_fd", "setdomainname", "sethostname", "setns", "umount2", NULL};

/* Families from AF_ALG (38) on are for kernel crypto, the hypervisor (AF_VSOCK) and rare buses, none of them
 * namespaced or needed by a service. Below, not unequal: what has bits above an int's is refused too. */
static const char *const socket_families[] = {"socket", NULL};

/* What a capability is there for, to who holds it. */
static const char *const accounting[] = {"acct", NULL};
static const char *const bpf_programs[] = {"bpf", NULL};
static const char *const ports[] = {"ioperm", "iopl", NULL};
static const char *const comparing[] = {"kcmp", NULL};
static const char *const modules[] = {"delete_module", "finit_module", "init_module", NULL};
static const char *const handles[] = {"open_by_handle_at", NULL};
static const char *const measuring[] = {"perf_event_open", NULL};
static const char *const restarting[] = {"reboot", NULL};
static const char *const roots[] = {"chroot", NULL};
static const char *const setting_time[] = {"clock_settime", "settimeofday", NULL};
static const char *const kernel_log[] = {"syslog", NULL};
static const char *const terminals[] = {"vhangup", NULL};
static const char *const numa[] = {
	"get_mempolicy", "mbind", "migrate_pages", "move_pages", "set_mempolicy", "set_mempolicy_home_node", NULL};

/* The host's own: another kernel, swap, keyrings (which no namespace divides). userfaultfd holds the kernel still
 * in the middle of a copy, which exploits need and services do not. */
static const char *const the_hosts[] = {
	"add_key", "kexec_file_load", "kexec_load", "keyctl", "request_key", "swapoff", "swapon", "userfaultfd", NULL};

/* No filter sees what goes through the ring. Programs that know it know the older ways as well. */
static const char *const rings[] = {"io_uring_enter", "io_uring_register", "io_uring_setup", NULL};

/* Gone from the kernel, or left there for programs of the nineties. */
static const char *const museum[] = {"_sysctl", "afs_syscall", "create_module", "epoll_ctl_old", "epoll_wait_old",
	"get_kernel_syms", "getpmsg", "modify_ldt", "nfsservctl", "putpmsg", "query_module", "security", "sysfs",
	"tuxcall", "uselib", "ustat", "vserver", NULL};

#define EQUAL(n, v)      ((struct spec_seccomp_arg){.index = n, .value = v, .op = SPEC_CMP_EQ})
#define NONE_OF(n, mask) ((struct spec_seccomp_arg){.index = n, .value = mask, .op = SPEC_CMP_MASKED_EQ})

static const struct spec_seccomp_arg domain_linux = EQUAL(0, PER_LINUX), domain_linux32 = EQUAL(0, PER_LINUX32),
				     domain_uname26 = EQUAL(0, UNAME26), domain_both = EQUAL(0, PER_LINUX32 | UNAME26),
				     domain_ask = EQUAL(0, 0xffffffff), no_clone_new = NONE_OF(0, DEFAULT_CLONE_NEW),
				     no_unshare_new = NONE_OF(0, DEFAULT_UNSHARE_NEW),
				     family_below = {.index = 0, .value = AF_ALG, .op = SPEC_CMP_LT};

const struct default_group default_groups[] = {
	ALLOWED(files),
	ALLOWED(memory),
	ALLOWED(processes),
	ALLOWED(signals),
	ALLOWED(waiting),
	ALLOWED(clocks),
	ALLOWED(sockets),
	ALLOWED(ipc),
	ALLOWED(identity),
	ALLOWED(scheduling),
	ALLOWED(facts),
	ALLOWED(sandboxing),
	ALLOWED(debugging),
	ALLOWED_WHEN(domains, domain_linux),
	ALLOWED_WHEN(domains, domain_linux32),
	ALLOWED_WHEN(domains, domain_uname26),
	ALLOWED_WHEN(domains, domain_both),
	ALLOWED_WHEN(domains, domain_ask),
	ALLOWED_WHEN(socket_families, family_below),
	{cloning, DEFAULT_NOT_HELD, CAP(CAP_SYS_ADMIN), SPEC_ACT_ALLOW, 0, &no_clone_new},
	{unsharing, DEFAULT_NOT_HELD, CAP(CAP_SYS_ADMIN), SPEC_ACT_ALLOW, 0, &no_unshare_new},
	{cloning_unseen, DEFAULT_NOT_HELD, CAP(CAP_SYS_ADMIN), SPEC_ACT_ERRNO, ENOSYS, NULL},
	{namespaces, DEFAULT_HELD, CAP(CAP_SYS_ADMIN), SPEC_ACT_ALLOW, 0, NULL},
	GATED(administration, CAP(CAP_SYS_ADMIN)),
	GATED(accounting, CAP(CAP_SYS_PACCT)),
	GATED(bpf_programs, CAP(CAP_BPF) | CAP(CAP_SYS_ADMIN)),
	GATED(ports, CAP(CAP_SYS_RAWIO)),
	GATED(comparing, CAP(CAP_SYS_PTRACE)),
	GATED(modules, CAP(CAP_SYS_MODULE)),
	GATED(handles, CAP(CAP_DAC_READ_SEARCH)),
	GATED(measuring, CAP(CAP_PERFMON) | CAP(CAP_SYS_ADMIN)),
	GATED(restarting, CAP(CAP_SYS_BOOT)),
	GATED(roots, CAP(CAP_SYS_CHROOT)),
	GATED(setting_time, CAP(CAP_SYS_TIME)),
	GATED(kernel_log, CAP(CAP_SYSLOG) | CAP(CAP_SYS_ADMIN)),
	GATED(terminals, CAP(CAP_SYS_TTY_CONFIG)),
	GATED(numa, CAP(CAP_SYS_NICE)),
	FAILING(the_hosts, EPERM),
	FAILING(rings, ENOSYS),
	FAILING(museum, ENOSYS),
};
const size_t default_groups_n = sizeof default_groups / sizeof default_groups[0];
