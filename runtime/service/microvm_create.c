/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a machine with a service in it. The order is what makes it safe to be killed anywhere: the intent first, then
 * the VMM in its cgroup, the file server beside it; both wait for a message, and end when it cannot come any more.
 */
#include "base/own.h"
#include "runtime/isolation/cgroup_make.h"
#include "runtime/isolation/console.h"
#include "runtime/isolation/launch.h"
#include "runtime/service/backend.h"
#include "runtime/service/microvm.h"
#include "runtime/service/microvm_boot.h"
#include "runtime/service/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct microvm_making {
	const struct service_request *request;
	struct service *service;
	struct microvm_prepared prepared;
	struct microvm_parts parts;
	struct microvm_lent lent;
	int nothing; /* /dev/null: the caller's standard input is the service's, not the VMM's */
	int console_socket, console;
};

#define own_microvm_making __attribute__((cleanup(microvm_making_free))) struct microvm_making

static void microvm_making_free(struct microvm_making *m)
{
	own_release_fd(&m->nothing);
	own_release_fd(&m->lent.namespace);
	own_release_fd(&m->console_socket);
	own_release_fd(&m->console);
	microvm_parts_close(&m->parts);
	microvm_prepared_free(&m->prepared);
}

static int microvm_record(void *recorder, pid_t pid, struct err *e)
{
	struct microvm_making *m = recorder;
	/* again, since making the cgroup has told which of its parents are ours to remove */
	int r = prepare_cgroup_text(&m->prepared.vmm, &m->service->state, e);

	return r ? r : service_record(m->service, m->request->pid_file, pid, e);
}

static int microvm_record_nothing(void *recorder, pid_t pid, struct err *e)
{
	(void)recorder;
	(void)pid;
	(void)e;
	return 0;
}

static int microvm_launch(
	struct microvm_making *m, const struct plan *plan, int pass_fd, struct launch_result *ret, struct err *e)
{
	bool vmm = plan == &m->prepared.vmm.plan, terminal = m->request->spec->process->terminal.value;
	struct prepared *host = &m->prepared.vmm;

	return launch_run(
		&(struct launch_request){
			.plan = plan,
			.cgroup = host->host.n ? &host->cgroup : NULL,
			.mount_cgroups = &host->mount_cgroups,
			.target = -1,
			.id = m->request->id,
			.bundle = m->request->bundle,
			.seccomp_cache = -1,
			.start_socket = -1,
			.console_socket = vmm ? m->console_socket : -1,
			.interrupt_fd = m->request->interrupt_fd,
			.lock = m->service->dir,
			.pass_fds = &pass_fd,
			.pass_n = 1,
			.stdin_fd = vmm && terminal ? 0 : m->nothing,
			.trace = m->request->trace,
			.record = vmm ? microvm_record : microvm_record_nothing,
			.recorder = m,
		},
		ret, e);
}

/* The VMM, which makes the cgroup, then the file server in the same one. */
static int microvm_launch_both(struct microvm_making *m, struct err *e)
{
	struct launch_result vmm, fs;
	int64_t start_us = clock_now_us();
	int r = microvm_launch(m, &m->prepared.vmm.plan, m->parts.machine_vmm, &vmm, e);

	trace_lap(m->request->trace, "launch-vmm", &start_us);
	if (r < 0)
		return err_ctx(e, "starting the VMM");
	m->service->pidfd = vmm.pidfd;
	m->console = vmm.console;
	own_release_fd(&m->parts.machine_vmm);
	r = microvm_network_lent(m->service, m->request->spec, &m->lent, e);
	if (r < 0)
		return r;
	r = microvm_launch(m, &m->prepared.fs, m->parts.fs_server, &fs, e);
	trace_span(m->request->trace, "launch-fs", start_us);
	if (r < 0)
		return err_ctx(e, "starting the file server");
	own_release_fd(&fs.pidfd); /* it ends with the VMM, which has the other end of its socket */
	own_release_fd(&m->parts.fs_server);
	return 0;
}

static int microvm_open_streams(struct microvm_making *m, struct err *e)
{
	m->nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (m->nothing < 0)
		return err_sys(e, "open '/dev/null'");
	if (m->request->console_socket)
		m->console_socket = console_connect(m->request->console_socket, e);
	return m->request->console_socket && m->console_socket < 0 ? m->console_socket : 0;
}

/* Its first process made it in the VMM's root, and has handed the other side to whoever wants it. */
static int microvm_take_terminal(struct microvm_making *m, struct err *e)
{
	if (!m->request->spec->process->terminal.value)
		return 0;
	m->parts.terminal = (int)syscall(SYS_pidfd_getfd, m->service->pidfd, STDIN_FILENO, 0);
	return m->parts.terminal < 0 ? err_sys(e, "take the VMM's terminal") : 0;
}

static int microvm_make_root(int dir, const char *name, struct err *e)
{
	if (mkdirat(dir, name, 0755) < 0 || fchmodat(dir, name, 0755, 0) < 0)
		return err_sys(e, "make the directory '%s'", name);
	return 0;
}

/* While this file is there, the service waits for its start. */
static int microvm_mark_waiting(int dir, struct err *e)
{
	own_fd fd = openat(dir, STORE_START_SOCKET, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? err_sys(e, "note that the service waits") : 0;
}

static int microvm_intend(struct microvm_making *m, struct err *e)
{
	struct service *s = m->service;
	/* what systemd makes, it also removes */
	int r = m->request->systemd_cgroup ? 0 : cgroup_survey(&m->prepared.vmm.cgroup, e);

	r = r ? r : prepare_cgroup_text(&m->prepared.vmm, &s->state, e);
	r = r ? r : store_write_state(s->dir, &s->state, e);
	r = r ? r : microvm_make_root(s->dir, MICROVM_VMM_ROOT, e);
	r = r ? r : microvm_make_root(s->dir, MICROVM_FS_ROOT, e);
	return r ? r : microvm_mark_waiting(s->dir, e);
}

static int microvm_bring_up(struct microvm_making *m, struct err *e)
{
	const struct microvm_boot boot = {
		.service = m->service,
		.request = m->request,
		.guest_spec = &m->prepared.guest_spec,
		.socket = m->parts.machine_host,
	};
	int r = microvm_launch_both(m, e);
	int64_t start_us = clock_now_us();

	r = r ? r : microvm_take_terminal(m, e);
	r = r ? r : microvm_network_tie(m->service, &m->parts.net, &m->parts.tap, e);
	r = r ? r : microvm_parts_send(m->request, &m->prepared.size, &m->parts, e);
	if (r < 0)
		return r;
	own_release_fd(&m->parts.fs_vmm);
	own_release_fd(&m->parts.vsock);
	trace_lap(m->request->trace, "connect", &start_us);
	r = microvm_boot(&boot, e);
	trace_lap(m->request->trace, "boot", &start_us);
	if (r || m->request->wait_start)
		return r;
	r = microvm_start(m->service, m->request->spec, e);
	trace_span(m->request->trace, "start", start_us);
	return r;
}

int microvm_create(const struct service_request *request, struct service_made *made, struct err *e)
{
	own_microvm_making m = {.request = request,
		.service = &made->service,
		.parts = MICROVM_PARTS_NONE,
		.lent = {.namespace = -1},
		.nothing = -1,
		.console_socket = -1,
		.console = -1};
	struct err ignored;
	const int64_t start_us = clock_now_us();
	int r = microvm_prepare(request, &m.prepared, e);

	r = r ? r : microvm_open_streams(&m, e);
	r = r ? r : microvm_parts_open(request, m.service, &m.parts, e);
	r = r ? r : microvm_intend(&m, e);
	trace_span(request->trace, "prepare", start_us);
	if (r < 0)
		return r;
	microvm_network_lend(request->spec, &m.lent);
	r = microvm_bring_up(&m, e);
	if (r == 0)
		made->console = give_fd(&m.console);
	if (r < 0) {
		microvm_network_return(request->spec, &m.lent);
		/* the first failure is the one to tell; `delete --force` finds what is left */
		(void)isolation_microvm.destroy(m.service, &ignored);
		service_hooks_after(m.service, request->spec, SPEC_HOOK_POSTSTOP);
	}
	return r;
}
