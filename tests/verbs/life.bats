# SPDX-License-Identifier: Apache-2.0
# ps, pause, resume, update, events: what is done with a service while it runs.
load helpers
load service
setup() {
	begin_test
	command_is sleep 1000
}
teardown() { end_test; }

@test "ps: the host's numbers, as JSON and as a table" {
	only_namespaces "the host's numbers are of the machine's processes"
	script_is 'sleep 1006 & exec sleep 1000'
	start_service
	local pid=$(pid_of "$ID")
	wait_until 10 has_two
	cloche ps --format json "$ID" 2>/dev/null | jq -e --argjson pid "$pid" 'length == 2 and index($pid) != null'
	run_cloche ps "$ID"
	[[ $output == *"$pid"* ]]
	[[ $output == *sleep* ]]
}

has_two() { [ "$(cloche ps --format json "$ID" | jq length)" = 2 ]; }

@test "pause: nothing moves, and resume lets it go on" {
	script_is 'n=0; while :; do n=$((n + 1)); echo $n >/tmp/n; sleep 0.02; done'
	start_service
	wait_until 10 [ -s "$BUNDLE/rootfs/tmp/n" ]
	cloche pause "$ID"
	status_is "$ID" paused
	local before=$(stat -c %Y.%y "$BUNDLE/rootfs/tmp/n")
	sleep 0.3
	[ "$(stat -c %Y.%y "$BUNDLE/rootfs/tmp/n")" = "$before" ]
	cloche resume "$ID"
	status_is "$ID" running
	wait_until 10 has_changed "$before"
}

has_changed() { [ "$(stat -c %Y.%y "$BUNDLE/rootfs/tmp/n")" != "$1" ]; }

@test "pause: what a paused service refuses, and what ends it" {
	start_service
	cloche pause "$ID"
	run_cloche pause "$ID"
	fails_with 1 paused
	run_cloche delete "$ID"
	fails_with 1 paused
	run within 20 "$CLOCHE" --root "$STATE" exec "$ID" true
	[ "$status" != 0 ]
	[[ $output == *paused* ]]
	within 20 "$CLOCHE" --root "$STATE" delete --force "$ID"
	nothing_is_left
}

@test "pause: a signal that kills reaches a paused service" {
	start_service
	cloche pause "$ID"
	cloche kill "$ID" KILL
	wait_until 10 status_is "$ID" stopped
}

@test "pause: a service that is created, too: nothing enters it, it does not start, and it goes" {
	create_service
	cloche pause "$ID"
	status_is "$ID" paused
	run within 20 "$CLOCHE" --root "$STATE" exec "$ID" true
	fails_with 125 paused
	run_cloche start "$ID"
	fails_with 1 paused
	cloche resume "$ID"
	status_is "$ID" created
	cloche pause "$ID"
	within 20 "$CLOCHE" --root "$STATE" delete --force "$ID"
	nothing_is_left
}

@test "resume: what is not paused is refused" {
	start_service
	run_cloche resume "$ID"
	fails_with 1 'not paused'
}

@test "pause, resume, ps, update: no such id, and what has stopped" {
	local verb
	for verb in pause resume ps 'update --pids-limit 5' 'events --stats'; do
		run_cloche $verb "$ID"
		fails_with 1 'does not exist'
	done
	command_is true
	start_service
	wait_until 10 status_is "$ID" stopped
	for verb in pause resume; do
		run_cloche $verb "$ID"
		fails_with 1 'container not running'
	done
}

# A guest keeps some of the limits itself: they are to be seen in the service alone.
show_cgroup() {
	is_namespaces ||
		edit_spec '.mounts += [{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["ro"]}]'
}

# kept_is CONTROLLER FILE-ON-V1 VALUE FILE-ON-V2 VALUE: as limit_is, where a guest keeps the limit
kept_is() {
	if is_namespaces; then
		limit_is "$(pid_of "$ID")" "$@"
	else
		[ "$(cloche exec "$ID" cat "/sys/fs/cgroup/$4" 3>&-)" = "$5" ]
	fi
}

@test "update: by options" {
	requires controller:memory controller:pids controller:cpu
	show_cgroup
	start_service
	cloche update --memory 64m --pids-limit 33 --cpu-quota 30000 --cpu-period 100000 "$ID"
	kept_is memory memory.limit_in_bytes 67108864 memory.max 67108864
	kept_is pids pids.max 33 pids.max 33
	limit_is "$(pid_of "$ID")" cpu cpu.cfs_quota_us 30000 cpu.max '30000 100000'
}

@test "update: by a file, and by standard input, in both forms that engines use" {
	requires controller:pids
	show_cgroup
	start_service
	echo '{"pids": {"limit": 41}}' >"$BATS_TEST_TMPDIR/resources"
	cloche update --resources="$BATS_TEST_TMPDIR/resources" "$ID"
	kept_is pids pids.max 41 pids.max 41
	echo '{"pids": {"limit": 42}}' | cloche update --resources - "$ID"
	kept_is pids pids.max 42 pids.max 42
	echo '{"pids": {"limit": 43}}' | cloche update --resources=- "$ID"
	kept_is pids pids.max 43 pids.max 43
}

@test "update: zeroes, as dockerd sends them, leave what is set" {
	requires controller:memory controller:pids controller:cpu
	edit_spec '.linux.resources += {memory: {limit: 67108864}, cpu: {quota: 50000, period: 100000}}'
	show_cgroup
	start_service
	local pid=$(pid_of "$ID")
	echo '{"memory": {"limit": 0, "reservation": 0, "swap": 0, "kernel": 0}, "cpu": {"shares": 0, "quota": 0, "period": 0, "cpus": "", "mems": ""}, "pids": {"limit": 51}, "blockIO": {"weight": 0}}' |
		cloche update --resources - "$ID"
	kept_is pids pids.max 51 pids.max 51
	limit_is "$pid" memory memory.limit_in_bytes "$(of_whole 67108864)" memory.max "$(of_whole 67108864)"
	limit_is "$pid" cpu cpu.cfs_quota_us 50000 cpu.max '50000 100000'
}

@test "update: what makes no sense is refused, and changes nothing" {
	requires controller:pids
	edit_spec '.linux.resources.pids.limit = 61'
	show_cgroup
	start_service
	run_cloche update --memory nonsense "$ID"
	[ "$status" = 1 ]
	echo '{"pids": {"limit": "many"}}' >"$BATS_TEST_TMPDIR/resources"
	run_cloche update --resources "$BATS_TEST_TMPDIR/resources" "$ID"
	fails_with 1 pids
	run_cloche update --resources /no/such/file "$ID"
	fails_with 1 /no/such/file
	kept_is pids pids.max 61 pids.max 61
}

@test "events --stats: one line of JSON with what the service uses" {
	only_namespaces "what is counted on the host is the whole machine"
	requires controller:memory controller:pids
	edit_spec '.linux.resources += {pids: {limit: 71}, memory: {limit: 67108864}}'
	start_service
	run_cloche events --stats "$ID"
	[ "$status" = 0 ]
	jq -e --arg id "$ID" '.type == "stats" and .id == $id and .data.pids.current == 1 and .data.pids.limit == 71 and .data.memory.usage.limit == 67108864 and (.data.cpu.usage.total >= 0)' <<<"$output"
}
