# SPDX-License-Identifier: Apache-2.0
load helpers
load service
setup() { begin_test; }
teardown() { end_test; }

@test "delete: nothing is left of a service that has stopped" {
	command_is true
	start_service
	wait_until 10 status_is "$ID" stopped
	cloche delete "$ID"
	nothing_is_left
	run_cloche state "$ID"
	fails_with 1 'does not exist'
}

@test "delete: a running service is refused, and runs on" {
	command_is sleep 1000
	start_service
	run_cloche delete "$ID"
	fails_with 1 running
	status_is "$ID" running
}

@test "delete: a created service goes" {
	command_is sleep 1000
	create_service
	cloche delete "$ID"
	nothing_is_left
}

@test "delete --force ends a service in any status" {
	command_is sleep 1000
	create_service
	cloche delete --force "$ID"
	nothing_is_left
	start_service
	cloche delete -f "$ID"
	nothing_is_left
}

@test "delete --force ends a service that ignores signals, with all its processes" {
	edit_spec '.linux.namespaces |= map(select(.type != "pid"))'
	script_is 'trap "" TERM INT HUP; sleep 1000 & sleep 1000 & wait'
	start_service
	cloche delete --force "$ID"
	nothing_is_left
}

@test "delete --force of an id that is not there is a success" {
	run_cloche delete --force "$ID"
	[ "$status" = 0 ]
	[ -z "$output" ]
}

@test "delete of an id that is not there, in the words engines know" {
	run_cloche delete "$ID"
	fails_with 1 'does not exist'
}

@test "delete --force twice at once" {
	command_is sleep 1000
	start_service
	cloche delete --force "$ID" 3>&- &
	cloche delete --force "$ID"
	wait $!
	nothing_is_left
}

@test "delete: the id can be used again at once" {
	command_is sleep 1000
	local n
	for n in $(few 2 1 2 3); do
		start_service
		cloche delete --force "$ID"
	done
}

@test "delete: the cgroup goes with its children" {
	command_is sleep 1000
	start_service
	local dir=$(cgroup_of "$(pid_of "$ID")" pids)
	mkdir -p "$dir/child/grandchild"
	cloche delete --force "$ID"
	[ ! -e "$dir" ]
}

@test "delete: the mounts made for it are gone from the host" {
	local before=$(wc -l </proc/self/mountinfo)
	edit_spec '.mounts += [{"destination": "/data", "type": "tmpfs", "source": "tmpfs"}]'
	command_is sleep 1000
	start_service
	[ "$(wc -l </proc/self/mountinfo)" = "$before" ]
	cloche delete --force "$ID"
	[ "$(wc -l </proc/self/mountinfo)" = "$before" ]
}

@test "delete --force of what was killed before its state was written" {
	mkdir -p "$STATE/$ID"
	status_is "$ID" creating
	cloche delete --force "$ID"
	[ ! -e "$STATE/$ID" ]
	mkdir -p "$STATE/$ID"
	echo '{}' >"$STATE/$ID/spec.json"
	cloche delete --force "$ID"
	[ ! -e "$STATE/$ID" ]
}

@test "delete: arguments that make no sense are refused" {
	run_cloche delete
	fails_with 1 'cloche delete'
	run_cloche delete one two
	[ "$status" = 1 ]
	run_cloche delete --fast "$ID"
	fails_with 1 fast
	run_cloche delete --force ../../etc
	fails_with 1 'invalid id'
}
