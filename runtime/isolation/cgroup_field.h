/* SPDX-License-Identifier: Apache-2.0 */
/* How cgroup_limits.c and its two tables speak to each other; for nobody else. */
#pragma once

#include "runtime/isolation/cgroup_limits.h"

enum cgroup_field_section { SECTION_CPU, SECTION_MEMORY, SECTION_IO, SECTION_NETWORK, SECTION_PIDS, SECTION_LISTS };
enum cgroup_field_kind { FIELD_INT, FIELD_UINT, FIELD_BOOL, FIELD_TEXT, FIELD_INT64, FIELD_LIST };

struct cgroup_value {
	bool set;
	int64_t number; /* of a bool: 0 or 1 */
	const char *text;
};

/* Where the rows of one spec go. */
struct cgroup_fields {
	const struct cgroup_limits *limits;
	struct arena *arena;
	struct cgroup_writes *to;
};

struct cgroup_field {
	const char *pointer;
	enum cgroup_controller controller;
	const char *file;
	unsigned int flags; /* of the writes; FIELD_ZERO_IS_UNSET for the row */
	enum cgroup_field_section section;
	enum cgroup_field_kind kind;
	size_t offset; /* in the section's struct */
	/* adds the writes; NULL: one with the value as it is. Called for absent values too. */
	int (*add)(const struct cgroup_fields *, const struct cgroup_field *, struct cgroup_value, struct err *);
	const char *refusal; /* why this version cannot */
};

enum { FIELD_ZERO_IS_UNSET = 1 << 16 };

/* The first members of a row: where its value is. */
#define CPU_FIELD(kind_, member) .section = SECTION_CPU, .kind = (kind_), .offset = offsetof(struct spec_cpu, member)
#define MEMORY_FIELD(kind_, member)                                                                                    \
	.section = SECTION_MEMORY, .kind = (kind_), .offset = offsetof(struct spec_memory, member)
#define IO_FIELD(kind_, member) .section = SECTION_IO, .kind = (kind_), .offset = offsetof(struct spec_block_io, member)
#define NETWORK_FIELD(kind_, member)                                                                                   \
	.section = SECTION_NETWORK, .kind = (kind_), .offset = offsetof(struct spec_net_cgroup, member)
#define PIDS_FIELD(kind_, member) .section = SECTION_PIDS, .kind = (kind_), .offset = offsetof(struct spec_pids, member)
#define LIST_FIELD                .section = SECTION_LISTS, .kind = FIELD_LIST

extern const struct cgroup_field cgroup_fields_v1[], cgroup_fields_v2[];
extern const size_t cgroup_fields_v1_n, cgroup_fields_v2_n;

/* One write of the row's file; text NULL stands for lack of memory. */
int field_write(const struct cgroup_fields *, const struct cgroup_field *, const char *text, struct err *e);

/* One write of any shape; the row gives the controller and, where they are empty, flags and pointer. */
int field_write_as(const struct cgroup_fields *, const struct cgroup_field *, struct cgroup_write write, struct err *e);

/* Refuses the field, naming `pointer`. */
int field_refuse_at(const struct cgroup_field *, const char *pointer, struct err *e);

/* "max" where version 2 says so for no limit, else the number; NULL when memory is out. */
const char *field_max(const struct cgroup_fields *, int64_t number);

/* Rows' add: refuses the field unless it asks for nothing. */
int field_refuse(const struct cgroup_fields *, const struct cgroup_field *, struct cgroup_value, struct err *);
int field_refuse_limit(const struct cgroup_fields *, const struct cgroup_field *, struct cgroup_value, struct err *);
int field_refuse_true(const struct cgroup_fields *, const struct cgroup_field *, struct cgroup_value, struct err *);
int field_refuse_false(const struct cgroup_fields *, const struct cgroup_field *, struct cgroup_value, struct err *);

/* Rows' add for what both versions write alike. */
int field_add_pids(const struct cgroup_fields *, const struct cgroup_field *, struct cgroup_value, struct err *);
int field_add_memory_limit(
	const struct cgroup_fields *, const struct cgroup_field *, struct cgroup_value, struct err *);
int field_add_rdma(const struct cgroup_fields *, const struct cgroup_field *, struct cgroup_value, struct err *);
int field_add_hugepages(const struct cgroup_fields *, const struct cgroup_field *, struct cgroup_value, struct err *);
