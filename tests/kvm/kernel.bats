# SPDX-License-Identifier: Apache-2.0
# cloche-vmm boots a kernel to its panic: there is no root for it. Needs a KVM that is whole, and the guest's kernel.
bats_require_minimum_version 1.5.0

setup() {
	"$CLOCHE_BUILD/tests/kvm/probe" >/dev/null || skip "needs a KVM that is whole"
	KERNEL=${CLOCHE_GUEST_KERNEL:-}
	[ -n "$KERNEL" ] || KERNEL=$("$BATS_TEST_DIRNAME/../../microvm/kernel/build" --print 2>/dev/null) ||
		skip "needs the guest's kernel: meson compile -C build guest-kernel"
}

# boot_kernel OPTION…: the console is in $output
boot_kernel() {
	run --separate-stderr timeout 300 "$CLOCHE_BUILD/tests/kvm/boot" -m 256 -f mask-xsave "$@" \
		"$CLOCHE_BUILD/microvm/cloche-vmm" "$KERNEL" 3>&-
	echo "status $status"
	echo "$output" | tail -20
	echo "$stderr"
}

panicked() {
	[ "$status" -eq 125 ]
	grep -q "Kernel panic - not syncing: VFS: Unable to mount root fs" <<<"$output"
	grep -q "^ended panic " <<<"$stderr"
}

@test "kvm: a kernel boots by an MP table, speaks by the serial port, finds its clock and its devices" {
	boot_kernel -f no-acpi -f serial -d console -d rng -d balloon -a "console=ttyS0 panic=-1 reboot=t"
	panicked
	grep -q "clocksource: Switched to clocksource kvm-clock" <<<"$output"
	grep -q "virtio-mmio: Registering device virtio-mmio.2 at 0xd0002000" <<<"$output"
	! grep -qi "firmware bug\|unchecked MSR\|APIC: *error" <<<"$output"
}

@test "kvm: a kernel speaks by the virtio console" {
	boot_kernel -f no-acpi -d console -a "console=hvc0 panic=-1 reboot=t"
	panicked
}

@test "kvm: a kernel starts all its processors" {
	boot_kernel -c 4 -f no-acpi -f serial -a "console=ttyS0 panic=-1 reboot=t"
	panicked
	grep -q "smp: Brought up 1 node, 4 CPUs" <<<"$output"
}

@test "kvm: memory lies on both sides of the hole" {
	boot_kernel -m 3500 -f no-acpi -f serial -a "console=ttyS0 panic=-1 reboot=t"
	panicked
	grep -q "BIOS-e820: \[mem 0x0000000100000000-0x000000011abfffff\] usable" <<<"$output"
}

@test "kvm: a distribution's kernel boots from a bzImage by ACPI, with all its processors" {
	KERNEL=${CLOCHE_DEBIAN_KERNEL:-}
	[ -n "$KERNEL" ] || skip "needs Debian's kernel: the lab has one"
	boot_kernel -c 2 -f serial -a "console=ttyS0 loglevel=7 panic=-1 reboot=t"
	panicked
	grep -q "smp: Brought up 1 node, 2 CPUs" <<<"$output"
	grep -q "ACPI: Interpreter enabled" <<<"$output"
	! grep -qi "ACPI Error\|ACPI BIOS Error\|ACPI Warning" <<<"$output"
}
