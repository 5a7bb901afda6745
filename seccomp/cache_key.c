/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/cache_key.h"

#include "seccomp/compile.h"

#include <string.h>

/* To be raised with every change of what is compiled from the same spec, and of the key or the entries themselves. */
enum { CACHE_FORMAT = 1 };

static void key_add(struct text *out, uint64_t number)
{
	text_add_bytes(out, (const char *)&number, sizeof number);
}

static void key_add_optional(struct text *out, bool set, uint64_t number)
{
	key_add(out, set);
	key_add(out, set ? number : 0);
}

static void key_add_arg(struct text *out, const struct spec_seccomp_arg *arg)
{
	key_add(out, arg->index);
	key_add(out, arg->op);
	key_add(out, arg->value);
	key_add(out, arg->value_two);
}

static void key_add_rule(struct text *out, const struct spec_seccomp_rule *rule)
{
	key_add(out, rule->action);
	key_add_optional(out, rule->errno_ret.set, rule->errno_ret.value);
	key_add(out, rule->args_n);
	for (size_t i = 0; i < rule->args_n; i++)
		key_add_arg(out, &rule->args[i]);
	key_add(out, rule->names.n);
	for (size_t i = 0; i < rule->names.n; i++) /* with its NUL, which ends it */
		text_add_bytes(out, rule->names.items[i], strlen(rule->names.items[i]) + 1);
}

int seccomp_cache_key(const struct spec_seccomp *spec, struct text *out, struct err *e)
{
	struct seccomp_compiler compiler = seccomp_compiler_identify();

	key_add(out, CACHE_FORMAT);
	key_add(out, compiler.version);
	key_add(out, compiler.architecture);
	key_add(out, spec->default_action);
	key_add_optional(out, spec->default_errno_ret.set, spec->default_errno_ret.value);
	key_add_optional(out, spec->architectures.set, spec->architectures.bits);
	key_add_optional(out, spec->flags.set, spec->flags.bits);
	key_add(out, spec->listener_path != NULL); /* where it leads to changes nothing */
	key_add(out, spec->syscalls_n);
	for (size_t i = 0; i < spec->syscalls_n; i++)
		key_add_rule(out, &spec->syscalls[i]);
	return out->failed ? err_nomem(e) : 0;
}

static uint64_t hash_step(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio: odd, its bits well spread */
	return hash ^ hash >> 32;
}

uint64_t seccomp_cache_hash(uint64_t seed, const void *bytes, size_t length)
{
	const char *at = bytes;
	uint64_t hash = hash_step(seed, length), word;

	for (; length >= sizeof word; length -= sizeof word, at += sizeof word) {
		memcpy(&word, at, sizeof word);
		hash = hash_step(hash, word);
	}
	word = 0;
	memcpy(&word, at, length);
	return hash_step(hash, word);
}
