/* SPDX-License-Identifier: Apache-2.0 */
/* The longer files of a cgroup's figures, from their texts. Pure; for cgroup_stats.c. -ENOMEM is their only failure. */
#pragma once

#include "runtime/isolation/stats.h"

/* memory.stat: "key number" a line. */
int stats_read_raw(const char *text, struct arena *arena, struct stats_memory *ret);

/* Version 1, "8:0 Read 4096" a line; the last one, "Total 4096", is of all devices and left out. */
int stats_read_io_v1(const char *text, struct arena *arena, struct stats_io_list *ret);

/* Version 2's io.stat, "8:0 rbytes=1 wbytes=2 rios=3 …" a line: bytes and operations of each device. */
int stats_read_io_v2(const char *text, struct arena *arena, struct stats_io *ret);

/* cpuacct.usage_all: "cpu user system", then a line for each. */
int stats_read_percpu(const char *text, struct arena *arena, struct stats_cpu *ret);

/* rdma.current and rdma.max: "mlx4_0 hca_handle=2 hca_object=2000" a line. */
int stats_read_rdma(const char *current, const char *max, struct arena *arena, struct stats *ret);

/* cpu.pressure and its like: "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", then "full …". */
void stats_read_pressure(const char *text, struct stats_pressure *ret);
