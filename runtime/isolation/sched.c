/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/sched.h"

#include "runtime/isolation/cpulist.h"

#include <errno.h>
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the headers of Linux 6.1 */
enum { SCHED_MPOL_WEIGHTED_INTERLEAVE = 6 };

/* Reserved by Linux and never implemented; sched_setattr(2) refuses it in its own words. */
enum { SCHED_POLICY_ISO = 4 };

/* sched_setattr(2), with the fields of Linux 5.3; glibc 2.36 has no declaration. */
struct sched_attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns, deadline_ns, period_ns;
	uint32_t util_min, util_max;
};

static const uint32_t sched_policies[] = {
	[SPEC_SCHED_UNSET] = SCHED_NORMAL,
	[SPEC_SCHED_OTHER] = SCHED_NORMAL,
	[SPEC_SCHED_FIFO] = SCHED_FIFO,
	[SPEC_SCHED_RR] = SCHED_RR,
	[SPEC_SCHED_BATCH] = SCHED_BATCH,
	[SPEC_SCHED_ISO] = SCHED_POLICY_ISO,
	[SPEC_SCHED_IDLE] = SCHED_IDLE,
	[SPEC_SCHED_DEADLINE] = SCHED_DEADLINE,
};

static const uint64_t sched_flags[] = {
	[SPEC_SCHED_FLAG_RESET_ON_FORK] = SCHED_FLAG_RESET_ON_FORK,
	[SPEC_SCHED_FLAG_RECLAIM] = SCHED_FLAG_RECLAIM,
	[SPEC_SCHED_FLAG_DL_OVERRUN] = SCHED_FLAG_DL_OVERRUN,
	[SPEC_SCHED_FLAG_KEEP_POLICY] = SCHED_FLAG_KEEP_POLICY,
	[SPEC_SCHED_FLAG_KEEP_PARAMS] = SCHED_FLAG_KEEP_PARAMS,
	[SPEC_SCHED_FLAG_UTIL_CLAMP_MIN] = SCHED_FLAG_UTIL_CLAMP_MIN,
	[SPEC_SCHED_FLAG_UTIL_CLAMP_MAX] = SCHED_FLAG_UTIL_CLAMP_MAX,
};

static const uint64_t sched_memory_modes[] = {
	[SPEC_MPOL_UNSET] = MPOL_DEFAULT,
	[SPEC_MPOL_DEFAULT] = MPOL_DEFAULT,
	[SPEC_MPOL_BIND] = MPOL_BIND,
	[SPEC_MPOL_INTERLEAVE] = MPOL_INTERLEAVE,
	[SPEC_MPOL_WEIGHTED_INTERLEAVE] = SCHED_MPOL_WEIGHTED_INTERLEAVE,
	[SPEC_MPOL_PREFERRED] = MPOL_PREFERRED,
	[SPEC_MPOL_PREFERRED_MANY] = MPOL_PREFERRED_MANY,
	[SPEC_MPOL_LOCAL] = MPOL_LOCAL,
};

static const uint64_t sched_memory_flags[] = {
	[SPEC_MPOL_F_NUMA_BALANCING] = MPOL_F_NUMA_BALANCING,
	[SPEC_MPOL_F_RELATIVE_NODES] = MPOL_F_RELATIVE_NODES,
	[SPEC_MPOL_F_STATIC_NODES] = MPOL_F_STATIC_NODES,
};

/* The kernel's flags for the n of a spec's enum. */
static uint64_t sched_translate(const struct opt_bits *asked, const uint64_t *flags, size_t n)
{
	uint64_t result = 0;

	for (size_t i = 0; asked->set && i < n; i++)
		if (asked->bits >> i & 1)
			result |= flags[i];
	return result;
}

static int sched_number(const struct opt_int *number, const char *name, int64_t min, int64_t max, struct err *e)
{
	if (number->set && (number->value < min || number->value > max))
		return err_set(e, EINVAL, "number-out-of-range", "set the scheduler: %s '%jd' is not in %jd to %jd",
			name, (intmax_t)number->value, (intmax_t)min, (intmax_t)max);
	return 0;
}

int sched_scheduler_apply(const struct spec_scheduler *scheduler, struct err *e)
{
	struct sched_attributes attributes = {
		.size = sizeof attributes,
		.policy = sched_policies[scheduler->policy],
		.flags = sched_translate(&scheduler->flags, sched_flags, sizeof sched_flags / sizeof sched_flags[0]),
		.runtime_ns = scheduler->runtime_ns.value,
		.deadline_ns = scheduler->deadline_ns.value,
		.period_ns = scheduler->period_ns.value,
	};
	int r = sched_number(&scheduler->nice, "nice", -20, 19, e);

	if (r == 0)
		r = sched_number(&scheduler->priority, "priority", 0, 99, e);
	if (r < 0)
		return r;
	attributes.nice = (int32_t)scheduler->nice.value;
	attributes.priority = (uint32_t)scheduler->priority.value;
	if (syscall(SYS_sched_setattr, 0, &attributes, 0) == 0)
		return 0;
	if (errno == EPERM)
		return err_set(e, EPERM, "scheduler-not-permitted",
			"set the scheduler: not permitted: CAP_SYS_NICE is needed, and for a deadline the whole of the "
			"machine's CPUs");
	return err_sys(e, "set the scheduler");
}

int sched_affinity_apply(const char *cpus, struct err *e)
{
	struct cpulist list = {0};
	int r = cpus ? cpulist_parse(cpus, &list, e) : 0;

	if (r < 0 || cpulist_is_empty(&list))
		return r;
	if (syscall(SYS_sched_setaffinity, 0, sizeof list, &list) == 0)
		return 0;
	if (errno == EINVAL)
		return err_set(e, EINVAL, "cpus-not-available",
			"run on the CPUs '%s': the machine or the cgroup has none of them", cpus);
	return err_sys(e, "run on the CPUs '%s'", cpus);
}

int sched_io_priority_apply(const struct spec_io_priority *priority, struct err *e)
{
	static const int classes[] = {
		[SPEC_IO_CLASS_UNSET] = IOPRIO_CLASS_BE,
		[SPEC_IO_CLASS_RT] = IOPRIO_CLASS_RT,
		[SPEC_IO_CLASS_BE] = IOPRIO_CLASS_BE,
		[SPEC_IO_CLASS_IDLE] = IOPRIO_CLASS_IDLE,
	};
	int64_t level = priority->priority.set ? priority->priority.value : 0;

	if (level < 0 || level >= IOPRIO_NR_LEVELS)
		return err_set(e, EINVAL, "number-out-of-range", "set the io priority: '%jd' is not in 0 to %d",
			(intmax_t)level, IOPRIO_NR_LEVELS - 1);
	if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(classes[priority->class], (int)level)) ==
		0)
		return 0;
	if (errno == EPERM)
		return err_set(e, EPERM, "io-priority-not-permitted",
			"set the io priority: not permitted: CAP_SYS_NICE is needed for the realtime class");
	return err_sys(e, "set the io priority");
}

int sched_memory_policy_apply(const struct spec_memory_policy *policy, struct err *e)
{
	uint64_t mode =
		sched_memory_modes[policy->mode] | sched_translate(&policy->flags, sched_memory_flags,
							   sizeof sched_memory_flags / sizeof sched_memory_flags[0]);
	struct cpulist nodes = {0};
	int r = policy->nodes ? cpulist_parse(policy->nodes, &nodes, e) : 0;

	if (r < 0)
		return r;
	/* one more than there are bits: the kernel takes one away (set_mempolicy(2), "Bugs" of mbind(2)) */
	if (syscall(SYS_set_mempolicy, mode, &nodes, (unsigned long)CPULIST_MAX + 1) == 0)
		return 0;
	if (errno == ENOSYS)
		return err_set(e, ENOSYS, "memory-policy-missing",
			"set the memory policy: this kernel knows no memory nodes (CONFIG_NUMA)");
	return err_sys(e, "set the memory policy for the nodes '%s'", policy->nodes ? policy->nodes : "");
}
