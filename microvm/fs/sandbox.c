/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/fs/sandbox.h"

#include "microvm/fs/creds.h"
#include "seccomp/allow.h"
#include "seccomp/apply.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define NOT_EXECUTABLE .argument = 2, .mask = PROT_EXEC, .value = 0

static const struct seccomp_allowed sandbox_rows[] = {
	{SYS_recvfrom, "requests"},
	{SYS_sendmsg, "answers"},
	{SYS_sendto, "refusals"},
	{SYS_openat2, "looking a name up: the one way to a file that the guest names"},
	{SYS_openat, "opening what was found; making files"},
	{SYS_close, "what the guest closes and forgets"},
	{SYS_fcntl, "the socket and the top once more, for a new mount"},
	{SYS_statx, "attributes"},
	{SYS_newfstatat, "whether a file has set-id bits, or changed since it was seen"},
	{SYS_clock_gettime, "how long ago, where the kernel's page for it does not have the clock"},
	{SYS_fstatfs, "a file system's figures"},
	{SYS_pread64, "reading"},
	{SYS_pwritev2, "writing"},
	{SYS_copy_file_range, "copying within the host"},
	{SYS_lseek, "holes; where in a directory to go on"},
	{SYS_getdents64, "directories"},
	{SYS_ftruncate, "sizes"},
	{SYS_fallocate, "space"},
	{SYS_fsync, "durability"},
	{SYS_fdatasync, "durability"},
	{SYS_syncfs, "durability"},
	{SYS_readlinkat, "symbolic links, as texts"},
	{SYS_mkdirat, "making"},
	{SYS_mknodat, "making: pipes, sockets, device nodes that nobody opens here"},
	{SYS_symlinkat, "making"},
	{SYS_linkat, "making"},
	{SYS_unlinkat, "removing"},
	{SYS_renameat2, "renaming"},
	{SYS_fchownat, "owners"},
	{SYS_fchmodat, "modes"},
	{SYS_utimensat, "times"},
	{SYS_getxattr, "extended attributes"},
	{SYS_setxattr, "extended attributes"},
	{SYS_listxattr, "extended attributes"},
	{SYS_removexattr, "extended attributes"},
	{SYS_umask, "the modes of what is made"},
	{SYS_setresuid, "whose it is"},
	{SYS_setresgid, "whose it is"},
	{SYS_getuid, "back from there"},
	{SYS_getgid, "back from there"},
	{SYS_capget, "what stays allowed meanwhile"},
	{SYS_capset, "what stays allowed meanwhile"},
	{SYS_futex, "locks"},
	{SYS_brk, "malloc"},
	{SYS_mmap, "malloc", NOT_EXECUTABLE},
	{SYS_mremap, "malloc"},
	{SYS_munmap, "malloc"},
	{SYS_write, "why it ended"},
	{SYS_rt_sigprocmask, "abort"},
	{SYS_gettid, "abort"},
	{SYS_getpid, "abort"},
	{SYS_tgkill, "abort"},
	{SYS_exit_group, "its end"},
};

int sandbox_enter(struct err *e)
{
	own_seccomp_filter filter = {0};
	int ignored, r = creds_limit();

	if (r < 0)
		return err_set(e, -r, "", "give up capabilities: %s", strerror(-r));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, "give up new privileges");
	r = seccomp_allow(sandbox_rows, sizeof sandbox_rows / sizeof *sandbox_rows, &filter, e);
	return r < 0 ? r : seccomp_apply(&filter, &ignored, e);
}
