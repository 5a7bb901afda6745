/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/kvm.h"

#include "base/own.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

/* x86 without unrestricted guests emulates real mode in these four pages, which nothing else uses. */
enum { IDENTITY_MAP = 0xfffbc000, TSS = 0xfffbd000 };

static const struct {
	long extension;
	const char *name;
} needed[] = {
	{KVM_CAP_USER_MEMORY, "KVM_CAP_USER_MEMORY"},
	{KVM_CAP_IRQCHIP, "KVM_CAP_IRQCHIP"},
	{KVM_CAP_IRQFD, "KVM_CAP_IRQFD"},
	{KVM_CAP_IOEVENTFD, "KVM_CAP_IOEVENTFD"},
	{KVM_CAP_IMMEDIATE_EXIT, "KVM_CAP_IMMEDIATE_EXIT"},
#ifdef __x86_64__
	{KVM_CAP_EXT_CPUID, "KVM_CAP_EXT_CPUID"},
	{KVM_CAP_SET_TSS_ADDR, "KVM_CAP_SET_TSS_ADDR"},
	{KVM_CAP_SET_IDENTITY_MAP_ADDR, "KVM_CAP_SET_IDENTITY_MAP_ADDR"},
#endif
};

static int check_version(int system, struct err *e)
{
	const int version = ioctl(system, KVM_GET_API_VERSION, 0);

	if (version < 0)
		return err_sys(e, "ask KVM for its version: is it /dev/kvm?");
	if (version != KVM_API_VERSION)
		return err_set(
			e, ENOTSUP, "vm-kvm", "KVM has version %d of its interface, not %d", version, KVM_API_VERSION);
	return 0;
}

static int check_extensions(int system, uint32_t vcpus, struct err *e)
{
	const int vcpus_max = ioctl(system, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS);

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (ioctl(system, KVM_CHECK_EXTENSION, needed[i].extension) <= 0)
			return err_set(e, ENOTSUP, "vm-kvm", "this host's KVM has no %s", needed[i].name);
	if (vcpus_max > 0 && vcpus > (uint32_t)vcpus_max)
		return err_set(e, ENOTSUP, "vm-vcpus", "%u vCPUs: this host's KVM has at most %d", vcpus, vcpus_max);
	return 0;
}

/* A signal may break it off. Performance counters would count the host's work, and cost the guest's code more room. */
static int make_machine(int system)
{
	const struct kvm_enable_cap no_counters = {.cap = KVM_CAP_PMU_CAPABILITY, .args = {KVM_PMU_CAP_DISABLE}};
	int vm;

	do
		vm = ioctl(system, KVM_CREATE_VM, 0);
	while (vm < 0 && errno == EINTR);
	if (vm >= 0)
		(void)ioctl(vm, KVM_ENABLE_CAP, &no_counters); /* CPUID does not offer them anyway */
	return vm;
}

int kvm_open(int system, uint32_t vcpus, struct kvm *ret, struct err *e)
{
	own_fd owned = system, vm = -1;
	int run_bytes, r = check_version(system, e);

	if (r == 0)
		r = check_extensions(system, vcpus, e);
	if (r < 0)
		return r;
	run_bytes = ioctl(system, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (run_bytes < (int)sizeof(struct kvm_run))
		return err_sys(e, "ask KVM for the size of a vCPU's page");
	vm = make_machine(system);
	if (vm < 0)
		return err_sys(e, "make a virtual machine");
	*ret = (struct kvm){.system = give_fd(&owned),
		.vm = give_fd(&vm),
		.run_bytes = (size_t)run_bytes,
		.tsc_deadline = ioctl(system, KVM_CHECK_EXTENSION, KVM_CAP_TSC_DEADLINE_TIMER) > 0};
	return 0;
}

void kvm_close(struct kvm *kvm)
{
	own_release_fd(&kvm->vm);
	own_release_fd(&kvm->system);
}

int kvm_set_memory(const struct kvm *kvm, const struct guest_memory *memory, struct err *e)
{
	for (uint32_t i = 0; i < memory->n; i++) {
		const struct guest_region *region = &memory->regions[i];
		const struct kvm_userspace_memory_region slot = {.slot = i,
			.guest_phys_addr = region->start,
			.memory_size = region->bytes,
			.userspace_addr = (uintptr_t)region->host};

		if (ioctl(kvm->vm, KVM_SET_USER_MEMORY_REGION, &slot) < 0)
			return err_sys(e, "give the guest its memory");
	}
	return 0;
}

int kvm_connect_irq(const struct kvm *kvm, int eventfd, uint32_t irq, struct err *e)
{
	const struct kvm_irqfd wish = {.fd = (uint32_t)eventfd, .gsi = irq};

	return ioctl(kvm->vm, KVM_IRQFD, &wish) < 0 ? err_sys(e, "connect interrupt %u", irq) : 0;
}

int kvm_connect_doorbell(const struct kvm *kvm, int eventfd, gpa_t at, uint32_t value, struct err *e)
{
	const struct kvm_ioeventfd wish = {.datamatch = value,
		.addr = at,
		.len = sizeof value,
		.fd = eventfd,
		.flags = KVM_IOEVENTFD_FLAG_DATAMATCH};

	if (ioctl(kvm->vm, KVM_IOEVENTFD, &wish) < 0)
		return err_sys(e, "connect the doorbell at 0x%llx", (unsigned long long)at);
	return 0;
}

int kvm_vcpu_open(const struct kvm *kvm, uint32_t index, struct kvm_vcpu *ret, struct err *e)
{
	own_fd fd = ioctl(kvm->vm, KVM_CREATE_VCPU, (unsigned long)index);
	void *run;

	if (fd < 0)
		return err_sys(e, "make vCPU %u", index);
	run = mmap(NULL, kvm->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (run == MAP_FAILED)
		return err_sys(e, "map the page of vCPU %u", index);
	*ret = (struct kvm_vcpu){.fd = give_fd(&fd), .run = run, .run_bytes = kvm->run_bytes};
	return 0;
}

void kvm_vcpu_close(struct kvm_vcpu *vcpu)
{
	if (vcpu->run)
		(void)munmap(vcpu->run, vcpu->run_bytes); /* ours, whole */
	vcpu->run = NULL;
	own_release_fd(&vcpu->fd);
}

int kvm_vcpu_run(const struct kvm_vcpu *vcpu)
{
	return ioctl(vcpu->fd, KVM_RUN, 0) < 0 ? -errno : 0;
}

#ifdef __x86_64__

int kvm_make_irqchip(const struct kvm *kvm, struct err *e)
{
	const uint64_t identity_map = IDENTITY_MAP;

	if (ioctl(kvm->vm, KVM_SET_IDENTITY_MAP_ADDR, &identity_map) < 0 ||
		ioctl(kvm->vm, KVM_SET_TSS_ADDR, (unsigned long)TSS) < 0)
		return err_sys(e, "say where real mode is emulated");
	return ioctl(kvm->vm, KVM_CREATE_IRQCHIP, 0) < 0 ? err_sys(e, "make the interrupt controllers") : 0;
}

int kvm_get_supported_cpuid(const struct kvm *kvm, struct kvm_cpuid2 *ret, struct err *e)
{
	return ioctl(kvm->system, KVM_GET_SUPPORTED_CPUID, ret) < 0 ? err_sys(e, "ask KVM what a vCPU can") : 0;
}

int kvm_vcpu_set_cpuid(const struct kvm_vcpu *vcpu, const struct kvm_cpuid2 *cpuid, struct err *e)
{
	return ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid) < 0 ? err_sys(e, "say what a vCPU can") : 0;
}

int kvm_vcpu_set_msrs(const struct kvm_vcpu *vcpu, const struct kvm_msrs *msrs, struct err *e)
{
	const int set = ioctl(vcpu->fd, KVM_SET_MSRS, msrs);

	if (set < 0)
		return err_sys(e, "set the MSRs of a vCPU");
	if ((uint32_t)set < msrs->nmsrs)
		return err_set(e, EIO, "vm-kvm", "KVM does not take the MSR 0x%x", msrs->entries[set].index);
	return 0;
}

int kvm_vcpu_get_sregs(const struct kvm_vcpu *vcpu, struct kvm_sregs *ret, struct err *e)
{
	return ioctl(vcpu->fd, KVM_GET_SREGS, ret) < 0 ? err_sys(e, "read the system registers of a vCPU") : 0;
}

int kvm_vcpu_set_sregs(const struct kvm_vcpu *vcpu, const struct kvm_sregs *sregs, struct err *e)
{
	return ioctl(vcpu->fd, KVM_SET_SREGS, sregs) < 0 ? err_sys(e, "set the system registers of a vCPU") : 0;
}

int kvm_vcpu_set_regs(const struct kvm_vcpu *vcpu, const struct kvm_regs *regs, struct err *e)
{
	return ioctl(vcpu->fd, KVM_SET_REGS, regs) < 0 ? err_sys(e, "set the registers of a vCPU") : 0;
}

#endif
