/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which process enters which namespace, and when (user_namespaces(7), pid_namespaces(7), time_namespaces(7)).
 *
 * One clone3(2) makes all new namespaces: the kernel makes the user namespace first, which then
 * owns the others. A joiner is needed before it where
 * - a pid or time namespace is joined: that counts for children only;
 * - a user namespace is joined: it must own the new ones;
 * - a user namespace is made and others are joined: its first process may not enter what the host owns;
 * - time offsets are set: nobody may be in the namespace yet.
 * Everything else that is joined, the first process enters itself.
 */
#include "config/json.h"
#include "runtime/isolation/planner.h"

#include <assert.h>
#include <sched.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

uint64_t namespace_clone_flag(enum spec_namespace_type type)
{
	static const uint64_t flags[] = {
		[SPEC_NS_MOUNT] = CLONE_NEWNS,
		[SPEC_NS_PID] = CLONE_NEWPID,
		[SPEC_NS_NETWORK] = CLONE_NEWNET,
		[SPEC_NS_UTS] = CLONE_NEWUTS,
		[SPEC_NS_IPC] = CLONE_NEWIPC,
		[SPEC_NS_USER] = CLONE_NEWUSER,
		[SPEC_NS_CGROUP] = CLONE_NEWCGROUP,
		[SPEC_NS_TIME] = CLONE_NEWTIME,
	};
	static_assert(sizeof flags / sizeof *flags == SPEC_NS_COUNT, "a flag per type");

	return flags[type];
}

int plan_namespaces_survey(struct planner *p, struct err *e)
{
	const struct spec_linux *l = p->spec->linux;

	(void)e; /* a survey of checked data cannot fail */
	for (size_t i = 0; l && i < l->namespaces_n; i++) {
		uint64_t flag = namespace_clone_flag(l->namespaces[i].type);

		*(l->namespaces[i].path ? &p->joined_namespaces : &p->new_namespaces) |= flag;
	}
	p->user = (p->new_namespaces | p->joined_namespaces) & CLONE_NEWUSER;
	p->joiner = (p->joined_namespaces & (CLONE_NEWPID | CLONE_NEWTIME | CLONE_NEWUSER)) ||
		    (p->user && p->joined_namespaces) || (l && l->time_offsets && (p->new_namespaces & CLONE_NEWTIME));
	return 0;
}

int plan_namespaces_open(struct planner *p, struct err *e)
{
	const struct spec_linux *l = p->spec->linux;
	int r = 0;

	for (size_t i = 0; l && i < l->namespaces_n && r == 0; i++)
		if (l->namespaces[i].path)
			r = plan_add(p->plan,
				(struct step){.kind = STEP_NAMESPACE_OPEN,
					.actor = ACTOR_HOST,
					.what = &l->namespaces[i],
					.pointer = arena_format(&p->plan->arena, "/linux/namespaces/%zu/path", i)},
				e);
	return r;
}

/* Joins of the opened namespaces whose flag is in `which`, in the order of the list. */
static int plan_join(struct planner *p, enum actor actor, uint64_t which, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < p->plan->n && r == 0; i++) {
		struct step opened = p->plan->steps[i];
		const struct spec_namespace *namespace = opened.what;

		if (opened.kind != STEP_NAMESPACE_OPEN || !(namespace_clone_flag(namespace->type) & which))
			continue;
		r = plan_add(p->plan,
			(struct step){.kind = STEP_NAMESPACE_JOIN,
				.actor = actor,
				.what = namespace,
				.flags = i,
				.pointer = opened.pointer},
			e);
	}
	return r;
}

static int plan_joiner_user(struct planner *p, struct err *e)
{
	int r = plan_join(p, ACTOR_JOINER, CLONE_NEWUSER, e);

	if (r < 0 || !(p->joined_namespaces & CLONE_NEWUSER))
		return r;
	return plan_add(p->plan, (struct step){.kind = STEP_USER_BECOME_ROOT, .actor = ACTOR_JOINER}, e);
}

/*
 * Host root keeps its power until it has joined the rest, the owner of which may be the host.
 * A plain user has none before it has joined the user namespace.
 */
static int plan_joins_of_joiner(struct planner *p, struct err *e)
{
	int r = p->setting->privileged ? 0 : plan_joiner_user(p, e);

	r = r ? r : plan_join(p, ACTOR_JOINER, ~(uint64_t)(CLONE_NEWUSER | CLONE_NEWNS), e);
	r = r ? r : plan_join(p, ACTOR_JOINER, CLONE_NEWNS, e);
	return r || !p->setting->privileged ? r : plan_joiner_user(p, e);
}

/* The map of the user namespace in which the process made last is. */
static int plan_id_map(struct planner *p, struct err *e)
{
	return plan_add(p->plan,
		(struct step){.kind = STEP_ID_MAP,
			.actor = ACTOR_HOST,
			.what = p->spec->linux,
			.flags = p->setting->privileged,
			.pointer = "/linux/uidMappings"},
		e);
}

/* A user namespace of its own for the joiner, which the offsets' time namespace must belong to. */
static int plan_joiner_new_user(struct planner *p, struct err *e)
{
	int r = plan_add(p->plan, (struct step){.kind = STEP_USER_UNSHARE, .actor = ACTOR_JOINER}, e);

	p->new_namespaces &= ~(uint64_t)CLONE_NEWUSER;
	r = r ? r : plan_id_map(p, e);
	return r ? r : plan_add(p->plan, (struct step){.kind = STEP_USER_BECOME_ROOT, .actor = ACTOR_JOINER}, e);
}

int plan_before_clone(struct planner *p, struct err *e)
{
	const struct spec_linux *l = p->spec->linux;
	bool offsets = l && l->time_offsets && (p->new_namespaces & CLONE_NEWTIME);
	int r = p->joiner ? plan_joins_of_joiner(p, e) : 0;

	if (r < 0 || !offsets)
		return r;
	p->new_namespaces &= ~(uint64_t)CLONE_NEWTIME;
	if (p->new_namespaces & CLONE_NEWUSER)
		r = plan_joiner_new_user(p, e);
	return r ? r
		 : plan_add(p->plan,
			   (struct step){.kind = STEP_TIME_OFFSETS,
				   .actor = ACTOR_JOINER,
				   .what = l->time_offsets,
				   .pointer = "/linux/timeOffsets"},
			   e);
}

int plan_clone(struct planner *p, struct err *e)
{
	/* the cgroup namespace is made once inside the cgroup */
	uint64_t flags = (p->new_namespaces & ~(uint64_t)CLONE_NEWCGROUP) | plan_cgroup_clone_flag(p);

	return plan_add(p->plan,
		(struct step){.kind = STEP_CLONE, .actor = p->joiner ? ACTOR_JOINER : ACTOR_HOST, .flags = flags}, e);
}

int plan_id_maps(struct planner *p, struct err *e)
{
	return p->new_namespaces & CLONE_NEWUSER ? plan_id_map(p, e) : 0;
}

int plan_after_clone(struct planner *p, struct err *e)
{
	int r = 0;

	if (p->new_namespaces & CLONE_NEWUSER)
		r = plan_add(p->plan, (struct step){.kind = STEP_USER_BECOME_ROOT, .actor = ACTOR_INIT}, e);
	if (p->joiner)
		return r;
	return r ? r : plan_join(p, ACTOR_INIT, ~(uint64_t)0, e);
}

int plan_host_names(struct planner *p, struct err *e)
{
	if (!p->spec->hostname && !p->spec->domainname)
		return 0;
	return plan_add(p->plan,
		(struct step){.kind = STEP_HOST_NAMES,
			.actor = ACTOR_INIT,
			.what = p->spec,
			.pointer = p->spec->hostname ? "/hostname" : "/domainname"},
		e);
}

static const char *plan_net_device_pointer(struct planner *p, const struct spec_net_device *device)
{
	own_text pointer = {0};

	text_add(&pointer, "/linux/netDevices");
	json_pointer_add(&pointer, device->host_name);
	return arena_string(&p->plan->arena, text_string(&pointer));
}

int plan_network(struct planner *p, struct err *e)
{
	const struct spec_linux *l = p->spec->linux;
	int r = 0;

	/* by the host, which owns them */
	for (size_t i = 0; l && i < l->net_devices_n && r == 0; i++)
		r = plan_add(p->plan,
			(struct step){.kind = STEP_NET_DEVICE,
				.actor = ACTOR_HOST,
				.what = &l->net_devices[i],
				.pointer = plan_net_device_pointer(p, &l->net_devices[i])},
			e);
	if (r < 0 || !(p->new_namespaces & CLONE_NEWNET))
		return r;
	return plan_add(p->plan, (struct step){.kind = STEP_NET_LOOPBACK, .actor = ACTOR_INIT}, e);
}
