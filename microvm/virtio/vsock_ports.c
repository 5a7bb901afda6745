/* SPDX-License-Identifier: Apache-2.0 */
/* The ports of the host that the guest may connect to: those of the wish, and the two of the VMM itself. */
#include "microvm/virtio/vsock.h"
#include "microvm/virtio/vsock_connection.h"

#include <errno.h>
#include <string.h>

/* struct agent_status, once. */
static ssize_t status_write(struct vsock_end *end, const struct iovec *from, int n)
{
	struct vsock *v = end->self;
	const struct device_place *place = &v->device.place;
	size_t length = 0;

	for (int i = 0; i < n; i++) {
		if (from[i].iov_len > sizeof v->status - v->status_length)
			return -EPIPE;
		memcpy((char *)&v->status + v->status_length, from[i].iov_base, from[i].iov_len);
		v->status_length += from[i].iov_len;
		length += from[i].iov_len;
	}
	if (v->status_length == sizeof v->status && place->status)
		place->status(place->machine, &v->status);
	return (ssize_t)length;
}

static void status_connected(struct vsock *v)
{
	const struct device_place *place = &v->device.place;

	if (place->booted)
		place->booted(place->machine);
}

/* struct agent_window, whole, where there is one that was not sent yet. */
static ssize_t window_read(struct vsock_end *end, const struct iovec *to, int n)
{
	struct vsock *v = end->self;
	const char *at = (const char *)&v->window;
	size_t room = 0;

	for (int i = 0; i < n; i++)
		room += to[i].iov_len;
	if (!v->window_is_new || room < sizeof v->window)
		return -EAGAIN;
	for (size_t left = sizeof v->window; left > 0; to++) {
		const size_t length = to->iov_len < left ? to->iov_len : left;

		memcpy(to->iov_base, at, length);
		at += length;
		left -= length;
	}
	v->window_is_new = false;
	return sizeof v->window;
}

static void window_connected(struct vsock *v)
{
	v->window_is_new = v->has_window;
}

static const struct vsock_end_class status_class = {.write = status_write};
static const struct vsock_end_class window_class = {.read = window_read};

void vsock_set_window(struct virtio_device *d, const struct agent_window *window)
{
	struct vsock *v = d->self;

	virtio_lock(d);
	(void)vsock_begin(v); /* it is about no connection */
	v->window = *window;
	v->has_window = v->window_is_new = true;
	for (struct vsock_link *l = v->all.next; l != &v->all; l = l->next) {
		struct vsock_connection *c = vsock_of(l, all);

		if (c->reads && c->end->class == &window_class) {
			c->readable = true;
			vsock_changed(c);
		}
	}
	vsock_work(v);
	virtio_unlock(d);
}

struct vsock_port *vsock_port_find(struct vsock *v, uint32_t number)
{
	for (unsigned int i = 0; i < v->ports_n; i++)
		if (v->ports[i].number == number)
			return &v->ports[i];
	return NULL;
}

void vsock_port_take(struct vsock_port *port, struct vsock_connection *c)
{
	port->used = true;
	c->state = VSOCK_OPEN;
	c->port = port;
	c->end = &port->end;
	c->reads = port->to_guest;
	c->writes = !port->to_guest;
	c->readable = c->reads && port->end.fd < 0;
	c->credit.limit = c->writes ? VSOCK_CREDIT_BYTES : 0;
	if (port->connected)
		port->connected(c->vsock);
}

static int add(struct vsock *v, const struct vsock_port *port, struct err *e)
{
	if (vsock_port_find(v, port->number))
		return err_set(e, EINVAL, "machine", "two descriptors for the port %u of the host", port->number);
	v->ports[v->ports_n++] = *port;
	return 0;
}

static int add_wished(struct vsock *v, const struct virtio_wish *wish, const struct machine_port *wished, struct err *e)
{
	struct vsock_port port = {.number = wished->port, .to_guest = wished->to_guest, .end.fd = -1};
	int fd = virtio_wish_fd(wish, wished->fd);
	int r;

	if (fd < 0)
		return err_set(e, EINVAL, "machine", "no descriptor for the port %u of the host", port.number);
	r = vsock_end_open(fd, &port.end, e);
	if (r == 0)
		r = add(v, &port, e);
	if (r < 0)
		vsock_end_close(&(struct vsock_end){.fd = fd});
	return r;
}

int vsock_ports_make(struct vsock *v, const struct virtio_wish *wish, struct err *e)
{
	const struct machine_vsock *wished = &wish->wish->vsock;
	const struct vsock_port own[] = {
		{.number = AGENT_HOST_STATUS,
			.end = {.class = &status_class, .fd = -1, .self = v},
			.connected = status_connected},
		{.number = AGENT_HOST_WINDOW,
			.to_guest = true,
			.end = {.class = &window_class, .fd = -1, .self = v},
			.connected = window_connected},
	};
	int r = 0;

	for (size_t i = 0; i < sizeof own / sizeof own[0] && r == 0; i++)
		r = add(v, &own[i], e);
	for (unsigned int i = 0; i < wished->ports_n && i < MACHINE_PORTS_MAX && r == 0; i++)
		r = add_wished(v, wish, &wished->ports[i], e);
	return r;
}

void vsock_ports_close(struct vsock *v)
{
	for (unsigned int i = 0; i < v->ports_n; i++)
		vsock_end_close(&v->ports[i].end);
}
