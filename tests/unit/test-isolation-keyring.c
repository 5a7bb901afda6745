/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/keyring.h"

#include "tests/unit/child.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

/* "keyring;<uid>;<gid>;<permissions>;<name>" of the session keyring */
static long describe(char *text, size_t room)
{
	return syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text, room);
}

static long session_keyring(void)
{
	return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
}

/* As a later process of the service, which comes with its caller's keyring. */
static void join_later(void *data)
{
	const char *name = data;
	struct err e = ERR_NONE;
	long first = session_keyring();

	CHILD_CHECK(10, syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) > 0 && session_keyring() != first);
	CHILD_CHECK(11, keyring_join(name, false, &e) == 0 && session_keyring() == first);
	CHILD_CHECK(12, keyring_join(name, false, &e) == 0 && session_keyring() == first);
}

static void join(void *data)
{
	char name[64], text[256] = "", *end;
	struct err e = ERR_NONE;
	long callers = session_keyring();

	(void)data;
	(void)snprintf(name, sizeof name, "cloche-test-%d", getpid()); /* fits */
	CHILD_CHECK(77, callers > 0);
	CHILD_CHECK(1, keyring_join(name, false, &e) == 0 && session_keyring() != callers);
	CHILD_CHECK(2, describe(text, sizeof text) > 0);
	end = strrchr(text, ';');
	CHILD_CHECK(3, end && strncmp(end, ";_ses.cloche-test-", 18) == 0);
	*end = '\0';
	CHILD_CHECK(4, strtoul(strrchr(text, ';') + 1, NULL, 16) & 0x80000);
	CHILD_CHECK(5, child_run(join_later, name) == 0);
}

static void keyring_is_the_services_own_and_joined_again(void **state)
{
	int result = child_run(join, NULL);

	(void)state;
	if (result == 77) {
		print_message("needs a kernel with keyrings\n");
		skip();
	}
	assert_int_equal(result, 0);
}

/* Makes the service's keyring beforehand, open to all, as an unprivileged user; holds it until the pipe closes. */
static void trap(const char *id, const int ready[2], const int done[2])
{
	char name[128];

	(void)snprintf(name, sizeof name, "_ses.%s", id); /* fits */
	CHILD_CHECK(20, setresuid(1000, 1000, 1000) == 0);
	CHILD_CHECK(21, syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name) > 0);
	CHILD_CHECK(22, syscall(SYS_keyctl, KEYCTL_SETPERM, KEY_SPEC_SESSION_KEYRING, 0x3f3f3f3f) == 0);
	CHILD_CHECK(23, write(ready[1], &(long){session_keyring()}, sizeof(long)) == sizeof(long));
	(void)close(done[1]); /* else it would wait for itself */
	CHILD_CHECK(24, read(done[0], name, 1) == 0);
	_exit(0);
}

static void join_trap(void *data)
{
	struct err e = ERR_NONE;
	int ready[2], done[2];
	char id[64];
	long trapped;

	(void)data;
	(void)snprintf(id, sizeof id, "cloche-test-trap-%d", getpid()); /* fits */
	CHILD_CHECK(77, geteuid() == 0 && session_keyring() > 0);
	CHILD_CHECK(1, pipe2(ready, O_CLOEXEC) == 0 && pipe2(done, O_CLOEXEC) == 0);
	if (fork() == 0)
		trap(id, ready, done);
	CHILD_CHECK(2, read(ready[0], &trapped, sizeof trapped) == sizeof trapped);
	CHILD_CHECK(3, keyring_join(id, false, &e) == 0);
	CHILD_CHECK(4, session_keyring() > 0 && session_keyring() != trapped);
	CHILD_CHECK(5, close(done[1]) == 0 && wait(NULL) > 0);
}

static void keyring_that_another_user_has_prepared_is_not_joined(void **state)
{
	int result = child_run(join_trap, NULL);

	(void)state;
	if (result == 77) {
		print_message("needs root and a kernel with keyrings\n");
		skip();
	}
	assert_int_equal(result, 0);
}

static void keyring_of_an_endless_id_is_refused(void **state)
{
	char id[1024];
	struct err e = ERR_NONE;

	(void)state;
	memset(id, 'a', sizeof id - 1);
	id[sizeof id - 1] = '\0';
	assert_int_equal(keyring_join(id, false, &e), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keyring_is_the_services_own_and_joined_again),
		cmocka_unit_test(keyring_that_another_user_has_prepared_is_not_joined),
		cmocka_unit_test(keyring_of_an_endless_id_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
