/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/cpuid.h"

#include <stddef.h>

enum { EAX, EBX, ECX, EDX };

#define BIT(n) (UINT32_C(1) << (n))
#define ALL    UINT32_MAX

static uint32_t *register_of(struct kvm_cpuid_entry2 *entry, int which)
{
	uint32_t *const registers[] = {&entry->eax, &entry->ebx, &entry->ecx, &entry->edx};

	return registers[which];
}

struct rule {
	uint32_t leaf, subleaf; /* subleaf ALL: each */
	int which;
	uint32_t clear, set;
};

/* For every guest. */
static const struct rule rules[] = {
	{1, ALL, ECX, BIT(3) | BIT(27),
		BIT(31)},               /* no MONITOR; OSXSAVE follows the guest's CR4; a hypervisor is there */
	{6, ALL, EAX, ~BIT(2), BIT(2)}, /* the APIC's timer always runs (ARAT); no thermal or power sensor */
	{6, ALL, ECX, ALL, 0},
	/* no performance counters: what they count is the host's */
	{0xa, ALL, EAX, ALL, 0},
	{0xa, ALL, EBX, ALL, 0},
	{0xa, ALL, ECX, ALL, 0},
	{0xa, ALL, EDX, ALL, 0},
	{0x80000001, ALL, ECX, BIT(23) | BIT(24) | BIT(28), 0},
};

/* Without XSAVE: nothing whose registers it would save. */
static const struct rule xsave_rules[] = {
	{1, ALL, ECX, BIT(12) | BIT(26) | BIT(28) | BIT(29), 0}, /* FMA XSAVE AVX F16C */
	{7, 0, EBX, BIT(5) | BIT(14) | BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31),
		0},
	{7, 0, ECX, BIT(1) | BIT(3) | BIT(4) | BIT(6) | BIT(9) | BIT(10) | BIT(11) | BIT(12) | BIT(14), 0},
	{7, 0, EDX, BIT(2) | BIT(3) | BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25), 0},
	{7, 1, EAX, BIT(4) | BIT(5) | BIT(21) | BIT(23), 0}, {0xd, ALL, EAX, ALL, 0}, {0xd, ALL, EBX, ALL, 0},
	{0xd, ALL, ECX, ALL, 0}, {0xd, ALL, EDX, ALL, 0},
	{0x80000001, ALL, ECX, BIT(11) | BIT(15) | BIT(16), 0}, /* XOP LWP FMA4 */
};

static void apply(struct cpuid *cpuid, const struct rule *rule)
{
	for (uint32_t i = 0; i < cpuid->n; i++) {
		struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];
		uint32_t *value = register_of(entry, rule->which);

		if (entry->function == rule->leaf && (rule->subleaf == ALL || rule->subleaf == entry->index))
			*value = (*value & ~rule->clear) | rule->set;
	}
}

/* The least n with 2^n >= count. */
static uint32_t bits_for(uint32_t count)
{
	uint32_t bits = 0;

	while (BIT(bits) < count)
		bits++;
	return bits;
}

/* Leaf 4 and 0x8000001d: caches below the last level are a core's own, the last is everybody's. */
static void share_caches(struct cpuid *cpuid, uint32_t leaf, uint32_t vcpus)
{
	const uint32_t all = BIT(bits_for(vcpus)) - 1;

	for (uint32_t i = 0; i < cpuid->n; i++) {
		struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];
		const uint32_t level = entry->eax >> 5 & 7;

		if (entry->function != leaf || (entry->eax & 0x1f) == 0)
			continue;
		entry->eax = (entry->eax & 0x3fff) | (level >= 3 ? all : 0) << 14;
		if (leaf == 4)
			entry->eax |= (all < 63 ? all : 63) << 26;
	}
}

static void remove_leaf(struct cpuid *cpuid, uint32_t leaf)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < cpuid->n; i++)
		if (cpuid->entries[i].function != leaf)
			cpuid->entries[kept++] = cpuid->entries[i];
	cpuid->n = kept;
}

static void add_entry(struct cpuid *cpuid, const struct kvm_cpuid_entry2 *entry)
{
	if (cpuid->n < CPUID_ENTRIES_MAX)
		cpuid->entries[cpuid->n++] = *entry;
}

static bool has_leaf(const struct cpuid *cpuid, uint32_t leaf)
{
	for (uint32_t i = 0; i < cpuid->n; i++)
		if (cpuid->entries[i].function == leaf)
			return true;
	return false;
}

/* Leaves 0xb and 0x1f: levels of the topology; the third ends the list. */
static void tell_topology(struct cpuid *cpuid, uint32_t leaf, const struct cpuid_wish *wish)
{
	enum { THREAD = 1, CORE = 2 };
	const struct kvm_cpuid_entry2 levels[] = {
		{.index = 0, .eax = 0, .ebx = 1, .ecx = 0 | THREAD << 8},
		{.index = 1, .eax = bits_for(wish->vcpus), .ebx = wish->vcpus, .ecx = 1 | CORE << 8},
		{.index = 2, .ecx = 2},
	};

	if (!has_leaf(cpuid, leaf))
		return;
	remove_leaf(cpuid, leaf);
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		struct kvm_cpuid_entry2 entry = levels[i];

		entry.function = leaf;
		entry.flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
		entry.edx = wish->index;
		add_entry(cpuid, &entry);
	}
}

static void tell_place(struct cpuid *cpuid, const struct cpuid_wish *wish)
{
	const uint32_t several = wish->vcpus > 1;
	const struct rule fields[] = {
		{1, ALL, EBX, 0xffff0000, wish->index << 24 | wish->vcpus << 16},
		{1, ALL, EDX, BIT(28), several << 28},                                           /* HTT */
		{0x80000001, ALL, ECX, BIT(1), several << 1},                                    /* CmpLegacy */
		{0x80000008, ALL, ECX, 0xf0ff, bits_for(wish->vcpus) << 12 | (wish->vcpus - 1)}, /* NC */
		{0x8000001e, ALL, EAX, ALL, wish->index},
		{0x8000001e, ALL, EBX, ALL, wish->index}, /* a core of one thread */
		{0x8000001e, ALL, ECX, ALL, 0},           /* one node */
	};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		apply(cpuid, &fields[i]);
	share_caches(cpuid, 4, wish->vcpus);
	share_caches(cpuid, 0x8000001d, wish->vcpus);
	tell_topology(cpuid, 0xb, wish);
	tell_topology(cpuid, 0x1f, wish);
}

void cpuid_settle(struct cpuid *cpuid, const struct cpuid_wish *wish)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		apply(cpuid, &rules[i]);
	for (size_t i = 0; wish->mask_xsave && i < sizeof xsave_rules / sizeof *xsave_rules; i++)
		apply(cpuid, &xsave_rules[i]);
	apply(cpuid, &(struct rule){1, ALL, ECX, BIT(24), wish->tsc_deadline ? BIT(24) : 0});
	tell_place(cpuid, wish);
}
