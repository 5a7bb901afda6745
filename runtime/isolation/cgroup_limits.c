/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: the spec's values. See cgroup_limits.h; the rows are in cgroup_limits_v1.c and cgroup_limits_v2.c. */
#include "runtime/isolation/cgroup_limits.h"

#include "runtime/isolation/cgroup_field.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

int cgroup_writes_add(struct cgroup_writes *to, struct arena *arena, const struct cgroup_write *write, struct err *e)
{
	if (to->n == to->room) {
		struct cgroup_write *items = arena_array_grow(arena, to->items, &to->room, sizeof *items);

		if (!items)
			return err_nomem(e);
		to->items = items;
	}
	to->items[to->n++] = *write;
	return 0;
}

static const void *section_of(const struct spec_resources *resources, enum cgroup_field_section section)
{
	const void *const sections[] = {
		[SECTION_CPU] = resources->cpu,
		[SECTION_MEMORY] = resources->memory,
		[SECTION_IO] = resources->block_io,
		[SECTION_NETWORK] = resources->network,
		[SECTION_PIDS] = resources->pids,
		[SECTION_LISTS] = resources,
	};

	return sections[section];
}

static struct cgroup_value value_at(const void *at, enum cgroup_field_kind kind)
{
	const struct opt_int *as_int = at;
	const struct opt_uint *as_uint = at;
	const struct opt_bool *as_bool = at;
	const char *const *as_text = at;

	switch (kind) {
	case FIELD_INT:
		return (struct cgroup_value){.set = as_int->set, .number = as_int->value};
	case FIELD_UINT: /* past INT64_MAX there is no limit that a kernel could count to */
		return (struct cgroup_value){.set = as_uint->set,
			.number = as_uint->value > INT64_MAX ? INT64_MAX : (int64_t)as_uint->value};
	case FIELD_BOOL:
		return (struct cgroup_value){.set = as_bool->set, .number = as_bool->value};
	case FIELD_INT64:
		return (struct cgroup_value){.set = true, .number = *(const int64_t *)at};
	case FIELD_TEXT:
		return (struct cgroup_value){.set = *as_text && **as_text, .text = *as_text};
	case FIELD_LIST:
		break;
	}
	return (struct cgroup_value){.set = true};
}

static int field_add(const struct cgroup_fields *fields, const struct cgroup_field *field, struct err *e)
{
	const char *section = section_of(fields->limits->resources, field->section);
	struct cgroup_value value;

	if (!section)
		return 0;
	value = value_at(section + field->offset, field->kind);
	if ((field->flags & FIELD_ZERO_IS_UNSET) && value.number == 0)
		value.set = false;
	if (field->add)
		return field->add(fields, field, value, e);
	if (!value.set)
		return 0;
	return field_write(
		fields, field, value.text ? value.text : arena_format(fields->arena, "%" PRId64, value.number), e);
}

int cgroup_limits_list(const struct cgroup_limits *limits, struct arena *arena, struct cgroup_writes *to, struct err *e)
{
	const struct cgroup_fields fields = {.limits = limits, .arena = arena, .to = to};
	int r = 0;

	for (size_t i = 0; r == 0 && i < cgroup_fields_v1_n; i++)
		if (!cgroup_host_is_v2(limits->host, cgroup_fields_v1[i].controller))
			r = field_add(&fields, &cgroup_fields_v1[i], e);
	for (size_t i = 0; r == 0 && i < cgroup_fields_v2_n; i++)
		if (cgroup_host_is_v2(limits->host, cgroup_fields_v2[i].controller))
			r = field_add(&fields, &cgroup_fields_v2[i], e);
	return r;
}

int field_write_as(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_write write, struct err *e)
{
	write.controller = field->controller;
	write.pointer = write.pointer ? write.pointer : field->pointer;
	write.flags |= field->flags & (FIELD_ZERO_IS_UNSET - 1);
	if (!write.file || !write.text || !write.pointer)
		return err_nomem(e);
	if (cgroup_host_find(fields->limits->host, field->controller) < 0) {
		const char *name = cgroup_controller_name(
			field->controller, cgroup_host_is_v2(fields->limits->host, field->controller));

		(void)err_set(e, EOPNOTSUPP, "no-controller",
			"cannot write '%s' to '%s': this host has no '%s' cgroup controller", write.text, write.file,
			name);
		return err_at(e, "%s", write.pointer);
	}
	return cgroup_writes_add(fields->to, fields->arena, &write, e);
}

int field_write(const struct cgroup_fields *fields, const struct cgroup_field *field, const char *text, struct err *e)
{
	return field_write_as(fields, field, (struct cgroup_write){.file = field->file, .text = text}, e);
}

int field_refuse_at(const struct cgroup_field *field, const char *pointer, struct err *e)
{
	(void)err_set(e, EOPNOTSUPP, "not-with-this-cgroup-version", "cannot honour '%s': %s", pointer, field->refusal);
	return err_at(e, "%s", pointer);
}

static int refuse_where(bool wanted, const struct cgroup_field *field, struct err *e)
{
	return wanted ? field_refuse_at(field, field->pointer, e) : 0;
}

int field_refuse(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	(void)fields;
	return refuse_where(value.set, field, e);
}

int field_refuse_limit(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	(void)fields;
	return refuse_where(value.set && value.number > 0, field, e);
}

int field_refuse_true(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	(void)fields;
	return refuse_where(value.set && value.number, field, e);
}

int field_refuse_false(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	(void)fields;
	return refuse_where(value.set && !value.number, field, e);
}

const char *field_max(const struct cgroup_fields *fields, int64_t number)
{
	return number < 0 ? "max" : arena_format(fields->arena, "%" PRId64, number);
}

int field_add_pids(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	return field_write(fields, field, field_max(fields, value.number > 0 ? value.number : -1), e);
}

int field_add_memory_limit(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	const struct spec_memory *memory = fields->limits->resources->memory;
	struct cgroup_write write = {.file = field->file};

	if (!value.set)
		return 0;
	write.text = cgroup_host_is_v2(fields->limits->host, CGROUP_MEMORY)
			     ? field_max(fields, value.number)
			     : arena_format(fields->arena, "%" PRId64, value.number);
	if (memory->check_before_update.value && value.number > 0)
		write.flags = CGROUP_WRITE_ABOVE_USAGE;
	return field_write_as(fields, field, write, e);
}

int field_add_rdma(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	const struct spec_resources *resources = fields->limits->resources;
	int r = 0;

	(void)value;
	for (size_t i = 0; r == 0 && i < resources->rdma_n; i++) {
		const struct spec_rdma *rdma = &resources->rdma[i];
		const char *text = rdma->name;

		if (text && rdma->hca_handles.set)
			text = arena_format(fields->arena, "%s hca_handle=%" PRIu64, text, rdma->hca_handles.value);
		if (text && rdma->hca_objects.set)
			text = arena_format(fields->arena, "%s hca_object=%" PRIu64, text, rdma->hca_objects.value);
		r = field_write_as(fields, field,
			(struct cgroup_write){.file = field->file,
				.text = text,
				.pointer = arena_format(fields->arena, "%s/%s", field->pointer, rdma->name)},
			e);
	}
	return r;
}

/* The limit of use, and of reservation where the kernel has one: a page reserved and not used counts there alone. */
static int add_hugepage(const struct cgroup_fields *fields, const struct cgroup_field *field, size_t i, struct err *e)
{
	const struct spec_hugepage_limit *limit = &fields->limits->resources->hugepage_limits[i];
	struct cgroup_write write = {
		.file = arena_format(fields->arena, "hugetlb.%s.%s", limit->page_size, field->file),
		.text = arena_format(fields->arena, "%" PRIu64, limit->limit_bytes),
		.pointer = arena_format(fields->arena, "%s/%zu", field->pointer, i),
	};
	int r;

	if (strchr(limit->page_size, '/')) {
		(void)err_set(
			e, EINVAL, "bad-page-size", "page size '%s' is none: '2MB' would be one", limit->page_size);
		return err_at(e, "%s/%zu/pageSize", field->pointer, i);
	}
	r = field_write_as(fields, field, write, e);
	if (r < 0)
		return r;
	write.flags = CGROUP_WRITE_OPTIONAL;
	write.file = arena_format(fields->arena, "hugetlb.%s.rsvd.%s", limit->page_size, field->file);
	return field_write_as(fields, field, write, e);
}

int field_add_hugepages(
	const struct cgroup_fields *fields, const struct cgroup_field *field, struct cgroup_value value, struct err *e)
{
	int r = 0;

	(void)value;
	for (size_t i = 0; r == 0 && i < fields->limits->resources->hugepage_limits_n; i++)
		r = add_hugepage(fields, field, i, e);
	return r;
}
