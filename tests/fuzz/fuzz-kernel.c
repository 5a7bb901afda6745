/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a kernel's image: it is refused, or its entry and all that it is told lie in the guest's memory. */
#include "tests/fuzz/fuzz.h"

#include "base/own.h"
#include "microvm/vmm/x86/boot.h"

#include <sys/mman.h>

enum { MEMORY = 32 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	own_fd kernel = memfd_create("kernel", MFD_CLOEXEC), initrd = memfd_create("initrd", MFD_CLOEXEC);
	struct guest_memory memory;
	struct boot_entry entry;
	struct err e = ERR_NONE;

	FUZZ_EXPECT(kernel >= 0 && initrd >= 0);
	FUZZ_EXPECT(write(kernel, data, size) == (ssize_t)size && write(initrd, "initrd", 6) == 6);
	FUZZ_EXPECT(guest_memory_make(MEMORY, 0, &memory, &e) == 0);
	if (boot_load(&(struct boot_wish){.kernel = kernel,
			      .initrd = initrd,
			      .command_line = "quiet",
			      .vcpus = size % 64 + 1,
			      .devices_n = size % 16,
			      .acpi = size % 2},
		    &memory, &entry, &e) == 0) {
		FUZZ_EXPECT(guest_slice(&memory, entry.rip, 1) && guest_slice(&memory, entry.info, GUEST_PAGE));
	} else {
		FUZZ_EXPECT(e.no > 0 && *e.text && *e.code);
	}
	guest_memory_free(&memory);
	return 0;
}
