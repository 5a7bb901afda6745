/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what a guest's driver does to the socket device, which has two ports and a client of the host's. */
#include "tests/fuzz/fuzz.h"

#include "tests/virtio/script.h"
#include "tests/virtio/vsock_guest.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vsock_guest guest;
	int in[2], out[2], client;

	(void)signal(SIGPIPE, SIG_IGN); /* as the program does */
	FUZZ_EXPECT(pipe2(in, O_CLOEXEC | O_NONBLOCK) == 0 && pipe2(out, O_CLOEXEC | O_NONBLOCK) == 0);
	vsock_guest_open(&guest, in[0], out[1]);
	client = vsock_guest_client(&guest);
	FUZZ_EXPECT(write(in[1], "typed", 5) == 5);
	script_run(&(struct script){.driver = &guest.driver, .peer = client, .at = data, .end = data + size});
	vsock_guest_close(&guest);
	(void)close(client);
	(void)close(in[1]);
	(void)close(out[0]);
	return 0;
}
