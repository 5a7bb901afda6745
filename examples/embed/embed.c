/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that runs a service by libcloche: makes it, starts it, looks at it, waits, cleans up.
 *
 *	cc embed.c $(pkg-config --cflags --libs libcloche) -o embed
 *	./embed DIRECTORY-OF-SERVICES SPEC.json ID
 *
 * Ends with the service's own exit status, or 125.
 */
#include <cloche.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { FAILED = 125 };

static int failed(const char *doing, const struct cloche_error *error)
{
	fprintf(stderr, "embed: %s: %s\n", doing, error->text);
	return FAILED;
}

/* What the service uses, and another process in it, while it runs. */
static int look(struct cloche_service *service, struct cloche_error *error)
{
	static const char *const command[] = {"echo", "hello from a second process", NULL};
	char *stats;
	pid_t pid;
	int status;

	if (cloche_stats(service, &stats, error) < 0)
		return failed("stats", error);
	printf("embed: %.40s...\n", stats);
	free(stats);
	fflush(stdout);
	if (cloche_exec(service, command, &pid, error) < 0)
		return failed("exec", error);
	return waitpid(pid, &status, 0) == pid ? 0 : FAILED;
}

static int run(struct cloche_service *service, struct cloche_error *error)
{
	int status, r;

	if (cloche_start(service, error) < 0)
		return failed("start", error);
	r = look(service, error);
	if (r)
		return r;
	if (cloche_wait(service, &status, error) < 0)
		return failed("wait", error);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	struct cloche_options options = {.size = sizeof options, .root = argc == 4 ? argv[1] : NULL};
	struct cloche_service *service = NULL;
	struct cloche_error error;
	struct cloche_spec *spec;
	int r;

	if (argc != 4) {
		fprintf(stderr, "usage: embed DIRECTORY-OF-SERVICES SPEC.json ID\n");
		return FAILED;
	}
	if (cloche_spec_load(argv[2], &spec, &error) < 0)
		return failed("load", &error);
	if (cloche_create(spec, argv[3], &options, &service, &error) < 0) {
		cloche_spec_free(spec);
		return failed("create", &error);
	}
	r = run(service, &error);
	if (cloche_delete(service, 1, &error) < 0)
		r = failed("delete", &error);
	cloche_close(service);
	cloche_spec_free(spec);
	return r;
}
