/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's side of a guest's agent, which runs in a process of its own with Unix sockets for what is vsock in a
 * guest. The service is a shell of busybox.
 */
#pragma once

#include "runtime/proto/agent.h"
#include "runtime/proto/frame.h"
#include "tests/unit/unit.h"

#include <sys/types.h>

enum { GUEST_PATIENCE_MS = 20000 };

struct guest {
	pid_t agent;
	int host[AGENT_HOST_WINDOW + 1]; /* our ends of its streams to the host; -1: closed, or never there */
	struct err e;
};

/* The name of the environment variable that says where the service's cgroup is to be. */
#define GUEST_CGROUP "CLOCHE_GUEST_CGROUP"

/*
 * Runs tests as process 1 of a pid namespace, with a root filesystem for services and a cgroup that are gone
 * afterwards. For main(). Where that is not permitted, prints a TAP plan that says so.
 */
int guest_main(int (*tests)(void));

/* Removes that cgroup, where it exists. */
void guest_remove_cgroup(void);

/* Makes the root filesystem, once for all. Returns NULL, or why it cannot be made. */
const char *guest_prepare_root(void);

/* Starts an agent with all its streams. */
int guest_setup(void **state);
int guest_teardown(void **state);

#define GUEST_TEST(function) cmocka_unit_test_setup_teardown(function, guest_setup, guest_teardown)

/* A connection, after its greeting. */
int guest_connect(void);

/* Sends a request and takes its answer, whose type must be `answer`. */
struct ask {
	uint16_t type, answer;
	const void *head;
	size_t head_length;
	const char *text; /* behind it; NULL: none */
};

void guest_ask_on(int connection, const struct ask *ask, struct frame *ret);
void guest_ask(const struct ask *ask);

/* The same whose answer must be an error with that code. */
void guest_expect_error(const struct ask *ask, const char *code);

/* AGENT_SIGNAL. */
void guest_signal(int signo, uint32_t all, uint32_t token);

/* AGENT_CREATE of a service that runs the shell script; flags of enum agent_create_flags. */
void guest_create(const char *script, uint32_t flags);
void guest_create_named(const char *id, const char *script, uint32_t flags);

/* The same whose answer must be an error, which is returned. */
struct err guest_create_fails(const char *json);

/* AGENT_START, without a network. */
void guest_start(void);

/* Creates and starts it. */
void guest_run(const char *script, uint32_t flags);

/* The spec of a service that runs a program with one argument list, as JSON; static. */
const char *guest_spec(const char *args, bool terminal);

/* The process of an exec, as JSON; static. */
const char *guest_process(const char *args, bool terminal);

/* Reads a stream of the host's until its end, and compares. */
void guest_expect(int fd, const char *want);

/* Takes the service's status, and waits for the end of the agent. */
struct agent_status guest_end(struct guest *guest);
