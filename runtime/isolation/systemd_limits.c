/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: writes that cgroup_limits.c and cgroup_device_v1.c made. See systemd_property.h. */
#include "runtime/isolation/systemd_property.h"

#include "runtime/isolation/cgroup_parse.h"
#include "runtime/isolation/cpulist.h"
#include "runtime/isolation/systemd_list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct translator {
	const struct cgroup_writes *writes;
	struct arena *arena;
	struct systemd_properties *to;
};

struct row {
	const char *file, *property;
	int (*add)(const struct translator *, const struct row *, const char *text, struct err *);
};

static int add_number(const struct translator *t, const struct row *row, const char *text, struct err *e)
{
	uint64_t number;

	if (!cgroup_number(text, &number))
		return 0; /* of one device, or otherwise not for the whole unit: it is in the cgroup only */
	return systemd_add(t->to, t->arena,
		(struct systemd_property){row->property, "t", arena_format(t->arena, "%" PRIu64, number)}, e);
}

/* A bit for each number, the lowest first. */
static int add_bits(const struct translator *t, const struct row *row, const char *text, struct err *e)
{
	char hex[2 * CPULIST_MAX / 8 + 1] = "";
	struct cpulist list;
	size_t used = 0;
	int r = cpulist_parse(text, &list, e);

	if (r < 0)
		return r;
	for (unsigned int byte = 0; byte < CPULIST_MAX / 8; byte++) {
		static const char digits[] = "0123456789abcdef";
		unsigned int bits = 0;

		for (unsigned int i = 0; i < 8; i++)
			bits |= cpulist_has(&list, 8 * byte + i) ? 1U << i : 0;
		hex[2 * byte] = digits[bits >> 4];
		hex[2 * byte + 1] = digits[bits & 15];
		used = bits ? 2 * byte + 2 : used;
	}
	return systemd_add(
		t->to, t->arena, (struct systemd_property){row->property, "ay", arena_text(t->arena, hex, used)}, e);
}

uint64_t systemd_cpu_quota(int64_t quota_us, uint64_t period_us)
{
	const uint64_t percent = 10000;
	uint64_t quota;

	if (quota_us <= 0 || !period_us || __builtin_mul_overflow((uint64_t)quota_us, UINT64_C(1000000), &quota))
		return UINT64_MAX;
	quota /= period_us;
	return (quota + percent - 1) / percent * percent;
}

static int add_quota(const struct translator *t, int64_t quota, uint64_t period, struct err *e)
{
	int r = systemd_add(t->to, t->arena,
		(struct systemd_property){"CPUQuotaPerSecUSec", "t",
			arena_format(t->arena, "%" PRIu64, systemd_cpu_quota(quota, period))},
		e);

	if (r < 0)
		return r;
	return systemd_add(t->to, t->arena,
		(struct systemd_property){"CPUQuotaPeriodUSec", "t", arena_format(t->arena, "%" PRIu64, period)}, e);
}

enum { PERIOD_DEFAULT_US = 100000 };

/* "50000 100000", "max 100000", "50000" */
static int add_cpu_max(const struct translator *t, const struct row *row, const char *text, struct err *e)
{
	const char *space = strchr(text, ' ');
	uint64_t period = space ? strtoull(space + 1, NULL, 10) : PERIOD_DEFAULT_US, quota;

	(void)row;
	if (!cgroup_number(text, &quota))
		return 0;
	return add_quota(t, quota > INT64_MAX ? -1 : (int64_t)quota, period, e);
}

/* Version 1 writes the period to a file of its own. */
static int add_cfs_quota(const struct translator *t, const struct row *row, const char *text, struct err *e)
{
	uint64_t period = PERIOD_DEFAULT_US;

	(void)row;
	for (size_t i = 0; i < t->writes->n; i++)
		if (strcmp(t->writes->items[i].file, "cpu.cfs_period_us") == 0)
			period = strtoull(t->writes->items[i].text, NULL, 10);
	return add_quota(t, strtoll(text, NULL, 10), period, e);
}

/* An idle group is what systemd knows as weight 0. */
static int add_idle(const struct translator *t, const struct row *row, const char *text, struct err *e)
{
	return strcmp(text, "1") == 0 ? add_number(t, row, "0", e) : 0;
}

static int add_oom_policy(const struct translator *t, const struct row *row, const char *text, struct err *e)
{
	const char *policy = strcmp(text, "1") == 0 ? "kill" : "continue";

	return systemd_add(t->to, t->arena, (struct systemd_property){row->property, "s", policy}, e);
}

static const struct row rows[] = {
	{"cpu.weight", "CPUWeight", add_number},
	{"cpu.idle", "CPUWeight", add_idle},
	{"cpu.max", "CPUQuotaPerSecUSec", add_cpu_max},
	{"cpuset.cpus", "AllowedCPUs", add_bits},
	{"cpuset.mems", "AllowedMemoryNodes", add_bits},
	{"memory.min", "MemoryMin", add_number},
	{"memory.low", "MemoryLow", add_number},
	{"memory.high", "MemoryHigh", add_number},
	{"memory.max", "MemoryMax", add_number},
	{"memory.swap.max", "MemorySwapMax", add_number},
	{"memory.oom.group", "OOMPolicy", add_oom_policy},
	{"io.weight", "IOWeight", add_number},
	{"pids.max", "TasksMax", add_number},
	/* version 1 */
	{"cpu.shares", "CPUShares", add_number},
	{"cpu.cfs_quota_us", "CPUQuotaPerSecUSec", add_cfs_quota},
	{"memory.limit_in_bytes", "MemoryLimit", add_number},
	{"blkio.weight", "BlockIOWeight", add_number},
};

/* Where a file has two names, systemd's scale is that of the second, the kernel's general one. */
static int add_write(const struct translator *t, const struct cgroup_write *write, struct err *e)
{
	const bool other = write->other_file && strcmp(write->other_file, "io.weight") == 0;
	const char *file = other ? write->other_file : write->file;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].file, file) == 0)
			return rows[i].add(t, &rows[i], other ? write->other_text : write->text, e);
	return 0;
}

int systemd_limit_properties(
	const struct cgroup_writes *writes, struct arena *arena, struct systemd_properties *to, struct err *e)
{
	const struct translator t = {.writes = writes, .arena = arena, .to = to};
	int r = 0;

	for (size_t i = 0; r == 0 && i < writes->n; i++)
		r = add_write(&t, &writes->items[i], e);
	return r;
}

/* The name of "c 136:*" in /proc/devices, whose "Block devices:" follow the character devices. */
static const char *driver_name(const char *proc_devices, char type, const char *major, struct arena *arena)
{
	const char *block = strstr(proc_devices, "Block devices:");
	const char *line = type == 'b' ? block : proc_devices;
	const char *end = type == 'b' || !block ? line + (line ? strlen(line) : 0) : block;

	for (; line && line < end && *line; line = strchrnul(line, '\n'), line += *line == '\n') {
		const char *number = line + strspn(line, " ");
		size_t digits = strspn(number, "0123456789");

		if (digits && digits == strcspn(major, ":") && strncmp(number, major, digits) == 0 &&
			number[digits] == ' ')
			return arena_text(arena, number + digits + 1, strcspn(number + digits + 1, "\n"));
	}
	return NULL;
}

/* "c 1:3 rw" as systemd names it: "/dev/char/1:3 rw", "char-pts rw", "block-* m". NULL: it cannot. */
static const char *device_allow(const char *text, const char *proc_devices, struct arena *arena)
{
	const char *kind = *text == 'b' ? "block" : "char", *numbers = text + 2;
	const char *access = strchr(numbers, ' '), *name;

	if (strncmp(numbers, "*:*", 3) == 0)
		return arena_format(arena, "%s-*%s", kind, access);
	if (access[-1] != '*')
		return arena_format(arena, "/dev/%s/%s", kind, numbers);
	name = driver_name(proc_devices, *text, numbers, arena);
	return name ? arena_format(arena, "%s-%s%s", kind, name, access) : NULL;
}

int systemd_device_properties(const struct cgroup_device_rules *rules, const char *proc_devices, struct arena *arena,
	struct systemd_properties *to, struct err *e)
{
	struct cgroup_writes writes = {0};
	struct err cannot = ERR_NONE;
	const char *list = "";
	bool strict = cgroup_device_writes(rules, NULL, arena, &writes, &cannot) == 0 &&
		      strcmp(writes.items[0].file, "devices.deny") == 0;
	int r;

	if (cannot.no == ENOMEM)
		return err_nomem(e);
	for (size_t i = 1; strict && list && i < writes.n; i++) {
		const char *one = device_allow(writes.items[i].text, proc_devices, arena);

		if (one)
			list = arena_format(arena, "%s%s%s", list, *list ? "\n" : "", one);
	}
	/* what it cannot say, it does not filter: our own filter is in force beside it */
	r = systemd_add(to, arena, (struct systemd_property){"DevicePolicy", "s", strict ? "strict" : "auto"}, e);
	if (r < 0 || !strict)
		return r;
	return systemd_add(to, arena, (struct systemd_property){"DeviceAllow", "a(ss)", list}, e);
}
