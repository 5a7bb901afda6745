/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what a guest's driver does to the file system device, and what its file server answers. */
#include "tests/fuzz/fuzz.h"

#include "tests/virtio/script.h"

#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct machine_device wish = {.kind = MACHINE_FS, .fs = {.server = 0, .tag = "fuzz"}};
	struct driver driver;
	int ends[2];

	FUZZ_EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
	driver_open(&driver, &wish, ends, 1);
	script_run(&(struct script){.driver = &driver, .peer = ends[1], .at = data, .end = data + size});
	driver_close(&driver);
	(void)close(ends[1]);
	return 0;
}
