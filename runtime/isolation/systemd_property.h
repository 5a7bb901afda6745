/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What systemd is told about a service's unit (org.freedesktop.systemd1(5),
 * systemd.resource-control(5)), for the systemd driver. Pure.
 *
 * systemd writes what it manages into the cgroup again whenever it likes (daemon-reload), so it
 * has to know the same limits that we write: they are translated from the writes themselves.
 */
#pragma once

#include "runtime/isolation/cgroup_device.h"
#include "runtime/isolation/cgroup_limits.h"

/*
 * type and value as cloche-systemd takes them: "b" 0 or 1; "t", "u", "i" decimal; "s" as it is; "au" decimals with
 * commas; "ay" bytes in hex; "a(ss)" lines of two words; "as" lines.
 */
struct systemd_property {
	const char *name, *type, *value;
};

/* In an arena. Zero-initialised is empty. */
struct systemd_properties {
	size_t n, room;
	struct systemd_property *items;
};

/* What makes a unit the home of a service's processes. */
struct systemd_unit {
	const char *id;           /* of the service */
	const char *name, *slice; /* "cloche-web.scope", "system.slice" */
	const char *pid;          /* decimal: the first process; NULL for a unit that is a slice */
	bool v2;
	const struct string_map *annotations; /* org.systemd.property.NAME sets NAME, in GVariant text; may be NULL */
};

int systemd_unit_properties(
	const struct systemd_unit *unit, struct arena *arena, struct systemd_properties *to, struct err *e);

/* The limits of which systemd has a property. */
int systemd_limit_properties(
	const struct cgroup_writes *writes, struct arena *arena, struct systemd_properties *to, struct err *e);

/*
 * The device rules, as far as systemd can say them: exceptions to a denial. proc_devices is
 * the text of /proc/devices, which names the major numbers.
 */
int systemd_device_properties(const struct cgroup_device_rules *rules, const char *proc_devices, struct arena *arena,
	struct systemd_properties *to, struct err *e);

/* Microseconds of cpu a second, as systemd rounds them: up to a whole percent of one cpu. UINT64_MAX: no limit. */
uint64_t systemd_cpu_quota(int64_t quota_us, uint64_t period_us);
