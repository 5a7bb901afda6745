/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/root/guest.h"

#include "base/own.h"
#include "base/text.h"
#include "base/unix_socket.h"
#include "config/json_write.h"
#include "microvm/guest/agent.h"
#include "runtime/isolation/cgroup_make.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define GUEST_ROOT   "/tmp/rootfs"
#define GUEST_SOCKET "/tmp/agent.sock"

static const char *copy_busybox(void)
{
	own_fd from = open("/usr/bin/busybox", O_RDONLY | O_CLOEXEC);
	own_fd to = open(GUEST_ROOT "/bin/busybox", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ssize_t n = 1;

	if (from < 0)
		return "needs busybox (Debian: busybox-static)";
	while (to >= 0 && n > 0)
		n = copy_file_range(from, NULL, to, NULL, 1 << 30, 0);
	if (to >= 0 && lseek(to, 0, SEEK_END) == 0) { /* between filesystems, old kernels do not */
		char bytes[65536];

		while ((n = read(from, bytes, sizeof bytes)) > 0 && write(to, bytes, (size_t)n) == n)
			;
	}
	return to < 0 || n < 0 ? "cannot copy busybox" : NULL;
}

const char *guest_prepare_root(void)
{
	static const char *const folders[] = {"", "/bin", "/dev", "/proc", "/tmp"};
	static const char *const programs[] = {"sh", "cat", "echo", "sleep", "stty", "true", "dd", "ip", "grep"};

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char path[64];

		(void)snprintf(path, sizeof path, GUEST_ROOT "%s", folders[i]);
		if (mkdir(path, 0755) < 0)
			return "cannot make a root filesystem";
	}
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		char path[64];

		(void)snprintf(path, sizeof path, GUEST_ROOT "/bin/%s", programs[i]);
		if (symlink("busybox", path) < 0)
			return "cannot make a root filesystem";
	}
	return copy_busybox();
}

static int listen_at(const char *path)
{
	own_fd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)unlink(path);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 8) < 0)
		return -1;
	return give_fd(&fd);
}

/* Orphans are its own, as they are process 1's. */
_Noreturn static void run_agent(struct agent_setting *setting)
{
	struct err e = ERR_NONE;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (agent_run(setting, &e) == 0)
		_exit(0);
	(void)fprintf(stderr, "# agent: %s\n", e.text);
	_exit(1);
}

void guest_remove_cgroup(void)
{
	const struct cgroup_wanted wanted = {.cgroups_path = getenv(GUEST_CGROUP), .id = ""};
	own_cgroup_host host = {0};
	own_cgroup cgroup = {0};
	struct cgroup_path path;
	struct err e = ERR_NONE;

	if (cgroup_host_detect(&host, &e) < 0 || cgroup_path_for(&wanted, &host, &path, &e) < 0 ||
		cgroup_prepare(&host, &path, &cgroup, &e) < 0 || cgroup_remove(&cgroup, &e) < 0)
		(void)fprintf(stderr, "# %s\n", e.text);
}

int guest_setup(void **state)
{
	struct guest *guest = calloc(1, sizeof *guest);
	own_fd listener = listen_at(GUEST_SOCKET);
	struct agent_setting setting = {.listener = listener,
		.cgroup = getenv(GUEST_CGROUP),
		.directory = "/tmp",
		.volumes = "/tmp/volume",
		.boot_ns = 1234};

	assert_non_null(guest);
	assert_true(listener >= 0);
	setting.host[0] = guest->host[0] = -1;
	for (int i = AGENT_HOST_STATUS; i <= AGENT_HOST_WINDOW; i++) {
		int pair[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
		guest->host[i] = pair[0];
		setting.host[i] = pair[1];
	}
	guest->agent = fork();
	assert_true(guest->agent >= 0);
	if (guest->agent == 0) {
		for (int i = AGENT_HOST_STATUS; i <= AGENT_HOST_WINDOW; i++)
			(void)close(guest->host[i]);
		run_agent(&setting);
	}
	for (int i = AGENT_HOST_STATUS; i <= AGENT_HOST_WINDOW; i++)
		(void)close(setting.host[i]);
	*state = guest;
	return 0;
}

int guest_teardown(void **state)
{
	struct guest *guest = *state;

	if (guest->agent > 0) {
		(void)kill(guest->agent, SIGKILL);
		(void)waitpid(guest->agent, NULL, 0);
	}
	for (int i = AGENT_HOST_STATUS; i <= AGENT_HOST_WINDOW; i++)
		own_release_fd(&guest->host[i]);
	free(guest);
	if (getpid() ==
		1) /* what an agent that was killed has left; of a namespace, as anywhere else this were all there is */
		(void)kill(-1, SIGKILL);
	while (waitpid(-1, NULL, __WALL) > 0)
		;
	guest_remove_cgroup();
	return 0;
}

int guest_connect(void)
{
	struct err e = ERR_NONE;
	own_frame frame = {0};
	const struct agent_hello *hello;
	int fd = unix_connect(AT_FDCWD, GUEST_SOCKET, SOCK_STREAM, &e);

	assert_true(fd >= 0);
	assert_int_equal(frame_receive(fd, sizeof *hello, GUEST_PATIENCE_MS, &frame, &e), 1);
	assert_int_equal(frame.type, AGENT_HELLO);
	hello = frame_exact(&frame, sizeof *hello);
	assert_non_null(hello);
	assert_int_equal(hello->version, AGENT_VERSION);
	assert_int_equal(hello->boot_ns, 1234);
	return fd;
}

void guest_ask_on(int connection, const struct ask *ask, struct frame *ret)
{
	const struct frame_parts parts = {.head = ask->head,
		.head_length = ask->head_length,
		.tail = ask->text,
		.tail_length = ask->text ? strlen(ask->text) : 0};
	struct err e = ERR_NONE;

	assert_int_equal(frame_send(connection, ask->type, &parts, &e), 0);
	assert_int_equal(frame_receive(connection, FRAME_PAYLOAD_MAX, GUEST_PATIENCE_MS, ret, &e), 1);
	if (ret->type == AGENT_ERROR && ask->answer != AGENT_ERROR) {
		const struct err *why = frame_exact(ret, sizeof *why);

		fail_msg("request %u: %s", ask->type, why ? why->text : "a broken error");
	}
	assert_int_equal(ret->type, ask->answer);
}

void guest_ask(const struct ask *ask)
{
	own_fd connection = guest_connect();
	own_frame frame = {0};

	guest_ask_on(connection, ask, &frame);
}

static void write_process(struct text *out, const char *args, bool terminal)
{
	text_format(out,
		"{\"cwd\":\"/\",\"user\":{\"uid\":0,\"gid\":0},\"env\":[\"PATH=/bin\",\"HOME=/\"],"
		"\"terminal\":%s,\"args\":%s}",
		terminal ? "true" : "false", args);
}

const char *guest_process(const char *args, bool terminal)
{
	static struct text text;

	text_reset(&text);
	write_process(&text, args, terminal);
	return text_string(&text);
}

const char *guest_spec(const char *args, bool terminal)
{
	static struct text text;

	text_reset(&text);
	text_add(&text, "{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"" GUEST_ROOT "\"},\"mounts\":["
			"{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"},"
			"{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\"},"
			"{\"destination\":\"/dev/pts\",\"type\":\"devpts\",\"source\":\"devpts\","
			"\"options\":[\"newinstance\",\"ptmxmode=0666\"]}],"
			"\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"mount\"},"
			"{\"type\":\"network\"},{\"type\":\"uts\"}]},\"process\":");
	write_process(&text, args, terminal);
	text_add(&text, "}");
	return text_string(&text);
}

static const char *script_args(const char *script)
{
	static struct text text;
	struct json_writer w = {.out = &text};

	text_reset(&text);
	json_write_begin_array(&w);
	json_write_string(&w, "sh");
	json_write_string(&w, "-c");
	json_write_string(&w, script);
	json_write_end_array(&w);
	return text_string(&text);
}

void guest_create_named(const char *id, const char *script, uint32_t flags)
{
	struct agent_create create = {.flags = flags};

	(void)snprintf(create.id, sizeof create.id, "%s", id); /* a test's own are short */
	guest_ask(&(struct ask){.type = AGENT_CREATE,
		.answer = AGENT_CREATED,
		.head = &create,
		.head_length = sizeof create,
		.text = guest_spec(script_args(script), flags & AGENT_CREATE_TERMINAL)});
}

void guest_create(const char *script, uint32_t flags)
{
	guest_create_named("guest", script, flags);
}

struct err guest_create_fails(const char *json)
{
	const struct agent_create create = {.id = "guest"};
	own_fd connection = guest_connect();
	own_frame frame = {0};
	const struct err *e;

	guest_ask_on(connection,
		&(struct ask){.type = AGENT_CREATE,
			.answer = AGENT_ERROR,
			.head = &create,
			.head_length = sizeof create,
			.text = json},
		&frame);
	e = frame_exact(&frame, sizeof *e);
	assert_non_null(e);
	return *e;
}

void guest_start(void)
{
	const struct agent_start start = {0};

	guest_ask(
		&(struct ask){.type = AGENT_START, .answer = AGENT_DONE, .head = &start, .head_length = sizeof start});
}

void guest_run(const char *script, uint32_t flags)
{
	guest_create(script, flags);
	guest_start();
}

/* read(2) within the time that a test has. */
static ssize_t read_in_time(int fd, void *data, size_t size)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};

	assert_int_equal(poll(&wait, 1, GUEST_PATIENCE_MS), 1);
	return read(fd, data, size);
}

void guest_expect(int fd, const char *want)
{
	own_text got = {0};
	char bytes[4096];
	ssize_t n;

	while ((n = read_in_time(fd, bytes, sizeof bytes)) > 0)
		text_add_bytes(&got, bytes, (size_t)n);
	assert_string_equal(text_string(&got), want);
}

struct agent_status guest_end(struct guest *guest)
{
	struct agent_status status = {0};
	int exit_status = -1;

	for (int i = AGENT_HOST_STDIN; i <= AGENT_HOST_WINDOW; i++)
		own_release_fd(&guest->host[i]); /* as the VMM does at the ends of its streams */
	assert_int_equal(read_in_time(guest->host[AGENT_HOST_STATUS], &status, sizeof status), sizeof status);
	own_release_fd(&guest->host[AGENT_HOST_STATUS]);
	assert_int_equal(waitpid(guest->agent, &exit_status, 0), guest->agent);
	guest->agent = 0;
	assert_int_equal(exit_status, 0);
	return status;
}

void guest_expect_error(const struct ask *ask, const char *code)
{
	own_fd connection = guest_connect();
	own_frame frame = {0};
	const struct err *e;

	guest_ask_on(connection, ask, &frame);
	e = frame_exact(&frame, sizeof *e);
	assert_non_null(e);
	assert_string_equal(e->code, code);
}

void guest_signal(int signo, uint32_t all, uint32_t token)
{
	const struct agent_signal signal = {.signo = signo, .all = all, .token = token};

	guest_ask(&(struct ask){
		.type = AGENT_SIGNAL, .answer = AGENT_DONE, .head = &signal, .head_length = sizeof signal});
}
