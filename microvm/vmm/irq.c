/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/irq.h"

#include "base/own.h"

#include <sys/eventfd.h>

int irq_open(const struct kvm *kvm, uint32_t number, struct irq_line *ret, struct err *e)
{
	own_fd fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int r;

	if (fd < 0)
		return err_sys(e, "make interrupt line %u", number);
	r = kvm_connect_irq(kvm, fd, number, e);
	if (r == 0)
		ret->eventfd = give_fd(&fd);
	return r;
}

void irq_close(struct irq_line *line)
{
	own_release_fd(&line->eventfd);
}

void irq_raise(const struct irq_line *line)
{
	const uint64_t one = 1;
	const ssize_t written = write(line->eventfd, &one, sizeof one);

	(void)written; /* a counter that is full has raised the line already */
}
