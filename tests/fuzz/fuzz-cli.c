/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a command line, a word a line (or up to a NUL), for the options of each verb
 * and the global ones. Values point into the words that were given, and what is left of these stands in its order.
 */
#include "tests/fuzz/fuzz.h"

#include "base/own.h"
#include "runtime/cli/cli.h"
#include "runtime/cli/values.h"

#include <signal.h>
#include <string.h>

enum { WORDS_MAX = 64 };

/* Each word in memory of its own, exactly as long, so that a sanitizer sees its end. */
struct given {
	int n;
	char *words[WORDS_MAX + 1];
};

static void given_split(struct given *given, const char *data, size_t size)
{
	while (size > 0 && given->n < WORDS_MAX) {
		size_t length = 0;

		while (length < size && data[length] != '\n' && data[length] != '\0')
			length++;
		given->words[given->n] = strndup(data, length);
		FUZZ_EXPECT(given->words[given->n++]);
		data += length;
		size -= length;
		if (size > 0) { /* what parts two words */
			data++;
			size--;
		}
	}
}

static void given_free(struct given *given)
{
	for (int i = 0; i < given->n; i++)
		free(given->words[i]);
}

static bool given_holds(const struct given *given, const char *value)
{
	for (int i = 0; i < given->n; i++)
		if (value >= given->words[i] && value <= given->words[i] + strlen(given->words[i]))
			return true;
	return false;
}

static void expect_value(const struct given *given, const struct cli_option *option, const void *values)
{
	const void *field = (const char *)values + option->offset;
	const struct cli_list *list = field;

	switch (option->kind) {
	case CLI_FLAG:
	case CLI_NUMBER:
		break; /* any is one */
	case CLI_TEXT:
		FUZZ_EXPECT(!*(const char *const *)field || given_holds(given, *(const char *const *)field));
		break;
	case CLI_LIST:
		for (size_t i = 0; i < list->n; i++)
			FUZZ_EXPECT(given_holds(given, list->items[i]));
		FUZZ_EXPECT(!list->items || !list->items[list->n]);
		break;
	}
}

/* What is left was given, in this order, and ends where argv ended. */
static void expect_left(const struct given *given, const struct cli_words *left)
{
	int at = 0;

	FUZZ_EXPECT(left->n >= 0 && left->n <= given->n && !left->items[left->n]);
	for (int i = 0; i < left->n; i++, at++) {
		while (at < given->n && given->words[at] != left->items[i])
			at++;
		FUZZ_EXPECT(at < given->n);
	}
}

struct table {
	const struct cli_option *options;
	size_t n, size;
	bool interspersed;
};

static void parse(const struct given *given, const struct table *table)
{
	own_mem void *values = calloc(1, table->size + 1);
	const struct cli_parser parser = {table->options, table->n, values, table->interspersed};
	char *words[WORDS_MAX + 1];
	struct cli_words left = {given->n, words};
	struct err e = ERR_NONE;

	memcpy(words, given->words, sizeof words);
	FUZZ_EXPECT(values);
	if (cli_parse(&parser, &left, &e) < 0)
		FUZZ_EXPECT(e.no > 0 && e.code[0] && e.text[0]);
	expect_left(given, &left);
	for (size_t i = 0; i < table->n; i++)
		expect_value(given, &table->options[i], values);
	cli_values_free(table->options, table->n, values);
}

/* A word as a number: what is taken is digits and nothing else. */
static void read_number(char *word)
{
	static const struct cli_option option = {"number", 'n', CLI_NUMBER, 0, "N", ""};
	struct cli_number number = {0};
	const struct cli_parser parser = {&option, 1, &number, false};
	char flag[] = "-n";
	char *words[] = {flag, word, NULL};
	struct err e = ERR_NONE;

	if (cli_parse(&parser, &(struct cli_words){2, words}, &e) == 0)
		FUZZ_EXPECT(number.set && *word && word[strspn(word, "0123456789")] == '\0');
}

/* A word as a value that verbs look at more closely. */
static void read_values(const char *word)
{
	struct err e = ERR_NONE;
	uint64_t id;
	int64_t ms;
	int signo;

	if (cli_value_id("--user", word, word + strcspn(word, ":"), &id, &e) == 0)
		FUZZ_EXPECT(id < UINT32_MAX);
	if (cli_value_signal(word, &signo, &e) == 0)
		FUZZ_EXPECT(signo > 0 && signo < NSIG);
	if (cli_value_duration("--interval", word, &ms, &e) == 0)
		FUZZ_EXPECT(ms > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct table global = {cli_global_options, cli_global_options_n, sizeof(struct cli_global), false};
	struct given given = {0};

	given_split(&given, (const char *)data, size);
	parse(&given, &global);
	for (size_t i = 0; i < cli_verbs_n; i++) {
		const struct cli_verb *verb = cli_verbs[i];

		parse(&given, &(struct table){verb->options, verb->options_n, verb->options_size, true});
		parse(&given, &(struct table){verb->options, verb->options_n, verb->options_size, false});
	}
	for (int i = 0; i < given.n; i++) {
		read_number(given.words[i]);
		read_values(given.words[i]);
	}
	given_free(&given);
	return 0;
}
