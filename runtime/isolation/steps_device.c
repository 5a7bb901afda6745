/* SPDX-License-Identifier: Apache-2.0 */
/* What the host lends to a service: its network devices, its shares of cache and memory bandwidth. */
#include "base/own.h"
#include "runtime/isolation/netdev.h"
#include "runtime/isolation/netlink.h"
#include "runtime/isolation/resctrl.h"
#include "runtime/isolation/steps.h"

#include <net/if.h>

struct net_devices_moved {
	struct netdev_moved devices[1]; /* and more: as many as the spec has */
};

static size_t step_net_device_index(const struct run *run, const struct spec_net_device *device)
{
	return (size_t)(device - run->request->plan->spec->linux->net_devices);
}

/* The service's namespace is kept open: with the last process in it, the device would go, too. */
int step_net_device(struct run *run, const struct step *step, struct err *e)
{
	const struct spec_net_device *device = step->what;
	own_fd here = netlink_namespace(0, e), there = here < 0 ? -1 : netlink_namespace(run->pid, e);
	size_t n = run->request->plan->spec->linux->net_devices_n;
	int r;

	if (here < 0 || there < 0)
		return -e->no;
	if (!run->net_moved)
		run->net_moved = arena_alloc(&run->arena, n * sizeof run->net_moved->devices[0]);
	if (!run->net_moved)
		return err_nomem(e);
	r = netdev_move(
		&(struct netdev_move){
			.from = here, .to = there, .name = device->host_name, .new_name = device->name, .up = true},
		&run->net_moved->devices[step_net_device_index(run, device)], e);
	if (r == 0)
		run->fds[step - run->request->plan->steps] = give_fd(&there);
	return r;
}

void step_net_device_return(struct run *run, const struct step *step)
{
	const struct spec_net_device *device = step->what;
	int there = run->fds[step - run->request->plan->steps];
	const struct netdev_moved *moved;
	struct netdev_moved back;
	struct err ignored;
	own_fd here = there < 0 ? -1 : netlink_namespace(0, &ignored);

	if (here < 0)
		return; /* it was never moved */
	moved = &run->net_moved->devices[step_net_device_index(run, device)];
	/* whoever undoes has a failure to report already */
	(void)netdev_move(&(struct netdev_move){.from = there,
				  .to = here,
				  .name = moved->name,
				  .new_name = device->host_name,
				  .up = moved->was_up},
		&back, &ignored);
}

/* The descriptor that stays open also says that there is something to undo. */
int step_intel_rdt(struct run *run, const struct step *step, struct err *e)
{
	own_fd root = resctrl_open(e);
	int r;

	if (root < 0)
		return root;
	r = resctrl_enter(&(struct resctrl){.root = root, .id = run->request->id, .rdt = step->what}, run->pid, e);
	if (r == 0)
		run->fds[step - run->request->plan->steps] = give_fd(&root);
	return r;
}

void step_intel_rdt_remove(struct run *run, const struct step *step)
{
	int root = run->fds[step - run->request->plan->steps];

	if (root >= 0)
		resctrl_remove(&(struct resctrl){.root = root, .id = run->request->id, .rdt = step->what});
}
