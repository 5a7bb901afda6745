/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cloche-systemd: asks systemd for the unit of a service, over the bus.
 *
 *	cloche-systemd [--user] start|set UNIT [NAME=TYPE:VALUE]…
 *	cloche-systemd [--user] stop UNIT
 *
 * A program of its own because libsystemd has no static form: cloche starts it when systemd's
 * driver is asked for and links nothing of it. Exit code 0, or 1 with one line on stderr.
 * Types and values are as in systemd_property.h. Not for people.
 */
#include "base/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define SERVICE   "org.freedesktop.systemd1"
#define OBJECT    "/org/freedesktop/systemd1"
#define INTERFACE "org.freedesktop.systemd1.Manager"

enum { JOB_WAIT_S = 30, ATTEMPTS_MAX = 16 };

/* A property as it came on the command line, cut to pieces. */
struct property {
	char *name, *type, *value;
	bool dropped; /* this systemd does not know it */
};

struct call {
	sd_bus *bus;
	const char *unit;
	struct property *properties;
	size_t n;
};

/* The job that was queued, and how it ended: "done", "failed", … */
struct job {
	char path[128];
	char result[32];
};

static int failed(const char *doing, const char *unit, int r, const sd_bus_error *error)
{
	fprintf(stderr, "%s '%s': %s\n", doing, unit, error && error->message ? error->message : strerror(-r));
	return r < 0 ? r : -EIO;
}

static int append_numbers(sd_bus_message *m, char *list)
{
	int r = sd_bus_message_open_container(m, 'a', "u");

	for (char *save, *one = strtok_r(list, ",", &save); r >= 0 && one; one = strtok_r(NULL, ",", &save))
		r = sd_bus_message_append(m, "u", (uint32_t)strtoul(one, NULL, 10));
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_bytes(sd_bus_message *m, const char *hex)
{
	size_t n = strlen(hex) / 2;
	uint8_t *bytes = calloc(n + 1, 1);
	int r;

	if (!bytes)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const char digits[] = {hex[2 * i], hex[2 * i + 1], '\0'};

		bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	r = sd_bus_message_append_array(m, 'y', bytes, n);
	free(bytes);
	return r;
}

static int append_lines(sd_bus_message *m, char *lines)
{
	int r = sd_bus_message_open_container(m, 'a', "s");

	for (char *save, *one = strtok_r(lines, "\n", &save); r >= 0 && one; one = strtok_r(NULL, "\n", &save))
		r = sd_bus_message_append(m, "s", one);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_pairs(sd_bus_message *m, char *lines)
{
	int r = sd_bus_message_open_container(m, 'a', "(ss)");

	for (char *save, *one = strtok_r(lines, "\n", &save); r >= 0 && one; one = strtok_r(NULL, "\n", &save)) {
		char *second = strrchr(one, ' ');

		if (!second)
			return -EINVAL;
		*second = '\0';
		r = sd_bus_message_append(m, "(ss)", one, second + 1);
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_value(sd_bus_message *m, const struct property *p)
{
	switch (p->type[0]) {
	case 'b':
		return sd_bus_message_append(m, "b", p->value[0] == '1');
	case 's':
		return sd_bus_message_append(m, "s", p->value);
	case 't':
		return sd_bus_message_append(m, "t", strtoull(p->value, NULL, 10));
	case 'x':
		return sd_bus_message_append(m, "x", (int64_t)strtoll(p->value, NULL, 10));
	case 'u':
		return sd_bus_message_append(m, "u", (uint32_t)strtoul(p->value, NULL, 10));
	case 'i':
		return sd_bus_message_append(m, "i", (int32_t)strtol(p->value, NULL, 10));
	default:
		return -EINVAL;
	}
}

static int append_array(sd_bus_message *m, const struct property *p)
{
	/* the pieces are cut in a copy: a second attempt needs them whole */
	char *copy = strdup(p->value);
	int r = -EINVAL;

	if (!copy)
		return -ENOMEM;
	if (strcmp(p->type, "au") == 0)
		r = append_numbers(m, copy);
	else if (strcmp(p->type, "ay") == 0)
		r = append_bytes(m, copy);
	else if (strcmp(p->type, "as") == 0)
		r = append_lines(m, copy);
	else if (strcmp(p->type, "a(ss)") == 0)
		r = append_pairs(m, copy);
	free(copy);
	return r;
}

static int append_property(sd_bus_message *m, const struct property *p)
{
	int r = sd_bus_message_open_container(m, 'r', "sv");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", p->name);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', p->type);
	if (r >= 0)
		r = p->type[0] == 'a' ? append_array(m, p) : append_value(m, p);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_properties(sd_bus_message *m, const struct call *call)
{
	int r = sd_bus_message_open_container(m, 'a', "(sv)");

	for (size_t i = 0; r >= 0 && i < call->n; i++)
		if (!call->properties[i].dropped)
			r = append_property(m, &call->properties[i]);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/*
 * systemd says which property it does not know. It is left out then: what it would have
 * done is written into the cgroup besides.
 */
static bool drop_unknown(struct call *call, const sd_bus_error *error)
{
	if (!sd_bus_error_has_name(error, SD_BUS_ERROR_PROPERTY_READ_ONLY) || !error->message)
		return false;
	for (size_t i = 0; i < call->n; i++) {
		struct property *p = &call->properties[i];
		const char *at = p->dropped ? NULL : strstr(error->message, p->name);
		const char after = at ? at[strlen(p->name)] : 'x';

		if (at && (after == ',' || after == '\0' || after == ' '))
			return p->dropped = true;
	}
	return false;
}

static int on_job_removed(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const char *path, *unit, *result;
	struct job *job = data;
	uint32_t id;

	(void)error;
	if (sd_bus_message_read(m, "uoss", &id, &path, &unit, &result) < 0)
		return 0;
	if (job->path[0] && strcmp(path, job->path) == 0)
		(void)snprintf(job->result, sizeof job->result, "%s", result); /* cut: still not "done" */
	return 0;
}

static int wait_for_job(const struct call *call, struct job *job)
{
	const int64_t deadline = clock_now_us() + JOB_WAIT_S * INT64_C(1000000);

	while (!job->result[0]) {
		int64_t now = clock_now_us();
		int r = sd_bus_process(call->bus, NULL);

		if (r == 0 && now >= deadline)
			return failed("wait for systemd's job of", call->unit, -ETIMEDOUT, NULL);
		if (r == 0)
			r = sd_bus_wait(call->bus, (uint64_t)(deadline - now));
		if (r < 0 && r != -EINTR)
			return failed("wait for systemd's job of", call->unit, r, NULL);
	}
	if (strcmp(job->result, "done") == 0)
		return 0;
	fprintf(stderr, "systemd's job of '%s' ended as '%s'\n", call->unit, job->result);
	return -EIO;
}

/* Makes the call and keeps the path of the job it queued. */
static int call_for_job(const struct call *call, sd_bus_message *m, sd_bus_error *error, struct job *job)
{
	sd_bus_message *reply = NULL;
	const char *path;
	int r = sd_bus_call(call->bus, m, 0, error, &reply);

	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &path);
	if (r >= 0)
		(void)snprintf(job->path, sizeof job->path, "%s", path); /* systemd's are "…/job/NUMBER" */
	sd_bus_message_unref(reply);
	return r;
}

static int start_once(const struct call *call, sd_bus_error *error, struct job *job)
{
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(call->bus, &m, SERVICE, OBJECT, INTERFACE, "StartTransientUnit");

	if (r >= 0)
		r = sd_bus_message_append(m, "ss", call->unit, "fail");
	if (r >= 0)
		r = append_properties(m, call);
	if (r >= 0)
		r = sd_bus_message_append(m, "a(sa(sv))", 0);
	if (r >= 0)
		r = call_for_job(call, m, error, job);
	sd_bus_message_unref(m);
	return r;
}

static void reset_failed(const struct call *call)
{
	/* only a unit that failed needs it; any other answer is as good */
	(void)sd_bus_call_method(call->bus, SERVICE, OBJECT, INTERFACE, "ResetFailedUnit", NULL, NULL, "s", call->unit);
}

static int verb_start(struct call *call, struct job *job)
{
	bool reset = false;

	for (int i = 0; i < ATTEMPTS_MAX; i++) {
		sd_bus_error error = SD_BUS_ERROR_NULL;
		int r = start_once(call, &error, job);
		bool again = r < 0 && drop_unknown(call, &error);

		if (r < 0 && !again && !reset && sd_bus_error_has_name(&error, SERVICE ".UnitExists")) {
			reset = again = true;
			reset_failed(call);
		}
		if (r < 0 && !again)
			(void)failed("start systemd's unit", call->unit, r, &error);
		sd_bus_error_free(&error);
		if (!again)
			return r < 0 ? r : wait_for_job(call, job);
	}
	return failed("start systemd's unit", call->unit, -ELOOP, NULL);
}

static int set_once(const struct call *call, sd_bus_error *error)
{
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(call->bus, &m, SERVICE, OBJECT, INTERFACE, "SetUnitProperties");

	if (r >= 0)
		r = sd_bus_message_append(m, "sb", call->unit, 1);
	if (r >= 0)
		r = append_properties(m, call);
	if (r >= 0)
		r = sd_bus_call(call->bus, m, 0, error, NULL);
	sd_bus_message_unref(m);
	return r;
}

static int verb_set(struct call *call, struct job *job)
{
	(void)job;
	for (int i = 0; i < ATTEMPTS_MAX; i++) {
		sd_bus_error error = SD_BUS_ERROR_NULL;
		int r = set_once(call, &error);
		bool again = r < 0 && drop_unknown(call, &error);

		if (r < 0 && !again)
			(void)failed("change systemd's unit", call->unit, r, &error);
		sd_bus_error_free(&error);
		if (!again)
			return r;
	}
	return failed("change systemd's unit", call->unit, -ELOOP, NULL);
}

/* A unit that is not there is stopped. */
static int verb_stop(struct call *call, struct job *job)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(call->bus, &m, SERVICE, OBJECT, INTERFACE, "StopUnit");

	if (r >= 0)
		r = sd_bus_message_append(m, "ss", call->unit, "replace");
	if (r >= 0)
		r = call_for_job(call, m, &error, job);
	sd_bus_message_unref(m);
	if (r < 0 && sd_bus_error_has_name(&error, SERVICE ".NoSuchUnit"))
		r = 0;
	else if (r < 0)
		(void)failed("stop systemd's unit", call->unit, r, &error);
	else
		r = wait_for_job(call, job);
	sd_bus_error_free(&error);
	reset_failed(call);
	return r;
}

static const struct {
	const char *name;
	int (*run)(struct call *, struct job *);
} verbs[] = {{"start", verb_start}, {"set", verb_set}, {"stop", verb_stop}};

/* "MemoryMax=t:1073741824" */
static bool split(char *argument, struct property *ret)
{
	char *equals = strchr(argument, '='), *colon = equals ? strchr(equals, ':') : NULL;

	if (!colon)
		return false;
	*equals = *colon = '\0';
	*ret = (struct property){.name = argument, .type = equals + 1, .value = colon + 1};
	return true;
}

static int run(const char *verb, struct call *call, bool user)
{
	struct job job = {0};
	int r = user ? sd_bus_open_user(&call->bus) : sd_bus_open_system(&call->bus);

	if (r < 0)
		return failed("reach systemd over the bus for", call->unit, r, NULL);
	r = sd_bus_match_signal(call->bus, NULL, SERVICE, OBJECT, INTERFACE, "JobRemoved", on_job_removed, &job);
	if (r < 0)
		return failed("listen to systemd for", call->unit, r, NULL);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, verb) == 0)
			return verbs[i].run(call, &job);
	fprintf(stderr, "'%s' is no verb: start, set, stop\n", verb);
	return -EINVAL;
}

int main(int argc, char **argv)
{
	const bool user = argc > 1 && strcmp(argv[1], "--user") == 0;
	char **rest = argv + 1 + user;
	struct call call = {0};
	int r;

	if (argc < 3 + user) {
		fprintf(stderr, "usage: cloche-systemd [--user] start|set|stop UNIT [NAME=TYPE:VALUE]...\n");
		return 2;
	}
	call.unit = rest[1];
	call.properties = calloc((size_t)argc, sizeof *call.properties);
	for (char **at = rest + 2; call.properties && *at; at++)
		if (!split(*at, &call.properties[call.n++])) {
			fprintf(stderr, "'%s' is not NAME=TYPE:VALUE\n", *at);
			return 2;
		}
	r = call.properties ? run(rest[0], &call, user) : -ENOMEM;
	sd_bus_flush_close_unref(call.bus);
	free(call.properties);
	return r < 0 ? 1 : 0;
}
