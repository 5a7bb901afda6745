/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: for programs, at their edge. Libraries report by struct err; below the
 * edge only log_debug() is called. A warning is for what a user should know though
 * nothing failed. The level and the sink are the only file-scope state.
 */
#pragma once

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_DEBUG };
enum log_form { LOG_FORM_TEXT, LOG_FORM_JSON };

/*
 * Sets what is logged and where. Errors also go to stderr when fd is another file,
 * and warnings do unless the log is JSON: then the caller is an engine, and stderr is
 * what the service prints. fd is borrowed and must stay open; -1 stands for stderr alone.
 */
void log_setup(enum log_level level, enum log_form form, int fd);

bool log_debug_wanted(void);
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
