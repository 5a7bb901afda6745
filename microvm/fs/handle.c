/* SPDX-License-Identifier: Apache-2.0 */
/* Faces the guest: numbers that it makes up, or uses after it gave them back. */
#include "microvm/fs/handle.h"

#include "base/own.h"

#include <errno.h>

struct handle {
	int fd;
	unsigned int users; /* the guest is one of them until it closes it */
	bool append;
};

void handles_open(struct handles *ret)
{
	*ret = (struct handles){0};
	(void)pthread_mutex_init(&ret->lock, NULL); /* cannot fail with the default attributes */
}

static void handle_free(struct handle *h)
{
	own_release_fd(&h->fd);
	free(h);
}

void handles_close(struct handles *t)
{
	uint32_t at = 0;

	for (struct handle *h; (h = slots_next(&t->numbers, &at));)
		handle_free(h);
	slots_free(&t->numbers);
	(void)pthread_mutex_destroy(&t->lock); /* nobody holds it */
}

int handle_add(struct handles *t, int fd, bool append, uint64_t *ret_number)
{
	struct handle *h = malloc(sizeof *h);
	own_fd mine = fd;

	if (!h)
		return -ENOMEM;
	*h = (struct handle){.fd = fd, .users = 1, .append = append};
	(void)pthread_mutex_lock(&t->lock);
	*ret_number = slots_add(&t->numbers, h);
	(void)pthread_mutex_unlock(&t->lock);
	if (*ret_number == 0) {
		free(h);
		return -ENOMEM;
	}
	(void)give_fd(&mine);
	return 0;
}

int handle_take(struct handles *t, uint64_t number, struct handle_use *ret)
{
	struct handle *h;

	(void)pthread_mutex_lock(&t->lock);
	h = slots_find(&t->numbers, number);
	if (h)
		h->users++;
	(void)pthread_mutex_unlock(&t->lock);
	if (!h)
		return -EBADF;
	*ret = (struct handle_use){.handles = t, .handle = h, .fd = h->fd, .append = h->append};
	return 0;
}

static void handle_put(struct handles *t, struct handle *h)
{
	bool last;

	(void)pthread_mutex_lock(&t->lock);
	last = --h->users == 0;
	(void)pthread_mutex_unlock(&t->lock);
	if (last)
		handle_free(h);
}

void handle_release(struct handle_use *use)
{
	if (use->handle)
		handle_put(use->handles, use->handle);
	use->handle = NULL;
}

void handle_remove(struct handles *t, uint64_t number)
{
	struct handle *h;

	(void)pthread_mutex_lock(&t->lock);
	h = slots_find(&t->numbers, number);
	if (h)
		slots_remove(&t->numbers, number);
	(void)pthread_mutex_unlock(&t->lock);
	if (h)
		handle_put(t, h);
}
