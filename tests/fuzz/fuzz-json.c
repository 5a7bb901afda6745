/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as JSON. What is taken can be found by its pointer, and is the same when written and read again. */
#include "tests/fuzz/fuzz.h"

#include "config/json.h"
#include "config/json_write.h"
#include "config/utf8.h"

#include <string.h>

enum { POINTERS_MAX = 200 };

static void write_tree(const struct json *node, struct json_writer *w, struct text *numbers);

static void write_children(const struct json *node, struct json_writer *w, struct text *numbers)
{
	for (const struct json *child = node->first; child; child = child->next) {
		FUZZ_EXPECT(child->parent == node && (node->kind == JSON_OBJECT) == (child->key != NULL));
		if (child->key)
			json_write_key(w, child->key);
		write_tree(child, w, numbers);
	}
}

static void write_number(const struct json *node, struct json_writer *w, struct text *numbers)
{
	int64_t i;
	uint64_t u;
	double d;

	if (json_int64(node, &i) == 0)
		json_write_int(w, i);
	else if (json_uint64(node, &u) == 0)
		json_write_uint(w, u);
	else
		json_write_null(w);
	if (json_double(node, &d) == 0)
		text_format(numbers, "%a ", d);
}

static void write_string(const struct json *node, struct json_writer *w)
{
	FUZZ_EXPECT(strlen(node->text) == node->length);
	for (size_t i = 0; i < node->length;) {
		size_t n = utf8_length(node->text + i, node->length - i);

		FUZZ_EXPECT(n > 0);
		i += n;
	}
	json_write_bytes(w, node->text, node->length);
}

/* Recursion is as deep as the tree, which has a limit. */
static void write_tree(const struct json *node, struct json_writer *w, struct text *numbers)
{
	switch (node->kind) {
	case JSON_NULL:
		json_write_null(w);
		break;
	case JSON_BOOL:
		json_write_bool(w, node->boolean);
		break;
	case JSON_NUMBER:
		write_number(node, w, numbers);
		break;
	case JSON_STRING:
		write_string(node, w);
		break;
	case JSON_ARRAY:
		json_write_begin_array(w);
		write_children(node, w, numbers);
		json_write_end_array(w);
		break;
	case JSON_OBJECT:
		json_write_begin_object(w);
		write_children(node, w, numbers);
		json_write_end_object(w);
		break;
	}
}

static void find_by_pointer(const struct json *tree, const struct json *node, unsigned int *left)
{
	own_text pointer = {0}, description = {0};

	if (*left == 0)
		return;
	--*left;
	json_pointer(node, &pointer);
	json_describe(node, &description);
	FUZZ_EXPECT(json_at(tree, text_string(&pointer)) == node);
	FUZZ_EXPECT(json_nearest(tree, text_string(&pointer)) == node);
	text_add(&pointer, "/~0\n");
	(void)json_nearest(tree, text_string(&pointer)); /* may be anything that exists */
	for (const struct json *child = node->first; child; child = child->next)
		find_by_pointer(tree, child, left);
}

static bool read_json(const char *text, size_t length, struct arena *arena, struct text *out)
{
	struct json_source source = {.text = text, .length = length, .limits.nodes = 5000};
	struct json_writer w = {.out = out, .indented = true};
	const struct json *tree = NULL;
	struct json_place place = {0};
	struct err e = ERR_NONE;
	own_text numbers = {0};
	unsigned int left = POINTERS_MAX;
	int r = json_parse_at(&source, arena, &tree, &place, &e);

	FUZZ_EXPECT((r == 0) == (tree != NULL));
	FUZZ_EXPECT(r == 0 || (e.no == -r && e.code[0] && e.text[0] && place.line > 0 && place.column > 0));
	if (r < 0)
		return false;
	write_tree(tree, &w, &numbers);
	find_by_pointer(tree, tree, &left);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	own_arena arena = {0};
	own_text first = {0}, second = {0};

	if (!read_json((const char *)data, size, &arena, &first))
		return 0;
	FUZZ_EXPECT(read_json(text_string(&first), first.length, &arena, &second));
	FUZZ_EXPECT(strcmp(text_string(&first), text_string(&second)) == 0);
	return 0;
}
