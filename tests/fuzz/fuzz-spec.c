/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a spec: parsed, checked, expanded, checked again, written, and the same when it is read back. */
#include "tests/fuzz/fuzz.h"

#include "config/check.h"
#include "config/defaults.h"
#include "config/parse.h"
#include "config/write.h"

#include <string.h>

static void look_at_report(const struct report *report)
{
	own_text out = {0};
	struct err e = ERR_NONE;

	report_text(report, &out);
	report_json(report, true, &out);
	FUZZ_EXPECT(!report->failed);
	FUZZ_EXPECT((report_error(report, &e) < 0) == (report->errors_n > 0));
	for (const struct report_finding *f = report->first; f; f = f->next)
		FUZZ_EXPECT(*f->code && *f->message && (!*f->pointer || *f->pointer == '/'));
}

static void write_and_read_back(const struct spec *spec)
{
	own_text first = {0}, second = {0};
	own_spec again = {0};
	own_report report = {0};
	struct err e = ERR_NONE;

	FUZZ_EXPECT(spec_write(spec, true, &first, &e) == 0);
	FUZZ_EXPECT(spec_parse(text_string(&first), first.length, NULL, &again, &report, &e) == 0);
	FUZZ_EXPECT(report.warnings_n == 0);
	FUZZ_EXPECT(spec_write(&again, true, &second, &e) == 0);
	FUZZ_EXPECT(strcmp(text_string(&first), text_string(&second)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct expand_options options = {.rootless = size % 2, .uid = 1000, .gid = 100};
	own_spec spec = {0};
	own_report report = {0};
	struct err e = ERR_NONE;

	if (spec_parse((const char *)data, size, "spec.json", &spec, &report, &e) == 0) {
		spec_check(&spec, &report);
		write_and_read_back(&spec);
		FUZZ_EXPECT(spec_expand_for(&spec, &options, &e) == 0);
		spec_check(&spec, &report);
		write_and_read_back(&spec);
	}
	look_at_report(&report);
	return 0;
}
