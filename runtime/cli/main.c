/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/own.h"
#include "base/self.h"
#include "runtime/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 125 };

/* The field at fault in front, unless the text names it; a code for who knows fields. */
static void cli_report(const struct err *e)
{
	bool named = !e->pointer[0] || strstr(e->text, e->pointer);
	bool coded = e->pointer[0] && e->code[0];

	log_error("%s%s%s%s%s%s", named ? "" : e->pointer, named ? "" : ": ", e->text, coded ? " [" : "",
		coded ? e->code : "", coded ? "]" : "");
}

/* What shells and engines tell apart: the program is not there, is not executable, anything else. */
static int cli_status_of(const struct cli_verb *verb, const struct err *e)
{
	if (strcmp(e->code, "exec-not-found") == 0)
		return 127;
	if (strcmp(e->code, "exec-not-permitted") == 0)
		return 126;
	return verb->failure;
}

static int cli_check_rootless(const struct cli_global *global, struct err *e)
{
	static const char *const modes[] = {"auto", "true", "false"};

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (!global->rootless || strcmp(global->rootless, modes[i]) == 0)
			return 0;
	return err_set(e, EINVAL, "usage", "--rootless: found '%s', want true, false or auto", global->rootless);
}

/* --systemd-cgroup in other words. */
static int cli_take_cgroup_manager(struct cli_global *global, struct err *e)
{
	const char *name = global->cgroup_manager;

	if (name && strcmp(name, "systemd") == 0)
		global->systemd_cgroup = true;
	else if (name && strcmp(name, "cgroupfs") != 0)
		return err_set(e, EINVAL, "usage", "--cgroup-manager: found '%s', want cgroupfs or systemd", name);
	return 0;
}

static int cli_log_open(const struct cli_global *global, struct err *e)
{
	bool json = global->log_format && strcmp(global->log_format, "json") == 0;
	int fd = -1;

	if (global->log_format && !json && strcmp(global->log_format, "text") != 0)
		return err_set(e, EINVAL, "usage", "--log-format: found '%s', want text or json", global->log_format);
	if (global->log) {
		fd = open(global->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		if (fd < 0)
			return err_sys(e, "open the log '%s'", global->log);
	}
	log_setup(global->debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING, json ? LOG_FORM_JSON : LOG_FORM_TEXT, fd);
	return 0;
}

/* Cuts the words at the first "--", and gives what follows it. */
static const char *const *cli_cut_command(struct cli_words *words)
{
	for (int i = 0; i < words->n; i++)
		if (strcmp(words->items[i], "--") == 0) {
			words->n = i;
			words->items[i] = NULL;
			return (const char *const *)&words->items[i + 1];
		}
	return NULL;
}

/* A "--" without an argument in front has only ended the options. */
static void cli_keep_arguments(struct cli_words *words, struct cli_call *call)
{
	if (words->n || !call->command)
		return;
	words->items = (char **)(uintptr_t)call->command; /* part of the same words */
	while (words->items[words->n])
		words->n++;
	call->command = NULL;
}

static int cli_check_count(const struct cli_verb *verb, int n, struct err *e)
{
	if (n >= verb->arguments_min && (verb->arguments_max < 0 || n <= verb->arguments_max))
		return 0;
	return err_set(e, EINVAL, "usage", "%s: found %d arguments, want: cloche %s %s", verb->name, n, verb->name,
		verb->synopsis);
}

static int cli_run(const struct cli_verb *verb, const struct cli_global *global, struct cli_words words, struct err *e)
{
	own_mem void *options = calloc(1, verb->options_size + 1);
	struct cli_call call = {.global = global, .options = options};
	const struct cli_parser parser = {
		.options = verb->options, .n = verb->options_n, .values = options, .interspersed = !verb->command};
	int r;

	if (!options)
		return err_nomem(e);
	if (!verb->command)
		call.command = cli_cut_command(&words);
	for (int i = 0; i < words.n && (!verb->command || words.items[i][0] == '-'); i++)
		if (strcmp(words.items[i], "--help") == 0 || strcmp(words.items[i], "-h") == 0)
			return cli_help_verb(verb);
	r = cli_parse(&parser, &words, e);
	cli_keep_arguments(&words, &call);
	r = r ? r : cli_check_count(verb, words.n, e);
	call.n = words.n;
	call.arguments = (const char *const *)words.items;
	r = r ? r : verb->run(&call, e);
	cli_values_free(verb->options, verb->options_n, options);
	return r;
}

/* The words are a copy, which parsing moves about: argv itself is what self_protect() executes again. */
static int cli_begin(char **argv, struct cli_global *global, struct cli_words *words, struct err *e)
{
	const struct cli_parser parser = {.options = cli_global_options, .n = cli_global_options_n, .values = global};
	int r;

	if (!words->items)
		return err_nomem(e);
	r = cli_inherited_find(&global->inherited, e);
	if (r < 0)
		return r;
	memcpy(words->items, argv + 1, ((size_t)words->n + 1) * sizeof *argv);
	r = cli_parse(&parser, words, e);
	r = r ? r : cli_log_open(global, e);
	r = r ? r : cli_take_cgroup_manager(global, e);
	return r ? r : cli_check_rootless(global, e);
}

int main(int argc, char **argv)
{
	struct cli_global global = {.program = argv[0]};
	own_mem char **copy = calloc((size_t)argc + 1, sizeof *copy);
	struct cli_words words = {.n = argc - 1, .items = copy};
	const struct cli_verb *verb;
	struct err e = ERR_NONE;
	int r;

	/* an engine that has closed our stderr is to get its answer; a closed stdout is an error like any other */
	(void)signal(SIGPIPE, SIG_IGN); /* the number is valid */
	r = argc < 1 ? err_set(&e, EINVAL, "usage", "no program name") : cli_begin(argv, &global, &words, &e);
	if (r == 0 && global.version)
		return cli_version();
	if (r == 0 && (global.help || words.n < 1))
		return cli_help() || !global.help ? EXIT_USAGE : 0;
	verb = r == 0 ? cli_verb_find(words.items[0]) : NULL;
	if (r == 0 && !verb)
		(void)err_set(
			&e, EINVAL, "usage", "no verb '%s': see cloche --help", words.items[0]); /* reported below */
	if (!verb) {
		cli_report(&e);
		return EXIT_USAGE;
	}
	words.items++;
	words.n--;
	r = verb->launches ? self_protect(argv, &e) : 0;
	r = r ? r : cli_run(verb, &global, words, &e);
	if (r >= 0)
		return r;
	cli_report(&e);
	return cli_status_of(verb, &e);
}
