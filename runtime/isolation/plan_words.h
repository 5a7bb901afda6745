/* SPDX-License-Identifier: Apache-2.0 */
/* The details of each kind of step as text, for plan_print.c. Each appends to out, without a newline. */
#pragma once

#include "runtime/isolation/plan.h"

typedef void plan_describe(const struct step *step, struct text *out);

plan_describe words_seccomp, words_cgroup_limit, words_cgroup_devices, words_cgroup_namespace, words_user_namespace,
	words_mount, words_namespace, words_time_offsets, words_clone, words_id_map, words_net_device, words_intel_rdt,
	words_host_names, words_root, words_device_way, words_device, words_hooks, words_map, words_strings, words_text,
	words_propagation;

/* plan_words_process.c */
plan_describe words_oom_score, words_rlimit, words_personality, words_scheduler, words_io_priority, words_memory_policy,
	words_umask, words_label, words_cwd, words_program, words_ids, words_caps_bounding, words_caps, words_command;
