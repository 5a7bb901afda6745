/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile root filesystem, which may have put anything where devpts should be. */
#include "runtime/isolation/console.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/path.h"
#include "base/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { CONSOLE_PTMX_MAJOR = 5, CONSOLE_PTMX_MINOR = 2 };

/* Opens what stands where the service's ptmx should be, and makes sure that it is one. */
static int console_open_ptmx(int root, int flags, struct err *e)
{
	own_fd fd = path_open_in_root(root, "/dev/pts/ptmx", flags, e);
	struct statfs fs;
	struct stat file;

	if (fd == -ENOENT)
		return err_set(e, ENOENT, "devpts-missing",
			"a terminal is asked for, but the service has no /dev/pts; add a mount of type 'devpts' there");
	if (fd < 0)
		return fd;
	if (fstat(fd, &file) < 0 || fstatfs(fd, &fs) < 0)
		return err_sys(e, "look at '/dev/pts/ptmx'");
	if (fs.f_type != DEVPTS_SUPER_MAGIC || !S_ISCHR(file.st_mode) ||
		file.st_rdev != makedev(CONSOLE_PTMX_MAJOR, CONSOLE_PTMX_MINOR))
		return err_set(e, ENOTTY, "devpts-missing",
			"a terminal is asked for, but /dev/pts is no devpts; add a mount of type 'devpts' there");
	return give_fd(&fd);
}

/* What is no ptmx is not even opened: a device could take that for an order, a pipe would wait. */
static int console_open_master(int root, struct err *e)
{
	own_fd there = console_open_ptmx(root, O_PATH, e), master = -1;
	int unlocked = 0;

	if (there < 0)
		return there;
	master = console_open_ptmx(root, O_RDWR | O_NOCTTY, e);
	if (master < 0)
		return master;
	if (ioctl(master, TIOCSPTLCK, &unlocked) < 0)
		return err_sys(e, "unlock the terminal");
	return give_fd(&master);
}

int console_open(int root, uid_t uid, struct console *ret, struct err *e)
{
	own_console console = CONSOLE_NONE;

	console.master = console_open_master(root, e);
	if (console.master < 0)
		return console.master;
	/* by the master's descriptor: a path could lead elsewhere by now */
	console.slave = ioctl(console.master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (console.slave < 0)
		return err_sys(e, "open the terminal's other side");
	/* the group is what the mount option says; EPERM, EINVAL: ids of no meaning in this user namespace */
	if (fchown(console.slave, uid, (gid_t)-1) < 0 && errno != EPERM && errno != EINVAL)
		return err_sys(e, "give the terminal to user '%u'", uid);
	*ret = (struct console){give_fd(&console.master), give_fd(&console.slave)};
	return 0;
}

int console_resize(int fd, const struct spec_console_size *size, struct err *e)
{
	struct winsize window = {0};

	if (!size || (!size->height && !size->width))
		return 0;
	if (size->height > UINT16_MAX || size->width > UINT16_MAX)
		return err_set(e, EINVAL, "console-size-invalid", "a terminal cannot have '%ju' by '%ju' characters",
			(uintmax_t)size->height, (uintmax_t)size->width);
	window.ws_row = (unsigned short)size->height;
	window.ws_col = (unsigned short)size->width;
	return ioctl(fd, TIOCSWINSZ, &window) < 0 ? err_sys(e, "set the terminal's size") : 0;
}

int console_put(int slave, struct err *e)
{
	for (int fd = 0; fd < 3; fd++)
		/* a slave that is one of them already would stay close-on-exec */
		if (dup2(slave, fd) < 0 || fcntl(fd, F_SETFD, 0) < 0)
			return err_sys(e, "put the terminal on descriptor '%d'", fd);
	return 0;
}

int console_take(struct err *e)
{
	if (getsid(0) != getpid() && setsid() < 0)
		return err_sys(e, "begin a session");
	return ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0 ? err_sys(e, "take the terminal") : 0;
}

int console_connect(const char *path, struct err *e)
{
	int fd = unix_connect(AT_FDCWD, path, SOCK_STREAM, e);

	return fd < 0 ? err_ctx(e, "the console socket") : fd;
}

int console_send(int socket, int master, struct err *e)
{
	static const char name[] = "/dev/ptmx";

	if (fd_send(socket, name, strlen(name), master, e) < 0)
		return err_ctx(e, "handing the terminal over");
	return 0;
}

void console_close(struct console *console)
{
	own_release_fd(&console->master);
	own_release_fd(&console->slave);
}
