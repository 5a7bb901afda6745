# SPDX-License-Identifier: Apache-2.0
# Pods where it matters what cgroups there are, and who makes them: in the lab as well.
bats_require_minimum_version 1.5.0
load cri

@test "cri: stats" {
	run_pod
	run_container one '.linux.resources.memory_limit_in_bytes = 67108864' sh -c 'i=0; while :; do i=$((i + 1)); done'
	wait_until 30 has_used_time
	run_cri ContainerStats "$(about "$CONTAINER")"
	[ "$(jq -r .stats.memory.working_set_bytes.value <<<"$output")" -gt 0 ]
}
has_used_time() {
	[ "$(cri ContainerStats "$(about "$CONTAINER")" | jq -r .stats.cpu.usage_core_nano_seconds.value)" -gt 100000000 ]
}

@test "cri: resources are set, then changed, and what is nought or not told stays" {
	run_pod
	run_container one '.linux.resources = {memory_limit_in_bytes: 67108864, cpu_quota: 20000, cpu_period: 100000,
		cpu_shares: 512, oom_score_adj: 500}'
	local pid=$(pid_of_container "$CONTAINER")
	memory_is 67108864
	[ "$(inside cat "/proc/$pid/oom_score_adj")" = 500 ]
	quota_is 20000 100000
	update "$CONTAINER" '{memory_limit_in_bytes: 134217728}'
	memory_is 134217728
	quota_is 20000 100000
	update "$CONTAINER" '{cpu_quota: 50000, cpu_period: 100000, memory_limit_in_bytes: 0, cpu_shares: 0}'
	memory_is 134217728
	quota_is 50000 100000
	[ "$(in_cgroup "$pid" cpu cpu.shares cpu.weight)" = "$(is_cgroup_v2 && echo 59 || echo 512)" ]
	exec_in "$CONTAINER" sh -c 'echo x >/dev/null && mknod /tmp/disk b 8 0 && cat /tmp/disk'
	[[ $output == *'Operation not permitted' ]]
}
memory_is() { [ "$(in_cgroup "$pid" memory memory.limit_in_bytes memory.max)" = "$1" ]; }
quota_is() {
	if is_cgroup_v2; then
		[ "$(in_cgroup "$pid" cpu - cpu.max)" = "$1 $2" ]
	else
		[ "$(in_cgroup "$pid" cpu cpu.cfs_quota_us -)" = "$1" ]
	fi
}

@test "cri: stop: a signal, and after the time limit the end" {
	run_pod
	run_container polite . sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done'
	local polite=$CONTAINER
	run_container deaf . sh -c 'trap "" TERM; while :; do sleep 0.1; done'
	cri StopContainer "$(about "$polite" | jq '.timeout = 30')"
	[ "$(status_of "$polite" exit_code)" = 9 ]
	cri StopContainer "$(about "$CONTAINER" | jq '.timeout = 1')"
	[ "$(status_of "$CONTAINER" exit_code)" = 137 ]
	cri RemoveContainer "$(about "$CONTAINER")"
	run_cri ContainerStatus "$(about "$CONTAINER")"
	[[ $output == NOT_FOUND* ]]
}

@test "cri: a container that the kernel killed for lack of memory is told as that" {
	run_pod
	run_container one '.linux.resources.memory_limit_in_bytes = 16777216' sh -c 'tail /dev/zero'
	wait_until 60 state_is "$CONTAINER" EXITED
	[ "$(status_of "$CONTAINER" reason)" = OOMKilled ]
}

@test "cri: the pod's shim is killed: whatever there was of it ends, and it can be removed" {
	run_pod
	run_container one .
	local pid=$(pid_of_container "$CONTAINER")
	inside pkill -KILL -f "$(shim_of "$POD")"
	wait_until 30 is_gone "$pid"
	wait_until 30 state_is "$CONTAINER" EXITED
	cri StopPodSandbox "$(about_pod "$POD")"
	cri RemovePodSandbox "$(about_pod "$POD")"
}

@test "cri: nothing is left of all this but containerd" {
	[ "$(cri ListPodSandbox '{}' | jq -c .items)" = '[]' ]
	wait_until 30 no_shim
	run inside find /run/containerd -path "*/runc/*/*" -prune -not -name '.*' # cloche's cache of filters
	[ -z "$output" ]
	run inside ls /run/containerd/io.containerd.grpc.v1.cri/netns
	[ -z "$output" ]
}
