/* SPDX-License-Identifier: Apache-2.0 */
#include "config/parse.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>

static void parse_good(struct spec *spec, struct report *report, const char *text)
{
	struct err e = ERR_NONE;

	if (spec_parse(text, strlen(text), "spec.json", spec, report, &e) < 0)
		fail_msg("%s: %s", text, e.text);
}

struct finding_row {
	const char *json;
	const char *finding; /* the first one's line */
};

static const struct finding_row errors[] = {
	{"[]", "spec.json:1:1: want an object [spec-type]"},
	{"{\"hostname\": 1}", "spec.json:1:2: /hostname: found 1, want a string [spec-type]"},
	{"{\"root\": {\"readonly\": \"yes\"}}",
		"spec.json:1:11: /root/readonly: found \"yes\", want true or false [spec-type]"},
	{"{\"linux\": {\"resources\":\n {\"memory\": {\"limit\": \"64M\"}}}}",
		"spec.json:2:14: /linux/resources/memory/limit: found \"64M\", want an integer of bytes [spec-type]"},
	{"{\"linux\": {\"resources\": {\"memory\": {\"limit\": 1.5}}}}",
		"spec.json:1:37: /linux/resources/memory/limit: found 1.5, want an integer of bytes [spec-type]"},
	{"{\"process\": {\"user\": {\"uid\": 4294967296}}}", "spec.json:1:23: /process/user/uid: found 4294967296, "
							     "want an integer from 0 to 4294967295 [spec-range]"},
	{"{\"process\": {\"user\": {\"additionalGids\": [-1]}}}",
		"spec.json:1:42: /process/user/additionalGids/0: found -1, want an integer from 0 to 4294967295 "
		"[spec-range]"},
	{"{\"process\": {\"rlimits\": [{\"type\": \"RLIMIT_NOFILES\", \"soft\": 1, \"hard\": 1}]}}",
		"spec.json:1:27: /process/rlimits/0/type: found \"RLIMIT_NOFILES\", unknown, did you mean "
		"'RLIMIT_NOFILE' [spec-enum]"},
	{"{\"process\": {\"rlimits\": [{\"type\": \"RLIMIT_CORE\", \"soft\": 1}]}}",
		"spec.json:1:26: /process/rlimits/0/hard: required [spec-missing]"},
	{"{\"hooks\": {\"poststop\": [{\"path\": \"/x\", \"timeout\": 0}]}}",
		"spec.json:1:40: /hooks/poststop/0/timeout: found 0, want an integer of seconds from 1 to "
		"9223372036854775807 [spec-range]"},
	{"{\"mounts\": [null]}", "spec.json:1:13: /mounts/0: found null, want an object [spec-type]"},
	{"{\"mounts\": [{\"destination\": null}]}",
		"spec.json:1:14: /mounts/0/destination: found null, required [spec-missing]"},
	{"{\"linux\": {\"personality\": {\"domain\": \"BSD\"}}}",
		"spec.json:1:28: /linux/personality/domain: found \"BSD\", want one of 'LINUX', 'LINUX32' [spec-enum]"},
	{"{\"linux\": {\"devices\": [{\"path\": \"/dev/x\", \"type\": \"cc\"}]}}",
		"spec.json:1:43: /linux/devices/0/type: found \"cc\", want one letter of 'cbup' [spec-enum]"},
	{"{\"linux\": {\"resources\": {\"devices\": [{\"allow\": true, \"access\": \"rx\"}]}}}",
		"spec.json:1:54: /linux/resources/devices/0/access: found \"rx\", want letters of 'rwm' [spec-enum]"},
	{"{\"annotations\": {\"a\": 1}}", "spec.json:1:18: /annotations/a: found 1, want a string [spec-type]"},
	{"{\"process\": {\"args\": [\"a\", 2]}}",
		"spec.json:1:28: /process/args/1: found 2, want a string [spec-type]"},
	{"{\"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"flags\": [\"SPEC\"]}}}",
		"spec.json:1:69: /linux/seccomp/flags/0: found \"SPEC\", want one of 'SECCOMP_FILTER_FLAG_TSYNC', "
		"'SECCOMP_FILTER_FLAG_LOG', 'SECCOMP_FILTER_FLAG_SPEC_ALLOW', 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV' "
		"[spec-enum]"},
	{"{\"hostname\": \"x\"", "spec.json:1:17: parse error: premature EOF [json-syntax]"},
	{"{\"a\": 1, \"a\": 1}", "spec.json:1:10: the key \"a\" stands twice in one object [json-duplicate]"},
};

static void a_property_that_does_not_fit_is_named_with_place_and_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		own_spec spec = {0};
		own_report report = {0};
		own_text line = {0};
		struct err e = ERR_NONE;

		assert_int_equal(
			spec_parse(errors[i].json, strlen(errors[i].json), "spec.json", &spec, &report, &e), -EINVAL);
		assert_int_equal(report.errors_n, 1);
		report_text_finding(&report, report.first, &line);
		assert_string_equal(text_string(&line), errors[i].finding);
		assert_string_equal(e.code, report.first->code);
		assert_string_equal(e.pointer, report.first->pointer);
		assert_null(spec.arena.block);
		assert_null(report.tree);
	}
}

static const struct finding_row warnings[] = {
	{"{\"hostnme\": \"x\"}",
		"spec.json:1:2: warning: /hostnme: found \"x\", unknown property, did you mean 'hostname' "
		"[spec-unknown]"},
	{"{\"linux\": {\"x\": 1}}", "spec.json:1:12: warning: /linux/x: found 1, unknown property [spec-unknown]"},
	{"{\"windows\": {}}",
		"spec.json:1:2: warning: /windows: found an object, another platform's property is ignored "
		"[spec-foreign]"},
	{"{\"process\": {\"capabilities\": {\"bounding\": [\"CAP_SYS_ADMIM\"]}}}",
		"spec.json:1:44: warning: /process/capabilities/bounding/0: found \"CAP_SYS_ADMIM\", unknown and "
		"ignored, did you mean 'CAP_SYS_ADMIN' [spec-unknown]"},
};

static void what_can_be_ignored_is_a_warning(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++) {
		own_spec spec = {0};
		own_report report = {0};
		own_text line = {0};

		parse_good(&spec, &report, warnings[i].json);
		assert_int_equal(report.errors_n, 0);
		assert_int_equal(report.warnings_n, 1);
		report_text_finding(&report, report.first, &line);
		assert_string_equal(text_string(&line), warnings[i].finding);
	}
}

static void several_errors_are_reported_together(void **state)
{
	static const char text[] = "{\"hostname\": 1, \"domainname\": 2, \"x\": 3, \"root\": 4}";
	own_spec spec = {0};
	own_report report = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(spec_parse(text, strlen(text), NULL, &spec, &report, &e), -EINVAL);
	assert_int_equal(report.errors_n, 3);
	assert_int_equal(report.warnings_n, 1);
	assert_string_equal(e.text, "1:2: /hostname: found 1, want a string (and 2 more)");
}

static void absent_is_told_from_empty(void **state)
{
	own_spec spec = {0}, empty = {0};
	own_report report = {0};

	(void)state;
	parse_good(&spec, &report, "{\"hostname\": null, \"linux\": {}, \"process\": {\"env\": null}}");
	assert_null(spec.hostname);
	assert_false(spec.mounts_set);
	assert_false(spec.linux->namespaces_set);
	assert_false(spec.process->env.set);
	assert_false(spec.process->terminal.set);
	parse_good(&empty, &report,
		"{\"mounts\": [], \"linux\": {\"namespaces\": []}, \"annotations\": {}, \"process\": {\"env\": [],"
		" \"terminal\": false, \"capabilities\": {\"bounding\": []}}}");
	assert_true(empty.mounts_set);
	assert_int_equal(empty.mounts_n, 0);
	assert_true(empty.linux->namespaces_set);
	assert_true(empty.annotations.set);
	assert_true(empty.process->env.set);
	assert_true(empty.process->terminal.set);
	assert_true(empty.process->capabilities->bounding.set);
	assert_false(empty.process->capabilities->ambient.set);
}

static void a_device_rule_without_type_and_access_means_all(void **state)
{
	own_spec spec = {0};
	own_report report = {0};
	const struct spec_device_rule *rules;

	(void)state;
	parse_good(&spec, &report,
		"{\"linux\": {\"resources\": {\"devices\": [{\"allow\": false},"
		" {\"allow\": true, \"type\": \"c\", \"major\": 1, \"minor\": -1, \"access\": \"rm\"}]}}}");
	assert_int_equal(spec.linux->resources->devices_n, 2);
	rules = spec.linux->resources->devices;
	assert_int_equal(rules[0].type, 'a');
	assert_true(rules[0].read && rules[0].write && rules[0].mknod && !rules[0].allow && !rules[0].major.set);
	assert_int_equal(rules[1].type, 'c');
	assert_true(rules[1].read && !rules[1].write && rules[1].mknod && rules[1].allow);
	assert_int_equal(rules[1].minor.value, -1);
}

static void values_arrive_in_their_fields(void **state)
{
	own_spec spec = {0};
	own_report report = {0};

	(void)state;
	parse_good(&spec, &report,
		"{\"process\": {\"args\": [\"a\", \"b\"], \"capabilities\": {\"bounding\": [\"CAP_CHOWN\","
		" \"CAP_CHECKPOINT_RESTORE\"]}, \"rlimits\": [{\"type\": \"RLIMIT_NOFILE\", \"soft\": 1,"
		" \"hard\": 18446744073709551615}], \"user\": {\"uid\": 7, \"additionalGids\": [5, 6]}},"
		" \"linux\": {\"namespaces\": [{\"type\": \"time\", \"path\": \"/x\"}], \"netDevices\": {\"eth0\":"
		" {\"name\": \"in\"}, \"eth1\": {}}, \"sysctl\": {\"net.core.somaxconn\": \"1\"}},"
		" \"vm\": {\"image\": {\"path\": \"/i\", \"format\": \"qcow2\"}, \"hwConfig\": {\"irqs\": [4]}}}");
	assert_int_equal(spec.process->args.n, 2);
	assert_null(spec.process->args.items[2]);
	assert_true(spec.process->capabilities->bounding.bits == (1 | UINT64_C(1) << 40));
	assert_int_equal(spec.process->rlimits[0].resource, RLIMIT_NOFILE);
	assert_true(spec.process->rlimits[0].hard == RLIM_INFINITY);
	assert_int_equal(spec.process->user.uid, 7);
	assert_int_equal(spec.process->user.additional_gids[1], 6);
	assert_int_equal(spec.linux->namespaces[0].type, SPEC_NS_TIME);
	assert_string_equal(spec.linux->namespaces[0].path, "/x");
	assert_string_equal(spec.linux->net_devices[0].host_name, "eth0");
	assert_string_equal(spec.linux->net_devices[0].name, "in");
	assert_null(spec.linux->net_devices[1].name);
	assert_string_equal(spec.linux->sysctl.items[0].key, "net.core.somaxconn");
	assert_int_equal(spec.vm->image->format, SPEC_VM_IMAGE_QCOW2);
	assert_int_equal(spec.vm->hw_config->irqs[0], 4);
}

static void a_missing_file_is_an_error_without_findings(void **state)
{
	own_spec spec = {0};
	own_report report = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(spec_load(AT_FDCWD, "/nonexistent/spec.json", &spec, &report, &e), -ENOENT);
	assert_int_equal(report.errors_n, 0);
}

static void a_process_and_resources_are_read_on_their_own(void **state)
{
	static const char process_text[] = "{\"args\": [\"id\"], \"cwd\": \"/\"}";
	static const char resources_text[] = "{\"pids\": {\"limit\": 9}}";
	struct json_source process_source = {.text = process_text, .length = strlen(process_text)};
	struct json_source resources_source = {.text = resources_text, .length = strlen(resources_text)};
	own_arena arena = {0};
	own_report report = {0};
	struct spec_process process = {0};
	struct spec_resources resources = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(process_parse(&process_source, &arena, &process, &report, &e), 0);
	assert_string_equal(process.args.items[0], "id");
	assert_int_equal(resources_parse(&resources_source, &arena, &resources, &report, &e), 0);
	assert_int_equal(resources.pids->limit, 9);
}

static void a_process_and_resources_are_checked_as_they_are_read(void **state)
{
	static const char process_text[] = "{\"args\": [\"id\"], \"cwd\": \"x\"}";
	static const char resources_text[] = "{\"memory\": {\"limit\": 2, \"swap\": 1}}";
	struct json_source process_source = {.text = process_text, .length = strlen(process_text)};
	struct json_source resources_source = {.text = resources_text, .length = strlen(resources_text)};
	own_arena arena = {0};
	own_report process_report = {0}, resources_report = {0};
	struct spec_process process = {0};
	struct spec_resources resources = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(process_parse(&process_source, &arena, &process, &process_report, &e), -EINVAL);
	assert_string_equal(e.pointer, "/cwd");
	assert_null(process.cwd);
	assert_int_equal(resources_parse(&resources_source, &arena, &resources, &resources_report, &e), -EINVAL);
	assert_string_equal(e.pointer, "/memory/swap");
	assert_null(resources.memory);
}

/* before, 190,000 times item, after; far from done in a test's time when each costs as much as there are. */
static void expect_flood_of_errors(const char *before, const char *item, const char *after, const char *pointer)
{
	own_spec spec = {0};
	own_report report = {0};
	own_text text = {0};
	struct err e = ERR_NONE;

	text_add(&text, before);
	for (int i = 0; i < 190000; i++)
		text_format(&text, "%s%s", i ? "," : "", item);
	text_add(&text, after);
	assert_int_equal(spec_parse(text_string(&text), text.length, NULL, &spec, &report, &e), -EINVAL);
	assert_int_equal(report.errors_n, 190000);
	assert_string_equal(e.pointer, pointer);
}

static void a_flood_of_errors_costs_little(void **state)
{
	(void)state;
	expect_flood_of_errors("{\"process\": {\"args\": [", "1", "]}}", "/process/args/0");
	expect_flood_of_errors("{\"mounts\": [", "{}", "]}", "/mounts/0/destination");
	expect_flood_of_errors("{\"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"flags\": [",
		"\"x\"", "]}}}", "/linux/seccomp/flags/0");
}

static void a_flood_of_unknown_properties_costs_little(void **state)
{
	own_spec spec = {0};
	own_report report = {0};
	own_text text = {0};
	struct err e = ERR_NONE;

	(void)state;
	text_add(&text, "{\"linux\": {\"resource0\": 1");
	for (int i = 1; i < 190000; i++)
		text_format(&text, ",\"resource%d\":1", i);
	text_add(&text, "}}");
	assert_int_equal(spec_parse(text_string(&text), text.length, NULL, &spec, &report, &e), 0);
	assert_int_equal(report.warnings_n, 190000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_property_that_does_not_fit_is_named_with_place_and_reason),
		cmocka_unit_test(what_can_be_ignored_is_a_warning),
		cmocka_unit_test(several_errors_are_reported_together),
		cmocka_unit_test(absent_is_told_from_empty),
		cmocka_unit_test(a_device_rule_without_type_and_access_means_all),
		cmocka_unit_test(values_arrive_in_their_fields),
		cmocka_unit_test(a_missing_file_is_an_error_without_findings),
		cmocka_unit_test(a_process_and_resources_are_read_on_their_own),
		cmocka_unit_test(a_process_and_resources_are_checked_as_they_are_read),
		cmocka_unit_test(a_flood_of_errors_costs_little),
		cmocka_unit_test(a_flood_of_unknown_properties_costs_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
