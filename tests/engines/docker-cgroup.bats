# SPDX-License-Identifier: Apache-2.0
# Docker with cloche as its runtime: what goes by way of cgroups, and may differ between their two versions.

setup_file() {
	load docker
	set_up_docker
}
teardown_file() {
	load docker
	end_world
}
setup() {
	load docker
	begin_docker_test
}
teardown() { end_docker_test; }

# cpu_is QUOTA SHARES: of a period of 100 ms; version 2 has weights for shares
cpu_is() {
	if is_cgroup_v2; then
		in_cgroup_is "$1 100000" cpu - cpu.max
		in_cgroup_is "$((1 + ($2 - 2) * 9999 / 262142))" cpu - cpu.weight
	else
		in_cgroup_is "$1" cpu cpu.cfs_quota_us -
		in_cgroup_is "$2" cpu cpu.shares -
	fi
}

@test "docker stats" {
	start_box --memory 64m
	run docker stats --no-stream --format '{{.Name}} {{.PIDs}} {{.MemUsage}}' "$NAME"
	[[ $output == "$NAME 1 "*" / 64MiB" ]]
	[[ $output != *" 0B / "* ]]
}

@test "docker pause and unpause" {
	docker_quietly run --detach --name "$NAME" box sh -c 'while :; do date +%s%N >/now; sleep 0.05; done'
	docker_quietly pause "$NAME"
	inspect_is .State.Status paused
	local before=$(docker cp "$NAME:/now" - | tar -xO)
	run_docker exec "$NAME" true
	[[ $output == *"is paused"* ]]
	sleep 0.3
	[ "$(docker cp "$NAME:/now" - | tar -xO)" = "$before" ]
	docker_quietly unpause "$NAME"
	inspect_is .State.Status running
	wait_until 5 docker exec "$NAME" sh -c "[ \$(cat /now) != $before ]"
}

@test "docker update: memory, CPUs, pids, on what runs" {
	start_box --memory 64m --memory-swap 64m
	in_cgroup_is 67108864 memory memory.limit_in_bytes memory.max
	docker_quietly update --memory 96m --memory-swap 96m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --pids-limit 33 "$NAME"
	in_cgroup_is 100663296 memory memory.limit_in_bytes memory.max
	in_cgroup_is 33 pids pids.max pids.max
	in_cgroup_is 0 cpuset cpuset.cpus cpuset.cpus
	cpu_is 50000 512
	docker_quietly update --cpu-shares 256 "$NAME"
	in_cgroup_is 100663296 memory memory.limit_in_bytes memory.max
	in_cgroup_is 33 pids pids.max pids.max
	# what it was told is what a later start gets
	docker_quietly restart --time 0 "$NAME"
	in_cgroup_is 100663296 memory memory.limit_in_bytes memory.max
}

@test "docker run --memory: what takes more is killed, and Docker says so" {
	run_docker run --name "$NAME" --memory 16m --memory-swap 16m box sh -c 'dd if=/dev/zero of=/dev/null bs=64M count=1; exit $?'
	[ "$status" = 137 ]
	inspect_is .State.OOMKilled true
}

@test "--device: its name, its permissions, and none that was not given" {
	in_box --device /dev/kmsg:/dev/log/kernel:r --cap-add SYSLOG -- \
		sh -c 'true </dev/log/kernel && echo readable; true >/dev/log/kernel'
	[[ $output == readable*"Operation not permitted"* ]]
	in_box --cap-add MKNOD -- sh -c 'mknod /tmp/kmsg c 1 11; true </tmp/kmsg'
	[[ $output == *"Operation not permitted"* ]]
	in_box --cap-add SYSLOG --device-cgroup-rule 'c 1:11 r' -- sh -c 'mknod /tmp/kmsg c 1 11 && true </tmp/kmsg && echo readable'
	[ "$output" = readable ]
}

@test "--cgroupns, --cgroup-parent" {
	in_box --cgroupns private -- cat /proc/self/cgroup
	[[ $output != *"$NAME_PREFIX"* ]]
	in_box --cgroupns host --cgroup-parent "/$NAME_PREFIX/deeper" -- cat /proc/self/cgroup
	[[ $output == */$NAME_PREFIX/deeper/* ]]
	in_box --cgroupns host -- cat /proc/self/cgroup
	[[ $output == */$NAME_PREFIX/* ]]
}

@test "--memory, --cpus, --pids-limit and their kin" {
	start_box --memory 64m --memory-reservation 32m --memory-swap 80m --cpus 0.25 --cpu-shares 99 --cpuset-cpus 0 --pids-limit 44
	in_cgroup_is 67108864 memory memory.limit_in_bytes memory.max
	in_cgroup_is 33554432 memory memory.soft_limit_in_bytes memory.low
	in_cgroup_is 44 pids pids.max pids.max
	in_cgroup_is 0 cpuset cpuset.cpus cpuset.cpus
	cpu_is 25000 99
}

@test "--pids-limit: holds" {
	in_box --pids-limit 5 -- sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait'
	[[ $output == *"can't fork"* ]]
}
