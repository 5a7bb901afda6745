/* SPDX-License-Identifier: Apache-2.0 */
/* Values of options that several verbs take. Pure. */
#pragma once

#include "base/err.h"
#include "runtime/cli/cli.h"

#include <stdint.h>

/* A user's or group's number, the text from `begin` to `end`; `option` is for the message. */
int cli_value_id(const char *option, const char *begin, const char *end, uint64_t *ret, struct err *e);

/* Refuses what is not NAME=VALUE. */
int cli_value_env(const struct cli_list *env, struct err *e);

/* A signal: "9", "KILL", "SIGKILL", "rtmin+3", in any case; "0" asks whether one could be sent, as kill(2) has it. */
int cli_value_signal(const char *text, int *ret, struct err *e);

/* A time span as Go writes it, one unit of it: "5s", "500ms", "2m", "1h"; more than none. */
int cli_value_duration(const char *option, const char *text, int64_t *ret_ms, struct err *e);

/* --format: whether it is JSON; NULL and "table" are not. */
int cli_value_is_json(const char *format, bool *ret, struct err *e);
