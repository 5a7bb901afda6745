/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cloche-fs: serves the files of a microVM's service to its guest. Not for people: cloche starts it.
 *
 * It finds its socket as descriptor 3, its shares as /0, /1, …, and procfs at /proc, from where it takes the directory
 * of its own descriptors before it hears of the guest. It ends with its socket.
 */
#include "base/fd.h"
#include "base/own.h"
#include "microvm/fs/sandbox.h"
#include "microvm/fs/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAIN_SOCKET = 3, MAIN_DESCRIPTORS_FEW = 64, EXIT_USAGE = 2 };

static const char main_usage[] = "cloche-fs: serves the files of a service to the microVM that it runs in\n"
				 "\n"
				 "cloche starts it with a socket as descriptor 3 and the files as /0, /1, …; there is "
				 "nothing to start by hand\n";

static bool main_has_socket(void)
{
	int type = 0;
	socklen_t length = sizeof type;

	return getsockopt(MAIN_SOCKET, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_SEQPACKET;
}

/* As many descriptors as may be: the guest decides how many files it looks at. */
static int main_raise_descriptors(size_t *ret_max, struct err *e)
{
	int r = fd_raise_limit(ret_max, e);

	if (r == 0 && *ret_max < MAIN_DESCRIPTORS_FEW)
		return err_set(e, EMFILE, "", "the limit of open files is %zu: give cloche at least %d", *ret_max,
			MAIN_DESCRIPTORS_FEW);
	return r;
}

/* The guest's limits of a file's size are the guest's kernel's to keep; cloche's own make a write fail, no more. */
static int main_ignore_size_signal(struct err *e)
{
	return signal(SIGXFSZ, SIG_IGN) == SIG_ERR ? err_sys(e, "ignore a signal") : 0;
}

/* From here on paths are descriptors' numbers (share.h). */
static int main_enter_descriptors(struct err *e)
{
	return chdir("/proc/self/fd") < 0 ? err_sys(e, "enter '/proc/self/fd'") : 0;
}

static int main_serve(struct share *share, struct err *e)
{
	struct session *session;
	int r = session_open(share, MAIN_SOCKET, &session, e);

	if (r < 0)
		return r;
	r = sandbox_enter(e);
	while (r >= 0 && (r = session_turn(session, e)) > 0)
		;
	session_close(session);
	return r;
}

static int main_run(struct err *e)
{
	own_fd top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct share share;
	size_t descriptors;
	int r;

	if (top < 0)
		return err_sys(e, "open '/'");
	r = main_raise_descriptors(&descriptors, e);
	if (r == 0)
		r = main_ignore_size_signal(e);
	if (r == 0)
		r = main_enter_descriptors(e);
	if (r == 0)
		r = share_open(&share, top, descriptors, e);
	if (r < 0)
		return r;
	r = main_serve(&share, e);
	share_close(&share);
	return r;
}

int main(int argc, char **argv)
{
	struct err e = ERR_NONE;

	(void)argv;
	if (argc != 1 || !main_has_socket()) {
		fputs(main_usage, stderr);
		return EXIT_USAGE;
	}
	if (main_run(&e) == 0)
		return EXIT_SUCCESS;
	fprintf(stderr, "cloche-fs: %s\n", e.text);
	return EXIT_FAILURE;
}
