/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/microvm_resources.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const struct spec_resources *resources_of(const struct spec *spec)
{
	return spec->linux ? spec->linux->resources : NULL;
}

static bool resources_key_is_guests(const char *key)
{
	return strncmp(key, "pids.", strlen("pids.")) == 0;
}

/* The files of cgroup version 2 that are the guest's, or the others. */
static int resources_unified(
	const struct string_map *all, bool guests, struct arena *a, struct string_map *ret, struct err *e)
{
	struct string_pair *items = arena_array(a, all->n + 1, sizeof *items);
	size_t n = 0;

	if (!items)
		return err_nomem(e);
	for (size_t i = 0; i < all->n; i++)
		if (resources_key_is_guests(all->items[i].key) == guests)
			items[n++] = all->items[i];
	*ret = (struct string_map){.set = n > 0, .n = n, .items = items};
	return 0;
}

static void resources_grow(struct opt_int *bytes, uint64_t extra)
{
	if (bytes->set && bytes->value > 0 && bytes->value <= INT64_MAX - (int64_t)extra)
		bytes->value += (int64_t)extra;
}

static int resources_memory(const struct spec *spec, struct arena *a, struct spec_resources *r, struct err *e)
{
	struct microvm_size size;
	struct spec_memory *memory;
	int n = microvm_size(spec, &size, e);

	if (n < 0 || !r->memory)
		return n;
	memory = arena_alloc(a, sizeof *memory);
	if (!memory)
		return err_nomem(e);
	*memory = *r->memory;
	resources_grow(&memory->limit, size.extra_bytes);
	resources_grow(&memory->swap, size.extra_bytes);
	r->memory = memory;
	return 0;
}

int microvm_resources_host(const struct spec *spec, struct arena *a, struct spec_resources **ret, struct err *e)
{
	static struct spec_device_rule no_device = {.type = 'a', .read = true, .write = true, .mknod = true};
	static const struct spec_resources none;
	const struct spec_resources *from = resources_of(spec) ? resources_of(spec) : &none;
	struct spec_resources *r = arena_alloc(a, sizeof *r);
	int n;

	if (!r)
		return err_nomem(e);
	*r = *from;
	r->devices = &no_device;
	r->devices_n = 1;
	r->pids = NULL;
	n = resources_unified(&from->unified, false, a, &r->unified, e);
	n = n ? n : resources_memory(spec, a, r, e);
	if (n == 0)
		*ret = r;
	return n;
}

int microvm_resources_guest(const struct spec *spec, struct arena *a, struct spec_resources **ret, struct err *e)
{
	const struct spec_resources *from = resources_of(spec);
	struct spec_resources *r;

	*ret = NULL;
	if (!from)
		return 0;
	r = arena_alloc(a, sizeof *r);
	if (!r)
		return err_nomem(e);
	r->devices = from->devices;
	r->devices_n = from->devices_n;
	r->pids = from->pids;
	*ret = r;
	return resources_unified(&from->unified, true, a, &r->unified, e);
}

/* The limit that holds for the service itself; *ret is without one where the update has none. */
static int update_guest_memory(const struct spec_memory *update, const struct microvm_size *size, struct arena *a,
	struct spec_memory **ret, struct err *e)
{
	uint64_t max = microvm_size_limit_max(size);

	*ret = NULL;
	if (!update || !update->limit.set || !update->limit.value)
		return 0;
	if (update->limit.value > 0 && (uint64_t)update->limit.value > max) {
		(void)err_set(e, ERANGE, "machine-too-small",
			"the machine was made for %" PRIu64 " MiB: start the service anew to give it more", max >> 20);
		return err_at(e, "/memory/limit");
	}
	*ret = arena_alloc(a, sizeof **ret);
	if (!*ret)
		return err_nomem(e);
	(*ret)->limit = update->limit;
	return 0;
}

/* Of the whole, whose memory stays what the machine has. */
static int update_host_memory(const struct spec_memory *update, const struct microvm_size *size, struct arena *a,
	struct spec_memory **ret, struct err *e)
{
	uint64_t extra;

	if (!update)
		return 0;
	*ret = arena_alloc(a, sizeof **ret);
	if (!*ret)
		return err_nomem(e);
	**ret = *update;
	if (!update->limit.set || update->limit.value <= 0)
		return 0;
	extra = size->memory_bytes - (uint64_t)update->limit.value + MICROVM_HOST_OVERHEAD_BYTES;
	resources_grow(&(*ret)->limit, extra);
	resources_grow(&(*ret)->swap, extra);
	return 0;
}

int microvm_resources_update(const struct spec *spec, const struct spec_resources *update, struct arena *a,
	struct microvm_update *ret, struct err *e)
{
	struct microvm_update split = {.host = *update,
		.guest = {.devices = update->devices, .devices_n = update->devices_n, .pids = update->pids}};
	struct spec_resources *host = &split.host, *guest = &split.guest;
	int r = microvm_size(spec, &split.size, e);

	host->devices = NULL;
	host->devices_n = 0;
	host->pids = NULL;
	host->memory = NULL;
	r = r ? r : update_guest_memory(update->memory, &split.size, a, &guest->memory, e);
	r = r ? r : update_host_memory(update->memory, &split.size, a, &host->memory, e);
	r = r ? r : resources_unified(&update->unified, true, a, &guest->unified, e);
	r = r ? r : resources_unified(&update->unified, false, a, &host->unified, e);
	if (r == 0)
		*ret = split;
	return r;
}
