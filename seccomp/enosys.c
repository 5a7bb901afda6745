/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/enosys.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

static void enosys_write_range(const struct enosys_range *range, struct sock_filter *ret)
{
	const struct sock_filter section[ENOSYS_INSNS_PER_RANGE] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, range->audit_arch, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, range->known, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, range->last, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};

	memcpy(ret, section, sizeof section);
}

void seccomp_enosys_write(const struct enosys_range *ranges, size_t n, struct sock_filter *ret)
{
	for (size_t i = 0; i < n; i++)
		enosys_write_range(&ranges[i], ret + i * ENOSYS_INSNS_PER_RANGE);
}
