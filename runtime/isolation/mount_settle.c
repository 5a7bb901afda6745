/* SPDX-License-Identifier: Apache-2.0 */
/* What a mount becomes in a given service, and how it reads in a plan. */
#include "runtime/isolation/mount_options.h"
#include "runtime/isolation/mount_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

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
static void settle_sysfs(struct mount_request *r)
{
	r->kind = MOUNT_BIND;
	r->type = "bind";
	r->source = "/sys";
	r->tree = true;
	r->parameters_n = 0;
	r->tree_attributes = r->attributes;
	r->attributes = (struct mount_attributes){0};
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
		r->parameters[r->parameters_n++] = (struct mount_parameter){.key = "context", .value = label};
}

int mount_request_settle(struct mount_request *r, const struct mount_setting *setting, struct arena *a, struct err *e)
{
	if (r->kind == MOUNT_SYSFS && setting->user_namespace && !setting->network_namespace)
		settle_sysfs(r);
	settle_label(r, setting->label);
	if (setting->user_namespace && settle_ids(r, setting, e) < 0)
		return -e->no;
	return settle_source(r, setting->bundle, a, e);
}

static const struct {
	uint64_t bit;
	const char *set, *clear;
} attribute_names[] = {
	{MOUNT_ATTR_RDONLY, "ro", "rw"},
	{MOUNT_ATTR_NOSUID, "nosuid", "suid"},
	{MOUNT_ATTR_NODEV, "nodev", "dev"},
	{MOUNT_ATTR_NOEXEC, "noexec", "exec"},
	{MOUNT_ATTR_NODIRATIME, "nodiratime", "diratime"},
	{MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow", "symfollow"},
};

static const struct {
	uint64_t type;
	const char *name;
} propagation_names[] = {
	{MS_PRIVATE, "private"},
	{MS_SHARED, "shared"},
	{MS_SLAVE, "slave"},
	{MS_UNBINDABLE, "unbindable"},
};

/* The words of one mount, with a comma between them and a space in front. */
struct words {
	struct text *out;
	size_t n;
};

static void word_add(struct words *words, bool tree, const char *name)
{
	text_format(words->out, "%s%s%s", words->n++ ? "," : " ", tree ? "r" : "", name);
}

static const char *atime_name(uint64_t mode)
{
	return mode == MOUNT_ATTR_NOATIME ? "noatime" : mode == MOUNT_ATTR_STRICTATIME ? "strictatime" : "relatime";
}

static void describe_attributes(struct words *words, const struct mount_attributes *attributes, bool tree)
{
	for (size_t i = 0; i < sizeof attribute_names / sizeof attribute_names[0]; i++) {
		if (attributes->set & attribute_names[i].bit)
			word_add(words, tree, attribute_names[i].set);
		if (attributes->clear & attribute_names[i].bit)
			word_add(words, tree, attribute_names[i].clear);
	}
	if (attributes->clear & MOUNT_ATTR__ATIME)
		word_add(words, tree, atime_name(attributes->set & MOUNT_ATTR__ATIME));
}

static void describe_propagation(struct words *words, const struct mount_propagation *propagation)
{
	for (size_t i = 0; i < sizeof propagation_names / sizeof propagation_names[0]; i++)
		if (propagation->type == propagation_names[i].type)
			word_add(words, propagation->tree, propagation_names[i].name);
}

static void describe_parameter(struct words *words, const struct mount_parameter *p)
{
	word_add(words, false, p->key);
	if (p->value)
		text_format(words->out, "=%s", p->value);
}

void mount_request_describe(const struct mount_request *r, struct text *out)
{
	bool named = r->source && (r->kind == MOUNT_BIND || r->kind == MOUNT_FILESYSTEM);
	struct words words = {out, 0};

	text_format(out, "%s%s", r->kind == MOUNT_REMOUNT ? "remount " : "", r->type);
	if (named)
		text_format(out, " %s", r->source);
	text_format(out, " on %s", r->destination);
	describe_attributes(&words, &r->attributes, false);
	describe_attributes(&words, &r->tree_attributes, true);
	for (size_t i = 0; i < r->propagations_n; i++)
		describe_propagation(&words, &r->propagations[i]);
	for (size_t i = 0; i < r->parameters_n; i++)
		describe_parameter(&words, &r->parameters[i]);
	if (r->tree)
		text_add(out, " recursive");
	if (r->copy_up)
		text_add(out, " with a copy of what is there");
	if (r->idmap)
		text_add(out, r->idmap == MOUNT_IDMAP_TREE ? " idmapped recursively" : " idmapped");
}
