/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what the microVM wall treats in its own way, against the key tables and its page in docs/. */
#include "runtime/service/microvm_fidelity.h"

#include "base/fd.h"
#include "base/own.h"
#include "config/keys.h"
#include "config/parse.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define HEADING "## Services in microVMs\n"

static void every_row_is_of_a_property(void **state)
{
	own_text list = {0};
	bool used[128] = {false};

	(void)state;
	assert_true(microvm_fidelity_rows_n < sizeof used);
	keys_list(&keys_spec, &list);
	for (char *path = strtok(list.data, "\n"); path; path = strtok(NULL, "\n")) {
		const struct fidelity_row *row = microvm_fidelity_find(path);

		if (row >= microvm_fidelity_rows && row < microvm_fidelity_rows + microvm_fidelity_rows_n)
			used[row - microvm_fidelity_rows] = true;
	}
	for (size_t i = 0; i < microvm_fidelity_rows_n; i++)
		if (!used[i])
			fail_msg("%s is no property, or has an earlier row", microvm_fidelity_rows[i].path);
}

/* What namespaces refuse because they have no machine must not be what a machine gets, either. */
static void every_property_of_a_machine_has_a_row_of_its_own(void **state)
{
	own_text list = {0};

	(void)state;
	keys_list(&keys_spec, &list);
	for (char *path = strtok(list.data, "\n"); path; path = strtok(NULL, "\n")) {
		const struct fidelity_row *row = strncmp(path, "/vm/", 4) == 0 ? microvm_fidelity_find(path) : NULL;

		if (row && strcmp(row->path, "/vm/++") == 0 && strchr(path + 4, '/'))
			fail_msg("%s has the row of namespaces", path);
	}
}

static void the_page_has_the_rows_and_no_others(void **state)
{
	own_text path = {0}, page = {0}, wanted = {0};
	struct err e = ERR_NONE;
	const char *first, *end;

	(void)state;
	text_format(&path, "%s/fidelity.md", getenv("CLOCHE_DOCS"));
	assert_int_equal(file_read(AT_FDCWD, path.data, 1 << 20, &page, &e), 0);
	for (size_t i = 0; i < microvm_fidelity_rows_n; i++) {
		const struct fidelity_row *row = &microvm_fidelity_rows[i];

		text_format(&wanted, "| `%s` | %s | %s | %s |\n", row->path, fidelity_name(row->how), row->by,
			row->refused ? row->refused : "");
	}
	first = strstr(page.data, HEADING);
	assert_non_null(first);
	first = strstr(first, "| `/");
	assert_non_null(first);
	end = strstr(first, "\n\n");
	text_cut(&page, end ? (size_t)(end + 1 - page.data) : page.length);
	/* after a change on purpose: copy these lines into the page */
	assert_string_equal(first, wanted.data);
}

static void assert_refuses_in(const char *bundle, const char *json, const char *pointers)
{
	own_report parsed = {0}, report = {0};
	own_spec spec = {0};
	own_text found = {0};
	struct err e = ERR_NONE;

	if (spec_parse(json, strlen(json), "spec.json", &spec, &parsed, &e) < 0)
		fail_msg("%s", e.text);
	microvm_fidelity_check(&spec, bundle, &report);
	for (const struct report_finding *f = report.first; f; f = f->next)
		text_format(&found, "%s ", f->pointer);
	assert_string_equal(text_string(&found), pointers);
}

static void assert_refuses(const char *json, const char *pointers)
{
	assert_refuses_in("/", json, pointers);
}

#define WITH_NETWORK "\"linux\": {\"namespaces\": [{\"type\": \"network\"}]}"

static void a_spec_with_a_network_of_its_own_is_not_refused(void **state)
{
	(void)state;
	assert_refuses(
		"{" WITH_NETWORK ", \"vm\": {\"kernel\": {\"path\": \"/k\"}, \"hwConfig\": {\"vcpus\": 2}}}", "");
	assert_refuses("{\"linux\": {\"namespaces\": [{\"type\": \"network\", \"path\": \"/run/netns/a\"}]}}", "");
	assert_refuses("{" WITH_NETWORK
		       ", \"mounts\": [{\"destination\": \"/b\", \"type\": \"ext4\", \"source\": \"b.img\"}]}",
		"");
}

static void what_would_need_the_host_is_refused(void **state)
{
	(void)state;
	assert_refuses("{}", "/linux/namespaces ");
	assert_refuses("{\"linux\": {\"namespaces\": [{\"type\": \"network\"}, {\"type\": \"ipc\", \"path\": "
		       "\"/proc/1/ns/ipc\"}]}}",
		"/linux/namespaces/1/path ");
	assert_refuses("{" WITH_NETWORK ", \"mounts\": [{\"destination\": \"/a\", \"type\": \"tmpfs\"},"
		       " {\"destination\": \"/b\", \"type\": \"overlay\", \"source\": \"overlay\"}]}",
		"/mounts/1/type ");
	assert_refuses("{\"linux\": {\"namespaces\": [{\"type\": \"network\"}], \"seccomp\":"
		       " {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"listenerPath\": \"/s\"}}}",
		"/linux/seccomp/listenerPath ");
}

/* A folder with a socket, a pipe, a file, and a link to the socket. */
struct bundle {
	char path[32];
	int socket;
};

static int bundle_make(void **state)
{
	static struct bundle bundle;
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	bundle = (struct bundle){.path = "/tmp/cloche-test-XXXXXX"};
	*state = &bundle;
	bundle.socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (!mkdtemp(bundle.path) || chdir(bundle.path) < 0)
		return -1;
	(void)strcpy(at.sun_path, "socket");
	return bind(bundle.socket, (struct sockaddr *)&at, sizeof at) < 0 || mkfifo("pipe", 0600) < 0 ||
			       mknod("file", S_IFREG | 0600, 0) < 0 || symlink("socket", "link") < 0 || chdir("/") < 0
		       ? -1
		       : 0;
}

static int bundle_remove(void **state)
{
	struct bundle *bundle = *state;
	static const char *const names[] = {"socket", "pipe", "file", "link"};
	own_fd directory = open(bundle->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	own_release_fd(&bundle->socket);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		(void)unlinkat(directory, names[i], 0); /* what is left keeps the folder, which is told */
	return rmdir(bundle->path);
}

#define BIND(source) "{\"destination\": \"/a\", \"type\": \"bind\", \"source\": \"" source "\"}"

static void what_has_its_other_end_on_the_host_is_refused(void **state)
{
	const struct bundle *bundle = *state;
	own_text absolute = {0};

	assert_refuses_in(bundle->path,
		"{" WITH_NETWORK ", \"mounts\": [" BIND("file") ", " BIND("socket") ", " BIND("pipe") ", " BIND(
			"link") ", " BIND("not-there") "]}",
		"/mounts/1/source /mounts/2/source /mounts/3/source ");
	text_format(&absolute, "{" WITH_NETWORK ", \"mounts\": [" BIND("%s/socket") "]}", bundle->path);
	assert_refuses(text_string(&absolute), "/mounts/0/source ");
}

static void what_is_for_other_hypervisors_is_refused(void **state)
{
	(void)state;
	assert_refuses("{" WITH_NETWORK ", \"vm\": {\"hypervisor\": {\"path\": \"/h\"}, \"kernel\": {\"path\": \"/k\"},"
		       " \"image\": {\"path\": \"/i\", \"format\": \"raw\"}, \"hwConfig\": {\"irqs\": [1]}}}",
		"/vm/hypervisor /vm/image /vm/hwConfig/irqs ");
}

static void what_namespaces_refuse_is_refused_here_too(void **state)
{
	(void)state;
	assert_refuses("{" WITH_NETWORK ", \"process\": {\"cwd\": \"/\", \"args\": [\"a\"], \"commandLine\": \"a\"}}",
		"/process/commandLine ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_of_a_property),
		cmocka_unit_test(every_property_of_a_machine_has_a_row_of_its_own),
		cmocka_unit_test(the_page_has_the_rows_and_no_others),
		cmocka_unit_test(a_spec_with_a_network_of_its_own_is_not_refused),
		cmocka_unit_test(what_would_need_the_host_is_refused),
		cmocka_unit_test_setup_teardown(
			what_has_its_other_end_on_the_host_is_refused, bundle_make, bundle_remove),
		cmocka_unit_test(what_is_for_other_hypervisors_is_refused),
		cmocka_unit_test(what_namespaces_refuse_is_refused_here_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
