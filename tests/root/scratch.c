/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/root/scratch.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/wait.h>

int scratch_setup(void **state)
{
	static int number;
	struct scratch *s = calloc(1, sizeof *s);

	assert_non_null(s);
	(void)snprintf(s->path, sizeof s->path, "/tmp/root-%d", number++);
	make_host_dir(s->path);
	s->root = open_tree(AT_FDCWD, s->path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	assert_true(s->root >= 0);
	assert_int_equal(move_mount(s->root, "", AT_FDCWD, s->path, MOVE_MOUNT_F_EMPTY_PATH), 0);
	*state = s;
	return 0;
}

int scratch_teardown(void **state)
{
	struct scratch *s = *state;

	(void)close(s->root);
	(void)umount2(s->path, MNT_DETACH);
	arena_free(&s->arena);
	free(s);
	return 0;
}

const char *host(struct scratch *s, const char *path)
{
	const char *joined = arena_format(&s->arena, "%s%s", s->path, path);

	assert_non_null(joined);
	return joined;
}

void write_host(struct scratch *s, const char *path, const char *text)
{
	own_fd fd = open(host(s, path), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

void make_host_dir(const char *path)
{
	assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
}

void make_dir(struct scratch *s, const char *path)
{
	make_host_dir(host(s, path));
}

int request(struct scratch *s, const struct wish *wish, struct mount_request *ret)
{
	struct spec_mount *m = arena_alloc(&s->arena, sizeof *m);

	*m = (struct spec_mount){.type = wish->type, .source = wish->source, .destination = wish->destination};
	if (wish->options) {
		m->options = (struct strings){true, 1, arena_array(&s->arena, 2, sizeof(char *))};
		m->options.items[0] = wish->options;
	}
	return mount_request_from_spec(m, 3, &s->arena, ret, &s->e);
}

int apply(struct scratch *s, const char *type, const char *source, const char *destination, const char *options)
{
	struct wish wish = {type, source, destination, options};
	struct mount_place place = {.root = s->root, .cgroups = s->cgroups};
	struct mount_request r;
	int result;

	s->e = ERR_NONE;
	result = request(s, &wish, &r);
	return result < 0 ? result : mount_apply(&place, &r, -1, &s->e);
}

void assert_applies(
	struct scratch *s, const char *type, const char *source, const char *destination, const char *options)
{
	if (apply(s, type, source, destination, options) < 0)
		fail_msg("%s on %s: %s", type, destination, s->e.text);
}

long filesystem_of(struct scratch *s, const char *path)
{
	struct statfs fs;

	assert_int_equal(statfs(host(s, path), &fs), 0);
	return (long)fs.f_type;
}

unsigned long flags_of(struct scratch *s, const char *path)
{
	struct statvfs fs;

	assert_int_equal(statvfs(host(s, path), &fs), 0);
	return fs.f_flag;
}

bool is_mount(struct scratch *s, const char *path)
{
	struct statx stx;

	assert_int_equal(statx(AT_FDCWD, host(s, path), AT_SYMLINK_NOFOLLOW, STATX_MODE, &stx), 0);
	return stx.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

const char *propagation_of(struct scratch *s, const char *path)
{
	const char *wanted = host(s, path), *found = NULL;
	own_file file = fopen("/proc/self/mountinfo", "re");
	char line[4096], point[1024], fields[1024];

	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		int end = 0;

		if (sscanf(line, "%*s %*s %*s %*s %1023s %*s %n", point, &end) != 1 || strcmp(point, wanted) != 0)
			continue;
		(void)snprintf(fields, sizeof fields, "%s", line + end);
		*strstr(fields, "- ") = '\0';
		found = arena_string(&s->arena, fields);
	}
	assert_non_null(found);
	return found;
}

int in_child(int (*run)(const void *), const void *argument)
{
	int status = 0;
	pid_t child;

	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		int code = run(argument);

		(void)fflush(stdout);
		_exit(code);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}
