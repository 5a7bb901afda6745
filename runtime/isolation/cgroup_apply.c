/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a kernel that lacks things. See cgroup_apply.h. */
#include "runtime/isolation/cgroup_apply.h"

#include "base/own.h"
#include "runtime/isolation/cgroup_parse.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef ENOTSUPP
#define ENOTSUPP 524 /* the kernel's own, which memory.kmem.limit_in_bytes lets out */
#endif

/* Writes to one file often follow each other (device rules, throttles): it stays open meanwhile. */
struct writer {
	const struct cgroup *cgroup;
	const struct cgroup_place *place;
	const char *file; /* that is open; borrowed from the write */
	int fd;
};

static void writer_close(struct writer *writer)
{
	own_release_fd(&writer->fd);
	writer->file = NULL;
}

/* 0, or a negative errno without a message: the caller knows which failures matter. */
static int writer_open(struct writer *writer, const struct cgroup_place *place, const char *file)
{
	char path[PATH_MAX];

	if (writer->file && writer->place == place && strcmp(writer->file, file) == 0)
		return 0;
	writer_close(writer);
	if (snprintf(path, sizeof path, "%s/%s", place->dir, file) >= PATH_MAX)
		return -ENAMETOOLONG;
	writer->fd = open(path, O_WRONLY | O_CLOEXEC);
	if (writer->fd < 0)
		return -errno;
	writer->place = place;
	writer->file = file;
	return 0;
}

static int writer_write(struct writer *writer, const struct cgroup_place *place, const char *file, const char *text)
{
	int r = writer_open(writer, place, file);
	ssize_t n;

	if (r < 0)
		return r;
	do
		n = write(writer->fd, text, strlen(text));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == strlen(text) ? 0 : -EIO;
}

struct file_hint {
	const char *prefix, *hint;
};

/* Why a file may be missing, by how its name begins. */
static const struct file_hint missing_hints[] = {
	{"memory.memsw.", "the kernel does not count swap: boot it with swapaccount=1"},
	{"memory.swap.", "the kernel does not count swap: boot it with swapaccount=1"},
	{"memory.kmem.", "the kernel no longer limits its own memory apart; memory.limit counts it"},
	{"cpu.rt_", "the kernel does not group realtime processes (CONFIG_RT_GROUP_SCHED)"},
	{"cpu.cfs_burst", "bursts need Linux 5.14"},
	{"cpu.max.burst", "bursts need Linux 5.14"},
	{"cpu.idle", "idle groups need Linux 5.15"},
	{"blkio.", "the kernel has no I/O scheduler that knows weights (BFQ)"},
	{"io.weight", "the kernel has no I/O scheduler that knows weights (BFQ, or CONFIG_BLK_CGROUP_IOCOST)"},
	{"hugetlb.", "the kernel has no huge pages of this size"},
};

/* Why a value that the spec may have can be none for the kernel. */
static const struct file_hint refused_hints[] = {
	{"memory.use_hierarchy", "the kernel counts what is below with its parent, and since Linux 5.11 nothing else; "
				 "want true, or leave it out"},
};

static const char *hint_find(const struct file_hint *hints, size_t n, const char *file)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(file, hints[i].prefix, strlen(hints[i].prefix)) == 0)
			return hints[i].hint;
	return NULL;
}

static const char *missing_hint(const char *file)
{
	const char *hint = hint_find(missing_hints, sizeof missing_hints / sizeof *missing_hints, file);

	return hint ? hint : "the kernel has no such limit";
}

/* NULL where there is nothing to say beside the error itself. */
static const char *refused_hint(const char *file)
{
	return hint_find(refused_hints, sizeof refused_hints / sizeof *refused_hints, file);
}

/* Whether a version 2 group was passed the controller by its parents; true where that cannot be asked. */
static bool has_controller(const struct cgroup_place *place, enum cgroup_controller controller)
{
	const char *name = cgroup_controller_name(controller, true);
	struct err ignored = ERR_NONE;
	own_text names = {0};

	if (!place->v2 || controller == CGROUP_CORE)
		return true;
	return cgroup_place_read(place, "cgroup.controllers", &names, &ignored) < 0 ||
	       strstr(text_string(&names), name);
}

static int write_missing(const struct cgroup_place *place, const struct cgroup_write *write, struct err *e)
{
	const char *file = write->other_file ? write->other_file : write->file;

	if (!has_controller(place, write->controller))
		return err_set(e, EOPNOTSUPP, "controller-not-passed-on",
			"write '%s' to '%s': the controller '%s' is not passed on to '%s'; a parent has processes of "
			"its own or is not delegated (see its cgroup.subtree_control)",
			write->text, file, cgroup_controller_name(write->controller, true), place->dir);
	return err_set(e, EOPNOTSUPP, "no-such-limit", "write '%s' to '%s/%s': no such file: %s", write->text,
		place->dir, file, missing_hint(file));
}

static const char *usage_file(const struct cgroup_place *place)
{
	return place->v2 ? "memory.current" : "memory.usage_in_bytes";
}

static int write_failed(const struct cgroup_place *place, const struct cgroup_write *write, int r, struct err *e)
{
	struct err ignored = ERR_NONE;
	own_text usage = {0};

	if (r == -ENOENT)
		return write_missing(place, write, e);
	if (r == -ENOTSUPP)
		return err_set(e, EOPNOTSUPP, "no-such-limit", "write '%s' to '%s/%s': %s", write->text, place->dir,
			write->file, missing_hint(write->file));
	if (r == -EINVAL && refused_hint(write->file))
		return err_set(e, EOPNOTSUPP, "no-such-limit", "write '%s' to '%s/%s': refused: %s", write->text,
			place->dir, write->file, refused_hint(write->file));
	errno = -r;
	r = err_sys(e, "write '%s' to '%s/%s'", write->text, place->dir, write->file);
	if (r == -EBUSY && write->controller == CGROUP_MEMORY &&
		cgroup_place_read(place, usage_file(place), &usage, &ignored) == 0)
		return err_ctx(e, "lowering the memory limit below what is used now, %.*s bytes",
			(int)strcspn(text_string(&usage), "\n"), text_string(&usage));
	return r;
}

/* A limit below the usage would have the kernel reclaim, and kill where it cannot. */
static int check_usage(const struct cgroup_place *place, const struct cgroup_write *write, struct err *e)
{
	uint64_t limit, used;
	own_text usage = {0};
	int r;

	if (!(write->flags & CGROUP_WRITE_ABOVE_USAGE) || !cgroup_number(write->text, &limit))
		return 0;
	r = cgroup_place_read(place, usage_file(place), &usage, e);
	if (r < 0 || !cgroup_number(text_string(&usage), &used) || used < limit)
		return r;
	return err_set(e, EBUSY, "below-usage",
		"set the memory limit to %" PRIu64 " bytes: %" PRIu64 " are used now, and checkBeforeUpdate is set",
		limit, used);
}

/* The kernel rounds down to whole pages, of 64 KiB at most. */
static int verify(const struct cgroup_place *place, const struct cgroup_write *write, struct err *e)
{
	uint64_t wanted, found;
	own_text text = {0};
	int r;

	if (!(write->flags & CGROUP_WRITE_VERIFY) || !cgroup_number(write->text, &wanted) || wanted == UINT64_MAX)
		return 0;
	r = cgroup_place_read(place, write->file, &text, e);
	if (r < 0)
		return r;
	if (cgroup_number(text_string(&text), &found) && found <= wanted && wanted - found < 65536)
		return 0;
	return err_set(e, EOPNOTSUPP, "limit-ignored", "write '%s' to '%s/%s': accepted and ignored: %s", write->text,
		place->dir, write->file, missing_hint(write->file));
}

/* Returns the errno of the write alone, without a message, or of what is checked around it, with one (*e filled). */
static int try_write(
	struct writer *writer, const struct cgroup_place *place, const struct cgroup_write *write, struct err *e)
{
	int r = check_usage(place, write, e);

	if (r < 0)
		return r;
	r = writer_write(writer, place, write->file, write->text);
	if (r == -ENOENT && write->other_file)
		r = writer_write(writer, place, write->other_file, write->other_text);
	if (r == -ENOENT && (write->flags & CGROUP_WRITE_OPTIONAL) && has_controller(place, write->controller))
		return 0;
	return r < 0 ? r : verify(place, write, e);
}

/* Returns 1 where the write is to be tried again. */
static int apply_one(struct writer *writer, const struct cgroup_write *write, bool last_try, struct err *e)
{
	const struct cgroup_place *place = cgroup_find(writer->cgroup, write->controller);
	struct err checked = ERR_NONE;
	int r;

	if (!place)
		return err_set(e, EOPNOTSUPP, "no-controller", "write '%s' to '%s': this host has no '%s' controller",
			write->text, write->file, cgroup_controller_name(write->controller, false));
	r = try_write(writer, place, write, &checked);
	if (r == 0)
		return 0;
	if (checked.no)
		*e = checked;
	else if ((r == -EINVAL || r == -EBUSY) && !last_try && (write->flags & CGROUP_WRITE_AGAIN))
		return 1;
	else
		(void)write_failed(place, write, r, e);
	return err_at(e, "%s", write->pointer);
}

/* One pass over the writes that have all of `flags`. Returns 1 where one has to be tried again. */
static int apply_all(struct writer *writer, const struct cgroup_writes *writes, unsigned int flags, struct err *e)
{
	int again = 0;

	for (size_t i = 0; i < writes->n; i++) {
		int r;

		if ((writes->items[i].flags & flags) != flags)
			continue;
		r = apply_one(writer, &writes->items[i], flags != 0, e);
		if (r < 0)
			return r;
		again |= r;
	}
	return again;
}

int cgroup_apply(const struct cgroup *cgroup, const struct cgroup_writes *writes, struct err *e)
{
	struct writer writer = {.cgroup = cgroup, .fd = -1};
	int r = apply_all(&writer, writes, 0, e);

	if (r == 1)
		r = apply_all(&writer, writes, CGROUP_WRITE_AGAIN, e);
	writer_close(&writer);
	return r;
}

static int read_now(
	const struct cgroup *cgroup, enum cgroup_controller controller, const char *file, int64_t *ret, struct err *e)
{
	const struct cgroup_place *place = cgroup_find(cgroup, controller);
	own_text text = {0};
	uint64_t number;
	int r;

	if (!place || !place->v2)
		return 0; /* version 1 writes each number to a file of its own */
	r = cgroup_place_read(place, file, &text, e);
	if (r == 0 && cgroup_number(text_string(&text), &number))
		*ret = number > INT64_MAX ? -1 : (int64_t)number;
	return r;
}

int cgroup_read_now(const struct cgroup *cgroup, struct cgroup_now *ret, struct err *e)
{
	struct cgroup_now now = {.exists = true};
	struct err missing = ERR_NONE;
	int r = read_now(cgroup, CGROUP_MEMORY, "memory.max", &now.memory_limit, &missing);

	if (r == 0 || r == -ENOENT)
		r = read_now(cgroup, CGROUP_CPU, "cpu.max", &now.cpu_quota_us, &missing);
	if (r < 0 && r != -ENOENT) { /* a controller that is not passed on here has nothing to tell */
		*e = missing;
		return r;
	}
	*ret = now;
	return 0;
}
