/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/features.h"

#include "config/json.h"
#include "tests/unit/unit.h"

#include <string.h>

/* What `cloche features` prints, as a tree. */
static const struct json *features(struct arena *a)
{
	own_text out = {0};
	struct json_writer w = {.out = &out};
	const struct json *tree = NULL;
	struct err e = ERR_NONE;
	struct json_source source = {0};

	assert_int_equal(service_features_write(&w, "0123abcd", &e), 0);
	source.text = text_string(&out);
	source.length = out.length;
	assert_int_equal(json_parse(&source, a, &tree, &e), 0);
	return tree;
}

static bool has(const struct json *array, const char *word)
{
	for (const struct json *item = array ? array->first : NULL; item; item = item->next)
		if (item->text && strcmp(item->text, word) == 0)
			return true;
	return false;
}

static void what_docker_and_podman_look_at_is_there(void **state)
{
	own_arena a = {0};
	const struct json *tree = features(&a);

	(void)state;
	assert_string_equal(json_at(tree, "/ociVersionMin")->text, "1.0.0");
	assert_string_equal(json_at(tree, "/ociVersionMax")->text, "1.3.0");
	assert_true(has(json_at(tree, "/hooks"), "createRuntime"));
	assert_true(has(json_at(tree, "/mountOptions"), "rro"));
	assert_true(has(json_at(tree, "/linux/namespaces"), "time"));
	assert_true(has(json_at(tree, "/linux/capabilities"), "CAP_NET_ADMIN"));
	assert_true(json_at(tree, "/linux/cgroup/v1")->boolean);
	assert_true(json_at(tree, "/linux/cgroup/v2")->boolean);
	assert_true(has(json_at(tree, "/linux/seccomp/actions"), "SCMP_ACT_NOTIFY"));
	assert_true(has(json_at(tree, "/linux/seccomp/archs"), "SCMP_ARCH_X86_64"));
	assert_true(json_at(tree, "/linux/mountExtensions/idmap/enabled")->boolean);
}

static void each_feature_of_the_fidelity_table_has_its_row_there(void **state)
{
	static const char *const pointers[] = {"/linux/apparmor/enabled", "/linux/selinux/enabled",
		"/linux/intelRdt/enabled", "/linux/netDevices/enabled"};
	own_arena a = {0};
	const struct json *tree = features(&a);

	(void)state;
	for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++)
		assert_true(json_at(tree, pointers[i])->boolean);
}

static void annotations_say_what_was_built(void **state)
{
	own_arena a = {0};
	const struct json *annotations = json_member(features(&a), "annotations");

	(void)state;
	assert_string_equal(json_member(annotations, "run.cloche.commit")->text, "0123abcd");
	assert_string_equal(json_member(annotations, "run.cloche.version")->text, CLOCHE_VERSION);
	assert_non_null(json_member(annotations, "io.github.seccomp.libseccomp.version"));
}

static void annotations_that_are_orders_are_named(void **state)
{
	own_arena a = {0};
	const struct json *unsafe = json_member(features(&a), "potentiallyUnsafeConfigAnnotations");

	(void)state;
	assert_true(has(unsafe, "run.cloche.isolation"));
	assert_true(has(unsafe, "org.criu.config"));
	assert_true(has(unsafe, "org.systemd.property."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_docker_and_podman_look_at_is_there),
		cmocka_unit_test(each_feature_of_the_fidelity_table_has_its_row_there),
		cmocka_unit_test(annotations_say_what_was_built),
		cmocka_unit_test(annotations_that_are_orders_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
