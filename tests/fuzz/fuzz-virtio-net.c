/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what a guest's driver does to the network device, and the frames that arrive on one of its taps. */
#include "tests/fuzz/fuzz.h"

#include "tests/virtio/script.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct machine_device wish = {.kind = MACHINE_NET, .net = {.mac = {2, 0, 0, 0, 0, 1}, .mtu = 1500}};
	int taps[PAIRS], wire[PAIRS];
	struct driver driver;

	memset(wish.net.tap, MACHINE_NO_FD, sizeof wish.net.tap);
	for (uint8_t i = 0; i < PAIRS; i++) {
		int ends[2];

		FUZZ_EXPECT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
		taps[i] = ends[0];
		wire[i] = ends[1];
		wish.net.tap[i] = i;
	}
	driver_open(&driver, &wish, taps, PAIRS);
	script_run(&(struct script){.driver = &driver, .peer = wire[0], .at = data, .end = data + size});
	driver_close(&driver);
	for (unsigned int i = 0; i < PAIRS; i++)
		(void)close(wire[i]);
	return 0;
}
