/* SPDX-License-Identifier: Apache-2.0 */
#include "config/version.h"
#include "runtime/cli/cli.h"

#include <stdio.h>
#include <string.h>

static void cli_help_options(const struct cli_option *options, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char left[64];

		(void)snprintf(left, sizeof left, "%s%c%s--%s%s%s", options[i].letter ? "-" : " ",
			options[i].letter ? options[i].letter : ' ', options[i].letter ? ", " : "  ", options[i].name,
			options[i].argument ? " " : "",
			options[i].argument ? options[i].argument : ""); /* may be cut */
		(void)printf("  %-32s %s\n", left, options[i].help);     /* checked at the end */
	}
}

int cli_help(void)
{
	(void)printf(
		"cloche runs a service behind a wall: namespaces, or a microVM.\n\n"
		"usage: cloche [global options] VERB [options] arguments\n\nVerbs (cloche VERB --help tells more):\n");
	for (size_t i = 0; i < cli_verbs_n; i++)
		(void)printf("  %-12s %s\n", cli_verbs[i]->name, cli_verbs[i]->summary); /* checked below */
	(void)printf("\nGlobal options:\n");
	cli_help_options(cli_global_options, cli_global_options_n);
	return fflush(stdout) == 0 ? 0 : 1;
}

int cli_help_verb(const struct cli_verb *verb)
{
	(void)printf("usage: cloche %s %s\n\n%s.\n", verb->name, verb->synopsis, verb->summary); /* checked below */
	if (verb->options_n)
		(void)printf("\nOptions:\n");
	cli_help_options(verb->options, verb->options_n);
	return fflush(stdout) == 0 ? 0 : 1;
}

int cli_version(void)
{
	(void)printf("cloche version %s\ncommit: %s\nspec: %s\n", CLOCHE_VERSION, CLOCHE_COMMIT, CLOCHE_OCI_VERSION);
	return fflush(stdout) == 0 ? 0 : 1;
}
