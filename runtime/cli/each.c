/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "runtime/cli/make.h"
#include "runtime/cli/open.h"

#include <errno.h>
#include <regex.h>
#include <string.h>

/* The ids that match, a line each: listed before anything is done to them. */
struct each_match {
	const regex_t *pattern;
	struct text *ids;
};

static void each_note(void *context, const struct service *s)
{
	struct each_match *match = context;

	if (regexec(match->pattern, s->state.id, 0, NULL, 0) == 0)
		text_format(match->ids, "%s\n", s->state.id);
}

static int each_act(const struct cli_call *call, struct text *ids, cli_action *action, struct err *e)
{
	char *at = ids->data, *id;
	int r = ids->failed ? err_nomem(e) : 0;

	while (r == 0 && at && (id = strsep(&at, "\n")) && *id) {
		const char *arguments[] = {id, call->n > 1 ? call->arguments[1] : NULL, NULL};
		struct cli_call one = *call;

		one.arguments = arguments;
		r = action(&one, e);
	}
	return r;
}

int cli_each_match(const struct cli_call *call, cli_action *action, struct err *e)
{
	regex_t pattern;
	own_text ids = {0};
	own_arena arena = {0};
	struct each_match match = {.pattern = &pattern, .ids = &ids};
	const char *root;
	int r = cli_root(call->global, &arena, &root, e);

	if (r < 0)
		return r;
	if (regcomp(&pattern, call->arguments[0], REG_EXTENDED | REG_NOSUB) != 0)
		return err_set(e, EINVAL, "usage", "--regex: '%s' is no regular expression", call->arguments[0]);
	r = service_each(root, each_note, &match, e);
	regfree(&pattern);
	return r ? r : each_act(call, &ids, action, e);
}
