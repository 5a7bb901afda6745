/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/features.h"

#include "seccomp/compile.h"
#include "seccomp/flags.h"

#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool features_kernel_filters(void)
{
	const uint32_t action = SECCOMP_RET_ALLOW;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

struct seccomp_features seccomp_features_get(void)
{
	struct seccomp_vocabulary words = seccomp_compiler_vocabulary();

	return (struct seccomp_features){
		.enabled = features_kernel_filters(),
		.actions = words.actions,
		.operators = words.operators,
		.architectures = words.architectures,
		.known_flags = seccomp_flags_known(),
		.supported_flags = seccomp_flags_supported(),
	};
}
