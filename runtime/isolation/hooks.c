/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/hooks.h"

#include "base/spawn.h"
#include "config/names.h"

#include <limits.h>

void hook_state_add(struct json_writer *w, const struct hook_state *state)
{
	json_write_begin_object(w);
	json_write_member_string(w, "ociVersion", state->oci_version);
	json_write_member_string(w, "id", state->id);
	json_write_member_string(w, "status", state->status);
	if (state->pid > 0)
		json_write_member_int(w, "pid", state->pid);
	json_write_member_string(w, "bundle", state->bundle);
	if (state->annotations && state->annotations->n) {
		json_write_key(w, "annotations");
		json_write_begin_object(w);
		for (size_t i = 0; i < state->annotations->n; i++)
			json_write_member_string(
				w, state->annotations->items[i].key, state->annotations->items[i].value);
		json_write_end_object(w);
	}
	json_write_end_object(w);
}

static int hook_timeout_ms(const struct spec_hook *hook)
{
	if (!hook->timeout_s.set || hook->timeout_s.value > INT_MAX / 1000)
		return -1;
	return (int)hook->timeout_s.value * 1000;
}

static int hook_run(const struct spec_hook *hook, const char *state, int interrupt_fd, struct err *e)
{
	const char *const only_path[] = {hook->path, NULL};

	return spawn_run(&(struct spawn){.path = hook->path,
				 .argv = hook->args.n ? hook->args.items : only_path,
				 .envp = hook->env.n ? hook->env.items : NULL,
				 .input = state,
				 .timeout_ms = hook_timeout_ms(hook),
				 .interrupt_fd = interrupt_fd},
		e);
}

size_t hooks_count(const struct spec *spec, enum spec_hook_moment moment)
{
	return spec->hooks ? spec->hooks->at[moment].n : 0;
}

int hooks_run_one(const struct hook_call *call, size_t i, struct err *e)
{
	const char *name = names_of(&names_hook, call->moment);
	own_text text = {0};
	struct json_writer w = {.out = &text};
	int r;

	hook_state_add(&w, &call->state);
	if (text.failed)
		return err_nomem(e);
	r = hook_run(&call->spec->hooks->at[call->moment].items[i], text.data, call->interrupt_fd, e);
	if (r == 0)
		return 0;
	(void)err_at(e, "/hooks/%s/%zu", name, i); /* err_ctx() returns the same */
	return err_ctx(e, "%s hook", name);
}

int hooks_run(const struct hook_call *call, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < hooks_count(call->spec, call->moment) && r == 0; i++)
		r = hooks_run_one(call, i, e);
	return r;
}
