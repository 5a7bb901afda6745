/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/sysctl.h"

#include "base/own.h"
#include "base/text.h"
#include "config/spec_linux.h"
#include "runtime/isolation/procfs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Which namespace a parameter belongs to; a prefix where it ends in '/'. See sysctl(5) and namespaces(7). */
static const struct {
	const char *path;
	enum spec_namespace_type namespace;
} sysctl_namespaced[] = {
	{"sys/fs/mqueue/", SPEC_NS_IPC},
	{"sys/kernel/auto_msgmni", SPEC_NS_IPC},
	{"sys/kernel/msg_next_id", SPEC_NS_IPC},
	{"sys/kernel/msgmax", SPEC_NS_IPC},
	{"sys/kernel/msgmnb", SPEC_NS_IPC},
	{"sys/kernel/msgmni", SPEC_NS_IPC},
	{"sys/kernel/sem", SPEC_NS_IPC},
	{"sys/kernel/sem_next_id", SPEC_NS_IPC},
	{"sys/kernel/shm_next_id", SPEC_NS_IPC},
	{"sys/kernel/shm_rmid_forced", SPEC_NS_IPC},
	{"sys/kernel/shmall", SPEC_NS_IPC},
	{"sys/kernel/shmmax", SPEC_NS_IPC},
	{"sys/kernel/shmmni", SPEC_NS_IPC},
	{"sys/kernel/domainname", SPEC_NS_UTS},
	{"sys/kernel/hostname", SPEC_NS_UTS},
	{"sys/kernel/ns_last_pid", SPEC_NS_PID},
	{"sys/net/", SPEC_NS_NETWORK},
	{"sys/user/", SPEC_NS_USER},
};

static const char *const sysctl_namespace_names[SPEC_NS_COUNT] = {
	[SPEC_NS_IPC] = "ipc",
	[SPEC_NS_UTS] = "uts",
	[SPEC_NS_PID] = "pid",
	[SPEC_NS_NETWORK] = "network",
	[SPEC_NS_USER] = "user",
};

/* Whether each part between slashes is a name: not empty, not "." or "..", nothing unprintable. */
static bool sysctl_is_clean(const char *path)
{
	for (const char *at = path;; at++) {
		size_t length = strcspn(at, "/");

		if (length == 0 || strncmp(at, "..", length) == 0)
			return false;
		for (; length > 0; length--, at++)
			if (*at <= ' ' || *at == 0x7f)
				return false;
		if (!*at)
			return true;
	}
}

int sysctl_path(const char *key, struct sysctl_path *ret, struct err *e)
{
	struct sysctl_path path;
	const char *separator = strpbrk(key, "./");
	int n = snprintf(path.text, sizeof path.text, "sys/%s", key);

	if (separator && *separator == '.')
		for (char *c = path.text + strlen("sys/"); *c; c++)
			*c = *c == '.' ? '/' : *c == '/' ? '.' : *c;
	if (n >= (int)sizeof path.text || !separator || !sysctl_is_clean(path.text))
		return err_set(e, EINVAL, "sysctl-invalid", "'%s' is not the name of a kernel parameter", key);
	*ret = path;
	return 0;
}

/* SPEC_NS_COUNT for what is the whole kernel's. */
static enum spec_namespace_type sysctl_namespace(const char *path)
{
	for (size_t i = 0; i < sizeof sysctl_namespaced / sizeof sysctl_namespaced[0]; i++) {
		const char *known = sysctl_namespaced[i].path;
		size_t length = strlen(known);

		if (strncmp(path, known, length) == 0 && (known[length - 1] == '/' || !path[length]))
			return sysctl_namespaced[i].namespace;
	}
	return SPEC_NS_COUNT;
}

static int sysctl_check_one(const char *key, uint64_t own_namespaces, struct err *e)
{
	enum spec_namespace_type namespace;
	struct sysctl_path path;
	int r = sysctl_path(key, &path, e);

	if (r < 0)
		return r;
	namespace = sysctl_namespace(path.text);
	if (namespace == SPEC_NS_COUNT)
		return err_set(e, EINVAL, "sysctl-not-namespaced",
			"'%s' belongs to no namespace: setting it would change the whole host", key);
	if (!(own_namespaces >> namespace & 1))
		return err_set(e, EINVAL, "sysctl-of-host",
			"'%s' would change the host: the service has no %s namespace of its own", key,
			sysctl_namespace_names[namespace]);
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
