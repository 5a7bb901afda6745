/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs, a file each. */
#pragma once

#include "runtime/cli/cli.h"

extern const struct cli_verb cli_verb_check;
extern const struct cli_verb cli_verb_checkpoint;
extern const struct cli_verb cli_verb_create;
extern const struct cli_verb cli_verb_delete;
extern const struct cli_verb cli_verb_events;
extern const struct cli_verb cli_verb_exec;
extern const struct cli_verb cli_verb_features;
extern const struct cli_verb cli_verb_kernel;
extern const struct cli_verb cli_verb_kill;
extern const struct cli_verb cli_verb_list;
extern const struct cli_verb cli_verb_pause;
extern const struct cli_verb cli_verb_plan;
extern const struct cli_verb cli_verb_probe;
extern const struct cli_verb cli_verb_ps;
extern const struct cli_verb cli_verb_restore;
extern const struct cli_verb cli_verb_resume;
extern const struct cli_verb cli_verb_run;
extern const struct cli_verb cli_verb_spec;
extern const struct cli_verb cli_verb_start;
extern const struct cli_verb cli_verb_state;
extern const struct cli_verb cli_verb_update;
