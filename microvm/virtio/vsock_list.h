/* SPDX-License-Identifier: Apache-2.0 */
/* Doubly linked rings: a head that is linked to itself is an empty list, a link that is linked to itself in none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct vsock_link {
	struct vsock_link *next, *previous;
};

static inline void vsock_link_init(struct vsock_link *link)
{
	link->next = link->previous = link;
}

static inline bool vsock_link_is_alone(const struct vsock_link *link)
{
	return link->next == link;
}

static inline void vsock_link_remove(struct vsock_link *link)
{
	link->previous->next = link->next;
	link->next->previous = link->previous;
	vsock_link_init(link);
}

/* To the end of the list, from wherever it was. */
static inline void vsock_link_append(struct vsock_link *head, struct vsock_link *link)
{
	vsock_link_remove(link);
	link->previous = head->previous;
	link->next = head;
	head->previous->next = link;
	head->previous = link;
}
