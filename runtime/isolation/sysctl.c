/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/sysctl.h"

#include "base/own.h"
#include "base/text.h"
#include "config/names.h"
#include "config/sysctl_path.h"
#include "runtime/isolation/procfs.h"

#include <errno.h>

static int sysctl_check_one(const char *key, uint64_t own_namespaces, struct err *e)
{
	enum spec_namespace_type namespace;
	struct sysctl_path path;
	int r = sysctl_path(key, &path, e);

	if (r < 0)
		return r;
	namespace = sysctl_namespace(&path);
	if (namespace == SPEC_NS_COUNT)
		return err_set(e, EINVAL, "sysctl-not-namespaced",
			"'%s' belongs to no namespace: setting it would change the whole host", key);
	if (!(own_namespaces >> namespace & 1))
		return err_set(e, EINVAL, "sysctl-of-host",
			"'%s' would change the host: the service has no %s namespace of its own", key,
			names_of(&names_namespace, namespace));
	return 0;
}

/* RFC 6901, section 3: '~' and '/' in a key are written "~0" and "~1". */
static int sysctl_error_at(const char *key, struct err *e)
{
	own_text escaped = {0};

	for (const char *c = key; *c; c++) {
		if (*c == '~' || *c == '/')
			text_add(&escaped, *c == '~' ? "~0" : "~1");
		else
			text_add_bytes(&escaped, c, 1);
	}
	return err_at(e, "/linux/sysctl/%s", text_string(&escaped));
}

int sysctl_check(const struct string_map *sysctl, uint64_t own_namespaces, struct err *e)
{
	for (size_t i = 0; i < sysctl->n; i++)
		if (sysctl_check_one(sysctl->items[i].key, own_namespaces, e) < 0)
			return sysctl_error_at(sysctl->items[i].key, e);
	return 0;
}

static int sysctl_apply_one(int proc, const struct string_pair *parameter, struct err *e)
{
	struct sysctl_path path;
	int r = sysctl_path(parameter->key, &path, e);

	if (r == 0)
		r = procfs_write(proc, path.text, parameter->value, e);
	return r < 0 ? sysctl_error_at(parameter->key, e) : 0;
}

static int sysctl_apply_all(int proc, const struct string_map *sysctl, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sysctl->n; i++)
		r = sysctl_apply_one(proc, &sysctl->items[i], e);
	return r;
}

/* A procfs of its own serves always, but costs milliseconds to give up again: so it comes second. */
int sysctl_apply(const struct string_map *sysctl, struct err *e)
{
	struct err why = ERR_NONE;
	own_fd proc = -1;
	int r;

	if (sysctl->n == 0)
		return 0;
	proc = procfs_open(&why);
	r = proc < 0 ? -EXDEV : sysctl_apply_all(proc, sysctl, &why);
	if (r == 0)
		return 0;
	if (r != -EXDEV) {
		*e = why;
		return r;
	}
	own_release_fd(&proc);
	proc = procfs_open_private(e);
	return proc < 0 ? proc : sysctl_apply_all(proc, sysctl, e);
}
