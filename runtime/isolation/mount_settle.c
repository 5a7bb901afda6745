/* SPDX-License-Identifier: Apache-2.0 */
/* What a mount becomes in a given service. */
#include "runtime/isolation/mount_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool mapping_has(const struct spec_id_mappings *mappings, unsigned long id)
{
	for (size_t i = 0; i < mappings->n; i++)
		if (id >= mappings->items[i].container_id &&
			id - mappings->items[i].container_id < mappings->items[i].size)
			return true;
	return false;
}

/* A filesystem made in a user namespace cannot give its files to somebody who is not in it: EINVAL, without a word. */
static int settle_id(const struct mount_request *r, const struct mount_parameter *p,
	const struct spec_id_mappings *mappings, struct err *e)
{
	unsigned long id;
	char *end;

	if (!p->value)
		return 0;
	id = strtoul(p->value, &end, 10);
	if (*end || end == p->value || mapping_has(mappings, id))
		return 0; /* what is no number is for the kernel to judge */
	(void)err_set(e, EINVAL, "mount-id-not-mapped",
		"%s on '%s': '%s=%s' is not mapped in the service's user namespace; map it or leave the option out",
		r->type, r->destination, p->key, p->value);
	return err_at(e, "/mounts/%zu/options/%zu", r->index, p->option);
}

static int settle_ids(const struct mount_request *r, const struct mount_setting *setting, struct err *e)
{
	if (r->kind != MOUNT_TMPFS && r->kind != MOUNT_DEVPTS)
		return 0;
	for (size_t i = 0; i < r->parameters_n; i++) {
		const struct mount_parameter *p = &r->parameters[i];
		int result = 0;

		if (strcmp(p->key, "uid") == 0)
			result = settle_id(r, p, setting->uid_mappings, e);
		else if (strcmp(p->key, "gid") == 0)
			result = settle_id(r, p, setting->gid_mappings, e);
		if (result < 0)
			return result;
	}
	return 0;
}

/* Only the owner of a network namespace may mount its sysfs; others get the one the host has. */
static int settle_sysfs(struct mount_request *r, struct err *e)
{
	if (r->parameters_n) {
		(void)err_set(e, EINVAL, "mount-option-not-for-bind",
			"'%s' on '%s': in this user namespace sysfs can only be bound, without parameters",
			r->parameters[0].key, r->destination);
		return err_at(e, "/mounts/%zu/options/%zu", r->index, r->parameters[0].option);
	}
	r->kind = MOUNT_BIND;
	r->type = "bind";
	r->source = "/sys";
	r->tree = true;
	r->tree_attributes = r->attributes;
	r->attributes = (struct mount_attributes){0};
	return 0;
}

static int settle_source(struct mount_request *r, const char *bundle, struct arena *a, struct err *e)
{
	if (!bundle || r->kind != MOUNT_BIND || r->source[0] == '/')
		return 0;
	r->source = arena_format(a, "%s/%s", bundle, r->source);
	return r->source ? 0 : err_nomem(e);
}

static void settle_label(struct mount_request *r, const char *label)
{
	bool labelled = r->kind == MOUNT_TMPFS || r->kind == MOUNT_DEVPTS || r->kind == MOUNT_MQUEUE;

	if (label && labelled && !mount_request_parameter(r, "context"))
		r->parameters[r->parameters_n++] = (struct mount_parameter){"context", label, MOUNT_PARAMETER_LABEL};
}

int mount_request_settle(struct mount_request *r, const struct mount_setting *setting, struct arena *a, struct err *e)
{
	if (r->kind == MOUNT_SYSFS && setting->user_namespace && !setting->network_namespace && settle_sysfs(r, e) < 0)
		return -e->no;
	settle_label(r, setting->label);
	if (setting->user_namespace && settle_ids(r, setting, e) < 0)
		return -e->no;
	return settle_source(r, setting->bundle, a, e);
}
