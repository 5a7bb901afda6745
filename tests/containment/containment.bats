# SPDX-License-Identifier: Apache-2.0
# What a service can do to others: first that it can, where nothing is asked for, then that a limit holds it.
load ../verbs/helpers
load ../verbs/service
setup() {
	HELPERS=$BATS_TEST_DIRNAME/../verbs
	requires root
	begin_test
}
teardown() { end_test; }

# Fill 96 MiB of the service's memory, through a pipe that no disk or cache is behind: tail keeps the last "line".
USE_MEMORY='head -c 100663296 /dev/zero | tail -n 1 | wc -c'

# oom_kills PID: how often the kernel has killed in the service's cgroup
oom_kills() {
	local dir=$(cgroup_of "$1" memory)
	if is_cgroup_v2; then
		sed -n 's/^oom_kill //p' "$dir/memory.events"
	else
		sed -n 's/^oom_kill //p' "$dir/memory.oom_control"
	fi
}

@test "memory: without a limit, 96 MiB are had" {
	requires controller:memory
	output_of_script "$USE_MEMORY"
	[ "$output" = 100663296 ]
}

@test "memory: with a limit the service is killed, and it shows; its neighbour lives" {
	requires controller:memory
	local greedy neighbour
	command_is sleep 1000
	start_service
	neighbour=$ID

	new_id ID
	greedy=$ID
	edit_spec '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
	# the greedy part is a child, so that the cgroup is still there to be asked; all of it goes before the shell does
	script_is "(echo 1000 >/proc/self/oom_score_adj; $USE_MEMORY) >/tmp/said 2>&1; echo \$? >/tmp/ended; sleep 1000"
	start_service
	wait_until 20 [ -s "$BUNDLE/rootfs/tmp/ended" ]
	[ "$(oom_kills "$(pid_of "$greedy")")" -ge 1 ]
	[ "$(<"$BUNDLE/rootfs/tmp/said")" != 100663296 ]
	status_is "$neighbour" running
	[ "$(oom_kills "$(pid_of "$neighbour")")" = 0 ]
}

@test "memory: a service that is killed for it ends with 137" {
	requires controller:memory
	edit_spec '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
	command_is sh -c 'exec tail -n 1 /dev/zero'
	run_service
	fails_with 137 ''
}

# Processes that only wait: as many as there may be, then say how many there were.
FORK='n=0; while [ $n -lt 200 ]; do sleep 1000 & n=$((n + 1)); done 2>/dev/null; echo $n'

processes_of() { wc -l <"$(cgroup_of "$1" pids)/cgroup.procs"; }

@test "pids: without a limit, 200 processes are had" {
	requires controller:pids
	script_is "$FORK >/tmp/forked; wait"
	start_service
	wait_until 20 [ -s "$BUNDLE/rootfs/tmp/forked" ]
	[ "$(processes_of "$(pid_of "$ID")")" -ge 200 ]
}

@test "pids: with a limit a fork bomb stops at it, and others go on forking" {
	requires controller:pids
	edit_spec '.linux.resources.pids.limit = 20'
	# the first process takes no part, since a shell that cannot fork gives up
	script_is '{ bomb() { bomb | bomb & }; bomb; sleep 1000; } 2>/dev/null & exec sleep 1000'
	start_service
	local pid=$(pid_of "$ID")
	wait_until 20 limit_was_hit "$pid"
	[ "$(<"$(cgroup_of "$pid" pids)/pids.current")" -le 20 ]
	[ "$(sh -c 'sh -c "echo forked"')" = forked ]
	cloche delete --force "$ID"
}

limit_was_hit() { [ "$(sed -n 's/^max //p' "$(cgroup_of "$1" pids)/pids.events")" -gt 0 ]; }

# cpu_used PID: microseconds that its cgroup has used
cpu_used() {
	local dir
	if is_cgroup_v2; then
		sed -n 's/^usage_usec //p' "$(cgroup_of "$1" cpu)/cpu.stat"
	else
		dir=$(cgroup_of "$1" cpuacct)
		echo $(($(<"$dir/cpuacct.usage") / 1000))
	fi
}

# periods PID: how many periods of its quota the service has been through, and in how many of them it was held back
periods() { sed -n 's/^nr_periods //p; s/^nr_throttled //p' "$(cgroup_of "$1" cpu)/cpu.stat" | tr '\n' ' '; }

@test "cpu: without a quota nothing is held back" {
	requires controller:cpu
	script_is 'while :; do :; done'
	start_service
	local pid=$(pid_of "$ID")
	wait_until 20 has_used "$pid" 500000
	[ "$(periods "$pid")" = '0 0 ' ]
}

has_used() { [ "$(cpu_used "$1")" -ge "$2" ]; }
has_passed() { set -- $(periods "$1") "$2"; [ "$1" -ge "$3" ]; }

@test "cpu: a quota holds within a few percent over 5 seconds of its periods" {
	requires controller:cpu
	edit_spec '.linux.resources.cpu = {quota: 20000, period: 100000}'
	script_is 'while :; do :; done'
	start_service
	local pid=$(pid_of "$ID") before after used passed
	wait_until 20 has_passed "$pid" 2
	# usage by the kernel's own count of periods, not by our clock: a busy machine only makes it less
	set -- $(periods "$pid"); before=$1
	used=$(cpu_used "$pid")
	wait_until 60 has_passed "$pid" $((before + 50))
	used=$(($(cpu_used "$pid") - used))
	set -- $(periods "$pid"); after=$1
	passed=$((after - before))
	echo "used $used us in $passed periods of 20000 us, held back in $2"
	# what is begun at either end may be counted on either side
	[ "$used" -le $(((passed + 2) * 20000 * 105 / 100)) ]
	[ "$2" -gt 0 ]
}

@test "disk: without a size, a tmpfs takes 4 MiB" {
	edit_spec '.mounts += [{"destination": "/data", "type": "tmpfs", "source": "tmpfs"}]'
	output_of_script 'dd if=/dev/zero of=/data/file bs=64k count=64 2>/dev/null; stat -c %s /data/file'
	[ "$output" = 4194304 ]
}

@test "disk: a full tmpfs hurts only its owner" {
	edit_spec '.mounts += [{"destination": "/data", "type": "tmpfs", "source": "tmpfs", "options": ["size=1m"]}]'
	local full=$ID
	script_is 'dd if=/dev/zero of=/data/file bs=64k 2>/tmp/said; echo $? >/tmp/ended; sleep 1000'
	start_service
	wait_until 20 [ -s "$BUNDLE/rootfs/tmp/ended" ]
	[ "$(<"$BUNDLE/rootfs/tmp/ended")" = 1 ]
	grep -q 'No space left' "$BUNDLE/rootfs/tmp/said"
	new_id ID
	output_of_script 'echo fine >/data/file && cat /data/file'
	[ "$output" = fine ]
	status_is "$full" running
}
