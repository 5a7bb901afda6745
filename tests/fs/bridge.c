/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the host's own kernel into the guest's place: cloche-fs serves a folder, which is mounted by FUSE, and a command
 * runs in it. In a mount namespace of its own.
 *
 *	bridge PATH-OF-CLOCHE-FS COMMAND…
 *
 * The command's working directory is the mounted share; $SHARED is the folder as the host sees it, which is new and
 *gone afterwards. Exits as it does; where it cannot be tried, says so as TAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BRIDGE_MESSAGE = (1 << 20) + 8192, BRIDGE_SOCKET = 3, BRIDGE_SERVER_FAILED = 126 };

static const char bridge_root[] = "/mnt"; /* covered by a tmpfs: nobody outside sees it */

#define BRIDGE_MUST(condition)                                                                                         \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			perror("bridge: " #condition);                                                                 \
			exit(EXIT_FAILURE);                                                                            \
		}                                                                                                      \
	} while (0)

static int bridge_remove(const char *path, const struct stat *st, int type, struct FTW *place)
{
	(void)st, (void)type, (void)place;
	return remove(path);
}

static void bridge_prepare(const char *shared)
{
	BRIDGE_MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	BRIDGE_MUST(mount("bridge", bridge_root, "tmpfs", 0, NULL) == 0);
	BRIDGE_MUST(chdir(bridge_root) == 0);
	BRIDGE_MUST(mkdir("mounted", 0755) == 0 && mkdir("server", 0755) == 0);
	BRIDGE_MUST(mkdir("server/0", 0755) == 0 && mkdir("server/proc", 0755) == 0);
	BRIDGE_MUST(mount(shared, "server/0", NULL, MS_BIND | MS_REC, NULL) == 0);
	BRIDGE_MUST(mount("proc", "server/proc", "proc", 0, NULL) == 0);
}

static void bridge_serve(int program, int socket)
{
	char *const arguments[] = {(char[]){"cloche-fs"}, NULL}, *const environment[] = {NULL};

	BRIDGE_MUST(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	BRIDGE_MUST(chroot("server") == 0 && chdir("/") == 0);
	BRIDGE_MUST(dup2(socket, BRIDGE_SOCKET) == BRIDGE_SOCKET);
	BRIDGE_MUST(fexecve(program, arguments, environment) == 0);
}

static void bridge_carry(int fuse, int socket)
{
	static char message[BRIDGE_MESSAGE];
	struct pollfd ends[] = {{.fd = fuse, .events = POLLIN}, {.fd = socket, .events = POLLIN}};

	while (poll(ends, 2, -1) > 0) {
		ssize_t n = ends[0].revents ? read(fuse, message, sizeof message) : 0;

		if (n > 0)
			BRIDGE_MUST(send(socket, message, (size_t)n, 0) == n);
		else if (n < 0 && errno != ENOENT && errno != EAGAIN)
			return; /* unmounted */
		n = ends[1].revents ? recv(socket, message, sizeof message, 0) : 1;
		if (n == 0)
			return;
		if (ends[1].revents && write(fuse, message, (size_t)n) < 0)
			BRIDGE_MUST(errno == ENOENT); /* who asked does not wait any more */
	}
}

static pid_t bridge_fork(void (*work)(int, int), int a, int b)
{
	pid_t pid = fork();

	BRIDGE_MUST(pid >= 0);
	if (pid > 0)
		return pid;
	work(a, b);
	_exit(EXIT_SUCCESS);
}

static int bridge_wait(pid_t pid)
{
	int status;

	BRIDGE_MUST(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void bridge_mount(int fuse)
{
	char options[128];

	(void)snprintf(options, sizeof options,
		"fd=%d,rootmode=40000,user_id=0,group_id=0,default_permissions,allow_other", fuse);
	BRIDGE_MUST(mount("cloche", "mounted", "fuse", 0, options) == 0);
}

static int bridge_run(char **command)
{
	pid_t pid = fork();

	BRIDGE_MUST(pid >= 0);
	if (pid > 0)
		return bridge_wait(pid);
	BRIDGE_MUST(chdir("mounted/0") == 0);
	(void)execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

static void bridge_connect(int pair[2])
{
	const int bytes = 2 * BRIDGE_MESSAGE;

	BRIDGE_MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	BRIDGE_MUST(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) == 0);
}

int main(int argc, char **argv)
{
	char shared[] = "/tmp/cloche-fs-shared-XXXXXX";
	int pair[2], fuse, program, status;
	pid_t server, carrier;

	BRIDGE_MUST(argc > 2);
	fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fuse < 0 || unshare(CLONE_NEWNS) < 0) {
		puts("1..0 # SKIP needs root and FUSE");
		return EXIT_SUCCESS;
	}
	argv[2] = realpath(argv[2], NULL);
	BRIDGE_MUST(argv[2]);
	program = open(argv[1], O_RDONLY | O_CLOEXEC);
	BRIDGE_MUST(program >= 0);
	BRIDGE_MUST(mkdtemp(shared) && chmod(shared, 0755) == 0 && setenv("SHARED", shared, 1) == 0);
	bridge_prepare(shared);
	bridge_connect(pair);
	server = bridge_fork(bridge_serve, program, pair[1]);
	BRIDGE_MUST(close(pair[1]) == 0);
	bridge_mount(fuse);
	carrier = bridge_fork(bridge_carry, fuse, pair[0]);
	BRIDGE_MUST(close(pair[0]) == 0 && close(fuse) == 0);
	status = bridge_run(argv + 2);
	BRIDGE_MUST(umount2("mounted", MNT_DETACH) == 0);
	(void)kill(carrier, SIGTERM); /* it may have gone with the mount */
	(void)bridge_wait(carrier);
	free(argv[2]);
	status = bridge_wait(server) == 0 ? status : BRIDGE_SERVER_FAILED;
	BRIDGE_MUST(nftw(shared, bridge_remove, 16, FTW_DEPTH | FTW_PHYS) == 0);
	return status;
}
