/* SPDX-License-Identifier: Apache-2.0 */
#include "config/sysctl_path.h"

#include <errno.h>
#include <stdbool.h>
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

enum spec_namespace_type sysctl_namespace(const struct sysctl_path *path)
{
	for (size_t i = 0; i < sizeof sysctl_namespaced / sizeof sysctl_namespaced[0]; i++) {
		const char *known = sysctl_namespaced[i].path;
		size_t length = strlen(known);

		if (strncmp(path->text, known, length) == 0 && (known[length - 1] == '/' || !path->text[length]))
			return sysctl_namespaced[i].namespace;
	}
	return SPEC_NS_COUNT;
}
