/* SPDX-License-Identifier: Apache-2.0 */
/* A plan in words: the names and details of its steps. Pure. */
#include "runtime/isolation/plan_words.h"

#include "config/json_write.h"

#include <assert.h>

static const char *const actor_names[] = {
	[ACTOR_HOST] = "host",
	[ACTOR_JOINER] = "joiner",
	[ACTOR_INIT] = "init",
};

static const struct plan_word {
	const char *name;
	void (*describe)(const struct step *step, struct text *out); /* NULL: the name says all */
} words[] = {
	[STEP_SECCOMP_GET] = {"seccomp-get", words_seccomp},
	[STEP_SYSTEMD_START] = {"systemd-start", NULL},
	[STEP_CGROUP_CREATE] = {"cgroup-create", NULL},
	[STEP_CGROUP_LIMIT] = {"cgroup-limit", words_cgroup_limit},
	[STEP_CGROUP_DEVICES] = {"cgroup-devices", words_cgroup_devices},
	[STEP_CGROUP_OPEN] = {"cgroup-open", NULL},
	[STEP_CGROUP_ENTER] = {"cgroup-enter", NULL},
	[STEP_CGROUP_MOVE] = {"cgroup-move", NULL},
	[STEP_CGROUP_UNSHARE] = {"namespace-new", words_cgroup_namespace},
	[STEP_MOUNT_SOURCE] = {"mount-source", words_mount},
	[STEP_NAMESPACE_OPEN] = {"namespace-open", words_namespace},
	[STEP_NAMESPACE_JOIN] = {"namespace-join", words_namespace},
	[STEP_USER_UNSHARE] = {"namespace-new", words_user_namespace},
	[STEP_TARGET_JOIN] = {"namespace-join", words_clone},
	[STEP_TIME_OFFSETS] = {"time-offsets", words_time_offsets},
	[STEP_CLONE] = {"clone", words_clone},
	[STEP_ID_MAP] = {"id-map", words_id_map},
	[STEP_USER_BECOME_ROOT] = {"become-root", NULL},
	[STEP_NET_LOOPBACK] = {"net-loopback", NULL},
	[STEP_NET_DEVICE] = {"net-device", words_net_device},
	[STEP_INTEL_RDT] = {"intel-rdt", words_intel_rdt},
	[STEP_OOM_SCORE] = {"oom-score", words_oom_score},
	[STEP_RLIMIT] = {"rlimit", words_rlimit},
	[STEP_SESSION] = {"session", NULL},
	[STEP_KEYRING] = {"keyring", NULL},
	[STEP_HOST_NAMES] = {"host-names", words_host_names},
	[STEP_ROOT_OPEN] = {"root-open", words_root},
	[STEP_ROOT_SETTLE] = {"root-settle", words_root},
	[STEP_MOUNT_POINT] = {"mount-point", words_mount},
	[STEP_MOUNT] = {"mount", words_mount},
	[STEP_MOUNT_SEAL] = {"mount-readonly", words_mount},
	[STEP_DEVICES_DEFAULT] = {"devices-default", words_device_way},
	[STEP_DEVICE] = {"device", words_device},
	[STEP_CONSOLE] = {"console", NULL},
	[STEP_CONSOLE_TAKE] = {"console-take", NULL},
	[STEP_HOOKS] = {"hooks", words_hooks},
	[STEP_ROOT_PIVOT] = {"root-pivot", NULL},
	[STEP_SYSCTL] = {"sysctl", words_map},
	[STEP_READONLY_PATHS] = {"readonly-paths", words_strings},
	[STEP_MASKED_PATHS] = {"masked-paths", words_strings},
	[STEP_ROOT_READONLY] = {"root-readonly", NULL},
	[STEP_ROOT_PROPAGATION] = {"root-propagation", words_propagation},
	[STEP_PERSONALITY] = {"personality", words_personality},
	[STEP_SCHEDULER] = {"scheduler", words_scheduler},
	[STEP_IO_PRIORITY] = {"io-priority", words_io_priority},
	[STEP_MEMORY_POLICY] = {"memory-policy", words_memory_policy},
	[STEP_CPU_AFFINITY] = {"cpu-affinity", words_text},
	[STEP_UMASK] = {"umask", words_umask},
	[STEP_LSM] = {"label", words_label},
	[STEP_CWD] = {"cwd", words_cwd},
	[STEP_EXEC_FIND] = {"exec-find", words_program},
	[STEP_RECORD] = {"record", NULL},
	[STEP_WAIT_START] = {"wait-start", NULL},
	[STEP_FDS_CLOSE] = {"fds-close", NULL},
	[STEP_IDS] = {"ids", words_ids},
	[STEP_CAPS_BOUNDING] = {"caps-bounding", words_caps_bounding},
	[STEP_CAPS] = {"caps", words_caps},
	[STEP_NO_NEW_PRIVS] = {"no-new-privs", NULL},
	[STEP_SECCOMP] = {"seccomp", words_seccomp},
	[STEP_EXEC] = {"exec", words_command},
};
static_assert(sizeof words / sizeof *words == STEP_KIND_COUNT, "words per kind");

const char *plan_step_name(enum step_kind kind)
{
	return words[kind].name;
}

const char *plan_actor_name(enum actor actor)
{
	return actor_names[actor];
}

int plan_print_text(const struct plan *plan, struct text *out, struct err *e)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *step = &plan->steps[i];
		const struct plan_word *word = &words[step->kind];

		text_format(out, "%3zu %-6s %s", i + 1, actor_names[step->actor], word->name);
		if (word->describe) {
			text_add(out, " ");
			word->describe(step, out);
		}
		text_add(out, "\n");
	}
	return out->failed ? err_nomem(e) : 0;
}

static void plan_print_step(struct json_writer *w, const struct step *step)
{
	const struct plan_word *word = &words[step->kind];
	own_text detail = {0};

	json_write_begin_object(w);
	json_write_member_string(w, "actor", actor_names[step->actor]);
	json_write_member_string(w, "step", word->name);
	if (word->describe) {
		word->describe(step, &detail);
		json_write_member_string(w, "detail", text_string(&detail));
	}
	if (step->pointer)
		json_write_member_string(w, "pointer", step->pointer);
	json_write_end_object(w);
}

int plan_print_json(const struct plan *plan, struct text *out, struct err *e)
{
	struct json_writer w = {.out = out, .indented = true};

	json_write_begin_array(&w);
	for (size_t i = 0; i < plan->n; i++)
		plan_print_step(&w, &plan->steps[i]);
	json_write_end_array(&w);
	text_add(out, "\n");
	return out->failed ? err_nomem(e) : 0;
}
