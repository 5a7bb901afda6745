# SPDX-License-Identifier: Apache-2.0
# What a service sees of files: its root, mounts, covered paths, devices.
load helpers
load service
setup() { begin_test; }
teardown() { end_test; }

@test "files: the root is the bundle's, and only that" {
	touch "$BUNDLE/rootfs/mark"
	output_of_script 'ls / | tr "\n" " "; ls /../mark; grep -c . /proc/self/mountinfo'
	[[ $output == *mark* ]]
	[[ $output != *lost+found* ]]
}

@test "files: no mount of the host is seen" {
	output_of_script 'cut -d" " -f5 /proc/self/mountinfo'
	local line
	for line in "${lines[@]}"; do
		case $line in
		/ | /proc | /proc/* | /dev | /dev/* | /sys | /sys/*) ;;
		*) echo "a mount too much: $line"; return 1 ;;
		esac
	done
}

@test "files: a root that is read-only" {
	edit_spec '.root.readonly = true'
	script_is 'touch /file'
	run_service
	fails_with 1 'Read-only file system'
	output_of_script 'touch /dev/shm/file && echo fine'
	[ "$output" = fine ]
	edit_spec '.root.readonly = false'
	output_of_script 'touch /file'
}

@test "files: masked paths are empty, read-only ones cannot be written" {
	mkdir -p "$BUNDLE/rootfs/secret" "$BUNDLE/rootfs/fixed"
	echo hidden >"$BUNDLE/rootfs/secret/file"
	echo hidden >"$BUNDLE/rootfs/key"
	output_of_script 'cat /key /secret/file'
	[ "${lines[*]}" = 'hidden hidden' ]
	edit_spec '.linux.maskedPaths = ["/secret", "/key", "/not/there"] | .linux.readonlyPaths = ["/fixed", "/proc/sys", "/not/there"]'
	output_of_script 'cat /key; ls -A /secret'
	[ -z "$output" ]
	script_is 'touch /fixed/x'
	run_service
	fails_with 1 'Read-only file system'
	script_is 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	run_service
	[ "$status" != 0 ]
}

@test "files: a mount of each common kind" {
	requires root
	mkdir "$BATS_TEST_TMPDIR/data"
	echo content >"$BATS_TEST_TMPDIR/data/file"
	edit_spec '.mounts += [
		{"destination": "/data", "type": "bind", "source": $data, "options": ["rbind", "ro"]},
		{"destination": "/deep/er/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["size=64k", "mode=700", "noexec"]},
		{"destination": "/etc/one", "type": "bind", "source": ($data + "/file"), "options": ["bind"]}]' --arg data "$BATS_TEST_TMPDIR/data"
	output_of_script 'cat /data/file /etc/one; stat -c %a /deep/er/tmp; touch /data/x || echo refused'
	[[ $output == content$'\n'content$'\n'700* ]]
	[[ $output == *refused ]]
	[ ! -e "$BATS_TEST_TMPDIR/data/x" ]
}

@test "files: a mount does not follow a link out of the root" {
	mkdir "$BATS_TEST_TMPDIR/outside"
	ln -s "$BATS_TEST_TMPDIR/outside" "$BUNDLE/rootfs/link"
	edit_spec '.mounts += [{"destination": "/link/sub", "type": "tmpfs", "source": "tmpfs"}]'
	command_is true
	run_service
	echo "$output"
	[ -z "$(ls -A "$BATS_TEST_TMPDIR/outside")" ]
}

@test "files: /dev has the default devices and links" {
	output_of_script 'for d in null zero full random urandom tty; do [ -c /dev/$d ] || echo no $d; done
		for l in fd stdin stdout stderr ptmx; do readlink /dev/$l; done
		stat -c %a /dev/null; echo lost >/dev/null; head -c 3 /dev/zero | wc -c'
	[ "${lines[*]}" = '/proc/self/fd /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 pts/ptmx 666 3' ]
}

@test "files: a device of the spec, with its mode and owner" {
	edit_spec '.linux.devices = [{"path": "/dev/mine", "type": "c", "major": 1, "minor": 3, "fileMode": 432, "uid": 5, "gid": 6}, {"path": "/dev/fifo", "type": "p", "fileMode": 4480}]'
	output_of_script 'stat -c "%a %u %g %t:%T" /dev/mine; stat -c "%a %F" /dev/fifo'
	[ "${lines[0]}" = '660 5 6 1:3' ]
	# engines put the bits of its type into the mode
	[ "${lines[1]}" = '600 fifo' ]
}

@test "files: a device that the spec does not allow cannot be opened" {
	requires controller:devices
	edit_spec '.process.capabilities |= map_values(. + ["CAP_MKNOD"])'
	# 1:1 is the machine's memory; the node can be made, and is only a name
	script_is 'mknod /tmp/mem c 1 1 && head -c 1 /tmp/mem'
	run_service
	fails_with 1 'head: /tmp/mem: Operation not permitted'
	edit_spec 'del(.linux.resources.devices)'
	rm "$BUNDLE/rootfs/tmp/mem"
	run_service
	fails_with 1 'head: /tmp/mem: Operation not permitted'
}

@test "files: a device that the spec allows can be opened" {
	requires file:/dev/loop-control
	edit_spec '.process.capabilities |= map_values(. + ["CAP_MKNOD"])'
	edit_spec '.linux.resources.devices += [{"allow": true, "type": "c", "major": 10, "minor": 237, "access": "rwm"}]'
	output_of_script 'mknod -m 666 /tmp/loop-control c 10 237 && : </tmp/loop-control && echo opened'
	[ "$output" = opened ]
}

@test "files: kernel parameters of its namespaces, which are not the host's" {
	local host=$(</proc/sys/net/ipv4/ip_forward)
	edit_spec '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.shmmax": "65536"}'
	output_of_script 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax'
	[ "${lines[*]}" = '1 65536' ]
	[ "$(</proc/sys/net/ipv4/ip_forward)" = "$host" ]
	edit_spec '.linux.sysctl = {"vm.swappiness": "1"}'
	script_is 'cat /proc/sys/vm/swappiness'
	run_service
	if is_namespaces; then fails_with 125 vm.swappiness; else fails_with 0 1; fi
}

@test "files: mounts of the service do not reach the host, nor those of the host the service" {
	edit_spec '.mounts += [{"destination": "/data", "type": "tmpfs", "source": "tmpfs"}]'
	mkdir -p "$BUNDLE/rootfs/late"
	command_is sleep 1000
	start_service
	! grep -q "$BUNDLE/rootfs/data" /proc/self/mountinfo
	mount -t tmpfs tmpfs "$BUNDLE/rootfs/late"
	! grep -q ' /late ' "/proc/$(pid_of "$ID")/mountinfo"
	umount "$BUNDLE/rootfs/late"
}

@test "files: without a mount namespace it is refused" {
	only_namespaces "a guest always has one of its own"
	edit_spec '.linux.namespaces |= map(select(.type != "mount")) | .mounts = []'
	run_service
	fails_with 125 'mount namespace'
}
