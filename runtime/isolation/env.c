/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/env.h"

#include "base/own.h"

#include <stdlib.h>
#include <string.h>

enum { ENV_EXTRA = 3 };

static size_t env_name_length(const char *variable)
{
	return (size_t)(strchrnul(variable, '=') - variable);
}

static int env_compare_names(const char *one, const char *other)
{
	size_t a = env_name_length(one), b = env_name_length(other);
	int order = memcmp(one, other, a < b ? a : b);

	return order ? order : (a > b) - (a < b);
}

const char *env_find(const struct strings *env, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = env->n; i > 0; i--) {
		const char *variable = env->items[i - 1];

		if (env_name_length(variable) == length && strncmp(variable, name, length) == 0)
			return variable[length] == '=' ? variable + length + 1 : "";
	}
	return NULL;
}

/* Points at an item of the list: by name first, then in the order of the list, which pointers keep. */
static int env_compare_items(const void *one, const void *other)
{
	const char *const *a = *(const char *const *const *)one, *const *b = *(const char *const *const *)other;
	int order = env_compare_names(*a, *b);

	return order ? order : (a > b) - (a < b);
}

/* Takes out all but the last of each name, in n log n: a cluster's services come with thousands of variables. */
static int env_unique(struct strings *env, struct err *e)
{
	own_mem const char ***sorted = calloc(env->n ? env->n : 1, sizeof *sorted);
	size_t kept = 0;

	if (!sorted)
		return err_nomem(e);
	for (size_t i = 0; i < env->n; i++)
		sorted[i] = &env->items[i];
	qsort(sorted, env->n, sizeof *sorted, env_compare_items);
	for (size_t i = 0; i + 1 < env->n; i++)
		if (env_compare_names(*sorted[i], *sorted[i + 1]) == 0)
			*sorted[i] = ""; /* never equal to its neighbour, which is compared next */
	for (size_t i = 0; i < env->n; i++)
		if (*env->items[i])
			env->items[kept++] = env->items[i];
	env->n = kept;
	env->items[kept] = NULL;
	return 0;
}

static int env_add(struct arena *a, struct strings *env, const char *name, const char *value, struct err *e)
{
	const char *variable = arena_format(a, "%s=%s", name, value);

	if (!variable)
		return err_nomem(e);
	env->items[env->n++] = variable;
	return 0;
}

static int env_add_listen(struct arena *a, struct strings *env, const struct env_extra *extra, struct err *e)
{
	const char *fds = arena_format(a, "%u", extra->listen_fds);
	const char *pid = arena_format(a, "%d", extra->pid);
	int r;

	if (!fds || !pid)
		return err_nomem(e);
	r = env_add(a, env, "LISTEN_FDS", fds, e);
	return r < 0 ? r : env_add(a, env, "LISTEN_PID", pid, e);
}

int env_retell_pid(struct arena *a, struct strings *env, pid_t pid, struct err *e)
{
	static const char name[] = "LISTEN_PID";
	const char *variable = arena_format(a, "%s=%d", name, pid);

	if (!variable)
		return err_nomem(e);
	for (size_t i = 0; i < env->n; i++)
		if (env_compare_names(env->items[i], name) == 0)
			env->items[i] = variable;
	return 0;
}

int env_build(
	struct arena *a, const struct strings *asked, const struct env_extra *extra, struct strings *ret, struct err *e)
{
	struct strings env = {.set = true, .items = arena_array(a, asked->n + ENV_EXTRA + 1, sizeof *env.items)};
	const char *home;
	int r = 0;

	if (!env.items)
		return err_nomem(e);
	for (size_t i = 0; i < asked->n; i++)
		env.items[env.n++] = asked->items[i];
	home = env_find(&env, "HOME");
	if (!home || !*home)
		r = env_add(a, &env, "HOME", extra->home, e);
	if (r == 0 && extra->listen_fds > 0)
		r = env_add_listen(a, &env, extra, e);
	if (r == 0)
		r = env_unique(&env, e);
	if (r == 0)
		*ret = env;
	return r;
}
