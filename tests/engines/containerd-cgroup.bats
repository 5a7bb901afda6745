# SPDX-License-Identifier: Apache-2.0
# containerd's own client where it matters what cgroups there are, and who makes them: in the lab as well.
bats_require_minimum_version 1.5.0
load ctr

@test "ctr task pause and resume" {
	make_container
	ctr_quietly task pause "$NAME"
	task_is PAUSED
	ctr_quietly task resume "$NAME"
	task_is RUNNING
	exec_in "$NAME" echo awake
	[ "$output" = awake ]
}

@test "ctr run: limits of memory and processors, and what ctr task metrics says of them" {
	make_container --memory-limit 67108864 --cpus 0.5
	local pid=$(pid_of_task)
	[ "$(in_cgroup "$pid" memory memory.limit_in_bytes memory.max)" = 67108864 ]
	[[ $(in_cgroup "$pid" cpu cpu.cfs_quota_us cpu.max) == 50000* ]]
	run_ctr task metrics --format json "$NAME"
	[ "$status" = 0 ]
	[ "$(jq .pids.current <<<"$output")" = 1 ]
	if is_cgroup_v2; then
		[ "$(jq .memory.usage_limit <<<"$output")" = 67108864 ]
		[ "$(jq .cpu.usage_usec <<<"$output")" -gt 0 ]
	else
		[ "$(jq .memory.usage.limit <<<"$output")" = 67108864 ]
		[ "$(jq .cpu.usage.total <<<"$output")" -gt 0 ]
	fi
}

@test "ctr task kill: the signal arrives; who has ended already is told so" {
	make_container
	run_ctr task rm "$NAME"
	[ "$status" != 0 ]
	ctr_quietly task kill --signal KILL "$NAME"
	wait_until 30 task_is STOPPED
	run_ctr task kill --signal KILL "$NAME"
	[[ $output == *'process already finished: not found'* ]]
	run_ctr task rm "$NAME"
	[[ $output == *'exit code 137'* ]]
	ctr_quietly container rm "$NAME"
	no_cgroup
}

no_cgroup() { ! cgroup_dirs "$NAME_PREFIX" | grep -E "$NAME(\.scope)?\$"; }

@test "ctr task kill --all, and one process by its exec id" {
	make_container
	ctr_quietly task exec --detach --exec-id one "$NAME" sleep 1001
	ctr_quietly task exec --detach --exec-id two "$NAME" sleep 1002
	ctr_quietly task kill --signal KILL --exec-id one "$NAME"
	wait_until 30 processes_are 2
	task_is RUNNING
	ctr_quietly task kill --all --signal KILL "$NAME"
	wait_until 30 task_is STOPPED
}
processes_are() { [ "$(ctr task ps "$NAME" | wc -l)" = $(($1 + 1)) ]; }

@test "ctr events: what happens to a task, a kill for lack of memory among it" {
	local log=$BATS_TEST_TMPDIR/events topic
	inside ctr --namespace "$NAMESPACE" events >"$log" 2>&1 </dev/null &
	local watching=$!
	make_container
	ctr_quietly task exec --exec-id e "$NAME" true
	ctr_quietly task pause "$NAME"
	ctr_quietly task resume "$NAME"
	ctr_quietly task rm --force "$NAME"
	ctr_quietly container rm "$NAME"
	ctr_run --memory-limit 16777216 -- sh -c 'tail /dev/zero & wait $!'
	wait_until 30 grep -q /tasks/oom "$log"
	kill "$watching"
	cat "$log"
	for topic in create start exec-added exec-started paused resumed exit delete; do
		grep -q "/tasks/$topic " "$log"
	done
}

@test "the shim is killed: containerd has cloche end whatever there was" {
	make_container
	ctr_quietly task exec --detach --exec-id e "$NAME" sh -c 'trap "" TERM; while :; do sleep 1; done'
	local pids=$(ctr task ps "$NAME" | awk 'NR > 1 { print $1 }')
	inside pkill -KILL -f "$(shim_of "$NAME")"
	wait_until 30 no_task
	local pid
	for pid in $pids; do wait_until 5 is_gone "$pid"; done
	no_cgroup
	ctr_quietly container rm "$NAME"
}
no_task() { ! ctr task ls | grep -q "^$NAME "; }

@test "nothing is left of all this but containerd" {
	wait_until 30 no_shim
	run inside find /run/containerd -path "*/runc/*/*" -prune -not -name '.*' # cloche's cache of filters
	echo "$output"
	[ -z "$output" ]
	! grep -q " $SCRATCH\| /run/containerd" /proc/self/mountinfo
}
