# SPDX-License-Identifier: Apache-2.0
# Linux's own drivers against cloche-vmm's devices. Needs a KVM that is whole, and the guest's kernel.
bats_require_minimum_version 1.5.0

setup() {
	"$CLOCHE_BUILD/tests/kvm/probe" >/dev/null || skip "needs a KVM that is whole"
	KERNEL=$("$BATS_TEST_DIRNAME/../../microvm/kernel/build" --print 2>/dev/null) || skip "needs the guest's kernel: meson compile -C build guest-kernel"
	command -v cpio >/dev/null || skip "needs cpio"
	[ -x /bin/busybox ] || skip "needs busybox-static"
}

# initramfs: one whose first process is the shell script on standard input, with busybox's commands
initramfs() {
	local root=$BATS_TEST_TMPDIR/initramfs
	mkdir -p "$root"/{bin,dev,proc,sys}
	cp /bin/busybox "$root/bin/busybox"
	{
		printf '%s\n' '#!/bin/busybox sh' '/bin/busybox --install -s /bin' 'export PATH=/bin' \
			'mount -t devtmpfs none /dev; mount -t proc none /proc; mount -t sysfs none /sys' \
			'exec >/dev/hvc0 2>&1' 'say() { echo "said $*"; }'
		cat
		echo 'reboot -f'
	} >"$root/init"
	chmod +x "$root/init"
	(cd "$root" && find . | cpio --quiet -o -H newc) >"$BATS_TEST_TMPDIR/initrd"
}

# guest OPTION…: what it says is in $output
guest() {
	run --separate-stderr timeout 120 "$CLOCHE_BUILD/tests/kvm/boot" -m 256 -f mask-xsave -f no-acpi -d console \
		-i "$BATS_TEST_TMPDIR/initrd" -a "console=hvc0 quiet panic=-1 reboot=t" "$@" \
		"$CLOCHE_BUILD/microvm/cloche-vmm" "$KERNEL" 3>&-
	output=$(tr -d '\r' <<<"$output")
	echo "status $status"
	echo "$output"
	echo "$stderr"
}

sum_of() {
	sha256sum <"$1" | cut -c-64
}

said() {
	grep -qx "said $*" <<<"$output"
}

@test "devices: a disk keeps what is written, by every queue, and forgets what is discarded" {
	local disk=$BATS_TEST_TMPDIR/disk
	truncate -s 32M "$disk"
	initramfs <<-'END'
		say serial $(cat /sys/block/vda/serial) sectors $(cat /sys/block/vda/size) queues $(ls /sys/block/vda/mq | wc -l)
		for i in 0 1 2 3; do
			dd if=/dev/urandom of=/dev/vda bs=1M seek=$((i * 8)) count=8 conv=fsync 2>/dev/null &
		done
		wait
		blkdiscard -o 1048576 -l 1048576 /dev/vda && say discarded
		sync
		echo 3 >/proc/sys/vm/drop_caches
		say sum $(sha256sum </dev/vda | cut -c-64)
		say zeroes $(dd if=/dev/vda bs=1M skip=1 count=1 2>/dev/null | tr -d '\0' | wc -c)
	END
	guest -c 2 -b "$disk"
	said "serial disk-of-a-test sectors 65536 queues 2"
	said discarded
	said "zeroes 0"
	said "sum $(sum_of "$disk")"
	[ "$(dd if="$disk" bs=1M count=1 status=none | tr -d '\0' | wc -c)" -gt 900000 ]
}

@test "devices: a disk has a file system that survives its driver" {
	local disk=$BATS_TEST_TMPDIR/disk
	truncate -s 32M "$disk"
	initramfs <<-'END'
		mke2fs /dev/vda >/dev/null 2>&1
		mkdir /mnt
		mount -t ext4 /dev/vda /mnt && seq 100000 >/mnt/numbers && umount /mnt
		device=$(basename $(readlink /sys/block/vda/device))
		for i in 1 2 3 4 5; do
			dd if=/dev/vda of=/dev/null bs=1M 2>/dev/null &
			echo $device >/sys/bus/virtio/drivers/virtio_blk/unbind
			wait
			echo $device >/sys/bus/virtio/drivers/virtio_blk/bind
		done
		mount -t ext4 /dev/vda /mnt && say lines $(wc -l </mnt/numbers) sum $(md5sum </mnt/numbers | cut -c-32)
		umount /mnt
	END
	guest -b "$disk"
	said "lines 100000 sum $(seq 100000 | md5sum | cut -c-32)"
}

@test "devices: a disk that is read only is not written" {
	local disk=$BATS_TEST_TMPDIR/disk
	head -c 1M /dev/urandom >"$disk"
	initramfs <<-'END'
		say read only $(cat /sys/block/vda/ro)
		dd if=/dev/zero of=/dev/vda bs=512 count=1 conv=fsync 2>/dev/null || say refused
		say sum $(sha256sum </dev/vda | cut -c-64)
	END
	guest -r "$disk"
	said "read only 1"
	said refused
	said "sum $(sum_of "$disk")"
}

@test "devices: a guest has the host's entropy" {
	initramfs <<-'END'
		say source $(cat /sys/class/misc/hw_random/rng_current)
		say bytes $(head -c 100000 /dev/hwrng | wc -c)
		say kinds $(head -c 4096 /dev/hwrng | od -An -v -tx1 -w1 | sort -u | wc -l)
	END
	guest -d rng
	said "source virtio_rng.0"
	said "bytes 100000"
	said "kinds 256"
}

@test "devices: a balloon's driver is content" {
	initramfs <<-'END'
		say driver $(basename $(readlink /sys/bus/virtio/devices/virtio1/driver))
		for i in 1 2 3; do
			echo virtio1 >/sys/bus/virtio/drivers/virtio_balloon/unbind
			echo virtio1 >/sys/bus/virtio/drivers/virtio_balloon/bind
		done
		say status $(cat /sys/bus/virtio/devices/virtio1/status)
	END
	guest -d balloon
	said "driver virtio_balloon"
	said "status 0x0000000f"
}

@test "devices: frames go both ways, whole segments too" {
	[ -w /dev/net/tun ] || skip "needs /dev/net/tun"
	local tap=cltest$((RANDOM % 1000)) server
	initramfs <<-'END'
		ip link set eth0 up
		ip addr add 10.213.7.2/24 dev eth0
		say address $(cat /sys/class/net/eth0/address)
		ping -c 3 -W 5 10.213.7.1 >/dev/null && say answered
		for i in 1 2 3 4 5 6 7 8 9 10; do
			nc 10.213.7.1 7000 >/bytes && break
			sleep 1
		done
		say sum $(sha256sum </bytes | cut -c-64)
		nc 10.213.7.1 7001 </bytes
	END
	head -c 20M /dev/urandom >"$BATS_TEST_TMPDIR/bytes"
	(
		for _ in $(seq 100); do ip link show "$tap" && break; sleep 0.1; done
		ip addr add 10.213.7.1/24 dev "$tap"
		ip link set "$tap" up
		timeout 100 busybox nc -l -p 7000 <"$BATS_TEST_TMPDIR/bytes"
	) >/dev/null 2>&1 3>&- &
	server=$!
	mkfifo "$BATS_TEST_TMPDIR/silence"
	exec 8<>"$BATS_TEST_TMPDIR/silence" # an input that never ends: at its end nc leaves
	timeout 100 busybox nc -l -p 7001 <&8 >"$BATS_TEST_TMPDIR/back" 3>&- &
	guest -n "$tap"
	wait "$server" || true
	said "address 02:00:00:00:00:01"
	said answered
	said "sum $(sum_of "$BATS_TEST_TMPDIR/bytes")"
	cmp "$BATS_TEST_TMPDIR/bytes" "$BATS_TEST_TMPDIR/back"
}
