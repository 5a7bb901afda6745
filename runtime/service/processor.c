/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/processor.h"

#include <cpuid.h>
#include <string.h>

enum { CPUID_HYPERVISOR = 0x40000000, CPUID_FEATURES = 1, FEATURES_ECX_HYPERVISOR = 31 };

bool processor_is_emulated(void)
{
	union {
		unsigned int word[3];
		char text[12];
	} name;
	unsigned int a, b, c, d;

	if (!__get_cpuid(CPUID_FEATURES, &a, &b, &c, &d) || !(c >> FEATURES_ECX_HYPERVISOR & 1))
		return false;
	__cpuid(CPUID_HYPERVISOR, a, name.word[0], name.word[1], name.word[2]);
	return memcmp(name.text, "TCGTCGTCGTCG", sizeof name.text) == 0;
}
