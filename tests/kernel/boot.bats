# SPDX-License-Identifier: Apache-2.0
# The guest's kernel, as it was built, boots on an emulated machine without PCI and ACPI, and has what guests need.
load ../verbs/helpers

setup_file() {
	requires tool:qemu-system-x86_64 tool:busybox tool:cpio
	[ -n "${CLOCHE_GUEST_KERNEL:-}" ] || skip "needs the guest's kernel: meson compile -C build guest-kernel"
	export SAID=$BATS_FILE_TMPDIR/said
	make_initramfs
	boot
}

make_initramfs() {
	local tree=$BATS_FILE_TMPDIR/tree
	mkdir -p "$tree"/{bin,dev,proc,sys}
	cp "$(command -v busybox)" "$tree/bin/"
	cp "$BATS_TEST_DIRNAME/init" "$tree/init"
	(cd "$tree" && find . | cpio -o -H newc --quiet) >"$BATS_FILE_TMPDIR/initramfs"
}

# One instruction takes one nanosecond: the clock of this machine counts instructions.
boot() {
	timeout 240 qemu-system-x86_64 -M microvm,acpi=off -accel tcg -icount shift=0,sleep=off -cpu max -m 256 -nodefaults \
		-kernel "$CLOCHE_GUEST_KERNEL" -initrd "$BATS_FILE_TMPDIR/initramfs" \
		-append "console=ttyS0 quiet reboot=t panic=-1" -device virtio-rng-device -device virtio-balloon-device \
		-display none -serial stdio -monitor none -no-reboot </dev/null 2>&1 3>&- | tr -d '\r' >"$SAID"
}

# has SECTION WORD…: the guest has shown each of them
has() {
	local section=$1 word
	shift
	for word; do
		grep -qxF "$section: $word" "$SAID" || { echo "the guest shows no $section '$word':"; grep -v '^log: ' "$SAID"; return 1; }
	done
}

@test "guest kernel: the machine of a guest, with a clock and the devices that its command line names" {
	has clock tsc-early
	has cpus 1
	has release "$(sed -n 's/^# Linux.x86_64 \([0-9.]*\) Kernel.*/\1/p' "${CLOCHE_GUEST_KERNEL%/*}/config")-cloche"
	has driver virtio_balloon virtio_blk virtio_console virtio_mem virtio_net virtio_pmem virtio_rng virtio_rproc_serial \
		virtiofs vmw_vsock_virtio_transport
	has device console fuse hwrng kmsg loop-control net null ttyS0 vsock
}

@test "guest kernel: file systems" {
	has filesystem binfmt_misc cgroup2 devpts devtmpfs erofs ext2 ext4 fuse hugetlbfs mqueue overlay proc squashfs sysfs tmpfs virtiofs
}

@test "guest kernel: namespaces, cgroups, filters" {
	has namespace cgroup ipc mnt net pid time user uts
	has controller cpu cpuset hugetlb io memory pids
	has seccomp allow errno kill_process kill_thread log trace trap user_notif
	grep -q '^log: .* landlock: Up and running' "$SAID"
}

# Without a paravirtual clock a kernel measures its timers: what takes a tenth of a second is such a wait.
@test "guest kernel: the instructions to its first process are in bounds" {
	local millions=$(sed -n 's/^log: \[ *\([0-9.]*\)\].*/\1/p' "$SAID" | awk '$1 - last < 0.1 { sum += $1 - last } { last = $1 } END { print int(sum * 1000) }')
	echo "millions of instructions: $millions"
	[ "$millions" -gt 20 ]
	[ "$millions" -lt 85 ]
}
