/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"

#include <errno.h>

void own_release_mem(void *pointer_to_pointer)
{
	free(*(void **)pointer_to_pointer);
	*(void **)pointer_to_pointer = NULL;
}

void own_release_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd); /* nothing is left to flush or to report to */
	*fd = -1;
	errno = saved;
}

void own_release_dir(DIR **dir)
{
	int saved = errno;

	if (*dir)
		(void)closedir(*dir); /* read-only: cannot lose data */
	*dir = NULL;
	errno = saved;
}

void own_release_file(FILE **file)
{
	int saved = errno;

	if (*file)
		(void)fclose(*file); /* writers check fflush() and ferror() themselves */
	*file = NULL;
	errno = saved;
}
