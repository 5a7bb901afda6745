/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile guest. */
#include "runtime/service/microvm_boot.h"

#include "base/own.h"
#include "base/process.h"
#include "config/write.h"
#include "runtime/proto/agent.h"
#include "runtime/proto/machine.h"
#include "runtime/service/microvm_agent.h"
#include "runtime/service/microvm_log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	BOOT_END_MS = 2000, /* for a machine that is about to end */
	BOOT_SEED_BYTES = 64,
};

/* 1: an event; 0: the VMM has closed its end. */
static int boot_receive(const struct microvm_boot *boot, struct machine_event *ret, struct err *e)
{
	struct pollfd fds[] = {
		{.fd = boot->socket, .events = POLLIN},
		{.fd = boot->request->interrupt_fd, .events = POLLIN},
	};
	ssize_t n;

	do
		n = poll(fds, 2, -1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "wait for the VMM");
	if (fds[1].revents)
		return err_set(e, EINTR, "interrupted", "interrupted by a signal");
	n = recv(boot->socket, ret, sizeof *ret, 0);
	if (n <= 0)
		return 0;
	if (n != sizeof *ret)
		return err_set(e, EPROTO, "vmm-broken", "a message of %zd bytes from the VMM", n);
	(void)err_sanitise(&ret->err); /* the VMM is ours, but stands next to the guest */
	return 1;
}

/* How the VMM has ended, which is our child; "" where that says nothing. */
static void boot_add_signal(int pidfd, struct text *out)
{
	siginfo_t info = {0};

	if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOWAIT) == 0 && info.si_code != CLD_EXITED)
		text_format(out, ": the VMM was killed by signal %d (%s)", info.si_status, strsignal(info.si_status));
}

/* A machine that ends is the reason for whatever failed then. */
static int boot_explain(const struct microvm_boot *boot, struct err *e)
{
	own_text why = {0};
	struct err alive, failed = *e;

	if (e->no == EINTR)
		return -e->no;
	if (process_wait_end(boot->service->pidfd, BOOT_END_MS, &alive) == 0) {
		(void)err_set(&failed, ECHILD, "machine-ended", "the machine has ended"); /* returned below */
		boot_add_signal(boot->service->pidfd, &why);
	}
	microvm_log_words(boot->service, &why);
	return err_set(e, failed.no, failed.code, "%s%s", failed.text, text_string(&why));
}

static int boot_wait_running(const struct microvm_boot *boot, struct err *e)
{
	struct machine_event event;
	int r = boot_receive(boot, &event, e);

	if (r < 0)
		return r;
	if (r > 0 && event.kind == MACHINE_BOOTING)
		return 0;
	if (r > 0) {
		*e = event.err;
		return err_ctx(e, "the VMM");
	}
	(void)err_set(
		e, ECHILD, "vmm-ended", "the VMM ended before it had built the machine"); /* explained, and returned */
	return boot_explain(boot, e);
}

static uint32_t boot_flags(const struct microvm_boot *boot)
{
	uint32_t flags = AGENT_CREATE_STDIN;

	if (boot->guest_spec->process->terminal.value)
		flags |= AGENT_CREATE_TERMINAL;
	if (boot->request->no_new_keyring)
		flags |= AGENT_CREATE_NO_NEW_KEYRING;
	return flags;
}

/* Before anything in the guest wants a secret: its own devices may be slower than its service is. */
static int boot_seed(const struct microvm_boot *boot, int connection, struct err *e)
{
	const struct agent_watch watch = {
		.pidfd = boot->service->pidfd, .interrupt_fd = boot->request->interrupt_fd, .timeout_ms = -1};
	own_frame answer = {0};
	char seed[BOOT_SEED_BYTES];

	if (getrandom(seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		return err_sys(e, "find a seed for the guest");
	return agent_ask(connection,
		&(struct agent_request){.type = AGENT_ENTROPY,
			.answer = AGENT_DONE,
			.parts = {.head = seed, .head_length = sizeof seed}},
		&watch, &answer, e);
}

static int boot_create_service(const struct microvm_boot *boot, int connection, struct err *e)
{
	const struct agent_watch watch = {
		.pidfd = boot->service->pidfd, .interrupt_fd = boot->request->interrupt_fd, .timeout_ms = -1};
	struct agent_create head = {.flags = boot_flags(boot), .window = agent_window_of(boot->guest_spec->process)};
	own_text spec = {0};
	own_frame answer = {0};
	int r = spec_write(boot->guest_spec, false, &spec, e);

	if (r < 0)
		return r;
	if (snprintf(head.id, sizeof head.id, "%s", boot->request->id) >= (int)sizeof head.id)
		return err_set(e, ENAMETOOLONG, "id-too-long",
			"the id of a service in a microVM has at most %zu characters", sizeof head.id - 1);
	if (snprintf(head.bundle, sizeof head.bundle, "%s", boot->request->bundle) >= (int)sizeof head.bundle)
		return err_set(e, ENAMETOOLONG, "bundle-too-long",
			"the path of a bundle has at most %zu characters in a microVM", sizeof head.bundle - 1);
	return agent_ask(connection,
		&(struct agent_request){
			.type = AGENT_CREATE,
			.answer = AGENT_CREATED,
			.parts = {.head = &head,
				.head_length = sizeof head,
				.tail = spec.data,
				.tail_length = spec.length},
		},
		&watch, &answer, e);
}

int microvm_boot(const struct microvm_boot *boot, struct err *e)
{
	/* the VMM keeps the time until the guest has booted */
	const struct agent_watch watch = {
		.pidfd = boot->service->pidfd, .interrupt_fd = boot->request->interrupt_fd, .timeout_ms = -1};
	own_fd connection = -1;
	int r = boot_wait_running(boot, e);

	if (r < 0)
		return r;
	connection = agent_connect(boot->service, &watch, e);
	if (connection < 0)
		return boot_explain(boot, e);
	r = boot_seed(boot, connection, e);
	r = r ? r : boot_create_service(boot, connection, e);
	return r == -ESRCH || r == -EPIPE ? boot_explain(boot, e) : r;
}
