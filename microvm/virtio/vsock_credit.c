/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/virtio/vsock_credit.h"

uint32_t vsock_credit_room(const struct vsock_credit *credit)
{
	return credit->limit - (credit->received - credit->taken);
}

uint32_t vsock_credit_left(const struct vsock_credit *credit)
{
	const uint32_t on_the_way = credit->sent - credit->guest_taken;

	return on_the_way < credit->guest_limit ? credit->guest_limit - on_the_way : 0;
}

bool vsock_credit_is_news(const struct vsock_credit *credit)
{
	const uint32_t untold = credit->taken - credit->told, thought_used = credit->received - credit->told;

	return untold > 0 && thought_used >= credit->limit / 2 &&
	       (untold >= credit->limit / 4 || untold == thought_used);
}

void vsock_credit_update(struct vsock_credit *credit, uint32_t limit, uint32_t taken)
{
	credit->guest_limit = limit;
	credit->guest_taken = taken;
	if (vsock_credit_left(credit) > 0)
		credit->asked = false;
}
