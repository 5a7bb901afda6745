/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a spec from anybody. */
#include "config/parse_table.h"

#include <errno.h>
#include <inttypes.h>

static const struct key_range parse_any_signed = {INT64_MIN, INT64_MAX};
static const struct key_range parse_any_unsigned = {0, UINT64_MAX};

static bool parse_number_refuse(
	struct parse *p, const struct key *key, const struct json *node, int why, const struct key_range *range)
{
	const char *of = key->unit ? " of " : "", *unit = key->unit ? key->unit : "";

	if (why == -EINVAL)
		report_refuse_node(p->report, "spec-type", node, "want an integer%s%s", of, unit);
	else
		report_refuse_node(p->report, "spec-range", node, "want an integer%s%s from %" PRId64 " to %" PRIu64,
			of, unit, range->min, range->max);
	return false;
}

bool parse_signed(struct parse *p, const struct key *key, const struct json *node, int64_t *ret)
{
	const struct key_range *range = key->range ? key->range : &parse_any_signed;
	int64_t value = 0;
	int r = json_int64(node, &value);

	if (r == 0 && (value < range->min || (value > 0 && (uint64_t)value > range->max)))
		r = -ERANGE;
	if (r < 0)
		return parse_number_refuse(p, key, node, r, range);
	*ret = value;
	return true;
}

bool parse_unsigned(struct parse *p, const struct key *key, const struct json *node, uint64_t *ret)
{
	const struct key_range *range = key->range ? key->range : &parse_any_unsigned;
	uint64_t value = 0;
	int r = json_uint64(node, &value);

	if (r == 0 && (value > range->max || (range->min > 0 && value < (uint64_t)range->min)))
		r = -ERANGE;
	if (r < 0)
		return parse_number_refuse(p, key, node, r, range);
	*ret = value;
	return true;
}
