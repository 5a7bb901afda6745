/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console (virtio 1.2, 5.3) with its one port: the guest's hvc0.
 *
 * What the guest says goes to the machine's log. What the guest is told comes from a descriptor, where there is one:
 * it is read only while the guest has room for it, so nothing is held here.
 */
#include "microvm/virtio/devices.h"

#include "base/own.h"
#include "microvm/vmm/guest_log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/uio.h>

enum {
	CONSOLE_TO_GUEST,
	CONSOLE_FROM_GUEST,
	CONSOLE_QUEUES,
	CONSOLE_QUEUE_SIZE = 64,
	CONSOLE_TURN_CHAINS = 64, /* then other devices have their turn */
	CONSOLE_PIECE = 4096,
};

struct console {
	struct virtio_device device;
	int in;                    /* owned; -1: none, or it came to its end */
	struct loop_source source; /* of `in`, while the guest has room; a file or /dev/null is never in a loop */
	struct virtq_chain chain;
};

/* Of a chain that is longer than what the log keeps, the end. */
static void console_say(struct guest_log *log, const struct virtq_chain *chain)
{
	const size_t all = chain->readable_bytes;
	char piece[CONSOLE_PIECE];
	size_t n, done = all > GUEST_LOG_BYTES ? all - GUEST_LOG_BYTES : 0;

	for (; (n = virtq_chain_read(chain, done, piece, sizeof piece)) > 0; done += n)
		guest_log_write(log, piece, n);
}

static void console_from_guest(struct console *console)
{
	struct virtio_device *d = &console->device;
	unsigned int n = 0;

	while (n < CONSOLE_TURN_CHAINS && virtio_take(d, CONSOLE_FROM_GUEST, &console->chain) > 0) {
		console_say(d->place.log, &console->chain);
		virtio_give(d, CONSOLE_FROM_GUEST, console->chain.head, 0);
		n++;
	}
	virtio_interrupt(d, CONSOLE_FROM_GUEST);
	if (n == CONSOLE_TURN_CHAINS)
		virtio_notify_later(d, CONSOLE_FROM_GUEST);
}

static void console_watch(struct console *console, bool on)
{
	struct err ignored; /* a file has no readiness to wait for, and is read when the guest has room */

	if (!on) {
		loop_remove(console->device.place.loop, &console->source);
	} else if (console->source.fd < 0 && console->in >= 0) {
		console->source.fd = console->in;
		if (loop_add(console->device.place.loop, &console->source, EPOLLIN, &ignored) < 0)
			console->source.fd = -1;
	}
}

static bool console_has_input(const struct console *console)
{
	struct pollfd in = {.fd = console->in, .events = POLLIN};

	return poll(&in, 1, 0) > 0;
}

static void console_end_input(struct console *console)
{
	console_watch(console, false);
	own_release_fd(&console->in);
}

/* One chain of input. False: the guest has no room, or there is no more. */
static bool console_receive(struct console *console)
{
	struct virtio_device *d = &console->device;
	const struct virtq_chain *chain = &console->chain;
	ssize_t n;

	if (virtio_take(d, CONSOLE_TO_GUEST, &console->chain) == 0) {
		console_watch(console, false);
		return false;
	}
	if (chain->writable_n == 0) {
		virtio_needs_reset(d, "a buffer for input that cannot be written");
		return false;
	}
	n = readv(console->in, chain->writable, chain->writable_n);
	if (n <= 0) {
		virtio_untake(d, CONSOLE_TO_GUEST);
		if (n == 0 || errno != EAGAIN)
			console_end_input(console);
		return false;
	}
	virtio_give(d, CONSOLE_TO_GUEST, chain->head, (uint32_t)n);
	return true;
}

static void console_to_guest(struct console *console)
{
	unsigned int n = 0;

	console_watch(console, true);
	while (n < CONSOLE_TURN_CHAINS && console_has_input(console) && console_receive(console))
		n++;
	virtio_interrupt(&console->device, CONSOLE_TO_GUEST);
	if (n == CONSOLE_TURN_CHAINS)
		virtio_notify_later(&console->device, CONSOLE_TO_GUEST);
}

static void console_input_ready(struct loop_source *source, uint32_t events)
{
	struct console *console = source->self;

	(void)events;
	virtio_lock(&console->device);
	if (virtio_is_active(&console->device))
		console_to_guest(console);
	else
		console_watch(console, false); /* until the next driver offers room */
	virtio_unlock(&console->device);
}

static void console_notify(struct virtio_device *d, unsigned int queue)
{
	if (queue == CONSOLE_FROM_GUEST)
		console_from_guest(d->self);
	else
		console_to_guest(d->self);
}

static const struct virtio_class console_class = {
	.name = "console",
	.id = VIRTIO_CONSOLE,
	.queue_size = CONSOLE_QUEUE_SIZE,
	.notify = console_notify,
};

static void console_close(struct virtio_device *d)
{
	struct console *console = d->self;

	console_end_input(console);
	virtio_close(d);
	free(console);
}

int console_make(const struct virtio_wish *wish, struct virtio_made *ret, struct err *e)
{
	struct console *console = calloc(1, sizeof *console);
	int r;

	if (!console)
		return err_nomem(e);
	console->device = (struct virtio_device){.class = &console_class, .self = console, .queues_n = CONSOLE_QUEUES};
	console->source = (struct loop_source){.fd = -1, .ready = console_input_ready, .self = console};
	r = virtio_open(&console->device, wish->place, e);
	if (r < 0) {
		free(console);
		return r;
	}
	console->in = virtio_wish_fd(wish, wish->wish->console.in);
	*ret = (struct virtio_made){.device = &console->device, .close = console_close};
	return 0;
}
