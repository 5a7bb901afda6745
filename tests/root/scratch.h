/* SPDX-License-Identifier: Apache-2.0 */
/* A root filesystem of its own for each test, below /tmp, and requests applied to it as a start-up does. */
#pragma once

#include "runtime/isolation/mount_apply.h"
#include "tests/unit/unit.h"

struct scratch {
	int root;      /* the root filesystem, mounted */
	char path[64]; /* where it is on the "host" */
	const struct mount_cgroups *cgroups;
	struct arena arena;
	struct err e;
};

int scratch_setup(void **state);
int scratch_teardown(void **state);

#define SCRATCH_TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

/* The host's path of a file in the root filesystem. */
const char *host(struct scratch *s, const char *path);

/* A file there, with that content. */
void write_host(struct scratch *s, const char *path, const char *text);

/* A directory there, or on the host. */
void make_dir(struct scratch *s, const char *path);
void make_host_dir(const char *path);

/* A mount as in a spec; options: words with commas between them, or NULL. */
struct wish {
	const char *type, *source, *destination, *options;
};

int request(struct scratch *s, const struct wish *wish, struct mount_request *ret);
int apply(struct scratch *s, const char *type, const char *source, const char *destination, const char *options);

/* apply(), and the test fails with its message when it fails. */
void assert_applies(
	struct scratch *s, const char *type, const char *source, const char *destination, const char *options);

/* statfs(2) and statvfs(3) of a path in the root filesystem. */
long filesystem_of(struct scratch *s, const char *path);
unsigned long flags_of(struct scratch *s, const char *path);

/* Whether something is mounted exactly there. */
bool is_mount(struct scratch *s, const char *path);

/* The optional fields ("shared:7 master:2") of the topmost mount at a path in the root filesystem. */
const char *propagation_of(struct scratch *s, const char *path);

/* What a child of this process that runs `run` exits with. */
int in_child(int (*run)(const void *), const void *argument);
