/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what a guest's driver does to the console, and what is typed into it. */
#include "tests/fuzz/fuzz.h"

#include "tests/virtio/script.h"

#include <fcntl.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct machine_device wish = {.kind = MACHINE_CONSOLE, .console = {.log = MACHINE_NO_FD, .in = 0}};
	struct driver driver;
	int in[2];

	FUZZ_EXPECT(pipe2(in, O_CLOEXEC) == 0 && fcntl(in[1], F_SETFL, O_NONBLOCK) == 0);
	driver_open(&driver, &wish, in, 1);
	script_run(&(struct script){.driver = &driver, .peer = in[1], .at = data, .end = data + size});
	driver_close(&driver);
	(void)close(in[1]);
	return 0;
}
