/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/flags.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FLAGS_LENGTH(table) (sizeof(table) / sizeof(table)[0])

/* What the kernel takes a flag together with, or not at all. */
static const struct seccomp_flag {
	const char *name;
	unsigned int kernel, needs;
} flags_of_kernel[] = {
	{"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC, 0},
	{"SECCOMP_FILTER_FLAG_TSYNC_ESRCH", SECCOMP_FILTER_FLAG_TSYNC_ESRCH, 0},
	{"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG, 0},
	{"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW, 0},
	{"SECCOMP_FILTER_FLAG_NEW_LISTENER", SECCOMP_FILTER_FLAG_NEW_LISTENER, 0},
	{"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
		SECCOMP_FILTER_FLAG_NEW_LISTENER},
};

/* TSYNC_ESRCH makes a failed TSYNC an errno, not a thread's id that reads like a listener. */
static const unsigned int flags_of_spec[] = {
	[SPEC_SECCOMP_TSYNC] = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH,
	[SPEC_SECCOMP_LOG] = SECCOMP_FILTER_FLAG_LOG,
	[SPEC_SECCOMP_SPEC_ALLOW] = SECCOMP_FILTER_FLAG_SPEC_ALLOW,
	[SPEC_SECCOMP_WAIT_KILLABLE_RECV] = SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
};

unsigned int seccomp_flags_for_kernel(const struct opt_bits *flags, bool notifies)
{
	uint64_t bits = flags->set ? flags->bits : UINT64_C(1) << SPEC_SECCOMP_SPEC_ALLOW;
	unsigned int kernel = notifies ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;

	for (unsigned int i = 0; i < FLAGS_LENGTH(flags_of_spec); i++)
		if (bits >> i & 1)
			kernel |= flags_of_spec[i];
	return notifies ? kernel : kernel & ~(unsigned int)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
}

uint64_t seccomp_flags_known(void)
{
	return (UINT64_C(1) << FLAGS_LENGTH(flags_of_spec)) - 1;
}

/* No program at all: the kernel looks at the flags first (EINVAL), then for the program (EFAULT). */
static bool flags_kernel_takes(const struct seccomp_flag *flag)
{
	long r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flag->kernel | flag->needs, NULL);

	return r < 0 && errno == EFAULT;
}

const char *seccomp_flags_find_unsupported(unsigned int kernel_flags)
{
	for (size_t i = 0; i < FLAGS_LENGTH(flags_of_kernel); i++)
		if ((kernel_flags & flags_of_kernel[i].kernel) && !flags_kernel_takes(&flags_of_kernel[i]))
			return flags_of_kernel[i].name;
	return NULL;
}

uint64_t seccomp_flags_supported(void)
{
	uint64_t supported = 0;

	for (unsigned int i = 0; i < FLAGS_LENGTH(flags_of_spec); i++)
		if (!seccomp_flags_find_unsupported(flags_of_spec[i]))
			supported |= UINT64_C(1) << i;
	return supported;
}
