/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first process's own words, by way of the kernel's log, which goes to every console there is, also to one that is
 * found later. What is said is short and seldom: the kernel drops what a process says too fast.
 */
#pragma once

#include <stdbool.h>

struct say {
	int kmsg; /* owned; -1: nobody hears */
	bool debug;
};

/* By /dev and /proc below `root`. `cloche.debug` on the kernel's command line asks for say_debug(). */
struct say say_open(const char *root);

/* Heard also with `quiet`. */
void say_error(const struct say *say, const char *format, ...) __attribute__((format(printf, 2, 3)));
void say_debug(const struct say *say, const char *format, ...) __attribute__((format(printf, 2, 3)));

void say_close(struct say *say);
