/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of files that the kernel keeps in a cgroup (cgroup-v2.rst, "Format"). Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A file with one number. "max" and "-1" are UINT64_MAX. false: something else. */
bool cgroup_number(const char *text, uint64_t *ret);

/* The value of a line "key number". false: no such line. */
bool cgroup_flat_number(const char *text, const char *key, uint64_t *ret);

/* The number after "key=" in a line like "8:0 rbytes=1 wbytes=2". Looks no further than the line's end. */
bool cgroup_nested_number(const char *line, const char *key, uint64_t *ret);
