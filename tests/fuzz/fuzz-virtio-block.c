/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as what a guest's driver does to a disk of several queues. Whatever it does, the disk keeps its size.
 */
#include "tests/fuzz/fuzz.h"

#include "tests/virtio/script.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DISK_BYTES = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct machine_device wish = {.kind = MACHINE_BLOCK, .block = {.fd = 0, .queues = 2, .serial = "fuzz"}};
	int disk = memfd_create("disk", MFD_CLOEXEC), fds[1];
	struct driver driver;

	FUZZ_EXPECT(disk >= 0 && ftruncate(disk, DISK_BYTES) == 0);
	fds[0] = fcntl(disk, F_DUPFD_CLOEXEC, 0);
	driver_open(&driver, &wish, fds, 1);
	script_run(&(struct script){.driver = &driver, .peer = -1, .at = data, .end = data + size});
	driver_close(&driver);
	FUZZ_EXPECT(lseek(disk, 0, SEEK_END) == DISK_BYTES);
	(void)close(disk);
	return 0;
}
