/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is there a KVM here that can run a kernel and its programs? Runs guest.S and looks how far it comes. Some hosts offer
 * a /dev/kvm that runs small payloads and no system: a guest's first program dies there.
 *
 * usage: probe     exits with 0 when there is, with 1 and one line that says why when there is not
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

extern const char probe_guest[], probe_guest_end[];

/* The guest's memory, by guest-physical address. */
enum { PML4 = 0x1000, PDPT = 0x2000, PD = 0x3000, CODE = 0x4000, MEMORY = 0x10000 };
/* Page table entries: present, writable, for users; a page of 2 MiB. */
enum { TABLE = 0x7, LARGE = 0x87 };
/* CR0: PE, MP, ET, NE, PG. CR4: PAE, OSFXSR. EFER: SCE, LME, LMA. */
enum { CR0 = 0x80000033U, CR4 = 0x220, EFER = 0x501 };

enum { PROGRESS_PORT = 0x10, SECONDS = 20 };

static const char *const stages[] = {
	"could not compare and swap 16 bytes",
	"could not go to user space and come back by a system call",
};
enum { STAGES = sizeof stages / sizeof *stages };

static void no_kvm(const char *why)
{
	printf("%s\n", why);
	exit(1);
}

static int check(int result, const char *what)
{
	char text[160];

	if (result >= 0)
		return result;
	snprintf(text, sizeof text, "%s: %s", what, strerror(errno));
	no_kvm(text);
	return result;
}

static void write_entry(char *memory, unsigned at, uint64_t entry)
{
	memcpy(memory + at, &entry, sizeof entry);
}

static char *make_memory(int vm)
{
	char *memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct kvm_userspace_memory_region region = {.memory_size = MEMORY, .userspace_addr = (uintptr_t)memory};

	if (memory == MAP_FAILED)
		no_kvm("no memory for a guest");
	memcpy(memory + CODE, probe_guest, (size_t)(probe_guest_end - probe_guest));
	write_entry(memory, PML4, PDPT | TABLE);
	write_entry(memory, PDPT, PD | TABLE);
	write_entry(memory, PD, LARGE);
	check(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region), "giving a guest its memory");
	return memory;
}

static struct kvm_segment segment(uint16_t selector, uint8_t type, uint8_t is_code)
{
	return (struct kvm_segment){.limit = UINT32_MAX,
		.selector = selector,
		.type = type,
		.present = 1,
		.s = 1,
		.g = 1,
		.l = is_code,
		.db = !is_code};
}

static void enter_long_mode(int vcpu)
{
	struct kvm_sregs system;
	struct kvm_regs registers = {.rip = CODE, .rflags = 2};

	check(ioctl(vcpu, KVM_GET_SREGS, &system), "reading a guest's registers");
	system.cs = segment(0x08, 11, 1);
	system.ds = system.es = system.fs = system.gs = system.ss = segment(0x10, 3, 0);
	system.cr0 = CR0;
	system.cr3 = PML4;
	system.cr4 = CR4;
	system.efer = EFER;
	check(ioctl(vcpu, KVM_SET_SREGS, &system), "taking a guest to 64-bit mode");
	check(ioctl(vcpu, KVM_SET_REGS, &registers), "setting a guest's registers");
}

static struct kvm_run *make_vcpu(int kvm, int vm, int *ret_vcpu)
{
	size_t size = (size_t)check(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "asking for the size of a vCPU");
	int vcpu = check(ioctl(vm, KVM_CREATE_VCPU, 0), "making a vCPU");
	struct kvm_run *run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);

	if (run == MAP_FAILED)
		no_kvm("no memory for a vCPU");
	enter_long_mode(vcpu);
	*ret_vcpu = vcpu;
	return run;
}

static void on_alarm(int number)
{
	(void)number;
}

/* How many stages the guest passes before it does anything but say so. */
static unsigned run_guest(int vcpu, struct kvm_run *run)
{
	unsigned passed = 0;

	while (ioctl(vcpu, KVM_RUN, 0) == 0 && run->exit_reason == KVM_EXIT_IO && run->io.port == PROGRESS_PORT)
		passed++;
	return passed;
}

int main(void)
{
	/* no SA_RESTART: a guest that runs in circles is left */
	struct sigaction action = {.sa_handler = on_alarm};
	int kvm = check(open("/dev/kvm", O_RDWR | O_CLOEXEC), "opening '/dev/kvm'");
	int vm = check(ioctl(kvm, KVM_CREATE_VM, 0), "making a virtual machine");
	char text[160];
	struct kvm_run *run;
	unsigned passed;
	int vcpu;

	make_memory(vm);
	run = make_vcpu(kvm, vm, &vcpu);
	check(sigaction(SIGALRM, &action, NULL), "setting an alarm");
	alarm(SECONDS);
	passed = run_guest(vcpu, run);
	if (passed >= STAGES)
		return 0;
	snprintf(text, sizeof text, "the KVM here runs no system: a guest %s (exit reason %u)", stages[passed],
		run->exit_reason);
	no_kvm(text);
}
