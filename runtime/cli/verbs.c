/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/verbs.h"

#include <string.h>

const struct cli_option cli_global_options[] = {
	{"root", 0, CLI_TEXT, offsetof(struct cli_global, root), "DIR", "where services are kept"},
	{"log", 0, CLI_TEXT, offsetof(struct cli_global, log), "FILE", "append the log to FILE, too"},
	{"log-format", 0, CLI_TEXT, offsetof(struct cli_global, log_format), "FORMAT", "of the log: text or json"},
	{"debug", 0, CLI_FLAG, offsetof(struct cli_global, debug), NULL, "log what is done"},
	{"systemd-cgroup", 0, CLI_FLAG, offsetof(struct cli_global, systemd_cgroup), NULL,
		"let systemd make the cgroup"},
	{"cgroup-manager", 0, CLI_TEXT, offsetof(struct cli_global, cgroup_manager), "NAME",
		"who makes the cgroup: cgroupfs or systemd"},
	{"rootless", 0, CLI_TEXT, offsetof(struct cli_global, rootless), "MODE", "true, false or auto"},
	{"help", 'h', CLI_FLAG, offsetof(struct cli_global, help), NULL, "show this"},
	{"version", 'v', CLI_FLAG, offsetof(struct cli_global, version), NULL, "show the version"},
};
const size_t cli_global_options_n = sizeof cli_global_options / sizeof *cli_global_options;

const struct cli_verb *const cli_verbs[] = {
	&cli_verb_run,
	&cli_verb_create,
	&cli_verb_start,
	&cli_verb_exec,
	&cli_verb_ps,
	&cli_verb_pause,
	&cli_verb_resume,
	&cli_verb_update,
	&cli_verb_checkpoint,
	&cli_verb_restore,
	&cli_verb_events,
	&cli_verb_state,
	&cli_verb_kill,
	&cli_verb_delete,
	&cli_verb_list,
	&cli_verb_spec,
	&cli_verb_check,
	&cli_verb_plan,
	&cli_verb_features,
	&cli_verb_probe,
	&cli_verb_kernel,
};
const size_t cli_verbs_n = sizeof cli_verbs / sizeof *cli_verbs;

const struct cli_verb *cli_verb_find(const char *name)
{
	for (size_t i = 0; i < cli_verbs_n; i++)
		if (strcmp(cli_verbs[i]->name, name) == 0)
			return cli_verbs[i];
	return NULL;
}
