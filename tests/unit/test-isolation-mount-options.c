/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/mount_options.h"
#include "runtime/isolation/mount_request.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

static int setup(void **state)
{
	static struct arena arena;

	*state = &arena;
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* config.md, "Linux mount options": each name of its table. */
static const char *const documented[] = {
	"async",
	"atime",
	"bind",
	"defaults",
	"dev",
	"diratime",
	"dirsync",
	"exec",
	"idmap",
	"iversion",
	"lazytime",
	"loud",
	"mand",
	"noatime",
	"nodev",
	"nodiratime",
	"noexec",
	"noiversion",
	"nolazytime",
	"nomand",
	"norelatime",
	"nostrictatime",
	"nosuid",
	"nosymfollow",
	"private",
	"ratime",
	"rbind",
	"rdev",
	"rdiratime",
	"relatime",
	"remount",
	"rexec",
	"ridmap",
	"rnoatime",
	"rnodev",
	"rnodiratime",
	"rnoexec",
	"rnorelatime",
	"rnostrictatime",
	"rnosuid",
	"rnosymfollow",
	"ro",
	"rprivate",
	"rrelatime",
	"rro",
	"rrw",
	"rshared",
	"rslave",
	"rstrictatime",
	"rsuid",
	"rsymfollow",
	"runbindable",
	"rw",
	"shared",
	"silent",
	"slave",
	"strictatime",
	"suid",
	"symfollow",
	"sync",
	"tmpcopyup",
	"unbindable",
};

static void every_documented_option_is_known_and_no_other(void **state)
{
	struct strings names = {0};
	struct err e;

	assert_int_equal(mount_options_names(*state, &names, &e), 0);
	assert_int_equal(names.n, sizeof documented / sizeof documented[0]);
	for (size_t i = 0; i < names.n; i++) {
		const struct mount_option *option = mount_option_find(names.items[i], strlen(names.items[i]));

		assert_string_equal(names.items[i], documented[i]);
		assert_non_null(option);
		assert_ptr_equal(option->name, names.items[i]);
	}
	assert_null(names.items[names.n]);
}

static void part_of_a_name_is_not_the_name(void **state)
{
	(void)state;
	assert_null(mount_option_find("nosui", 5));
	assert_null(mount_option_find("nosuidx", 7));
	assert_null(mount_option_find("", 0));
	assert_non_null(mount_option_find("ro,rw", 2));
}

/* What a mount's options come to: one line of mount_request_describe(). */
struct row {
	const char *type, *options, *line;
};

static const struct row rows[] = {
	{"bind", "rbind,ro,nosuid", "bind /src on /dst ro,nosuid recursive"},
	{"none", "bind", "bind /src on /dst"},
	{NULL, "rbind,rprivate,rslave", "bind /src on /dst rprivate,rslave recursive"},
	{"bind", "ro,rw", "bind /src on /dst"},
	{"bind", "rw,ro", "bind /src on /dst ro"},
	{"bind", "rrw", "bind /src on /dst rrw"},
	{"bind", "suid,dev,exec,symfollow,diratime", "bind /src on /dst suid,dev,exec,diratime,symfollow"},
	{"bind", "rro,rnosuid,rnodev,rnoexec,rnosymfollow,rnodiratime",
		"bind /src on /dst rro,rnosuid,rnodev,rnoexec,rnodiratime,rnosymfollow"},
	{"bind", "rsuid,rdev,rexec,rsymfollow,rdiratime", "bind /src on /dst rsuid,rdev,rexec,rdiratime,rsymfollow"},
	{"bind", "noatime", "bind /src on /dst noatime"},
	{"bind", "noatime,atime", "bind /src on /dst relatime"},
	{"bind", "noatime,norelatime", "bind /src on /dst noatime"},
	{"bind", "strictatime,nostrictatime", "bind /src on /dst relatime"},
	{"bind", "noatime,strictatime", "bind /src on /dst strictatime"},
	{"bind", "rstrictatime,ratime,relatime", "bind /src on /dst relatime,rstrictatime"},
	{"bind", "rnoatime,rrelatime,rnostrictatime", "bind /src on /dst rrelatime"},
	{"bind", "rnoatime,rnorelatime", "bind /src on /dst rnoatime"},
	{"bind", "shared", "bind /src on /dst shared"},
	{"bind", "private,slave,unbindable,rshared,runbindable",
		"bind /src on /dst private,slave,unbindable,rshared,runbindable"},
	{"bind", "idmap", "bind /src on /dst idmapped"},
	{"bind", "rbind,ridmap", "bind /src on /dst recursive idmapped recursively"},
	{"bind", "defaults,async,loud,silent,nomand,noiversion,nolazytime", "bind /src on /dst"},
	{"bind", "remount,ro", "remount bind on /dst ro"},
	{"tmpfs", "remount,size=1m", "remount tmpfs on /dst size=1m"},
	{"tmpfs", "nosuid,strictatime,mode=755,size=65536k", "tmpfs on /dst nosuid,strictatime,mode=755,size=65536k"},
	{"tmpfs", "tmpcopyup", "tmpfs on /dst with a copy of what is there"},
	{"tmpfs", "rro,sync,dirsync,lazytime,mand", "tmpfs on /dst ro,sync,dirsync,lazytime,mand"},
	{"ext4", "iversion,data=ordered", "ext4 /src on /dst iversion,data=ordered"},
	{"overlay", "lowerdir=/a\\,b:/c,upperdir=/u", "overlay /src on /dst lowerdir=/a\\,b:/c,upperdir=/u"},
	{"tmpfs", "context=\"u:r:t:s0:c1,c2\",ro", "tmpfs on /dst ro,context=u:r:t:s0:c1,c2"},
	{"tmpfs", ",,ro,,", "tmpfs on /dst ro"},
	{"devpts", "newinstance,ptmxmode=0666,gid=5", "devpts on /dst newinstance,ptmxmode=0666,gid=5"},
	{"cgroup2", "ro", "cgroup2 /src on /dst ro"},
	{"proc", "hidepid=", "proc on /dst hidepid="},
};

/* A request whose options are one string, as some engines write them. */
static int request_of(struct arena *a, const char *type, const char *options, struct mount_request *ret, struct err *e)
{
	struct spec_mount *m = arena_alloc(a, sizeof *m);

	*m = (struct spec_mount){.type = type, .source = "/src", .destination = "/dst"};
	m->options = (struct strings){true, 1, arena_array(a, 2, sizeof(char *))};
	m->options.items[0] = options;
	return mount_request_from_spec(m, 7, a, ret, e);
}

static void options_mean_what_the_table_says(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct mount_request r;
		own_text line = {0};
		struct err e = ERR_NONE;

		if (request_of(*state, rows[i].type, rows[i].options, &r, &e) < 0)
			fail_msg("%s: %s", rows[i].options, e.text);
		mount_request_describe(&r, &line);
		assert_string_equal(text_string(&line), rows[i].line);
	}
}

static void attributes_are_the_kernels_bits(void **state)
{
	struct mount_request r;
	struct err e;

	assert_int_equal(request_of(*state, "bind", "ro,suid,noatime,rnoexec", &r, &e), 0);
	assert_int_equal(r.attributes.set, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME);
	assert_int_equal(r.attributes.clear, MOUNT_ATTR_NOSUID | MOUNT_ATTR__ATIME);
	assert_int_equal(r.tree_attributes.set, MOUNT_ATTR_NOEXEC);
	assert_int_equal(r.tree_attributes.clear, 0);
}

/* A mount that is refused: why, and where. */
static const struct {
	struct spec_mount mount;
	const char *option, *code, *pointer;
} refused[] = {
	{{.destination = "/d"}, "ro", "mount-without-type", "/mounts/7/type"},
	{{.destination = "/d", .type = "bind"}, "ro", "mount-without-source", "/mounts/7/source"},
	{{.destination = "/d", .type = "bind", .source = "/s"}, "siez=1", "mount-option-not-for-type",
		"/mounts/7/options/0"},
	{{.destination = "/d", .type = "bind", .source = "/s"}, "sync", "mount-option-not-for-type",
		"/mounts/7/options/0"},
	{{.destination = "/d", .type = "bind", .source = "/s"}, "remount,size=1", "mount-option-not-for-type",
		"/mounts/7/options/0"},
	{{.destination = "/d", .type = "proc"}, "tmpcopyup", "mount-option-not-for-type", "/mounts/7/options/0"},
	{{.destination = "/d", .type = "tmpfs"}, "idmap", "mount-option-not-for-type", "/mounts/7/options/0"},
	{{.destination = "/", .type = "tmpfs"}, "ro", "mount-on-root", "/mounts/7/destination"},
	{{.destination = "//./a/../", .type = "tmpfs"}, "ro", "mount-on-root", "/mounts/7/destination"},
	{{.destination = "/proc", .type = "tmpfs"}, "ro", "mount-in-proc", "/mounts/7/destination"},
	{{.destination = "/proc/sys", .type = "bind", .source = "/s"}, "ro", "mount-in-proc", "/mounts/7/destination"},
	{{.destination = "//proc/./", .type = "tmpfs"}, "ro", "mount-in-proc", "/mounts/7/destination"},
	{{.destination = "/a/../proc/sys/", .type = "bind", .source = "/s"}, "ro", "mount-in-proc",
		"/mounts/7/destination"},
	{{.destination = "proc/1", .type = "tmpfs"}, "ro", "mount-in-proc", "/mounts/7/destination"},
	{{.destination = "/d", .type = "cgroup"}, "cpu", "mount-option-not-for-type", "/mounts/7/options/0"},
	{{.destination = "/proc/self/attr", .type = "bind", .source = "/s"}, "ro", "mount-in-proc",
		"/mounts/7/destination"},
};

static void what_cannot_be_is_refused_with_the_field_at_fault(void **state)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct spec_mount m = refused[i].mount;
		const char *options[] = {refused[i].option, NULL};
		struct mount_request r;
		struct err e = ERR_NONE;

		m.options = (struct strings){true, 1, options};
		assert_int_equal(mount_request_from_spec(&m, 7, *state, &r, &e), -EINVAL);
		assert_string_equal(e.code, refused[i].code);
		assert_string_equal(e.pointer, refused[i].pointer);
	}
}

static void destination_is_cleaned(void **state)
{
	static const char *const paths[][2] = {
		{"/a/b", "/a/b"},
		{"a", "/a"},
		{"//a///b//", "/a/b"},
		{"/./a/./b/.", "/a/b"},
		{"/a/../../b", "/b"},
		{"/a/b/../c", "/a/c"},
		{"/a..b/...", "/a..b/..."},
	};

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct spec_mount m = {.destination = paths[i][0], .type = "tmpfs"};
		struct mount_request r;
		struct err e = ERR_NONE;

		assert_int_equal(mount_request_from_spec(&m, 0, *state, &r, &e), 0);
		assert_string_equal(r.destination, paths[i][1]);
	}
}

static void files_that_lxcfs_answers_for_may_be_bound_in_proc(void **state)
{
	struct spec_mount m = {.destination = "/proc/meminfo", .type = "bind", .source = "/var/lib/lxcfs/proc/meminfo"};
	struct mount_request r;
	struct err e = ERR_NONE;

	assert_int_equal(mount_request_from_spec(&m, 0, *state, &r, &e), 0);
}

static void mappings_of_a_mount_ask_for_an_idmap(void **state)
{
	struct spec_id_mapping mapping = {0, 1000, 1};
	struct spec_mount m = {.destination = "/d", .type = "bind", .source = "/s", .uid_mappings = {1, &mapping}};
	struct mount_request r;
	struct err e = ERR_NONE;

	assert_int_equal(mount_request_from_spec(&m, 2, *state, &r, &e), -EINVAL);
	assert_string_equal(e.pointer, "/mounts/2/uidMappings");
	m.gid_mappings = m.uid_mappings;
	assert_int_equal(mount_request_from_spec(&m, 2, *state, &r, &e), 0);
	assert_int_equal(r.idmap, MOUNT_IDMAP_ONE);
	m.type = "tmpfs";
	assert_int_equal(mount_request_from_spec(&m, 2, *state, &r, &e), -EINVAL);
	assert_string_equal(e.code, "mount-mappings-not-for-type");
}

static const struct mount_setting setting_of_a_user_namespace = {
	.user_namespace = true,
	.uid_mappings = &(const struct spec_id_mappings){1, &(struct spec_id_mapping){0, 1000, 1}},
	.gid_mappings = &(const struct spec_id_mappings){1, &(struct spec_id_mapping){0, 1000, 1}},
};

static void sysfs_becomes_the_hosts_without_a_network_namespace_to_own(void **state)
{
	struct mount_setting setting = setting_of_a_user_namespace;
	struct mount_request r;
	own_text line = {0};
	struct err e;

	assert_int_equal(request_of(*state, "sysfs", "nosuid,ro", &r, &e), 0);
	assert_int_equal(mount_request_settle(&r, &setting, *state, &e), 0);
	mount_request_describe(&r, &line);
	assert_string_equal(text_string(&line), "bind /sys on /dst rro,rnosuid recursive");

	setting.network_namespace = true;
	assert_int_equal(request_of(*state, "sysfs", "ro", &r, &e), 0);
	assert_int_equal(mount_request_settle(&r, &setting, *state, &e), 0);
	assert_int_equal(r.kind, MOUNT_SYSFS);
}

static void group_that_nobody_in_the_service_has_is_refused(void **state)
{
	struct mount_setting setting = setting_of_a_user_namespace;
	struct mount_request r;
	struct err e;

	assert_int_equal(request_of(*state, "devpts", "mode=620,gid=5", &r, &e), 0);
	assert_int_equal(mount_request_settle(&r, &setting, *state, &e), -EINVAL);
	assert_string_equal(e.code, "mount-id-not-mapped");
	assert_int_equal(request_of(*state, "devpts", "mode=620,gid=0", &r, &e), 0);
	assert_int_equal(mount_request_settle(&r, &setting, *state, &e), 0);
	setting.user_namespace = false;
	assert_int_equal(request_of(*state, "devpts", "mode=620,gid=5", &r, &e), 0);
	assert_int_equal(mount_request_settle(&r, &setting, *state, &e), 0);
}

static void relative_source_is_in_the_bundle(void **state)
{
	struct mount_setting setting = {.bundle = "/srv/bundle"};
	struct spec_mount m = {.destination = "/d", .type = "bind", .source = "data"};
	struct mount_request r;
	struct err e;

	assert_int_equal(mount_request_from_spec(&m, 0, *state, &r, &e), 0);
	assert_int_equal(mount_request_settle(&r, &setting, *state, &e), 0);
	assert_string_equal(r.source, "/srv/bundle/data");
}

static void label_goes_on_what_has_files_of_its_own(void **state)
{
	struct mount_setting setting = {.label = "u:o:t:s0"};
	struct mount_request r;
	struct err e;

	assert_int_equal(request_of(*state, "tmpfs", "ro", &r, &e), 0);
	assert_int_equal(mount_request_settle(&r, &setting, *state, &e), 0);
	assert_string_equal(mount_request_parameter(&r, "context"), "u:o:t:s0");
	assert_int_equal(request_of(*state, "proc", "ro", &r, &e), 0);
	assert_int_equal(mount_request_settle(&r, &setting, *state, &e), 0);
	assert_null(mount_request_parameter(&r, "context"));
}

static void only_a_read_only_tmpfs_is_sealed_late(void **state)
{
	struct mount_request r;
	struct err e;

	assert_int_equal(request_of(*state, "tmpfs", "ro", &r, &e), 0);
	assert_true(mount_request_is_sealed_late(&r));
	assert_int_equal(request_of(*state, "tmpfs", "rw", &r, &e), 0);
	assert_false(mount_request_is_sealed_late(&r));
	assert_int_equal(request_of(*state, "sysfs", "ro", &r, &e), 0);
	assert_false(mount_request_is_sealed_late(&r));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_documented_option_is_known_and_no_other),
		TEST(part_of_a_name_is_not_the_name),
		TEST(options_mean_what_the_table_says),
		TEST(attributes_are_the_kernels_bits),
		TEST(what_cannot_be_is_refused_with_the_field_at_fault),
		TEST(destination_is_cleaned),
		TEST(files_that_lxcfs_answers_for_may_be_bound_in_proc),
		TEST(mappings_of_a_mount_ask_for_an_idmap),
		TEST(sysfs_becomes_the_hosts_without_a_network_namespace_to_own),
		TEST(group_that_nobody_in_the_service_has_is_refused),
		TEST(relative_source_is_in_the_bundle),
		TEST(label_goes_on_what_has_files_of_its_own),
		TEST(only_a_read_only_tmpfs_is_sealed_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
