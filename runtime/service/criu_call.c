/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/criu_call.h"

#include "base/fd.h"
#include "base/own.h"
#include "config/spec.h"
#include "runtime/proto/protobuf.h"
#include "runtime/service/checkpoint_images.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#define CRIU_FAILED     "criu-failed"
#define CRIU_ANNOTATION "org.criu.config"

enum {
	CRIU_LOG_DEBUG = 4,                /* what a failure is understood by */
	CRIU_LOG_READ = 256 * 1024 * 1024, /* of a service with many mappings */
};

int criu_socket(int *ret_ours, int *ret_theirs, struct err *e)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	*ret_ours = pair[0];
	*ret_theirs = pair[1];
	return 0;
}

static int criu_wait(const struct criu_call *call, struct err *e)
{
	struct pollfd fds[] = {
		{.fd = call->socket, .events = POLLIN},
		{.fd = call->interrupt_fd, .events = POLLIN},
	};
	int n;

	do
		n = poll(fds, 2, -1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "wait for criu");
	return fds[1].revents ? err_set(e, EINTR, "interrupted", "interrupted by a signal") : 0;
}

static int criu_receive(const struct criu_call *call, struct criu_response *ret, int *ret_fd, struct err *e)
{
	own_mem char *bytes = malloc(CRIU_MESSAGE_MAX);
	int r = bytes ? criu_wait(call, e) : err_nomem(e);
	ssize_t n;

	if (r < 0)
		return r;
	n = fd_receive(call->socket, bytes, CRIU_MESSAGE_MAX, ret_fd, e);
	if (n < 0)
		return (int)n;
	if (n == 0)
		return err_set(e, ECHILD, CRIU_FAILED, "criu ended before it had answered");
	return criu_read_response(bytes, (size_t)n, ret, e);
}

static int criu_send(const struct criu_call *call, const struct text *message, struct err *e)
{
	if (message->failed)
		return err_nomem(e);
	return fd_send(call->socket, message->data, message->length, -1, e);
}

/* Answers; what hear() failed with is kept in *why for the end. */
static int criu_hear(
	const struct criu_call *call, const struct criu_response *n, int *fd, struct err *why, struct err *e)
{
	own_text answer = {0};
	int r = call->hear && !why->no ? call->hear(call->context, n, fd, why) : -why->no;

	criu_write_answer(r >= 0, &answer);
	return criu_send(call, &answer, e);
}

static int criu_converse(const struct criu_call *call, struct criu_response *ret, struct err *why, struct err *e)
{
	int r = 0;

	while (r == 0) {
		own_fd fd = -1;

		r = criu_receive(call, ret, &fd, e);
		if (r < 0 || ret->type != CRIU_NOTIFY)
			break;
		r = criu_hear(call, ret, &fd, why, e);
	}
	return r;
}

int criu_ask(const struct criu_call *call, struct criu_response *ret, struct err *e)
{
	own_text request = {0};
	struct err why = ERR_NONE;
	int r;

	criu_write_request(call->type, call->options, &request);
	r = criu_send(call, &request, e);
	r = r ? r : criu_converse(call, ret, &why, e);
	if (why.no) {
		*e = why;
		return -e->no;
	}
	if (r == 0 && !ret->success)
		return err_set(e, ECHILD, CRIU_FAILED, "%s", ret->error[0] ? ret->error : "criu does not say why");
	return r;
}

static const char *criu_config(const struct spec *spec)
{
	for (size_t i = 0; i < spec->annotations.n; i++)
		if (strcmp(spec->annotations.items[i].key, CRIU_ANNOTATION) == 0)
			return spec->annotations.items[i].value;
	return NULL;
}

static const enum criu_cgroup_mode cgroup_modes[] = {
	[CHECKPOINT_CGROUPS_SOFT] = CRIU_CGROUP_SOFT,
	[CHECKPOINT_CGROUPS_FULL] = CRIU_CGROUP_FULL,
	[CHECKPOINT_CGROUPS_STRICT] = CRIU_CGROUP_STRICT,
	[CHECKPOINT_CGROUPS_IGNORE] = CRIU_CGROUP_IGNORE,
};
static_assert(sizeof cgroup_modes / sizeof *cgroup_modes == CHECKPOINT_CGROUPS_COUNT, "a mode per mode");

void criu_options_add(const struct checkpoint *c, const struct checkpoint_images *images, const struct spec *spec,
	struct text *options)
{
	const struct {
		enum criu_option option;
		bool on;
	} flags[] = {
		{CRIU_TCP_ESTABLISHED, c->tcp_established},
		{CRIU_EXT_UNIX_SK, c->ext_unix_sk},
		{CRIU_FILE_LOCKS, c->file_locks},
		{CRIU_SHELL_JOB, c->shell_job},
		{CRIU_LAZY_PAGES, c->lazy_pages},
		{CRIU_AUTO_DEDUP, c->auto_dedup},
		{CRIU_NOTIFY_SCRIPTS, true},
		{CRIU_ORPHAN_PTS_MASTER, true},
	};

	protobuf_add_number(options, CRIU_IMAGES_DIR_FD, (uint64_t)images->dir);
	protobuf_add_number(options, CRIU_WORK_DIR_FD, (uint64_t)images->work);
	protobuf_add_number(options, CRIU_LOG_LEVEL, CRIU_LOG_DEBUG);
	protobuf_add_string(options, CRIU_LOG_FILE, images->log);
	protobuf_add_number(options, CRIU_MANAGE_CGROUPS_MODE, cgroup_modes[c->cgroups]);
	protobuf_add_string(options, CRIU_CONFIG_FILE, criu_config(spec));
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (flags[i].on)
			protobuf_add_number(options, flags[i].option, true);
	if (c->empty_network)
		protobuf_add_number(options, CRIU_EMPTY_NS, CLONE_NEWNET);
}

/* The log's first line of an error: "(00.044) 1: Error (criu/vdso.c:381): what it is". NULL: it has none. */
static char *criu_first_error(char *log)
{
	char *error = strstr(log, " Error (criu/");
	char *text = error ? strstr(error, "): ") : NULL;

	if (!text)
		return NULL;
	text += strlen("): ");
	text[strcspn(text, "\n")] = '\0';
	return text;
}

int criu_explain(const struct checkpoint_images *images, struct err *e)
{
	own_text log = {0};
	struct err none = ERR_NONE;
	char *said;
	bool kernel;

	if (strcmp(e->code, CRIU_FAILED) != 0 || file_read(images->work, images->log, CRIU_LOG_READ, &log, &none) < 0 ||
		!log.length)
		return -e->no;
	kernel = strstr(log.data, " Error (criu/kerndat.c");
	said = criu_first_error(log.data);
	if (kernel)
		return err_set(e, ENOTSUP, "criu-kernel",
			"criu does not work on this kernel, as `criu check` tells, too: %s (log: '%s')",
			said ? said : e->text, images->log_path);
	return err_set(e, ECHILD, CRIU_FAILED, "criu failed: %s (log: '%s')", said ? said : e->text, images->log_path);
}
