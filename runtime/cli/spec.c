/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"
#include "base/own.h"
#include "config/parse.h"
#include "config/write.h"
#include "runtime/cli/output.h"
#include "runtime/cli/verbs.h"
#include "runtime/service/expand.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define SPEC_FILE "config.json"

struct spec_options {
	const char *bundle, *expand;
	bool rootless;
};

/* Never over one that is there: it may be somebody's work. */
static int spec_write_file(const char *bundle, const struct text *text, struct err *e)
{
	own_fd dir = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC), file = -1;

	if (dir < 0)
		return err_sys(e, "the bundle '%s'", bundle);
	file = openat(dir, SPEC_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (file < 0 && errno == EEXIST)
		return err_set(e, EEXIST, "spec-exists", "file '%s/" SPEC_FILE "' exists: remove it first", bundle);
	if (file < 0)
		return err_sys(e, "make '%s/" SPEC_FILE "'", bundle);
	return fd_write_all(file, text->data, text->length, SPEC_FILE, e);
}

static int cli_spec(const struct cli_call *call, struct err *e)
{
	const struct spec_options *o = call->options;
	const struct expand_options options = {
		.rootless = o->rootless || geteuid() != 0, .uid = geteuid(), .gid = getegid()};
	own_report report = {0};
	own_spec spec = {0};
	own_text out = {0};
	int r = o->expand ? spec_load(AT_FDCWD, o->expand, &spec, &report, e) : 0;

	if (o->expand && o->bundle)
		return err_set(e, EINVAL, "usage", "spec: found --expand and --bundle, want one of them");
	r = r ? r : service_expand_for(&spec, &options, e);
	r = r ? r : spec_write(&spec, true, &out, e);
	if (r < 0)
		return r;
	text_add(&out, "\n");
	if (!o->expand && (o->bundle || o->rootless))
		return spec_write_file(o->bundle ? o->bundle : ".", &out, e);
	return cli_print(&out, e);
}

static const struct cli_option spec_options[] = {
	{"bundle", 'b', CLI_TEXT, offsetof(struct spec_options, bundle), "DIR", "write " SPEC_FILE " in DIR"},
	{"rootless", 0, CLI_FLAG, offsetof(struct spec_options, rootless), NULL,
		"for a plain user; write " SPEC_FILE " here, or in --bundle"},
	{"expand", 0, CLI_TEXT, offsetof(struct spec_options, expand), "SPEC.json",
		"show what the defaults make of this spec"},
};

const struct cli_verb cli_verb_spec = {
	.name = "spec",
	.synopsis = "[options]",
	.summary = "Print a whole spec, with a default for everything",
	.options = spec_options,
	.options_n = sizeof spec_options / sizeof *spec_options,
	.options_size = sizeof(struct spec_options),
	.arguments_min = 0,
	.arguments_max = 0,
	.failure = 1,
	.run = cli_spec,
};
