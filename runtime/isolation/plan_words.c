/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/plan_words.h"

#include "config/names.h"
#include "runtime/isolation/cgroup_device_plan.h"
#include "runtime/isolation/limits.h"
#include "runtime/isolation/mount_request.h"
#include "runtime/isolation/planner.h"

#include <inttypes.h>
#include <linux/sched.h>

static void words_add_separator(struct text *out, size_t i)
{
	text_add(out, i ? " " : "");
}

void words_seccomp(const struct step *step, struct text *out)
{
	const struct spec_seccomp *seccomp = step->what;

	text_format(out, "%zu rules", seccomp->syscalls_n);
}

void words_cgroup_limit(const struct step *step, struct text *out)
{
	const struct cgroup_writes *writes = step->what;

	for (size_t i = 0; i < writes->n; i++) {
		words_add_separator(out, i);
		text_format(out, "%s=%s", writes->items[i].file, writes->items[i].text);
	}
}

static void words_add_number(const struct opt_int *number, struct text *out)
{
	if (number->set && number->value >= 0)
		text_format(out, "%" PRId64, number->value);
	else
		text_add(out, "*");
}

/* "+c:1:3:rwm" allows, "-a:*:*:rwm" denies */
static void words_add_rule(const struct spec_device_rule *rule, struct text *out)
{
	text_format(out, "%c%c:", rule->allow ? '+' : '-', rule->type);
	words_add_number(&rule->major, out);
	text_add(out, ":");
	words_add_number(&rule->minor, out);
	text_format(out, ":%s%s%s", rule->read ? "r" : "", rule->write ? "w" : "", rule->mknod ? "m" : "");
}

void words_cgroup_devices(const struct step *step, struct text *out)
{
	const struct cgroup_device_plan *devices = step->what;

	for (size_t i = 0; i < devices->rules.n; i++) {
		words_add_separator(out, i);
		words_add_rule(&devices->rules.items[i], out);
	}
}

void words_cgroup_namespace(const struct step *step, struct text *out)
{
	(void)step;
	text_add(out, "cgroup");
}

void words_user_namespace(const struct step *step, struct text *out)
{
	(void)step;
	text_add(out, "user");
}

void words_mount(const struct step *step, struct text *out)
{
	mount_request_describe(step->what, out);
}

void words_namespace(const struct step *step, struct text *out)
{
	const struct spec_namespace *namespace = step->what;

	text_format(out, "%s %s", names_of(&names_namespace, namespace->type), namespace->path);
}

void words_time_offsets(const struct step *step, struct text *out)
{
	own_text lines = {0};

	limits_time_offsets_text(step->what, &lines);
	for (const char *c = text_string(&lines); *c; c++)
		if (*c != '\n' || c[1])
			text_add_bytes(out, *c == '\n' ? "," : c, 1);
}

void words_clone(const struct step *step, struct text *out)
{
	size_t n = 0;

	for (int type = 0; type < SPEC_NS_COUNT; type++) {
		if (!(step->flags & namespace_clone_flag((enum spec_namespace_type)type)))
			continue;
		words_add_separator(out, n++);
		text_add(out, names_of(&names_namespace, (size_t)type));
	}
	if (step->flags & CLONE_INTO_CGROUP)
		text_add(out, n ? " into the cgroup" : "into the cgroup");
	else if (!n)
		text_add(out, "no namespace");
}

static void words_add_maps(const char *name, const struct spec_id_mappings *maps, struct text *out)
{
	text_add(out, name);
	for (size_t i = 0; i < maps->n; i++)
		text_format(out, " %u:%u:%u", maps->items[i].container_id, maps->items[i].host_id, maps->items[i].size);
}

void words_id_map(const struct step *step, struct text *out)
{
	const struct spec_linux *l = step->what;

	words_add_maps("uid", &l->uid_mappings, out);
	words_add_maps(" gid", &l->gid_mappings, out);
}

void words_intel_rdt(const struct step *step, struct text *out)
{
	const struct spec_intel_rdt *rdt = step->what;

	text_add(out, rdt->clos_id ? rdt->clos_id : "a class of its own");
}

void words_net_device(const struct step *step, struct text *out)
{
	const struct spec_net_device *device = step->what;

	text_format(out, "%s as %s", device->host_name, device->name ? device->name : device->host_name);
}

void words_host_names(const struct step *step, struct text *out)
{
	const struct spec *spec = step->what;

	if (spec->hostname)
		text_format(out, "hostname=%s", spec->hostname);
	if (spec->domainname)
		text_format(out, "%sdomainname=%s", spec->hostname ? " " : "", spec->domainname);
}

void words_root(const struct step *step, struct text *out)
{
	const struct spec *spec = step->what;

	text_add(out, spec->root->path);
}

void words_device_way(const struct step *step, struct text *out)
{
	text_add(out, step->flags ? "bind" : "mknod");
}

void words_device(const struct step *step, struct text *out)
{
	const struct spec_device *device = step->what;

	text_format(out, "%s %c %" PRId64 ":%" PRId64, device->path, device->type, device->major.value,
		device->minor.value);
}

void words_hooks(const struct step *step, struct text *out)
{
	text_add(out, names_of(&names_hook, step->flags));
}

void words_map(const struct step *step, struct text *out)
{
	const struct string_map *map = step->what;

	for (size_t i = 0; i < map->n; i++) {
		words_add_separator(out, i);
		text_format(out, "%s=%s", map->items[i].key, map->items[i].value);
	}
}

void words_strings(const struct step *step, struct text *out)
{
	const struct strings *strings = step->what;

	for (size_t i = 0; i < strings->n; i++) {
		words_add_separator(out, i);
		text_add(out, strings->items[i]);
	}
}

void words_text(const struct step *step, struct text *out)
{
	text_add(out, step->what);
}

void words_propagation(const struct step *step, struct text *out)
{
	const struct spec *spec = step->what;

	text_add(out, names_of(&names_propagation, spec->linux->rootfs_propagation));
}
