/* SPDX-License-Identifier: Apache-2.0 */
/* The effects of steps, as rows of step.c's table want them. One file per subject. */
#pragma once

#include "runtime/isolation/run.h"

typedef int step_apply(struct run *run, const struct step *step, struct err *e);
typedef void step_undo(struct run *run, const struct step *step);

/* steps_cgroup.c */
step_apply step_systemd_start, step_cgroup_create, step_cgroup_limit, step_cgroup_devices, step_cgroup_open,
	step_cgroup_enter, step_cgroup_move;
step_undo step_systemd_stop, step_cgroup_remove;

/* steps_root.c */
step_apply step_mount_source, step_root_open, step_mount, step_mount_seal, step_devices_default, step_device,
	step_root_pivot, step_readonly_paths, step_masked_paths, step_root_readonly, step_root_propagation;

/* steps_restore.c */
step_apply step_root_settle, step_mount_point;

/* steps_process.c */
step_apply step_id_map, step_become_root, step_rlimit, step_oom_score, step_session, step_keyring, step_sysctl,
	step_personality, step_umask, step_cwd;

/* steps_schedule.c */
step_apply step_scheduler, step_io_priority, step_memory_policy, step_cpu_affinity;

/* steps_console.c */
step_apply step_console, step_console_take;

/* steps_privileges.c */
step_apply step_seccomp_get, step_seccomp, step_caps_bounding, step_ids, step_caps, step_no_new_privs;

/* steps_program.c */
step_apply step_exec_find, step_lsm, step_fds_close, step_exec;

/* steps_life.c */
step_apply step_hooks, step_record, step_wait_start;

/* steps_device.c */
step_apply step_net_device, step_intel_rdt;
step_undo step_net_device_return, step_intel_rdt_remove;
