/* SPDX-License-Identifier: Apache-2.0 */
/* libcloche's handles: specs, and services that exist. Everything else of it is in cloche_make.c. */
#include "runtime/cloche_handle.h"

#include "base/own.h"
#include "config/version.h"
#include "config/write.h"
#include "runtime/service/features.h"
#include "runtime/service/running.h"
#include "runtime/service/state_json.h"
#include "runtime/service/store.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>

int cloche_report(int r, const struct err *e, struct cloche_error *error)
{
	if (r >= 0 || !error)
		return r;
	*error = (struct cloche_error){.number = e->no};
	(void)snprintf(error->code, sizeof error->code, "%s", e->code); /* the sizes are the same */
	(void)snprintf(error->pointer, sizeof error->pointer, "%s", e->pointer);
	(void)snprintf(error->text, sizeof error->text, "%s", e->text);
	return r;
}

int cloche_give_text(struct text *text, char **ret, struct err *e)
{
	if (text->failed || !text->data)
		return err_nomem(e);
	*ret = give_mem(text->data);
	*text = (struct text){0};
	return 0;
}

int cloche_root(const char *root, struct arena *a, const char **ret, struct err *e)
{
	*ret = root;
	return root ? 0 : store_default_root(a, ret, e);
}

const char *cloche_version(void)
{
	return CLOCHE_VERSION;
}

int cloche_features(char **ret_json, struct cloche_error *error)
{
	own_text out = {0};
	struct json_writer w = {.out = &out};
	struct err e = ERR_NONE;
	int r = service_features_write(&w, "", &e);

	return cloche_report(r ? r : cloche_give_text(&out, ret_json, &e), &e, error);
}

int cloche_spec_write(const struct cloche_spec *spec, char **ret_json, struct cloche_error *error)
{
	own_text out = {0};
	struct err e = ERR_NONE;
	int r = spec_write(&spec->loaded.spec, true, &out, &e);

	return cloche_report(r ? r : cloche_give_text(&out, ret_json, &e), &e, error);
}

void cloche_spec_free(struct cloche_spec *spec)
{
	if (!spec)
		return;
	source_loaded_free(&spec->loaded);
	free(spec);
}

int cloche_open(const char *root, const char *id, struct cloche_service **ret, struct cloche_error *error)
{
	struct cloche_service *handle = calloc(1, sizeof *handle);
	struct service now = SERVICE_NONE;
	struct err e = ERR_NONE;
	const char *found;
	int r = handle ? 0 : err_nomem(&e);

	r = r ? r : cloche_root(root, &handle->arena, &found, &e);
	/* once, to tell now whether there is one; each call then looks at it anew */
	r = r ? r : service_open(found, id, false, &now, &e);
	service_close(&now);
	if (r == 0) {
		handle->root = arena_string(&handle->arena, found);
		handle->id = arena_string(&handle->arena, id);
		r = handle->root && handle->id ? 0 : err_nomem(&e);
	}
	if (r < 0)
		cloche_close(handle);
	else
		*ret = handle;
	return cloche_report(r, &e, error);
}

void cloche_close(struct cloche_service *service)
{
	if (!service)
		return;
	arena_free(&service->arena);
	free(service);
}

/* What most functions are: the service as it is now, something done to it, its error handed on. */
typedef int cloche_deed(struct service *s, void *context, struct err *e);

static int cloche_do(
	const struct cloche_service *service, cloche_deed *deed, bool lock, void *context, struct cloche_error *error)
{
	own_service s = SERVICE_NONE;
	struct err e = ERR_NONE;
	int r = service_open(service->root, service->id, lock, &s, &e);

	cloche_be_quiet();
	return cloche_report(r ? r : deed(&s, context, &e), &e, error);
}

static int deed_start(struct service *s, void *context, struct err *e)
{
	(void)context;
	return service_start(s, e);
}

int cloche_start(struct cloche_service *service, struct cloche_error *error)
{
	return cloche_do(service, deed_start, true, NULL, error);
}

static int deed_wait(struct service *s, void *ret_status, struct err *e)
{
	pid_t pid;

	do
		pid = waitpid((pid_t)s->state.pid, ret_status, 0);
	while (pid < 0 && errno == EINTR);
	return pid < 0 ? err_sys(e, "wait for the first process of '%s'", s->state.id) : 0;
}

int cloche_wait(struct cloche_service *service, int *ret_status, struct cloche_error *error)
{
	return cloche_do(service, deed_wait, false, ret_status, error);
}

static int deed_state(struct service *s, void *out, struct err *e)
{
	struct json_writer w = {.out = out};

	(void)e; /* lack of memory stays in the text */
	service_state_json(&w, s);
	return 0;
}

static int deed_stats(struct service *s, void *out, struct err *e)
{
	struct json_writer w = {.out = out};

	return service_stats_write(s, &w, e);
}

/* A deed whose result is a text. */
static int cloche_ask(
	const struct cloche_service *service, cloche_deed *deed, char **ret_json, struct cloche_error *error)
{
	own_text out = {0};
	struct err e = ERR_NONE;
	int r = cloche_do(service, deed, false, &out, error);

	return r ? r : cloche_report(cloche_give_text(&out, ret_json, &e), &e, error);
}

int cloche_state(struct cloche_service *service, char **ret_json, struct cloche_error *error)
{
	return cloche_ask(service, deed_state, ret_json, error);
}

int cloche_stats(struct cloche_service *service, char **ret_json, struct cloche_error *error)
{
	return cloche_ask(service, deed_stats, ret_json, error);
}

struct deed_signal {
	int signo;
	bool all;
};

static int deed_kill(struct service *s, void *context, struct err *e)
{
	const struct deed_signal *signal = context;

	return service_kill(s, signal->signo, signal->all, e);
}

int cloche_kill(struct cloche_service *service, int signo, int all, struct cloche_error *error)
{
	struct deed_signal signal = {.signo = signo, .all = all != 0};

	return cloche_do(service, deed_kill, false, &signal, error);
}

static int deed_pause(struct service *s, void *on, struct err *e)
{
	return service_pause(s, *(const bool *)on, e);
}

int cloche_pause(struct cloche_service *service, struct cloche_error *error)
{
	return cloche_do(service, deed_pause, true, &(bool){true}, error);
}

int cloche_resume(struct cloche_service *service, struct cloche_error *error)
{
	return cloche_do(service, deed_pause, true, &(bool){false}, error);
}

static int deed_delete(struct service *s, void *force, struct err *e)
{
	return service_delete(s, *(const bool *)force, e);
}

int cloche_delete(struct cloche_service *service, int force, struct cloche_error *error)
{
	return cloche_do(service, deed_delete, true, &(bool){force != 0}, error);
}

static void list_add(void *w, const struct service *s)
{
	service_state_json(w, s);
}

int cloche_list(const char *root, char **ret_json, struct cloche_error *error)
{
	own_arena arena = {0};
	own_text out = {0};
	struct json_writer w = {.out = &out};
	struct err e = ERR_NONE;
	const char *found;
	int r = cloche_root(root, &arena, &found, &e);

	json_write_begin_array(&w);
	r = r ? r : service_each(found, list_add, &w, &e);
	json_write_end_array(&w);
	return cloche_report(r ? r : cloche_give_text(&out, ret_json, &e), &e, error);
}
