/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what a guest's driver does to the rng device. */
#include "tests/fuzz/fuzz.h"

#include "tests/virtio/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct machine_device wish = {.kind = MACHINE_RNG};
	struct driver driver;

	driver_open(&driver, &wish, NULL, 0);
	script_run(&(struct script){.driver = &driver, .peer = -1, .at = data, .end = data + size});
	driver_close(&driver);
	return 0;
}
