/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a filter costs at a start: compiling it, having it from the cache, loading it.
 *
 *	bench-seccomp [spec.json...]
 *
 * Medians in microseconds, of our default profile (native, and with 32-bit x86 and x32) and of the specs given.
 */
#include "base/own.h"
#include "base/path.h"
#include "config/parse.h"
#include "seccomp/apply.h"
#include "seccomp/cache.h"
#include "seccomp/compile.h"
#include "seccomp/default.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

enum { ROUNDS = 201 };

typedef int bench_action(int cache, const struct spec_seccomp *spec, struct seccomp_filter *ret, struct err *e);

static double now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int order(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

static double median(double *samples)
{
	qsort(samples, ROUNDS, sizeof *samples, order);
	return samples[ROUNDS / 2];
}

static int compile(int cache, const struct spec_seccomp *spec, struct seccomp_filter *ret, struct err *e)
{
	(void)cache;
	return seccomp_compile(spec, ret, e);
}

/* Negative: the error is in *e. */
static double time_getting(bench_action *get, int cache, const struct spec_seccomp *spec, struct err *e)
{
	double samples[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		own_seccomp_filter filter = {0};
		double start = now_us();

		if (get(cache, spec, &filter, e) < 0)
			return -1;
		samples[i] = now_us() - start;
	}
	return median(samples);
}

/* In a child each time: a filter stays for good. */
static double time_one_load(const struct seccomp_filter *filter)
{
	struct err e = ERR_NONE;
	double took = -1;
	int pipe_fds[2], listener;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		took = now_us();
		if (seccomp_apply(filter, &listener, &e) < 0)
			_exit(1);
		took = now_us() - took;
		_exit(write(pipe_fds[1], &took, sizeof took) != (ssize_t)sizeof took);
	}
	(void)close(pipe_fds[1]);
	if (read(pipe_fds[0], &took, sizeof took) != (ssize_t)sizeof took)
		took = -1;
	(void)close(pipe_fds[0]);
	(void)waitpid(pid, NULL, 0);
	return took;
}

static double time_loading(const struct seccomp_filter *filter)
{
	double samples[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		samples[i] = time_one_load(filter);
	return median(samples);
}

static int bench(const char *name, int cache, const struct spec_seccomp *spec)
{
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;
	double compiled, hit;

	if (!spec || seccomp_filter_get(cache, spec, &filter, &e) < 0) {
		(void)fprintf(stderr, "%s: %s\n", name, spec ? e.text : "no linux.seccomp");
		return 1;
	}
	compiled = time_getting(compile, -1, spec, &e);
	hit = time_getting(seccomp_filter_get, cache, spec, &e);
	(void)printf("%-24s %5zu instructions  compile %8.1f us  cached %6.1f us  load %6.1f us\n", name, filter.length,
		compiled, hit, time_loading(&filter));
	return 0;
}

static int bench_file(const char *path, int cache)
{
	own_spec spec = {0};
	struct report report = {0};
	struct err e = ERR_NONE;
	int r = spec_load(AT_FDCWD, path, &spec, &report, &e);

	report_free(&report);
	if (r < 0) {
		(void)fprintf(stderr, "%s: %s\n", path, e.text);
		return 1;
	}
	return bench(path, cache, spec.linux ? spec.linux->seccomp : NULL);
}

/* Docker's usual capabilities. */
static int bench_defaults(int cache)
{
	const struct opt_bits capabilities = {true, 0xa80425fb};
	own_arena arena = {0};
	struct spec_seccomp *profile = NULL;
	struct err e = ERR_NONE;
	int failed;

	if (seccomp_default_profile(&arena, &capabilities, &profile, &e) < 0)
		return 1;
	failed = bench("default, native", cache, profile);
	profile->architectures =
		(struct opt_bits){true, 1 << SPEC_ARCH_X86 | 1 << SPEC_ARCH_X86_64 | 1 << SPEC_ARCH_X32};
	return failed | bench("default, three on x86", cache, profile);
}

static void cache_remove(int cache, const char *path)
{
	int copy = dup(cache);
	own_dir stream = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	while (stream && (entry = readdir(stream)))
		if (entry->d_name[0] != '.')
			(void)unlinkat(cache, entry->d_name, 0);
	(void)rmdir(path);
}

int main(int argc, char **argv)
{
	char path[] = "/tmp/cloche-bench-seccomp-XXXXXX";
	own_fd cache = mkdtemp(path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int failed = cache < 0 || bench_defaults(cache);

	for (int i = 1; i < argc; i++)
		failed |= bench_file(argv[i], cache);
	cache_remove(cache, path);
	return failed;
}
