/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: cloche [global options] VERB [options] arguments.
 *
 * A verb is a row of one table (verbs.c) and a file of its own. Its options are a table,
 * too, from which they are parsed, and help and shell completion are made.
 */
#pragma once

#include "base/err.h"
#include "runtime/cli/inherited.h"

#include <stdbool.h>
#include <stddef.h>

enum cli_option_kind {
	CLI_FLAG,   /* bool: --name, --name=true|false */
	CLI_TEXT,   /* const char * */
	CLI_NUMBER, /* struct cli_number */
	CLI_LIST,   /* struct cli_list: may be given several times */
};

struct cli_number {
	bool set;
	unsigned long value;
};

struct cli_list {
	size_t n;
	const char **items; /* from malloc; the texts are the command line's */
};

struct cli_option {
	const char *name; /* without the dashes */
	char letter;      /* short form, or 0 */
	enum cli_option_kind kind;
	size_t offset;        /* of the value in the verb's struct of options */
	const char *argument; /* how help calls the value; NULL for flags */
	const char *help;
};

/* Options that stand before the verb, for all of them. */
struct cli_global {
	const char *root, *log, *log_format, *cgroup_manager, *rootless;
	bool debug, systemd_cgroup, help, version;
	const char *program; /* argv[0] */
	struct cli_inherited inherited;
};

struct cli_call {
	const struct cli_global *global;
	const void *options;          /* the verb's struct */
	int n;                        /* arguments, without options */
	const char *const *arguments; /* NULL-terminated */
	const char *const *command;   /* what stood behind "--"; NULL: no "--" */
};

struct cli_verb {
	const char *name, *synopsis, *summary;
	const struct cli_option *options;
	size_t options_n, options_size;   /* options_size: bytes of the struct */
	int arguments_min, arguments_max; /* -1: any number */
	bool launches; /* its processes enter a service: cloche's program must be out of reach (base/self.h) */
	bool command;  /* what follows the first argument is a program's, options and all */
	int failure;   /* exit status of a failure of cloche's own */
	/* Returns the exit status, or a negative errno with *e filled. */
	int (*run)(const struct cli_call *call, struct err *e);
};

extern const struct cli_verb *const cli_verbs[];
extern const size_t cli_verbs_n;
extern const struct cli_option cli_global_options[];
extern const size_t cli_global_options_n;

/* The verb of that name, or NULL. */
const struct cli_verb *cli_verb_find(const char *name);

/* What to parse, and what is left of it. */
struct cli_words {
	int n;
	char **items;
};

/* How to parse: into the struct at `values`, whose options these are. */
struct cli_parser {
	const struct cli_option *options;
	size_t n;
	void *values;
	bool interspersed; /* options may also follow arguments */
};

/*
 * Parses options up to the first word that is none, or, where they may be interspersed, all of them. What
 * is left, the arguments in their order, stays in *words. "--" ends the options.
 */
int cli_parse(const struct cli_parser *parser, struct cli_words *words, struct err *e);

/* Frees the lists in values. */
void cli_values_free(const struct cli_option *options, size_t n, void *values);

int cli_help(void);
int cli_help_verb(const struct cli_verb *verb);
int cli_version(void);
