/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/processor.h"

#include <stddef.h>
#include <stdlib.h>

/* Intel SDM 4, table 2-2 */
enum {
	MSR_MISC_ENABLE = 0x1a0,
	MSR_MTRR_DEFAULT = 0x2ff,
	FAST_STRINGS = 1 << 0,
	MTRR_ENABLED = 1 << 11,
	WRITE_BACK = 6
};

enum {
	CR0_PE = 1 << 0,
	CR0_ET = 1 << 4,
	CR4_PAE = 1 << 5,
	EFER_LME = 1 << 8,
	EFER_LMA = 1 << 10,
	FLAGS_RESERVED = 1 << 1
};
#define CR0_PG (UINT64_C(1) << 31)

/* Segment types (Intel SDM 3, 3.4.5.1 and 3.5), accessed or busy as the processor leaves them. */
enum { TYPE_CODE = 0xb, TYPE_DATA = 0x3, TYPE_TSS = 0xb };

/* What firmware would have left: PAT works only where MTRRs are on. Laid out as struct kvm_msrs. */
static const struct {
	uint32_t n, padding;
	struct kvm_msr_entry entries[2];
} msrs = {.n = 2,
	.entries = {
		{.index = MSR_MISC_ENABLE, .data = FAST_STRINGS},
		{.index = MSR_MTRR_DEFAULT, .data = MTRR_ENABLED | WRITE_BACK},
	}};
_Static_assert(offsetof(__typeof__(msrs), entries) == sizeof(struct kvm_msrs), "laid out as struct kvm_msrs");

int processors_open(const struct kvm *kvm, uint32_t vcpus, bool mask_xsave, struct processors *ret, struct err *e)
{
	*ret = (struct processors){.vcpus = vcpus,
		.tsc_deadline = kvm->tsc_deadline,
		.mask_xsave = mask_xsave,
		.host.n = CPUID_ENTRIES_MAX};
	return kvm_get_supported_cpuid(kvm, (struct kvm_cpuid2 *)(void *)&ret->host, e);
}

int processor_prepare(const struct processors *processors, const struct kvm_vcpu *vcpu, uint32_t index, struct err *e)
{
	const struct cpuid_wish wish = {.index = index,
		.vcpus = processors->vcpus,
		.tsc_deadline = processors->tsc_deadline,
		.mask_xsave = processors->mask_xsave};
	struct cpuid cpuid = processors->host;
	int r;

	cpuid_settle(&cpuid, &wish);
	r = kvm_vcpu_set_cpuid(vcpu, (const struct kvm_cpuid2 *)(const void *)&cpuid, e);
	return r < 0 ? r : kvm_vcpu_set_msrs(vcpu, (const struct kvm_msrs *)(const void *)&msrs, e);
}

static struct kvm_segment flat(uint16_t selector, uint8_t type)
{
	return (struct kvm_segment){
		.limit = UINT32_MAX, .selector = selector, .type = type, .present = 1, .s = 1, .g = 1, .db = 1};
}

static void set_segments(struct kvm_sregs *sregs, bool is_long)
{
	sregs->cs = flat(BOOT_CODE, TYPE_CODE);
	if (is_long) {
		sregs->cs.l = 1;
		sregs->cs.db = 0;
	}
	sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = flat(BOOT_DATA, TYPE_DATA);
	sregs->tr = (struct kvm_segment){.limit = 0x67, .type = TYPE_TSS, .present = 1};
	sregs->gdt = sregs->idt = (struct kvm_dtable){0};
}

/* 32-bit protected mode without paging (xen/include/public/arch-x86/hvm/start_info.h). */
static void enter_pvh(const struct boot_entry *entry, struct kvm_sregs *sregs, struct kvm_regs *regs)
{
	sregs->cr0 = CR0_PE | CR0_ET;
	regs->rbx = entry->info;
}

/* Long mode (Linux Documentation/arch/x86/boot.rst, "64-bit Boot Protocol"). */
static void enter_linux64(const struct boot_entry *entry, struct kvm_sregs *sregs, struct kvm_regs *regs)
{
	sregs->gdt = (struct kvm_dtable){.base = BOOT_GDT, .limit = BOOT_GDT_BYTES - 1};
	sregs->cr0 = CR0_PE | CR0_ET | CR0_PG;
	sregs->cr3 = BOOT_PML4;
	sregs->cr4 = CR4_PAE;
	sregs->efer = EFER_LME | EFER_LMA;
	regs->rsi = entry->info;
}

static const struct {
	void (*enter)(const struct boot_entry *entry, struct kvm_sregs *sregs, struct kvm_regs *regs);
	bool is_long;
} protocols[] = {
	[BOOT_PVH] = {enter_pvh, false},
	[BOOT_LINUX64] = {enter_linux64, true},
};

int processor_enter(const struct kvm_vcpu *vcpu, const struct boot_entry *entry, struct err *e)
{
	struct kvm_regs regs = {.rip = entry->rip, .rflags = FLAGS_RESERVED};
	struct kvm_sregs sregs;
	int r = kvm_vcpu_get_sregs(vcpu, &sregs, e);

	if (r < 0)
		return r;
	set_segments(&sregs, protocols[entry->protocol].is_long);
	protocols[entry->protocol].enter(entry, &sregs, &regs);
	r = kvm_vcpu_set_sregs(vcpu, &sregs, e);
	return r < 0 ? r : kvm_vcpu_set_regs(vcpu, &regs, e);
}
