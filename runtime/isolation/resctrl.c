/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/resctrl.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

enum { RESCTRL_LINES_MAX = 64, SCHEMATA_BYTES_MAX = 65536 };

bool resctrl_is_mounted(void)
{
	struct statfs fs;

	return statfs(RESCTRL_ROOT, &fs) == 0 && (unsigned long)fs.f_type == RDTGROUP_SUPER_MAGIC;
}

static bool resctrl_has_own_class(const struct resctrl *resctrl)
{
	return !resctrl->rdt->clos_id;
}

/* The class's directory below the root: "/" is the root itself. */
static const char *resctrl_class(const struct resctrl *resctrl)
{
	const char *id = resctrl->rdt->clos_id;

	return !id ? resctrl->id : strcmp(id, "/") == 0 ? "." : id;
}

static int resctrl_group_path(const struct resctrl *resctrl, struct text *out, struct err *e)
{
	text_format(out, "%s/mon_groups/%s", resctrl_class(resctrl), resctrl->id);
	return out->failed ? err_nomem(e) : 0;
}

struct resctrl_lines {
	size_t n;
	const char *items[RESCTRL_LINES_MAX];
};

static void resctrl_add_line(struct resctrl_lines *lines, const char *line)
{
	if (line && *line && lines->n < RESCTRL_LINES_MAX)
		lines->items[lines->n++] = line;
}

/* In the order that config-linux.md demands. */
static struct resctrl_lines resctrl_lines(const struct spec_intel_rdt *rdt)
{
	struct resctrl_lines lines = {0};

	resctrl_add_line(&lines, rdt->l3_cache_schema);
	resctrl_add_line(&lines, rdt->mem_bw_schema);
	for (size_t i = 0; i < rdt->schemata.n; i++)
		resctrl_add_line(&lines, rdt->schemata.items[i]);
	return lines;
}

/* A line without blanks, in lower case, its numbers without leading zeros: as two that say the same are the same. */
static void resctrl_normal(const char *line, size_t length, struct text *out)
{
	bool in_number = false;

	for (size_t i = 0; i < length; i++) {
		char c = (char)tolower((unsigned char)line[i]);
		bool digit = isxdigit((unsigned char)c);
		bool leading_zero = c == '0' && !in_number && i + 1 < length && isxdigit((unsigned char)line[i + 1]);

		if (c != ' ' && !leading_zero)
			text_add_bytes(out, &c, 1);
		in_number = digit && !leading_zero;
	}
}

static bool resctrl_has_line(const char *schemata, const char *wanted)
{
	own_text want = {0};

	resctrl_normal(wanted, strlen(wanted), &want);
	while (*schemata) {
		size_t length = strcspn(schemata, "\n");
		own_text have = {0};

		resctrl_normal(schemata, length, &have);
		if (strcmp(text_string(&have), text_string(&want)) == 0)
			return true;
		schemata += length + (schemata[length] == '\n');
	}
	return false;
}

/* A class that was there before may be others', too: it is as it is, and must be what the spec wants. */
static int resctrl_compare(int dir, const struct resctrl_lines *lines, struct err *e)
{
	own_text schemata = {0};
	int r = lines->n ? file_read(dir, "schemata", SCHEMATA_BYTES_MAX, &schemata, e) : 0;

	for (size_t i = 0; i < lines->n && r == 0; i++)
		if (!resctrl_has_line(text_string(&schemata), lines->items[i]))
			r = err_set(e, EEXIST, "resctrl-mismatch",
				"the class is there already, without '%s' in its schemata", lines->items[i]);
	return r;
}

static int resctrl_write(int dir, const struct resctrl_lines *lines, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < lines->n && r == 0; i++) {
		own_text line = {0};

		text_format(&line, "%s\n", lines->items[i]);
		r = line.failed ? err_nomem(e) : file_write(dir, "schemata", line.data, e);
	}
	return r;
}

/* 1: it was made, 0: it was there. */
static int resctrl_make_class(int root, const struct resctrl *resctrl, bool lines, struct err *e)
{
	const char *class = resctrl_class(resctrl);
	struct stat there;

	if (resctrl_has_own_class(resctrl) || (lines && fstatat(root, class, &there, 0) < 0)) {
		if (mkdirat(root, class, 0755) < 0)
			return err_sys(e, "make the class '%s'", class);
		return 1;
	}
	if (fstatat(root, class, &there, 0) < 0)
		return err_sys(e, "the class '%s', which has no schemata here to be made with", class);
	return 0;
}

static int resctrl_add_task(int dir, pid_t pid, struct err *e)
{
	char text[16];

	(void)snprintf(text, sizeof text, "%d", pid); /* fits: 11 characters */
	return file_write(dir, "tasks", text, e);
}

static int resctrl_monitor(int root, const struct resctrl *resctrl, pid_t pid, struct err *e)
{
	own_text path = {0};
	own_fd dir = -1;
	int r;

	if (!resctrl->rdt->enable_monitoring.value)
		return 0;
	if (resctrl_group_path(resctrl, &path, e) < 0)
		return -e->no;
	if (mkdirat(root, path.data, 0755) < 0)
		return err_sys(e, "make the monitoring group '%s'", path.data);
	dir = openat(root, path.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = dir < 0 ? err_sys(e, "open the monitoring group '%s'", path.data) : resctrl_add_task(dir, pid, e);
	if (r < 0)
		(void)unlinkat(root, path.data, AT_REMOVEDIR); /* the failure before is the one to tell */
	return r;
}

static int resctrl_fill(int root, const struct resctrl *resctrl, bool made, pid_t pid, struct err *e)
{
	const struct resctrl_lines lines = resctrl_lines(resctrl->rdt);
	own_fd dir = openat(root, resctrl_class(resctrl), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (dir < 0)
		return err_sys(e, "open the class '%s'", resctrl_class(resctrl));
	r = made ? resctrl_write(dir, &lines, e) : resctrl_compare(dir, &lines, e);
	r = r ? r : resctrl_add_task(dir, pid, e);
	return r ? r : resctrl_monitor(root, resctrl, pid, e);
}

int resctrl_open(struct err *e)
{
	int root = open(RESCTRL_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return root < 0 ? err_sys(e, "open '%s'", RESCTRL_ROOT) : root;
}

int resctrl_enter(const struct resctrl *resctrl, pid_t pid, struct err *e)
{
	int made = resctrl_make_class(resctrl->root, resctrl, resctrl_lines(resctrl->rdt).n, e);
	int r;

	if (made < 0)
		return made;
	r = resctrl_fill(resctrl->root, resctrl, made, pid, e);
	if (r < 0 && made)
		(void)unlinkat(resctrl->root, resctrl_class(resctrl), AT_REMOVEDIR); /* likewise */
	return r;
}

/* Only directories of resctrl go with rmdir(2) although there are files in them; processes fall back to the root's. */
void resctrl_remove(const struct resctrl *resctrl)
{
	own_text group = {0};
	struct err ignored;

	if (resctrl_group_path(resctrl, &group, &ignored) == 0)
		(void)unlinkat(resctrl->root, group.data, AT_REMOVEDIR); /* there may be none */
	if (resctrl_has_own_class(resctrl))
		(void)unlinkat(resctrl->root, resctrl->id, AT_REMOVEDIR); /* likewise */
}
