/* SPDX-License-Identifier: Apache-2.0 */
/* The spec's linux.seccomp object (OCI runtime-spec config-linux.md, "Seccomp"). */
#pragma once

#include "config/spec_types.h"

enum spec_seccomp_action {
	SPEC_ACT_UNSET,
	SPEC_ACT_KILL,
	SPEC_ACT_KILL_PROCESS,
	SPEC_ACT_KILL_THREAD,
	SPEC_ACT_TRAP,
	SPEC_ACT_ERRNO,
	SPEC_ACT_TRACE,
	SPEC_ACT_ALLOW,
	SPEC_ACT_LOG,
	SPEC_ACT_NOTIFY,
};

enum spec_seccomp_operator {
	SPEC_CMP_UNSET,
	SPEC_CMP_NE,
	SPEC_CMP_LT,
	SPEC_CMP_LE,
	SPEC_CMP_EQ,
	SPEC_CMP_GE,
	SPEC_CMP_GT,
	SPEC_CMP_MASKED_EQ,
};

enum spec_seccomp_flag {
	SPEC_SECCOMP_TSYNC,
	SPEC_SECCOMP_LOG,
	SPEC_SECCOMP_SPEC_ALLOW,
	SPEC_SECCOMP_WAIT_KILLABLE_RECV,
};

/* Bits of spec_seccomp.architectures, in the order of the schema's SCMP_ARCH_* list. */
enum spec_seccomp_arch {
	SPEC_ARCH_X86,
	SPEC_ARCH_X86_64,
	SPEC_ARCH_X32,
	SPEC_ARCH_ARM,
	SPEC_ARCH_AARCH64,
	SPEC_ARCH_LOONGARCH64,
	SPEC_ARCH_M68K,
	SPEC_ARCH_MIPS,
	SPEC_ARCH_MIPS64,
	SPEC_ARCH_MIPS64N32,
	SPEC_ARCH_MIPSEL,
	SPEC_ARCH_MIPSEL64,
	SPEC_ARCH_MIPSEL64N32,
	SPEC_ARCH_PPC,
	SPEC_ARCH_PPC64,
	SPEC_ARCH_PPC64LE,
	SPEC_ARCH_S390,
	SPEC_ARCH_S390X,
	SPEC_ARCH_SH,
	SPEC_ARCH_SHEB,
	SPEC_ARCH_PARISC,
	SPEC_ARCH_PARISC64,
	SPEC_ARCH_RISCV64,
};

struct spec_seccomp_arg {
	uint32_t index; /* 0 to 5 */
	uint64_t value, value_two;
	enum spec_seccomp_operator op;
};

struct spec_seccomp_rule {
	struct strings names;
	enum spec_seccomp_action action;
	struct opt_uint errno_ret;
	size_t args_n;
	struct spec_seccomp_arg *args;
};

struct spec_seccomp {
	enum spec_seccomp_action default_action;
	struct opt_uint default_errno_ret;
	struct opt_bits architectures; /* of enum spec_seccomp_arch */
	struct opt_bits flags;         /* of enum spec_seccomp_flag */
	const char *listener_path, *listener_metadata;
	size_t syscalls_n;
	struct spec_seccomp_rule *syscalls;
};
