# SPDX-License-Identifier: Apache-2.0
# Namespaces: a container's own, the host's, another container's; networks and published ports.
bats_require_minimum_version 1.5.0
load podman
setup_file() { begin_podman file:/etc/subuid file:/etc/subgid && give_ids; }
teardown_file() { end_podman; }
setup() { begin_podman_test; }
teardown() { end_podman_test; }

# namespace KIND [OF-PROCESS]: which one a container is in; or the process
namespace() { readlink "/proc/${2:-$(pid_of)}/ns/$1"; }
namespace_of_run() { podman run --rm "${@:2}" box readlink "/proc/self/ns/$1"; }

@test "podman run: namespaces of its own, unless told otherwise" {
	make_container
	local kind
	for kind in mnt pid net ipc uts; do
		[ "$(namespace $kind)" != "$(namespace $kind "$KEEPER")" ]
	done
	[ "$(namespace user)" = "$(namespace user "$KEEPER")" ]
}

@test "podman run --network, --pid, --ipc, --uts host" {
	[ "$(namespace_of_run net --network host)" = "$(namespace net "$KEEPER")" ]
	[ "$(namespace_of_run ipc --ipc host)" = "$(namespace ipc "$KEEPER")" ]
	[ "$(namespace_of_run uts --uts host)" = "$(namespace uts "$KEEPER")" ]
	[ "$(namespace_of_run pid --pid host)" = "$(namespace pid "$KEEPER")" ]
}

@test "podman run --pid host: kill, stop and exec reach what runs" {
	make_container --pid host
	run_podman exec "$NAME" readlink /proc/self/ns/pid
	[ "$output" = "$(namespace pid "$KEEPER")" ]
	local pid=$(pid_of)
	podman_quietly stop --time 0 "$NAME"
	wait_until 10 [ ! -e "/proc/$pid" ]
}

@test "podman run --network, --pid, --ipc, --uts container:" {
	make_container --ipc shareable
	[ "$(namespace_of_run net --network "container:$NAME")" = "$(namespace net)" ]
	[ "$(namespace_of_run ipc --ipc "container:$NAME")" = "$(namespace ipc)" ]
	[ "$(namespace_of_run uts --uts "container:$NAME")" = "$(namespace uts)" ]
	run_podman run --rm --pid "container:$NAME" box sh -c 'cat /proc/1/cmdline | tr "\0" " "'
	[ "$output" = 'sleep 1000 ' ]
}

@test "podman run --network ns: a namespace that is there already" {
	in_keeper ip netns add "$NAME"
	in_keeper ip -n "$NAME" link add name mark type bridge
	run_podman run --rm --network "ns:/run/netns/$NAME" box ip link show mark
	[ "$status" = 0 ]
	in_keeper ip netns delete "$NAME"
}

@test "podman run --cgroupns and --cgroup-parent" {
	local name=$NAME_PREFIX-parent
	run_podman run --rm --cgroupns private box cat /proc/self/cgroup
	[[ $output != *libpod* && $output == *:/* ]]
	run_podman run --rm --cgroupns host --cgroup-parent "/$name" box cat /proc/self/cgroup
	[[ $output == *:/$name/libpod-* ]]
	# podman made it, and leaves it
	wait_until 5 rmdir_of "$name"
}
rmdir_of() { find /sys/fs/cgroup -depth -type d -path "*/$1*" -exec rmdir {} +; }

@test "podman run --userns auto and --uidmap: ids of its own, files that are root's" {
	prints '0 100000 500 0:0' --userns auto:size=500 box sh -c 'cat /proc/self/uid_map; touch /x; stat -c %u:%g /x'
	prints '0 110000 5000 33' --uidmap 0:110000:5000 --gidmap 0:120000:5000 --user 33 box sh -c 'cat /proc/self/uid_map; id -u'
}

@test "podman run --userns container: and exec into it" {
	make_container --uidmap 0:110000:5000
	[ "$(namespace_of_run user --userns "container:$NAME")" = "$(namespace user)" ]
	run_podman exec "$NAME" sh -c 'id -u; readlink /proc/self/ns/user'
	[ "${lines[*]}" = "0 $(namespace user)" ]
}

@test "podman run: volumes of the ids that the container has" {
	mkdir -p "$SCRATCH/owned"
	run_podman run --rm --uidmap 0:110000:5000 --volume "$SCRATCH/owned:/v:U" box sh -c 'touch /v/x; stat -c %u /v/x'
	[ "$output" = 0 ]
	[ "$(stat -c %u "$SCRATCH/owned/x")" = 110000 ]
}

@test "podman run --network none: only a loopback device" {
	run_podman run --rm --network none box sh -c 'ip -o link | grep -vc NOARP'
	[ "$output" = 1 ]
}

served() { in_keeper busybox wget -qO- "http://$1/passwd"; }

@test "podman run --publish: reached from the host, by the bridge and by the port" {
	make_container_that_serves --network bridge --publish 8080:80
	wait_until 10 served 127.0.0.1:8080
	run -0 served "$(podman inspect --format '{{.NetworkSettings.IPAddress}}' "$NAME")"
	[[ $output == root:* ]]
	[ "$(podman port "$NAME")" = '80/tcp -> 0.0.0.0:8080' ]
}
make_container_that_serves() { podman_quietly run --detach --name "$NAME" "$@" box httpd -f -p 80 -h /etc; }

@test "podman network: connect and disconnect a container that runs; an address of one's own" {
	podman_quietly network create --disable-dns --subnet 10.77.0.0/24 "$NAME"
	make_container --network "$NAME" --ip 10.77.0.9 --mac-address 02:00:00:00:00:09
	run_podman exec "$NAME" ip -o addr show eth0
	[[ $output == *10.77.0.9/24* ]]
	run_podman exec "$NAME" ip -o link show eth0
	[[ $output == *02:00:00:00:00:09* ]]
	podman_quietly network disconnect "$NAME" "$NAME"
	run podman exec "$NAME" ip link show eth0
	[ "$status" != 0 ]
	podman_quietly network connect "$NAME" "$NAME"
	run -0 podman exec "$NAME" ip link show eth0
	podman_quietly rm --force --time 0 "$NAME"
	podman_quietly network rm "$NAME"
}

@test "podman run --dns, --add-host: files that podman writes for it" {
	run_podman run --rm --network bridge --dns 192.0.2.1 --add-host tower:192.0.2.2 box cat /etc/resolv.conf /etc/hosts
	[[ $output == *'nameserver 192.0.2.1'* ]]
	[[ $output == *192.0.2.2*tower* ]]
}
