/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: the spec's rules. See cgroup_device.h. */
#include "runtime/isolation/cgroup_device.h"

#include <linux/bpf.h>
#include <string.h>

#define ALLOW(type_, major_, minor_)                                                                                   \
	{                                                                                                              \
		.allow = true, .type = (type_), .major = {true, (major_)}, .minor = {true, (minor_)}, .read = true,    \
		.write = true, .mknod = true,                                                                          \
	}

static const struct spec_device_rule defaults[] = {
	/* a node without access to its device is only a name; images are unpacked with nodes in them */
	{.allow = true, .type = 'c', .mknod = true}, {.allow = true, .type = 'b', .mknod = true},
	ALLOW('c', 1, 3),    /* null */
	ALLOW('c', 1, 5),    /* zero */
	ALLOW('c', 1, 7),    /* full */
	ALLOW('c', 1, 8),    /* random */
	ALLOW('c', 1, 9),    /* urandom */
	ALLOW('c', 5, 0),    /* tty: the caller's own terminal */
	ALLOW('c', 5, 1),    /* console: only what is mounted there, the service's own terminal */
	ALLOW('c', 5, 2),    /* ptmx: new terminals, of the service's devpts */
	ALLOW('c', 136, -1), /* pts/N, of the service's devpts */
};

static bool is_any(const struct opt_int *number)
{
	return !number->set || number->value < 0;
}

static bool is_any_type(const struct spec_device_rule *rule)
{
	return rule->type == 'a' || rule->type == '\0';
}

bool cgroup_device_is_all(const struct spec_device_rule *rule)
{
	return is_any_type(rule) && is_any(&rule->major) && is_any(&rule->minor);
}

unsigned int cgroup_device_access(const struct spec_device_rule *rule)
{
	return (rule->read ? BPF_DEVCG_ACC_READ : 0U) | (rule->write ? BPF_DEVCG_ACC_WRITE : 0U) |
	       (rule->mknod ? BPF_DEVCG_ACC_MKNOD : 0U);
}

static bool names_number(const struct opt_int *number, int64_t wanted)
{
	return is_any(number) || number->value == wanted;
}

static bool names_device(const struct spec_device_rule *rule, char type, int64_t major, int64_t minor)
{
	return (is_any_type(rule) || rule->type == type) && names_number(&rule->major, major) &&
	       names_number(&rule->minor, minor);
}

/* linux.devices as a rule. 'u' is an unbuffered character device; a pipe ('p') is no device. */
static bool rule_of_device(const struct spec_device *device, struct spec_device_rule *ret)
{
	*ret = (struct spec_device_rule){.allow = true,
		.type = device->type == 'b' ? 'b' : 'c',
		.major = device->major,
		.minor = device->minor,
		.read = true,
		.write = true,
		.mknod = true};
	return device->type != 'p' && device->major.set && device->minor.set;
}

/* "No device at all" is where engines begin, and names none. */
static bool spec_names(const struct cgroup_device_wanted *wanted, const struct spec_device_rule *device)
{
	for (size_t i = 0; i < wanted->rules_n; i++)
		if (!cgroup_device_is_all(&wanted->rules[i]) &&
			names_device(&wanted->rules[i], device->type, device->major.value, device->minor.value))
			return true;
	return false;
}

int cgroup_device_rules(
	const struct cgroup_device_wanted *wanted, struct arena *arena, struct cgroup_device_rules *ret, struct err *e)
{
	const size_t defaults_n = sizeof defaults / sizeof *defaults;
	size_t n = wanted->rules_n;
	struct spec_device_rule *items = arena_array(arena, n + wanted->devices_n + defaults_n, sizeof *items);

	if (!items)
		return err_nomem(e);
	if (n)
		memcpy(items, wanted->rules, n * sizeof *items);
	for (size_t i = 0; i < wanted->devices_n; i++)
		if (rule_of_device(&wanted->devices[i], &items[n]) && !spec_names(wanted, &items[n]))
			n++;
	memcpy(items + n, defaults, sizeof defaults);
	*ret = (struct cgroup_device_rules){.n = n + defaults_n, .spec_n = wanted->rules_n, .items = items};
	return 0;
}

bool cgroup_device_allows(const struct cgroup_device_rules *rules, const struct cgroup_device_use *use)
{
	unsigned int open = use->access;

	for (size_t i = rules->n; open && i-- > 0;) {
		const struct spec_device_rule *rule = &rules->items[i];

		if (!names_device(rule, use->type, use->major, use->minor))
			continue;
		if (!rule->allow && (cgroup_device_access(rule) & open))
			return false;
		open &= rule->allow ? ~cgroup_device_access(rule) : open;
	}
	return open == 0;
}
