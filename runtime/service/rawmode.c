/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/rawmode.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int rawmode_set(const struct rawmode *mode)
{
	struct termios raw = mode->before;

	cfmakeraw(&raw);
	return tcsetattr(mode->fd, TCSANOW, &raw);
}

int rawmode_enter(int fd, struct rawmode *ret, struct err *e)
{
	struct rawmode mode = {.fd = fd};

	if (!isatty(fd))
		return 0;
	if (tcgetattr(fd, &mode.before) < 0 || rawmode_set(&mode) < 0)
		return err_sys(e, "make the terminal raw");
	*ret = mode;
	return 0;
}

void rawmode_resume(const struct rawmode *mode)
{
	if (mode->fd >= 0)
		(void)rawmode_set(mode); /* a terminal that is gone needs no mode */
}

void rawmode_leave(struct rawmode *mode)
{
	int saved = errno;

	/* now, and not once all is written: a terminal that was stopped by its user would keep us */
	if (mode->fd >= 0)
		(void)tcsetattr(mode->fd, TCSANOW, &mode->before); /* as above */
	mode->fd = -1;
	errno = saved;
}

void rawmode_copy_size(int from, int to)
{
	struct winsize size;

	if (to >= 0 && ioctl(from, TIOCGWINSZ, &size) == 0)
		(void)ioctl(to, TIOCSWINSZ, &size); /* a wrong size is no reason to end a service */
}
