/* SPDX-License-Identifier: Apache-2.0 */
/* How a mount reads in a plan. */
#include "runtime/isolation/mount_request.h"

#include <sys/mount.h>

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
