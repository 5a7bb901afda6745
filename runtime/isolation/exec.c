/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile root filesystem. */
#include "runtime/isolation/exec.h"

#include "base/own.h"
#include "base/path.h"
#include "runtime/isolation/env.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <paths.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* strerror(3) in lower case, as engines compare it. */
struct exec_reason {
	char text[128];
};

static struct exec_reason exec_reason(int no)
{
	struct exec_reason reason;

	(void)snprintf(reason.text, sizeof reason.text, "%s", strerror(no)); /* a cut reason is still one */
	reason.text[0] = (char)tolower((unsigned char)reason.text[0]);
	return reason;
}

static const char *exec_code(int no)
{
	bool missing = no == ENOENT || no == ENOTDIR || no == ELOOP || no == ENAMETOOLONG;

	return missing ? "exec-not-found" : "exec-not-permitted";
}

/* Whether the process may execute it: 0, or a negative errno as findings, not as failures. */
static int exec_probe(const char *path)
{
	struct stat file;

	if (stat(path, &file) < 0)
		return -errno;
	if (S_ISDIR(file.st_mode))
		return -EISDIR;
	if (!S_ISREG(file.st_mode))
		return -EACCES;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

/*
 * /proc/self/exe in a root filesystem leads to cloche's own binary, which the service could then
 * open for writing. Where there is no /proc there is no such way either.
 */
static int exec_refuse_self(const char *path, struct err *e)
{
	struct stat self, file;

	if (stat("/proc/self/exe", &self) < 0 || stat(path, &file) < 0)
		return 0;
	if (self.st_dev == file.st_dev && self.st_ino == file.st_ino)
		return err_set(e, EACCES, "exec-not-permitted",
			"exec: \"%s\": permission denied: it is the runtime's own program", path);
	return 0;
}

static int exec_find_at(const char *path, struct exec_path *ret, struct err *e)
{
	int r = exec_probe(path);

	/* engines know these two words, and not those for a directory */
	if (r == -EACCES || r == -EISDIR)
		return err_set(e, -r, exec_code(-r), "exec: \"%s\": permission denied%s", path,
			r == -EISDIR ? ": it is a directory" : "");
	if (r < 0)
		return err_set(e, -r, exec_code(-r), "exec: \"%s\": stat %s: %s", path, path, exec_reason(-r).text);
	if (snprintf(ret->text, sizeof ret->text, "%s", path) >= (int)sizeof ret->text)
		return err_set(e, ENAMETOOLONG, "exec-not-found", "exec: the path of the program is too long");
	return exec_refuse_self(path, e);
}

/* One directory of PATH; an empty one is the working directory. 0, or a negative errno as a finding. */
static int exec_probe_in(const char *directory, size_t length, const char *name, struct exec_path *ret)
{
	int n = length ? snprintf(ret->text, sizeof ret->text, "%.*s/%s", (int)length, directory, name)
		       : snprintf(ret->text, sizeof ret->text, "./%s", name);

	return n < (int)sizeof ret->text ? exec_probe(ret->text) : -ENAMETOOLONG;
}

int exec_find(const struct strings *env, const char *arg0, struct exec_path *ret, struct err *e)
{
	const char *at = env_find(env, "PATH"), *end;
	bool denied = false;

	if (strchr(arg0, '/'))
		return exec_find_at(arg0, ret, e);
	for (at = at ? at : _PATH_DEFPATH; *arg0; at = end + 1) {
		int r;

		end = strchrnul(at, ':');
		r = exec_probe_in(at, (size_t)(end - at), arg0, ret);
		if (r == 0)
			return exec_refuse_self(ret->text, e);
		/* a directory that the user may not search says nothing about what is in it */
		denied = denied || (r == -EACCES && access(ret->text, F_OK) == 0);
		if (!*end)
			break;
	}
	if (denied)
		return err_set(e, EACCES, "exec-not-permitted", "exec: \"%s\": permission denied", arg0);
	return err_set(e, ENOENT, "exec-not-found", "exec: \"%s\": executable file not found in $PATH", arg0);
}

int exec_service(const struct exec_path *path, const struct strings *args, const struct strings *env, struct err *e)
{
	static char *const nothing[] = {NULL};
	/* execve(2) changes none of them; its type is older than const */
	char *const *argv = args->n ? (char *const *)(uintptr_t)args->items : nothing;
	char *const *envp = env->n ? (char *const *)(uintptr_t)env->items : nothing;
	int no;

	(void)execve(path->text, argv, envp); /* it returns only when it failed */
	no = errno;
	return err_set(e, no, exec_code(no), "exec %s: %s%s", path->text, exec_reason(no).text,
		no == ENOENT ? " (its interpreter, or the loader it needs, is missing)" : "");
}

/* What is from `first` to `last`, none where that is empty. */
static int exec_fds_close_range(unsigned int first, unsigned int last, struct err *e)
{
	if (first <= last && close_range(first, last, 0) < 0)
		return err_sys(e, "close descriptors '%u' to '%u'", first, last);
	return 0;
}

int exec_fds_close(unsigned int preserved, int keep, struct err *e)
{
	unsigned int first = 3 + preserved, kept = (unsigned int)keep;
	int r = 0;

	if (keep >= 0 && fcntl(keep, F_SETFD, FD_CLOEXEC) < 0)
		return err_sys(e, "mark descriptor '%d' close-on-exec", keep);
	if (keep < 0 || kept < first)
		return exec_fds_close_range(first, ~0U, e);
	if (kept > first)
		r = exec_fds_close_range(first, kept - 1, e);
	return r < 0 ? r : exec_fds_close_range(kept + 1, ~0U, e);
}

int exec_signals_reset(struct err *e)
{
	struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int signo = 1; signo < NSIG; signo++)
		(void)sigaction(signo, &by_default, NULL); /* refused for SIGKILL, SIGSTOP and glibc's own two */
	(void)sigemptyset(&none);                          /* cannot fail */
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return err_sys(e, "unblock the signals");
	return 0;
}

static bool exec_is_null(const struct stat *file)
{
	return S_ISCHR(file->st_mode) && file->st_rdev == makedev(1, 3);
}

/* What is no null device there is not even opened: a device could take that for an order, a pipe would wait. */
static int exec_null_open(void)
{
	own_fd place = open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat file;

	if (place < 0 || fstat(place, &file) < 0 || !exec_is_null(&file))
		return -1;
	return open(path_of_fd(place).text, O_RDWR | O_CLOEXEC);
}

int exec_null_renew(struct err *e)
{
	own_fd null = -1;

	for (int fd = 0; fd < 3; fd++) {
		struct stat file;

		if (fstat(fd, &file) < 0 || !exec_is_null(&file))
			continue;
		if (null < 0)
			null = exec_null_open();
		if (null < 0)
			return 0;
		if (dup2(null, fd) < 0)
			return err_sys(e, "replace descriptor '%d' by the service's '/dev/null'", fd);
	}
	return 0;
}

int exec_stdio_give(uid_t uid, struct err *e)
{
	for (int fd = 0; fd < 3; fd++) {
		struct stat file;

		if (fstat(fd, &file) < 0 || (!S_ISFIFO(file.st_mode) && !S_ISSOCK(file.st_mode)) || file.st_uid == uid)
			continue;
		/* EINVAL: its group, EPERM: its owner is not of this user namespace; then it is left as it is */
		if (fchown(fd, uid, file.st_gid) < 0 && errno != EINVAL && errno != EPERM && errno != EROFS)
			return err_sys(e, "give descriptor '%d' to user '%u'", fd, uid);
	}
	return 0;
}
