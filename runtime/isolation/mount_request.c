/* SPDX-License-Identifier: Apache-2.0 */
/* See mount_request.h. */
#include "runtime/isolation/mount_request.h"

#include "runtime/isolation/mount_check.h"
#include "runtime/isolation/mount_options.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

static const struct {
	const char *type;
	enum mount_kind kind;
} kinds[] = {
	{"bind", MOUNT_BIND},
	{"proc", MOUNT_PROC},
	{"sysfs", MOUNT_SYSFS},
	{"tmpfs", MOUNT_TMPFS},
	{"devpts", MOUNT_DEVPTS},
	{"mqueue", MOUNT_MQUEUE},
	{"cgroup", MOUNT_CGROUP},
};

/* One word of an option: options may be joined by commas, as in fstab(5). */
struct part {
	const char *text;
	size_t length;
	size_t option;
};

/* A comma ends a part, but not one in double quotes (SELinux contexts) or behind a backslash (overlay). */
static size_t part_length(const char *text)
{
	bool quoted = false;
	size_t i = 0;

	for (; text[i]; i++) {
		if (text[i] == '\\' && text[i + 1])
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (text[i] == ',' && !quoted)
			break;
	}
	return i;
}

/* Splits every option; parts has room for as many as there are. With parts NULL it only counts them. */
static size_t parts_split(const struct strings *options, struct part *parts)
{
	size_t n = 0;

	for (size_t i = 0; i < options->n; i++) {
		const char *at = options->items[i];

		for (;;) {
			size_t length = part_length(at);

			if (length && parts)
				parts[n] = (struct part){at, length, i};
			n += length != 0;
			if (!at[length])
				break;
			at += length + 1;
		}
	}
	return n;
}

static int fail_at_option(const struct mount_request *r, const struct part *part, struct err *e)
{
	return err_at(e, "/mounts/%zu/options/%zu", r->index, part->option);
}

static void attributes_set_atime(struct mount_attributes *to, uint64_t mode)
{
	/* mount_setattr(2) wants the whole field cleared, whatever the mode becomes */
	to->clear |= MOUNT_ATTR__ATIME;
	to->set = (to->set & ~(uint64_t)MOUNT_ATTR__ATIME) | mode;
}

static void attributes_apply(struct mount_attributes *to, const struct mount_option *option)
{
	switch (option->effect) {
	case MOUNT_OPTION_SET:
		to->set |= option->bits;
		to->clear &= ~option->bits;
		break;
	case MOUNT_OPTION_CLEAR:
		to->clear |= option->bits;
		to->set &= ~option->bits;
		break;
	case MOUNT_OPTION_ATIME:
		attributes_set_atime(to, option->bits);
		break;
	default: /* MOUNT_OPTION_ATIME_NOT: another mode that was asked for stays */
		if (!(to->clear & MOUNT_ATTR__ATIME) || (to->set & MOUNT_ATTR__ATIME) == option->bits)
			attributes_set_atime(to, MOUNT_ATTR_RELATIME);
	}
}

static bool is_context(const char *key)
{
	size_t length = strlen(key);

	return length >= strlen("context") && strcmp(key + length - strlen("context"), "context") == 0;
}

/* fsconfig(2) takes a security context bare; in an option its commas are protected by quotes. */
static const char *parameter_value(const char *key, const char *text, size_t length, struct arena *a)
{
	if (is_context(key) && length >= 2 && text[0] == '"' && text[length - 1] == '"')
		return arena_text(a, text + 1, length - 2);
	return arena_text(a, text, length);
}

/* A bind mount has no filesystem of its own, the directory of cgroups many. */
static bool request_takes_parameters(const struct mount_request *r)
{
	return r->kind != MOUNT_CGROUP && strcmp(r->type, "bind") != 0;
}

static int request_add_parameter(struct mount_request *r, const struct part *part, struct arena *a, struct err *e)
{
	const char *equals = memchr(part->text, '=', part->length);
	size_t length = equals ? (size_t)(equals - part->text) : part->length;
	struct mount_parameter *p = &r->parameters[r->parameters_n];

	if (!request_takes_parameters(r)) {
		(void)err_set(e, EINVAL, "mount-option-not-for-type",
			"mount option '%.*s' is of a filesystem: a mount of type '%s' cannot have it",
			(int)part->length, part->text, r->type);
		return fail_at_option(r, part, e);
	}
	p->option = part->option;
	p->key = arena_text(a, part->text, length);
	if (p->key && equals)
		p->value = parameter_value(p->key, equals + 1, part->length - length - 1, a);
	if (!p->key || (equals && !p->value))
		return err_nomem(e);
	r->parameters_n++;
	return 0;
}

/* A copy-up or an idmap of what cannot have one. */
static int request_check_extra(
	const struct mount_request *r, const struct part *part, enum mount_kind wanted, const char *what, struct err *e)
{
	if (r->kind == wanted)
		return 0;
	(void)err_set(e, EINVAL, "mount-option-not-for-type", "mount option '%.*s' is for %s only, not for '%s'",
		(int)part->length, part->text, what, r->type);
	return fail_at_option(r, part, e);
}

static int request_apply_option(struct mount_request *r, const struct mount_option *option, const struct part *part,
	struct arena *a, struct err *e)
{
	/* below a filesystem that is only being made nothing is mounted yet */
	bool tree = option->tree && (r->kind == MOUNT_BIND || r->kind == MOUNT_REMOUNT);

	switch (option->effect) {
	case MOUNT_OPTION_NOTHING:
	case MOUNT_OPTION_REMOUNT:
		return 0;
	case MOUNT_OPTION_BIND:
		r->tree = r->tree || option->tree;
		return 0;
	case MOUNT_OPTION_PROPAGATION:
		r->propagations[r->propagations_n++] = (struct mount_propagation){option->bits, option->tree};
		return 0;
	case MOUNT_OPTION_COPY_UP:
		r->copy_up = true;
		return request_check_extra(r, part, MOUNT_TMPFS, "tmpfs", e);
	case MOUNT_OPTION_IDMAP:
		r->idmap = option->tree ? MOUNT_IDMAP_TREE : MOUNT_IDMAP_ONE;
		return request_check_extra(r, part, MOUNT_BIND, "bind mounts", e);
	case MOUNT_OPTION_FILESYSTEM:
		return request_add_parameter(r, part, a, e);
	default:
		attributes_apply(tree ? &r->tree_attributes : &r->attributes, option);
		return 0;
	}
}

static int request_apply_parts(
	struct mount_request *r, const struct part *parts, size_t n, struct arena *a, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct mount_option *option = mount_option_find(parts[i].text, parts[i].length);
		int result = option ? request_apply_option(r, option, &parts[i], a, e)
				    : request_add_parameter(r, &parts[i], a, e);

		if (result < 0)
			return result;
	}
	/*
	 * "rw" is what engines write on every volume. It takes back an "ro" before it, but must not open
	 * what the host has mounted read-only; who wants that says "rrw".
	 */
	if (r->kind == MOUNT_BIND)
		r->attributes.clear &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	return 0;
}

static bool parts_have(const struct part *parts, size_t n, enum mount_option_effect effect)
{
	for (size_t i = 0; i < n; i++) {
		const struct mount_option *option = mount_option_find(parts[i].text, parts[i].length);

		if (option && option->effect == effect)
			return true;
	}
	return false;
}

/* An option may override the type: {"type": "none", "options": ["rbind"]} is a bind mount. */
static int request_set_kind(struct mount_request *r, const struct part *parts, size_t n, struct err *e)
{
	if (parts_have(parts, n, MOUNT_OPTION_BIND))
		r->type = "bind";
	if (!r->type) {
		(void)err_set(e, EINVAL, "mount-without-type",
			"the mount on '%s' has no type, and no option 'bind' or 'rbind'", r->destination);
		return err_at(e, "/mounts/%zu/type", r->index);
	}
	r->kind = MOUNT_FILESYSTEM;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(r->type, kinds[i].type) == 0)
			r->kind = kinds[i].kind;
	if (parts_have(parts, n, MOUNT_OPTION_REMOUNT))
		r->kind = MOUNT_REMOUNT;
	return 0;
}

int mount_request_from_spec(
	const struct spec_mount *m, size_t index, struct arena *a, struct mount_request *ret, struct err *e)
{
	struct mount_request r = {
		.index = index,
		.type = m->type,
		.source = m->source,
		.destination = m->destination,
		.uid_mappings = &m->uid_mappings,
		.gid_mappings = &m->gid_mappings,
	};
	size_t n = parts_split(&m->options, NULL);
	struct part *parts = arena_array(a, n, sizeof *parts);
	int result;

	r.propagations = arena_array(a, n, sizeof *r.propagations);
	r.parameters = arena_array(a, n + 1, sizeof *r.parameters); /* one more for a label */
	if (!parts || !r.propagations || !r.parameters)
		return err_nomem(e);
	(void)parts_split(&m->options, parts); /* the same number as before */
	result = request_set_kind(&r, parts, n, e);
	if (result == 0)
		result = request_apply_parts(&r, parts, n, a, e);
	if (result == 0)
		result = mount_request_check(&r, a, e);
	if (result == 0)
		*ret = r;
	return result;
}

bool mount_request_is_sealed_late(const struct mount_request *r)
{
	return r->kind == MOUNT_TMPFS && (r->attributes.set & MOUNT_ATTR_RDONLY);
}

const char *mount_request_parameter(const struct mount_request *r, const char *key)
{
	for (size_t i = 0; i < r->parameters_n; i++)
		if (strcmp(r->parameters[i].key, key) == 0)
			return r->parameters[i].value ? r->parameters[i].value : "";
	return NULL;
}
