# SPDX-License-Identifier: Apache-2.0
# The socket device with a real guest's kernel: vsock-guest is its first process. Needs a KVM that is whole.
bats_require_minimum_version 1.5.0

setup() {
	"$CLOCHE_BUILD/tests/kvm/probe" >/dev/null || skip "needs a KVM that is whole"
	KERNEL=$("$BATS_TEST_DIRNAME/../../microvm/kernel/build" --print 2>/dev/null) || skip "needs the guest's kernel: meson compile -C build guest-kernel"
	command -v cpio >/dev/null || skip "needs cpio"
	mkdir "$BATS_TEST_TMPDIR/root"
	cp "$CLOCHE_BUILD/tests/kvm/vsock-guest" "$BATS_TEST_TMPDIR/root/init"
	(cd "$BATS_TEST_TMPDIR/root" && find . | cpio -o -H newc 2>/dev/null) >"$BATS_TEST_TMPDIR/initrd"
}

# echoed CLIENTS BYTES-EACH STREAM-BYTES
echoed() {
	run timeout 300 "$CLOCHE_BUILD/tests/kvm/vsock-host" "$CLOCHE_BUILD/microvm/cloche-vmm" "$KERNEL" \
		"$BATS_TEST_TMPDIR/initrd" "$@" 3>&-
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "kvm: a guest's streams carry 16 MiB there and back, and its status comes last" {
	echoed 1 1 16777216
}

@test "kvm: 200 connections to a guest carry bytes side by side" {
	echoed 200 20000 1
}
