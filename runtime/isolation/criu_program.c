/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/criu_program.h"

#include "runtime/isolation/exec.h"

#include <errno.h>
#include <stdlib.h>

/* Where the caller names none; criu looks there for tar, ip and iptables, too. */
#define CRIU_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

const struct spec_process *criu_program(struct arena *a)
{
	static const char *args[] = {"criu", "swrk", "3", NULL};
	struct spec_process *process = arena_alloc(a, sizeof *process);
	const char **env = arena_array(a, 2, sizeof *env);
	const char *path = getenv("PATH");

	if (!process || !env)
		return NULL;
	env[0] = arena_format(a, "PATH=%s", path && *path ? path : CRIU_PATH);
	process->args = (struct strings){.set = true, .n = 3, .items = args};
	process->env = (struct strings){.set = true, .n = 1, .items = env};
	process->cwd = "/";
	return env[0] ? process : NULL;
}

int criu_program_find(struct err *e)
{
	own_arena arena = {0};
	const struct spec_process *process = criu_program(&arena);
	struct err missing = ERR_NONE;
	struct exec_path path;

	if (!process)
		return err_nomem(e);
	if (exec_find(&process->env, process->args.items[0], &path, &missing) == 0)
		return 0;
	return err_set(e, ENOENT, "criu-missing",
		"the program criu, which checkpoint and restore need, is not in $PATH: install it (Debian: apt-get "
		"install "
		"criu)");
}
