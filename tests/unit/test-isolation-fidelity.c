/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what becomes of each property, against the key tables and its page in docs/. */
#include "runtime/isolation/fidelity.h"

#include "base/fd.h"
#include "config/keys.h"
#include "config/parse.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static void properties(struct text *ret)
{
	keys_list(&keys_spec, ret);
	assert_false(ret->failed);
}

/* Whether the property is an object with rows for what is in it. */
static bool has_rows_below(const char *path)
{
	size_t length = strlen(path);

	for (size_t i = 0; i < fidelity_rows_n; i++)
		if (strncmp(fidelity_rows[i].path, path, length) == 0 && fidelity_rows[i].path[length] == '/')
			return true;
	return false;
}

static void every_property_has_a_row(void **state)
{
	own_text list = {0};

	(void)state;
	properties(&list);
	for (char *path = strtok(list.data, "\n"); path; path = strtok(NULL, "\n"))
		if (!fidelity_find(path) && !has_rows_below(path))
			fail_msg("%s has no row", path);
}

static void every_row_is_of_a_property(void **state)
{
	own_text list = {0};
	bool used[256] = {false};

	(void)state;
	assert_true(fidelity_rows_n < sizeof used);
	properties(&list);
	for (char *path = strtok(list.data, "\n"); path; path = strtok(NULL, "\n")) {
		const struct fidelity_row *row = fidelity_find(path);

		if (row)
			used[row - fidelity_rows] = true;
	}
	for (size_t i = 0; i < fidelity_rows_n; i++)
		if (!used[i])
			fail_msg("%s is no property, or has an earlier row", fidelity_rows[i].path);
}

static void row_as_line(const struct fidelity_row *row, struct text *ret)
{
	text_format(ret, "| `%s` | %s | %s | %s |\n", row->path, fidelity_name(row->how), row->by,
		row->refused ? row->refused : "");
}

static void the_page_has_the_rows_and_no_others(void **state)
{
	own_text path = {0}, page = {0}, wanted = {0};
	struct err e = ERR_NONE;
	const char *first, *end;

	(void)state;
	text_format(&path, "%s/fidelity.md", getenv("CLOCHE_DOCS"));
	assert_int_equal(file_read(AT_FDCWD, path.data, 1 << 20, &page, &e), 0);
	for (size_t i = 0; i < fidelity_rows_n; i++)
		row_as_line(&fidelity_rows[i], &wanted);
	first = strstr(page.data, "| `/");
	assert_non_null(first);
	end = strstr(first, "\n\n");
	text_cut(&page, end ? (size_t)(end + 1 - page.data) : page.length);
	/* after a change on purpose: copy these lines into the page */
	assert_string_equal(first, wanted.data);
}

static void parse(const char *json, struct spec *ret)
{
	own_report report = {0};
	struct err e = ERR_NONE;

	if (spec_parse(json, strlen(json), "spec.json", ret, &report, &e) < 0)
		fail_msg("%s", e.text);
}

/* The pointers of what is found, each followed by a blank; '~' before a warning. */
static void refused(const char *json, const struct fidelity_host *host, struct text *ret)
{
	own_report report = {0};
	own_spec spec = {0};

	parse(json, &spec);
	fidelity_check(&spec, host, &report);
	for (const struct report_finding *f = report.first; f; f = f->next)
		text_format(ret, "%s%s ", f->level == REPORT_WARNING ? "~" : "", f->pointer);
}

static const struct fidelity_host any_host;

static void assert_refuses(const char *json, const struct fidelity_host *host, const char *pointers)
{
	own_text found = {0};

	refused(json, host, &found);
	assert_string_equal(text_string(&found), pointers);
}

static void a_plain_spec_is_not_refused(void **state)
{
	(void)state;
	assert_refuses(
		"{\"root\": {\"path\": \"rootfs\"}, \"process\": {\"args\": [\"sh\"]}, \"linux\": {\"namespaces\": "
		"[{\"type\": \"mount\"}]}}",
		&any_host, "");
}

static void what_is_refused_is_named_where_it_is_set(void **state)
{
	(void)state;
	assert_refuses("{\"vm\": {\"kernel\": {\"path\": \"/boot/vmlinuz\"}}, \"process\": {\"commandLine\": \"x\"}}",
		&any_host, "/process/commandLine /vm ");
	assert_refuses("{\"linux\": {\"personality\": {\"domain\": \"LINUX\", \"flags\": [\"X\"]}}}", &any_host,
		"/linux/personality/flags ");
}

static void labels_need_their_modules(void **state)
{
	static const char *const apparmor = "{\"process\": {\"apparmorProfile\": \"web\"}}";
	const struct fidelity_host with = {.lsm.apparmor = true};

	(void)state;
	assert_refuses(apparmor, &any_host, "/process/apparmorProfile ");
	assert_refuses(apparmor, &with, "");
	assert_refuses("{\"process\": {}, \"linux\": {\"mountLabel\": \"x\"}}", &any_host, "/linux/mountLabel ");
}

static void classes_of_service_need_resctrl(void **state)
{
	static const char *const rdt = "{\"linux\": {\"intelRdt\": {\"closID\": \"gold\"}}}";
	const struct fidelity_host with = {.resctrl = true};

	(void)state;
	assert_refuses(rdt, &any_host, "/linux/intelRdt ");
	assert_refuses(rdt, &with, "");
}

static void a_joined_mount_namespace_has_its_own_files(void **state)
{
	(void)state;
	assert_refuses(
		"{\"root\": {\"path\": \"rootfs\", \"readonly\": true}, \"mounts\": [{\"destination\": \"/proc\"}], "
		"\"linux\": {\"namespaces\": [{\"type\": \"mount\", \"path\": \"/x\"}], \"maskedPaths\": [\"/x\"], "
		"\"readonlyPaths\": [], \"rootfsPropagation\": \"shared\"}}",
		&any_host, "/mounts /root/readonly /linux/rootfsPropagation /linux/maskedPaths /root/path ");
	assert_refuses(
		"{\"root\": {\"path\": \"/\"}, \"linux\": {\"namespaces\": [{\"type\": \"mount\", \"path\": \"/x\"}]}}",
		&any_host, "");
}

static void a_sysctl_never_reaches_the_host(void **state)
{
	static const char *const joined = "{\"linux\": {\"namespaces\": [{\"type\": \"network\", \"path\": \"/x\"}], "
					  "\"sysctl\": {\"net.a\": \"1\"}}}";
	const struct fidelity_host hosts_own = {.joined_of_caller = UINT64_C(1) << SPEC_NS_NETWORK};

	(void)state;
	assert_refuses(joined, &any_host, "");
	assert_refuses(joined, &hosts_own, "/linux/sysctl/net.a ");
}

static void a_capability_that_cannot_be_granted_is_a_warning(void **state)
{
	const struct fidelity_host without = {.caps_missing = UINT64_C(1) << 24};

	(void)state;
	assert_refuses("{\"process\": {\"args\": [\"sh\"]}}", &without, "~/process/capabilities ");
}

static void the_callers_own_namespace_is_known(void **state)
{
	own_spec spec = {0};

	(void)state;
	parse("{\"linux\": {\"namespaces\": [{\"type\": \"network\", \"path\": \"/proc/self/ns/net\"}, "
	      "{\"type\": \"uts\", \"path\": \"/proc/self/ns/net\"}], \"sysctl\": {\"net.a\": \"1\"}}}",
		&spec);
	assert_int_equal(fidelity_probe(&spec).joined_of_caller, UINT64_C(1) << SPEC_NS_NETWORK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_property_has_a_row),
		cmocka_unit_test(every_row_is_of_a_property),
		cmocka_unit_test(the_page_has_the_rows_and_no_others),
		cmocka_unit_test(a_plain_spec_is_not_refused),
		cmocka_unit_test(what_is_refused_is_named_where_it_is_set),
		cmocka_unit_test(labels_need_their_modules),
		cmocka_unit_test(classes_of_service_need_resctrl),
		cmocka_unit_test(a_joined_mount_namespace_has_its_own_files),
		cmocka_unit_test(a_sysctl_never_reaches_the_host),
		cmocka_unit_test(a_capability_that_cannot_be_granted_is_a_warning),
		cmocka_unit_test(the_callers_own_namespace_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
