/* SPDX-License-Identifier: Apache-2.0 */
#include "config/names_write.h"

void names_write_member(struct json_writer *w, const char *key, const struct names *names, uint64_t bits)
{
	json_write_key(w, key);
	json_write_begin_array(w);
	for (size_t i = 0; i < names->n && i < 64; i++)
		if ((bits >> i & 1) && names->items[i])
			json_write_string(w, names->items[i]);
	json_write_end_array(w);
}
