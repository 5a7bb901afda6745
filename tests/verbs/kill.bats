# SPDX-License-Identifier: Apache-2.0
load helpers
load service
setup() { begin_test; }
teardown() { end_test; }

# traps_are_set: start a service that writes down the signal it gets, and then ends
note_signal() {
	script_is 'for s in HUP INT QUIT USR1 USR2 TERM; do trap "echo $s >/tmp/got; exit 0" $s; done; touch /tmp/ready; while :; do sleep 0.05; done'
	rm -f "$BUNDLE"/rootfs/tmp/*
	start_service
	wait_until 10 [ -e "$BUNDLE/rootfs/tmp/ready" ]
}

got_signal() {
	wait_until 10 status_is "$ID" stopped
	echo "got $(<"$BUNDLE/rootfs/tmp/got"), want $1"
	[ "$(<"$BUNDLE/rootfs/tmp/got")" = "$1" ]
	cloche delete "$ID"
}

@test "kill: TERM unless told otherwise" {
	note_signal
	cloche kill "$ID"
	got_signal TERM
}

@test "kill: by number and by name" {
	local signal
	for signal in $(few 1 10 USR1 SIGUSR1 sigusr1); do
		note_signal
		cloche kill "$ID" "$signal"
		got_signal USR1
	done
}

@test "kill: signals that are none are refused" {
	command_is sleep 1000
	start_service
	local signal
	for signal in 65 -1 NONSENSE 9x ''; do
		run_cloche kill "$ID" "$signal"
		echo "'$signal'"
		fails_with 1 ''
	done
	status_is "$ID" running
}

@test "kill: signal 0 asks whether there is somebody, and sends nothing" {
	command_is sleep 1000
	start_service
	cloche kill "$ID" 0
	status_is "$ID" running
	cloche kill "$ID" KILL
	wait_until 10 status_is "$ID" stopped
	run_cloche kill "$ID" 0
	fails_with 1 'not running'
}

@test "kill: a created service can be killed" {
	command_is sleep 1000
	create_service
	cloche kill "$ID" KILL
	wait_until 10 status_is "$ID" stopped
	cloche delete "$ID"
}

@test "kill: what has stopped, in the words engines know" {
	command_is true
	start_service
	wait_until 10 status_is "$ID" stopped
	run_cloche kill "$ID" TERM
	fails_with 1 'container not running'
}

@test "kill: no such id, in the words engines know" {
	run_cloche kill "$ID" TERM
	fails_with 1 'does not exist'
}

@test "kill: an environment as podman gives it" {
	command_is sleep 1000
	start_service
	env -i XDG_RUNTIME_DIR= "$CLOCHE" --root "$STATE" kill "$ID" 9
	wait_until 10 status_is "$ID" stopped
}

@test "kill --all reaches every process, in front of the id and behind it" {
	edit_spec '.linux.namespaces |= map(select(.type != "pid"))'
	script_is 'sleep 1001 & sleep 1002 & touch /tmp/ready; wait'
	start_service
	wait_until 10 [ -e "$BUNDLE/rootfs/tmp/ready" ]
	cloche kill --all "$ID" 9
	wait_until 10 status_is "$ID" stopped
	wait_until 10 no_process_in_cgroup
}

no_process_in_cgroup() { ! grep -ls "$ID" /proc/[0-9]*/cgroup; }

@test "kill --all reaches what a dead first process has left" {
	only_namespaces "a machine ends with the service's first process"
	edit_spec '.linux.namespaces |= map(select(.type != "pid"))'
	script_is 'sleep 1001 >/dev/null 2>&1 & exit 0'
	start_service
	wait_until 10 status_is "$ID" stopped
	cloche kill --all "$ID" KILL
	wait_until 10 no_process_in_cgroup
}

@test "kill: arguments that make no sense are refused" {
	run_cloche kill
	fails_with 1 'cloche kill'
	run_cloche kill "$ID" 9 10
	[ "$status" = 1 ]
	run_cloche kill --signal 9 "$ID"
	fails_with 1 signal
}
