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

int hooks_run(const struct spec *spec, enum spec_hook_moment moment, const struct hook_state *state, int interrupt_fd,
	struct err *e)
{
	const struct spec_hook_list *list = spec->hooks ? &spec->hooks->at[moment] : NULL;
	own_text text = {0};
	struct json_writer w = {.out = &text};
	int r;

	if (!list || !list->n)
		return 0;
	hook_state_add(&w, state);
	r = text.failed ? err_nomem(e) : 0;
	for (size_t i = 0; i < list->n && r == 0; i++) {
		r = hook_run(&list->items[i], text.data, interrupt_fd, e);
		if (r < 0) {
			(void)err_at(e, "/hooks/%s/%zu", names_of(&names_hook, moment), i); /* r is what is returned */
			(void)err_ctx(e, "%s hook", names_of(&names_hook, moment));         /* likewise */
		}
	}
	return r;
}
