/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what a guest's driver does to a device's registers and rings; the device itself only echoes. */
#include "tests/fuzz/fuzz.h"

#include "tests/virtio/echo.h"
#include "tests/virtio/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct echo_test *t;
	void *state;

	(void)echo_set_up(&state);
	t = state;
	script_run(&(struct script){.driver = &t->driver, .peer = -1, .at = data, .end = data + size});
	FUZZ_EXPECT(t->driver.failed == 0);
	(void)echo_tear_down(&state);
	return 0;
}
