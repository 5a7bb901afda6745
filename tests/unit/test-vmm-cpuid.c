/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/cpuid.h"
#include "tests/unit/unit.h"

/* A host that has everything. */
static const struct kvm_cpuid_entry2 host[] = {
	{.function = 0, .eax = 0x1f},
	{.function = 1, .ebx = 0x05100800, .ecx = UINT32_MAX & ~(1U << 24 | 1U << 31), .edx = UINT32_MAX},
	{.function = 4, .index = 0, .eax = 0x1c004121},
	{.function = 4, .index = 3, .eax = 0x1c03c163},
	{.function = 4, .index = 4, .eax = 0},
	{.function = 6, .eax = 0x77, .ecx = 9},
	{.function = 7, .index = 0, .ebx = UINT32_MAX, .ecx = UINT32_MAX, .edx = UINT32_MAX},
	{.function = 0xa, .eax = 0x07300404},
	{.function = 0xb, .index = 0, .eax = 1, .ebx = 2, .ecx = 0x100, .edx = 17},
	{.function = 0xb, .index = 1, .eax = 4, .ebx = 8, .ecx = 0x201, .edx = 17},
	{.function = 0xd, .index = 0, .eax = 7, .ebx = 832},
	{.function = 0xd, .index = 1, .eax = 15},
	{.function = 0x40000000, .eax = 0x40000001, .ebx = 0x4b4d564b},
	{.function = 0x80000008, .ecx = 0x400f},
	{.function = 0x8000001e, .eax = 17, .ebx = 0x108, .ecx = 1},
};

static struct cpuid settle(const struct cpuid_wish *wish)
{
	struct cpuid cpuid = {.n = sizeof host / sizeof *host};

	for (size_t i = 0; i < sizeof host / sizeof *host; i++)
		cpuid.entries[i] = host[i];
	cpuid_settle(&cpuid, wish);
	return cpuid;
}

static const struct kvm_cpuid_entry2 *find(const struct cpuid *cpuid, uint32_t leaf, uint32_t index)
{
	for (uint32_t i = 0; i < cpuid->n; i++)
		if (cpuid->entries[i].function == leaf && cpuid->entries[i].index == index)
			return &cpuid->entries[i];
	fail_msg("no leaf 0x%x, index %u", leaf, index);
	return NULL;
}

static void a_guest_is_told_of_its_hypervisor_and_its_timers(void **state)
{
	const struct cpuid cpuid = settle(&(struct cpuid_wish){.vcpus = 1, .tsc_deadline = true});
	const uint32_t ecx = find(&cpuid, 1, 0)->ecx;

	(void)state;
	assert_true(ecx & 1U << 31);
	assert_true(ecx & 1U << 24);
	assert_false(ecx & 1U << 3);
	assert_false(ecx & 1U << 27);
	assert_int_equal(find(&cpuid, 6, 0)->eax, 4);
	assert_int_equal(find(&cpuid, 0xa, 0)->eax, 0);
	assert_int_equal(find(&cpuid, 0x40000000, 0)->ebx, 0x4b4d564b);
}

static void a_host_without_the_deadline_timer_offers_none(void **state)
{
	const struct cpuid cpuid = settle(&(struct cpuid_wish){.vcpus = 1});

	(void)state;
	assert_false(find(&cpuid, 1, 0)->ecx & 1U << 24);
}

static void each_vcpu_is_a_core_of_one_package(void **state)
{
	const struct cpuid cpuid = settle(&(struct cpuid_wish){.index = 5, .vcpus = 6});

	(void)state;
	assert_int_equal(find(&cpuid, 1, 0)->ebx, 5 << 24 | 6 << 16 | 0x800);
	assert_int_equal(find(&cpuid, 4, 0)->eax >> 26, 7);         /* places for cores in the package */
	assert_int_equal(find(&cpuid, 4, 0)->eax >> 14 & 0xfff, 0); /* a cache of one's own */
	assert_int_equal(find(&cpuid, 4, 3)->eax >> 14 & 0xfff, 7); /* everybody's */
	assert_int_equal(find(&cpuid, 4, 4)->eax, 0);
	assert_int_equal(find(&cpuid, 0xb, 0)->ebx, 1);
	assert_int_equal(find(&cpuid, 0xb, 1)->eax, 3);
	assert_int_equal(find(&cpuid, 0xb, 1)->ebx, 6);
	assert_int_equal(find(&cpuid, 0xb, 2)->ecx, 2);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(find(&cpuid, 0xb, i)->edx, 5);
	assert_int_equal(find(&cpuid, 0x80000008, 0)->ecx & 0xf0ff, 3 << 12 | 5);
	assert_int_equal(find(&cpuid, 0x8000001e, 0)->eax, 5);
	assert_int_equal(find(&cpuid, 0x8000001e, 0)->ebx, 5);
}

static void a_single_vcpu_has_no_sibling(void **state)
{
	const struct cpuid cpuid = settle(&(struct cpuid_wish){.vcpus = 1});

	(void)state;
	assert_false(find(&cpuid, 1, 0)->edx & 1U << 28);
	assert_int_equal(find(&cpuid, 4, 3)->eax >> 14, 0);
	assert_int_equal(find(&cpuid, 0xb, 1)->eax, 0);
}

static void two_hosts_processors_make_the_same_guest(void **state)
{
	const struct cpuid_wish wish = {.index = 1, .vcpus = 2};
	const struct cpuid first = settle(&wish);
	struct cpuid second = {.n = sizeof host / sizeof *host};

	(void)state;
	/* as read on another of the host's processors */
	for (size_t i = 0; i < sizeof host / sizeof *host; i++)
		second.entries[i] = host[i];
	second.entries[1].ebx = 0x02100800;
	second.entries[8].edx = second.entries[9].edx = second.entries[14].eax = 3;
	cpuid_settle(&second, &wish);
	assert_memory_equal(&first, &second, sizeof first);
}

static void without_xsave_there_is_nothing_that_needs_it(void **state)
{
	const struct cpuid cpuid = settle(&(struct cpuid_wish){.vcpus = 1, .mask_xsave = true});
	const uint32_t avx_of_leaf_1 = 1U << 12 | 1U << 26 | 1U << 28 | 1U << 29;

	(void)state;
	assert_int_equal(find(&cpuid, 1, 0)->ecx & avx_of_leaf_1, 0);
	assert_true(find(&cpuid, 1, 0)->ecx & 1U << 20); /* SSE4.2 stays */
	assert_false(find(&cpuid, 7, 0)->ebx & (1U << 5 | 1U << 16));
	assert_true(find(&cpuid, 7, 0)->ebx & 1U << 9); /* ERMS stays */
	assert_false(find(&cpuid, 7, 0)->ecx & 1U << 3);
	assert_int_equal(find(&cpuid, 0xd, 0)->eax | find(&cpuid, 0xd, 0)->ebx | find(&cpuid, 0xd, 1)->eax, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_is_told_of_its_hypervisor_and_its_timers),
		cmocka_unit_test(a_host_without_the_deadline_timer_offers_none),
		cmocka_unit_test(each_vcpu_is_a_core_of_one_package),
		cmocka_unit_test(a_single_vcpu_has_no_sibling),
		cmocka_unit_test(two_hosts_processors_make_the_same_guest),
		cmocka_unit_test(without_xsave_there_is_nothing_that_needs_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
