/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/sandbox.h"

#include "seccomp/allow.h"
#include "seccomp/apply.h"

#include <linux/fs.h>
#include <linux/if_tun.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define ONLY_IOCTL(request) .argument = 1, .mask = UINT32_MAX, .value = (uint32_t)(request)
#define NOT_EXECUTABLE      .argument = 2, .mask = PROT_EXEC, .value = 0
#define ONLY_ADVICE(ad)     .argument = 2, .mask = UINT32_MAX, .value = (ad)

/* What the C library does below malloc(), locks and threads. */
static const struct seccomp_allowed of_c_library[] = {
	{SYS_futex, "a device's lock"},
	{SYS_brk, "malloc"},
	{SYS_mmap, "malloc", NOT_EXECUTABLE},
	{SYS_munmap, "malloc; the machine's parts at its end"},
	{SYS_madvise, "malloc, giving back; the balloon, too", ONLY_ADVICE(MADV_DONTNEED)},
	{SYS_clock_gettime, "the time, where the kernel's page for it does not have the clock"},
	{SYS_rt_sigreturn, "after the signal that stops vCPUs"},
	{SYS_rt_sigprocmask, "a thread that begins or ends, or that raises a signal"},
	{SYS_exit, "a thread's end"},
	{SYS_exit_group, "the process's end"},
};

/* From the kernel's image on, beside all that the threads will need: their filters come on top of this one. */
static const struct seccomp_allowed of_loading[] = {
	{SYS_fstat, "how large the image is"},
	{SYS_newfstatat, "the same, as the C library calls it"},
	{SYS_ioctl, "the first vCPU's registers, its page", .argument = 1, .mask = 0xff00, .value = KVMIO << 8},
	{SYS_ioctl, "the terminal's mode", ONLY_IOCTL(TCGETS)},
	{SYS_ioctl, "the same", ONLY_IOCTL(TCSETS)},
	{SYS_signalfd4, "signals that the I/O thread waits for"},
	{SYS_timerfd_create, "the limit of the boot's time"},
	{SYS_clone3, "the vCPUs' threads"},
	{SYS_clone, "the same, on a kernel that does not know clone3"},
	{SYS_mprotect, "their stacks", NOT_EXECUTABLE},
	{SYS_set_robust_list, "a thread's begin"},
	{SYS_rseq, "the same"},
	{SYS_prctl, "a vCPU's name", .argument = 0, .mask = UINT32_MAX, .value = PR_SET_NAME},
	{SYS_seccomp, "the threads' own filters"},
};

static const struct seccomp_allowed of_vcpus[] = {
	{SYS_ioctl, "the guest runs", ONLY_IOCTL(KVM_RUN)},
	{SYS_write, "interrupts and doorbells (eventfds), the serial port's log"},
	{SYS_read, "a device that is reset empties its eventfds"},
	{SYS_close, "a device that is reset closes its connections"},
	{SYS_epoll_ctl, "a device that is reset forgets them"},
	{SYS_ftruncate, "the serial port's log, cut"},
	{SYS_lseek, "the same"},
	{SYS_timerfd_settime, "a device that is reset stops its timers"},
	{SYS_io_uring_enter, "a disk that is reset waits for what is on its way"},
};

static const struct seccomp_allowed of_io[] = {
	{SYS_epoll_wait, "the loop"},
	{SYS_epoll_pwait, "the loop"},
	{SYS_read, "doorbells, timers, signals (their descriptors); taps, streams"},
	{SYS_write, "interrupts; taps, streams, the console's log"},
	{SYS_readv, "from taps and streams into chains"},
	{SYS_writev, "from chains to taps and streams"},
	{SYS_recvmsg, "vsock's connections, FUSE answers"},
	{SYS_sendmsg, "vsock's connections, FUSE requests"},
	{SYS_recvfrom, "the same, in one piece"},
	{SYS_sendto, "the same; what the maker is told"},
	{SYS_pread64, "disks"},
	{SYS_pwrite64, "disks"},
	{SYS_preadv, "disks, from chains"},
	{SYS_pwritev, "disks, from chains"},
	{SYS_preadv2, "streams that are not to block"},
	{SYS_pwritev2, "the same"},
	{SYS_fdatasync, "a disk's flush"},
	{SYS_fallocate, "a disk's discard and write zeroes, in a file"},
	{SYS_ioctl, "the same, in a block device", ONLY_IOCTL(BLKDISCARD)},
	{SYS_ioctl, "the same", ONLY_IOCTL(BLKZEROOUT)},
	{SYS_io_uring_enter, "disks"},
	{SYS_epoll_ctl, "sources come and go"},
	{SYS_accept4, "vsock's clients on the host"},
	{SYS_shutdown, "vsock's half-closed connections"},
	{SYS_close, "connections that ended"},
	{SYS_poll, "whether a stream can take more"},
	{SYS_timerfd_settime, "rate limits, time-outs"},
	{SYS_ftruncate, "the console's log, cut"},
	{SYS_lseek, "the same"},
	{SYS_fcntl, "a stream's flags"},
	{SYS_getrandom, "the guest's entropy"},
	{SYS_ioctl, "a network device's offloads, when its driver has said which", ONLY_IOCTL(TUNSETOFFLOAD)},
	{SYS_ioctl, "its queues, when its driver has said how many", ONLY_IOCTL(TUNSETQUEUE)},
	{SYS_ioctl, "a terminal's size", ONLY_IOCTL(TIOCGWINSZ)},
	{SYS_tgkill, "stopping vCPUs; ending by the service's signal"},
	{SYS_rt_sigaction, "ending by the service's signal"},
	{SYS_gettid, "the same"},
	{SYS_getpid, "the same"},
};

struct part {
	const struct seccomp_allowed *rows;
	size_t n;
};

#define PART(table)                                                                                                    \
	{                                                                                                              \
		table, sizeof(table) / sizeof *(table)                                                                 \
	}

enum { PARTS_MAX = 4, ROWS_MAX = 128 };
_Static_assert(sizeof of_loading + sizeof of_io + sizeof of_vcpus + sizeof of_c_library <=
		       ROWS_MAX * sizeof(struct seccomp_allowed),
	"room for all parts");

/* The parts as one list. */
static int enter(const struct part parts[PARTS_MAX], struct err *e)
{
	struct seccomp_allowed rows[ROWS_MAX];
	own_seccomp_filter filter = {0};
	size_t n = 0;
	int ignored, r;

	for (size_t i = 0; i < PARTS_MAX; i++)
		for (size_t j = 0; j < parts[i].n; j++)
			rows[n++] = parts[i].rows[j];
	r = seccomp_allow(rows, n, &filter, e);
	return r < 0 ? r : seccomp_apply(&filter, &ignored, e);
}

int sandbox_enter_loading(struct err *e)
{
	return enter(
		(const struct part[PARTS_MAX]){PART(of_loading), PART(of_io), PART(of_vcpus), PART(of_c_library)}, e);
}

int sandbox_enter_vcpu(struct err *e)
{
	return enter((const struct part[PARTS_MAX]){PART(of_vcpus), PART(of_c_library)}, e);
}

int sandbox_enter_io(struct err *e)
{
	return enter((const struct part[PARTS_MAX]){PART(of_io), PART(of_c_library)}, e);
}
