/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/microvm_network.h"

#include "base/log.h"
#include "base/own.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
