/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/bus.h"

#include <errno.h>

/* The first range that ends past `at`, or n. */
static size_t find(const struct bus *bus, uint64_t at)
{
	size_t low = 0, high = bus->n;

	while (low < high) {
		const size_t middle = (low + high) / 2;
		const struct bus_range *range = &bus->ranges[middle];

		if (at >= range->start && at - range->start >= range->bytes)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int bus_add(struct bus *bus, const struct bus_range *range, struct err *e)
{
	const size_t place = find(bus, range->start);

	if (bus->n == BUS_RANGES_MAX)
		return err_set(e, ENOSPC, "vm-bus", "no room for the device '%s' on its bus", range->device.name);
	if (place < bus->n && bus->ranges[place].start < range->start + range->bytes)
		return err_set(e, EEXIST, "vm-bus", "the devices '%s' and '%s' have the same address",
			range->device.name, bus->ranges[place].device.name);
	for (size_t i = bus->n++; i > place; i--)
		bus->ranges[i] = bus->ranges[i - 1];
	bus->ranges[place] = *range;
	return 0;
}

static const struct bus_range *answers(const struct bus *bus, uint64_t at, unsigned int size)
{
	const size_t place = find(bus, at);
	const struct bus_range *range = &bus->ranges[place];

	if (place == bus->n || at < range->start || size > range->bytes - (at - range->start))
		return NULL;
	return size == 1 || size == 2 || size == 4 || size == 8 ? range : NULL;
}

uint64_t bus_read(const struct bus *bus, uint64_t at, unsigned int size)
{
	const struct bus_range *range = answers(bus, at, size);

	return range ? range->device.read(range->device.self, at - range->start, size) : UINT64_MAX;
}

void bus_write(const struct bus *bus, uint64_t at, unsigned int size, uint64_t value)
{
	const struct bus_range *range = answers(bus, at, size);

	if (range)
		range->device.write(range->device.self, at - range->start, size, value);
}
