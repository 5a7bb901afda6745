/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a state directory that only its owner can write, but that may be old, cut off or edited. */
#include "runtime/service/state.h"

#include "config/json.h"
#include "config/json_write.h"

#include <errno.h>
#include <stddef.h>

enum state_kind { STATE_STRING, STATE_BOOL, STATE_INT, STATE_UINT };

static const struct state_row {
	const char *name;
	enum state_kind kind;
	size_t offset;
} state_rows[] = {
	{"ociVersion", STATE_STRING, offsetof(struct service_state, oci_version)},
	{"id", STATE_STRING, offsetof(struct service_state, id)},
	{"isolation", STATE_STRING, offsetof(struct service_state, isolation)},
	{"bundle", STATE_STRING, offsetof(struct service_state, bundle)},
	{"rootfs", STATE_STRING, offsetof(struct service_state, rootfs)},
	{"created", STATE_STRING, offsetof(struct service_state, created)},
	{"cgroup", STATE_STRING, offsetof(struct service_state, cgroup)},
	{"cgroupsPath", STATE_STRING, offsetof(struct service_state, cgroups_path)},
	{"systemdCgroup", STATE_BOOL, offsetof(struct service_state, systemd_cgroup)},
	{"rootless", STATE_BOOL, offsetof(struct service_state, rootless)},
	{"noNewKeyring", STATE_BOOL, offsetof(struct service_state, no_new_keyring)},
	{"mayTrace", STATE_BOOL, offsetof(struct service_state, may_trace)},
	{"owner", STATE_INT, offsetof(struct service_state, owner)},
	{"maker", STATE_INT, offsetof(struct service_state, maker)},
	{"makerStartTicks", STATE_UINT, offsetof(struct service_state, maker_start_ticks)},
	{"pid", STATE_INT, offsetof(struct service_state, pid)},
	{"pidStartTicks", STATE_UINT, offsetof(struct service_state, pid_start_ticks)},
};

enum { STATE_ROWS = sizeof state_rows / sizeof *state_rows };

static void state_write_row(struct json_writer *w, const struct state_row *row, const void *field)
{
	json_write_key(w, row->name);
	switch (row->kind) {
	case STATE_STRING:
		json_write_string(w, *(const char *const *)field ? *(const char *const *)field : "");
		break;
	case STATE_BOOL:
		json_write_bool(w, *(const bool *)field);
		break;
	case STATE_INT:
		json_write_int(w, *(const int64_t *)field);
		break;
	case STATE_UINT:
		json_write_uint(w, *(const uint64_t *)field);
		break;
	}
}

int service_state_write(const struct service_state *state, struct text *out, struct err *e)
{
	struct json_writer w = {.out = out};

	json_write_begin_object(&w);
	for (size_t i = 0; i < STATE_ROWS; i++)
		state_write_row(&w, &state_rows[i], (const char *)state + state_rows[i].offset);
	json_write_end_object(&w);
	return out->failed ? err_nomem(e) : 0;
}

/* 0 also where the member is missing: every field has a harmless zero. */
static int state_read_row(const struct state_row *row, const struct json *node, void *field, struct err *e)
{
	int r = -EINVAL;

	if (row->kind == STATE_STRING && !node)
		*(const char **)field = "";
	if (!node)
		return 0;
	switch (row->kind) {
	case STATE_STRING:
		r = node->kind == JSON_STRING ? 0 : -EINVAL;
		if (r == 0)
			*(const char **)field = node->text;
		break;
	case STATE_BOOL:
		r = node->kind == JSON_BOOL ? 0 : -EINVAL;
		if (r == 0)
			*(bool *)field = node->boolean;
		break;
	case STATE_INT:
		r = json_int64(node, field);
		break;
	case STATE_UINT:
		r = json_uint64(node, field);
		break;
	}
	return r ? err_set(e, EINVAL, "state-broken", "the state's member '%s' is not as it was written", row->name)
		 : 0;
}

int service_state_parse(const char *text, size_t length, struct service_state *ret, struct err *e)
{
	const struct json_source source = {.text = text, .length = length, .name = "state.json"};
	own_service_state state = {0};
	const struct json *tree = NULL;
	int r = json_parse(&source, &state.arena, &tree, e);

	for (size_t i = 0; i < STATE_ROWS && r == 0; i++)
		r = state_read_row(&state_rows[i], json_member(tree, state_rows[i].name),
			(char *)&state + state_rows[i].offset, e);
	if (r < 0)
		return r;
	if (state.maker < 0 || state.maker > INT32_MAX)
		state.maker = 0;
	if (state.pid < 0 || state.pid > INT32_MAX)
		return err_set(e, EINVAL, "state-broken", "the state's pid %lld is out of range", (long long)state.pid);
	*ret = state;
	state = (struct service_state){0};
	return 0;
}

void service_state_free(struct service_state *state)
{
	arena_free(&state->arena);
	*state = (struct service_state){0};
}
