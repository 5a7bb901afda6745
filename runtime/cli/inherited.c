/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { INHERITED_FIRST = 3 };

static bool inherited_is_open(unsigned int fd)
{
	return fcntl((int)fd, F_GETFD) >= 0;
}

/* A number of the environment; 0: none. */
static unsigned long inherited_number(const char *name)
{
	const char *text = getenv(name);
	char *end;
	unsigned long number;

	if (!text || *text < '0' || *text > '9')
		return 0;
	number = strtoul(text, &end, 10);
	return *end ? 0 : number;
}

/* LISTEN_PID says whom they are for: a shell between a service manager and us passes the variables on, too. */
static unsigned int inherited_listening(unsigned int n)
{
	unsigned long listening = inherited_number("LISTEN_FDS");

	if (inherited_number("LISTEN_PID") != (unsigned long)getpid())
		return 0;
	return listening > n ? n : (unsigned int)listening;
}

int cli_inherited_find(struct cli_inherited *ret, struct err *e)
{
	struct cli_inherited inherited = {0};

	for (unsigned int fd = 0; fd < INHERITED_FIRST; fd++)
		/* the lowest number that is free is this one */
		if (!inherited_is_open(fd) && open("/dev/null", O_RDWR) < 0)
			return err_sys(e, "open '/dev/null' in place of the closed descriptor '%u'", fd);
	while (inherited_is_open(INHERITED_FIRST + inherited.n))
		inherited.n++;
	inherited.listening = inherited_listening(inherited.n);
	*ret = inherited;
	return 0;
}

int cli_inherited_pass(const struct cli_inherited *inherited, unsigned long preserve, unsigned int *ret, struct err *e)
{
	if (preserve > inherited->n - inherited->listening)
		return err_set(e, EBADF, "preserved-fd-missing",
			"--preserve-fds: found '%lu', but descriptor '%u' is not open", preserve,
			INHERITED_FIRST + inherited->n);
	*ret = inherited->listening + (unsigned int)preserve;
	return 0;
}
