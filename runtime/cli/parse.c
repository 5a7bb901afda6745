/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct cli_option *cli_option_by_name(
	const struct cli_option *options, size_t n, const char *name, size_t length)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(options[i].name, name, length) == 0 && !options[i].name[length])
			return &options[i];
	return NULL;
}

static const struct cli_option *cli_option_by_letter(const struct cli_option *options, size_t n, char letter)
{
	for (size_t i = 0; i < n; i++)
		if (options[i].letter && options[i].letter == letter)
			return &options[i];
	return NULL;
}

static int cli_set_flag(const struct cli_option *option, bool *field, const char *value, struct err *e)
{
	if (value && strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
		return err_set(e, EINVAL, "usage", "--%s: found '%s', want true or false", option->name, value);
	*field = !value || strcmp(value, "true") == 0;
	return 0;
}

static int cli_set_number(const struct cli_option *option, struct cli_number *field, const char *value, struct err *e)
{
	char *end;

	errno = 0;
	field->value = strtoul(value, &end, 10);
	field->set = true;
	/* strtoul(3) would take blanks and signs, and turn " -1" into the largest number */
	if (errno || *value < '0' || *value > '9' || *end)
		return err_set(e, EINVAL, "usage", "--%s: found '%s', want a number", option->name, value);
	return 0;
}

static int cli_add_item(struct cli_list *list, const char *value, struct err *e)
{
	const char **items = reallocarray(list->items, list->n + 2, sizeof *items);

	if (!items)
		return err_nomem(e);
	items[list->n++] = value;
	items[list->n] = NULL;
	list->items = items;
	return 0;
}

static int cli_set(const struct cli_option *option, void *values, const char *value, struct err *e)
{
	void *field = (char *)values + option->offset;

	switch (option->kind) {
	case CLI_FLAG:
		return cli_set_flag(option, field, value, e);
	case CLI_TEXT:
		*(const char **)field = value;
		return 0;
	case CLI_NUMBER:
		return cli_set_number(option, field, value, e);
	case CLI_LIST:
		return cli_add_item(field, value, e);
	}
	return 0;
}

/* The value behind an option, its own word or the next; NULL for a flag without one. */
static int cli_value(const struct cli_option *option, const char *attached, struct cli_words *words,
	const char **ret_value, struct err *e)
{
	*ret_value = attached;
	if (attached || option->kind == CLI_FLAG)
		return 0;
	if (words->n < 1)
		return err_set(e, EINVAL, "usage", "flag needs an argument: --%s %s", option->name, option->argument);
	*ret_value = words->items[0];
	words->items++;
	words->n--;
	return 0;
}

/* -abc VALUE: flags a and b, then c with its value. */
static int cli_parse_letters(const struct cli_parser *p, struct cli_words *words, const char *letters, struct err *e)
{
	int r = 0;

	for (; *letters && r == 0; letters++) {
		const struct cli_option *option = cli_option_by_letter(p->options, p->n, *letters);
		const char *value;

		if (!option)
			return err_set(e, EINVAL, "usage", "unknown option '-%c'", *letters);
		if (option->kind == CLI_FLAG) {
			r = cli_set(option, p->values, NULL, e);
			continue;
		}
		r = cli_value(option, letters[1] ? letters + 1 + (letters[1] == '=') : NULL, words, &value, e);
		return r ? r : cli_set(option, p->values, value, e);
	}
	return r;
}

static int cli_parse_name(const struct cli_parser *p, struct cli_words *words, const char *name, struct err *e)
{
	size_t length = strcspn(name, "=");
	const struct cli_option *option = cli_option_by_name(p->options, p->n, name, length);
	const char *value;
	int r;

	if (!option)
		return err_set(e, EINVAL, "usage", "unknown option '--%.*s'", (int)length, name);
	r = cli_value(option, name[length] ? name + length + 1 : NULL, words, &value, e);
	return r ? r : cli_set(option, p->values, value, e);
}

int cli_parse(const struct cli_parser *p, struct cli_words *words, struct err *e)
{
	char **first = words->items;
	int kept = 0, r = 0;

	while (words->n > 0 && r == 0) {
		char *word = words->items[0];

		if (word[0] != '-' || !word[1]) {
			if (!p->interspersed)
				break;
			first[kept++] = word; /* behind what is read already */
		}
		words->items++;
		words->n--;
		if (strcmp(word, "--") == 0)
			break;
		if (word[0] == '-' && word[1] == '-')
			r = cli_parse_name(p, words, word + 2, e);
		else if (word[0] == '-' && word[1])
			r = cli_parse_letters(p, words, word + 1, e);
	}
	/* the kept arguments, then whatever was not looked at, which stays where it is: argv may be executed again */
	words->items -= kept;
	memmove(words->items, first, (size_t)kept * sizeof *first);
	words->n += kept;
	return r;
}

void cli_values_free(const struct cli_option *options, size_t n, void *values)
{
	for (size_t i = 0; i < n; i++) {
		struct cli_list *list = (void *)((char *)values + options[i].offset);

		if (options[i].kind != CLI_LIST)
			continue;
		free(list->items);
		*list = (struct cli_list){0};
	}
}
