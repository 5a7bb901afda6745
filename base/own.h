/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owned local resources: empty where declared, released when they leave scope,
 * handed on with give_*(). No goto is needed to clean up.
 */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define own_mem  __attribute__((cleanup(own_release_mem)))
#define own_fd   __attribute__((cleanup(own_release_fd))) int
#define own_dir  __attribute__((cleanup(own_release_dir))) DIR *
#define own_file __attribute__((cleanup(own_release_file))) FILE *

/* Each accepts the empty resource (NULL, a negative descriptor) and keeps errno. */
void own_release_mem(void *pointer_to_pointer);
void own_release_fd(int *fd);
void own_release_dir(DIR **dir);
void own_release_file(FILE **file);

/* The value of an owned resource, whose owner is empty from here on. */
static inline int give_fd(int *fd)
{
	int value = *fd;

	*fd = -1;
	return value;
}

#define give_mem(pointer)                                                                                              \
	__extension__({                                                                                                \
		__auto_type _p = &(pointer);                                                                           \
		__auto_type _v = *_p;                                                                                  \
		*_p = NULL;                                                                                            \
		_v;                                                                                                    \
	})
