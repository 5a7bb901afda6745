/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's first process. It never returns: when the agent is done, or something it needs is missing, it resets
 * the machine, and the VMM ends with the status it was told, or says that it was told none.
 */
#include "base/fd.h"
#include "base/own.h"
#include "microvm/guest/agent.h"
#include "microvm/guest/boot.h"
#include "microvm/guest/network.h"
#include "microvm/guest/say.h"
#include "microvm/guest/volumes.h"
#include "microvm/guest/vsock.h"

#include <errno.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <time.h>

/* The top of the tree is ours: the service has a group of its own, wherever its host has put it. */
#define INIT_CGROUP "/service"

enum { INIT_NS_PER_S = 1000000000, EXIT_NOT_FIRST = 125 };

static uint64_t init_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now); /* this clock is always there */
	return (uint64_t)now.tv_sec * INIT_NS_PER_S + (uint64_t)now.tv_nsec;
}

/* The streams that the host has. The last one tells it that the guest has booted. */
static int init_connect(struct agent_setting *setting, struct err *e)
{
	static const enum agent_host_port ports[] = {
		AGENT_HOST_STDIN, AGENT_HOST_STDOUT, AGENT_HOST_STDERR, AGENT_HOST_WINDOW, AGENT_HOST_STATUS};

	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
		struct err why = ERR_NONE;
		int fd = vsock_connect(ports[i], &why);

		if (fd < 0 && (fd != -ECONNREFUSED || ports[i] == AGENT_HOST_STATUS)) {
			*e = why;
			return fd;
		}
		setting->host[ports[i]] = fd < 0 ? -1 : fd;
	}
	return 0;
}

static int init_serve(const struct say *say, uint64_t boot_ns, struct err *e)
{
	own_fd listener = vsock_listen(AGENT_PORT, e);
	struct agent_setting setting = {.listener = listener,
		.host = {-1},
		.cgroup = INIT_CGROUP,
		.directory = BOOT_DIRECTORY,
		.volumes = BOOT_VOLUMES,
		.boot_ns = boot_ns};
	int r = listener < 0 ? listener : init_connect(&setting, e);

	if (r < 0)
		return r;
	say_debug(say, "serving after %llu ms", (unsigned long long)((init_now_ns() - boot_ns) / 1000000));
	r = agent_run(&setting, e);
	say_debug(say, "done after %llu ms", (unsigned long long)((init_now_ns() - boot_ns) / 1000000));
	return r;
}

static int init_run(struct say *say, uint64_t boot_ns, struct err *e)
{
	int r = boot_root(e);

	if (r < 0)
		return r;
	*say = say_open(BOOT_NEW);
	boot_modules(say);
	r = boot_enter(e);
	r = r ? r : boot_share(e);
	r = r ? r : network_loopback(e);
	r = r ? r : fd_raise_limit(NULL, e); /* an exec has up to seven */
	return r ? r : init_serve(say, boot_ns, e);
}

int main(void)
{
	struct say say = {.kmsg = -1};
	struct err e = ERR_NONE;

	if (getpid() != 1) {
		(void)fputs(
			"cloche-init: it is the first process of a guest; there is nothing to run it for\n", stderr);
		return EXIT_NOT_FIRST;
	}
	if (init_run(&say, init_now_ns(), &e) < 0)
		say_error(&say, "%s", e.text);
	volumes_settle(BOOT_VOLUMES);
	boot_unshare();
	say_close(&say);
	(void)reboot(RB_AUTOBOOT);
	for (;;) /* a first process that ends is a panic, which hides what went wrong */
		(void)pause();
}
