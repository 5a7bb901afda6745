/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/microvm_network.h"

#include "base/log.h"
#include "base/own.h"
#include "runtime/isolation/netdev.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { LENT_UP_MAX = 64 };

static_assert(
	(int)NET_GUEST_ADDRESSES_MAX <= (int)AGENT_ADDRESSES_MAX && (int)NET_GUEST_ROUTES_MAX <= (int)AGENT_ROUTES_MAX,
	"a guest can be told of all that is found");

static int network_namespace(const struct service *s, struct err *e)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof path, "/proc/%" PRId64 "/ns/net", s->state.pid); /* fits */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, "open the network namespace '%s'", path) : fd;
}

static size_t lent_count(const struct spec *spec)
{
	return spec->linux ? spec->linux->net_devices_n : 0;
}

void microvm_network_lend(const struct spec *spec, struct microvm_lent *ret)
{
	own_fd any = lent_count(spec) ? socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;

	*ret = (struct microvm_lent){.namespace = -1};
	for (size_t i = 0; any >= 0 && i < lent_count(spec) && i < LENT_UP_MAX; i++) {
		struct ifreq device = {0};

		(void)snprintf(device.ifr_name, sizeof device.ifr_name, "%s",
			spec->linux->net_devices[i].host_name); /* one that is too long is none */
		if (ioctl(any, SIOCGIFFLAGS, &device) == 0 && device.ifr_flags & IFF_UP)
			ret->up |= UINT64_C(1) << i;
	}
}

int microvm_network_lent(const struct service *s, const struct spec *spec, struct microvm_lent *lent, struct err *e)
{
	int fd = lent_count(spec) ? network_namespace(s, e) : -1;

	if (fd < 0 && lent_count(spec))
		return fd;
	lent->namespace = fd;
	return 0;
}

void microvm_network_return(const struct spec *spec, const struct microvm_lent *lent)
{
	struct err ignored; /* a failure has brought us here, which is the one to tell */
	own_fd here = lent->namespace < 0 ? -1 : open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	for (size_t i = 0; here >= 0 && i < lent_count(spec); i++) {
		const struct spec_net_device *device = &spec->linux->net_devices[i];
		struct netdev_moved back;

		(void)netdev_move(&(struct netdev_move){.from = lent->namespace,
					  .to = here,
					  .name = device->name ? device->name : device->host_name,
					  .new_name = device->host_name,
					  .up = i < LENT_UP_MAX && lent->up >> i & 1},
			&back, &ignored);
	}
}

int microvm_network_tie(const struct service *s, struct net_guest *ret, int *ret_tap, struct err *e)
{
	own_fd namespace = -1;
	int r;

	*ret = (struct net_guest){0};
	*ret_tap = -1;
	if (s->state.rootless) /* whose namespace is its own and empty */
		return 0;
	namespace = network_namespace(s, e);
	if (namespace < 0)
		return namespace;
	r = net_guest_look(namespace, ret, e);
	r = r || !ret->index ? r : net_guest_tie(namespace, ret, 1, ret_tap, e);
	return r < 0 ? err_ctx(e, "the machine's network") : 0;
}

static void network_describe(const struct net_guest *net, struct agent_start *ret)
{
	*ret = (struct agent_start){
		.has_network = 1, .addresses_n = net->addresses_n, .routes_n = net->routes_n, .mtu = net->mtu};
	memcpy(ret->mac, net->mac, sizeof ret->mac);
	for (size_t i = 0; i < net->addresses_n; i++) {
		const struct net_guest_address *from = &net->addresses[i];

		ret->addresses[i] = (struct agent_address){.family = from->family, .prefix = from->prefix};
		memcpy(ret->addresses[i].address, from->address, sizeof from->address);
	}
	for (size_t i = 0; i < net->routes_n; i++) {
		const struct net_guest_route *from = &net->routes[i];

		ret->routes[i] = (struct agent_route){.family = from->family, .prefix = from->prefix};
		memcpy(ret->routes[i].destination, from->destination, sizeof from->destination);
		memcpy(ret->routes[i].gateway, from->gateway, sizeof from->gateway);
	}
}

int microvm_network_tell(const struct service *s, struct agent_start *ret, struct err *e)
{
	own_fd namespace = -1;
	struct net_guest net = {0};
	int r;

	*ret = (struct agent_start){0};
	if (s->state.rootless)
		return 0;
	namespace = network_namespace(s, e);
	r = namespace < 0 ? namespace : net_guest_look(namespace, &net, e);
	if (r == 0 && net.index)
		network_describe(&net, ret);
	return r < 0 ? err_ctx(e, "the machine's network") : 0;
}

void microvm_network_untie(const struct spec *spec)
{
	const struct spec_namespace *network = spec_find_namespace(spec, SPEC_NS_NETWORK);
	const char *path = network ? network->path : NULL;
	own_fd namespace = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct net_guest net = {0};
	struct err e = ERR_NONE;

	if (namespace < 0) /* it went with the service */
		return;
	if (net_guest_look(namespace, &net, &e) < 0 || (net.index && net_guest_untie(namespace, net.name, &e) < 0))
		log_debug("the network of '%s': %s", path, e.text);
}
