/* SPDX-License-Identifier: Apache-2.0 */
/* The value of linux.seccomp, from its text to a program. What compiles is a program that the kernel would take. */
#include "tests/fuzz/fuzz.h"

#include "base/own.h"
#include "config/parse.h"
#include "seccomp/cache_key.h"
#include "seccomp/compile.h"

#include <linux/filter.h>

enum { TEXT_MAX = 64 * 1024 };

/* The kernel's own rules that a program can break: its length, where jumps lead, how it ends. */
static void program_is_whole(const struct seccomp_filter *filter)
{
	FUZZ_EXPECT(filter->length > 0 && filter->length <= BPF_MAXINSNS);
	FUZZ_EXPECT(BPF_CLASS(filter->program[filter->length - 1].code) == BPF_RET);
	for (size_t i = 0; i < filter->length; i++) {
		const struct sock_filter *insn = &filter->program[i];

		if (insn->code == (BPF_JMP | BPF_JA))
			FUZZ_EXPECT(insn->k < filter->length - i - 1);
		else if (BPF_CLASS(insn->code) == BPF_JMP)
			FUZZ_EXPECT(insn->jt < filter->length - i - 1 && insn->jf < filter->length - i - 1);
	}
}

static void compile(const struct spec_seccomp *spec)
{
	own_seccomp_filter filter = {0};
	own_text key = {0};
	struct err e = ERR_NONE;

	if (seccomp_cache_key(spec, &key, &e) == 0 && seccomp_compile(spec, &filter, &e) == 0)
		program_is_whole(&filter);
	else
		FUZZ_EXPECT(e.no > 0 && e.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report report = {0};
	struct err e = ERR_NONE;
	own_text text = {0};
	own_spec spec = {0};

	if (size > TEXT_MAX)
		return 0;
	text_add(&text, "{\"ociVersion\":\"1.3.0\",\"linux\":{\"seccomp\":");
	text_add_bytes(&text, (const char *)data, size);
	text_add(&text, "}}");
	if (!text.failed && spec_parse(text.data, text.length, NULL, &spec, &report, &e) == 0 && spec.linux &&
		spec.linux->seccomp)
		compile(spec.linux->seccomp);
	report_free(&report);
	return 0;
}
