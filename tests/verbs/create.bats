# SPDX-License-Identifier: Apache-2.0
# create and start: a service that waits, then runs; the process that engines adopt.
bats_require_minimum_version 1.5.0
load helpers
load service
setup() { begin_test; }
teardown() { end_test; }

@test "create: the service waits, its program has not run" {
	script_is 'echo ran >/tmp/ran; sleep 1000'
	create_service
	status_is "$ID" created
	[ ! -e "$BUNDLE/rootfs/tmp/ran" ]
	cloche start "$ID"
	wait_until 10 [ -e "$BUNDLE/rootfs/tmp/ran" ]
	status_is "$ID" running
}

@test "create: from inside the bundle, without --bundle" {
	command_is sleep 1000
	cd "$BUNDLE"
	cloche create "$ID" >/dev/null 2>&1 3>&-
	status_is "$ID" created
}

@test "create: two dashes end the options, and behind an id they begin the command" {
	command_is sleep 1000
	cloche create --bundle "$BUNDLE" -- "$ID" 3>&-
	status_is "$ID" created
	cloche delete "$ID"
	run_cloche run --bundle "$BUNDLE" "$ID" -- echo another
	fails_with 0 another
	run_cloche create --bundle "$BUNDLE" -- "$ID" "$ID"
	fails_with 1 arguments
}

@test "create: the pid file holds the first process's pid, without a newline" {
	command_is sleep 1000
	create_service --pid-file "$BATS_TEST_TMPDIR/pid"
	local pid=$(<"$BATS_TEST_TMPDIR/pid")
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/pid")" = "${#pid}" ]
	[ "$pid" = "$(pid_of "$ID")" ]
	cloche start "$ID"
	[ "$pid" = "$(pid_of "$ID")" ]
	! is_namespaces || [ "$(tr '\0' ' ' <"/proc/$pid/cmdline")" = 'sleep 1000 ' ]
}

@test "create: the first process belongs to whoever adopts it, and tells its exit status" {
	requires tool:python3
	script_is 'exit 23'
	python3 "$HELPERS/adopt.py" "$CLOCHE" "$STATE" "$BUNDLE" "$ID" >"$BATS_TEST_TMPDIR/out" 3>&-
	[ "$(<"$BATS_TEST_TMPDIR/out")" = 'exited 23' ]
}

@test "create: the caller's death signal does not reach the service" {
	requires tool:setpriv
	command_is sleep 1000
	# engines set it on every cloche that they start
	setpriv --pdeathsig KILL "$CLOCHE" --root "$STATE" create --bundle "$BUNDLE" "$ID" >/dev/null 2>&1 3>&-
	status_is "$ID" created
}

@test "create: its first process can be joined by path before the start" {
	only_namespaces "the namespaces that can be joined are the machine's, not the service's"
	command_is sleep 1000
	create_service
	local pid=$(pid_of "$ID") name
	for name in net ipc uts pid mnt; do
		[ "$(readlink "/proc/$pid/ns/$name")" != "$(readlink "/proc/self/ns/$name")" ]
	done
	[ "$(nsenter -t "$pid" -u hostname)" = service ]
}

@test "create: the first process is in the service's cgroups before the start" {
	only_namespaces "the number of processes is limited in the guest"
	requires controller:pids
	edit_spec '.linux.resources.pids.limit = 7'
	command_is sleep 1000
	create_service
	limit_is "$(pid_of "$ID")" pids pids.max 7 pids.max 7
}

@test "create: an id that exists says which it is and where" {
	command_is sleep 1000
	create_service
	run_cloche create --bundle "$BUNDLE" "$ID"
	fails_with 1 "$ID"
	[[ $output == *exists* ]]
	[[ $output == *"$STATE"* ]]
	status_is "$ID" created
}

# at_once N ARGS…: call cloche N times side by side; the sorted exit statuses in $AT_ONCE
at_once() {
	local n pids=() status times=$1
	shift
	for ((n = 0; n < times; n++)); do
		cloche "$@" >"$BATS_TEST_TMPDIR/out.$n" 2>&1 3>&- </dev/null &
		pids+=($!)
	done
	AT_ONCE=
	for n in "${pids[@]}"; do
		status=0
		wait "$n" || status=$?
		AT_ONCE+="$status"$'\n'
	done
	AT_ONCE=$(printf '%s' "$AT_ONCE" | sort | tr '\n' ' ')
}

@test "create: a config.json that is changed afterwards changes nothing" {
	script_is 'exit 7'
	create_service
	script_is 'exit 8'
	edit_spec '.hooks.poststart = [{"path": "/no/such/hook"}] | .linux.resources.pids.limit = 3'
	cloche start "$ID" 3>&-
	wait_until 10 status_is "$ID" stopped
	run_cloche delete "$ID"
	fails_with 0 ''
	jq -e '.process.args[2] == "exit 8"' "$BUNDLE/config.json" # what was changed is what create had read
}

@test "create: two at once with the same id: one wins, and is whole" {
	command_is sleep 1000
	at_once 4 create --bundle "$BUNDLE" "$ID"
	[ "$AT_ONCE" = '0 1 1 1 ' ]
	status_is "$ID" created
	cloche start "$ID"
	status_is "$ID" running
}

@test "create: a program that is not there is found before the start, with what engines look for" {
	command_is no-such-program
	run -127 "$CLOCHE" --root "$STATE" create --bundle "$BUNDLE" "$ID"
	fails_with 127 'exec: "no-such-program": executable file not found in $PATH'
	run_cloche state "$ID"
	[ "$status" != 0 ]
}

@test "create: when it fails, nothing is left" {
	edit_spec '.mounts += [{"destination": "/data", "type": "bind", "source": "/no/such/source", "options": ["bind"]}]'
	run_cloche create --bundle "$BUNDLE" "$ID"
	fails_with 1 /no/such/source
	nothing_is_left
}

@test "create: a pid file that cannot be written fails it, and nothing is left" {
	run_cloche create --bundle "$BUNDLE" --pid-file /no/such/folder/pid "$ID"
	fails_with 1 /no/such/folder
	nothing_is_left
}

@test "create: a bundle without config.json is told by name" {
	rm "$BUNDLE/config.json"
	run_cloche create --bundle "$BUNDLE" "$ID"
	fails_with 1 config.json
}

@test "create: arguments that make no sense are refused" {
	run_cloche create
	fails_with 1 'cloche create'
	run_cloche create --bundle "$BUNDLE" --nonsense "$ID"
	fails_with 1 nonsense
	run_cloche create --bundle "$BUNDLE" "$ID" more
	[ "$status" = 1 ]
	run_cloche create --bundle "$BUNDLE" ''
	fails_with 1 'invalid id'
	run_cloche create --bundle "$BUNDLE" 'a/../b'
	[ "$status" = 1 ]
	nothing_is_left
}

@test "start: a second time is refused with the reason" {
	command_is sleep 1000
	start_service
	run_cloche start "$ID"
	fails_with 1 'running already'
	status_is "$ID" running
}

@test "start: what has stopped does not start again" {
	command_is true
	start_service
	wait_until 10 status_is "$ID" stopped
	run_cloche start "$ID"
	fails_with 1 stopped
}

@test "start: two at once: one wins" {
	command_is sleep 1000
	create_service
	at_once 3 start "$ID"
	[ "$AT_ONCE" = '0 1 1 ' ]
}

@test "start: a program that cannot be executed is told by start, with the status of its kind" {
	printf '\1\2' >"$BUNDLE/rootfs/bin/noise"
	chmod +x "$BUNDLE/rootfs/bin/noise"
	command_is noise
	create_service
	run_cloche start "$ID"
	fails_with 126 'exec format error'
}

@test "start: no such id" {
	run_cloche start "$ID"
	fails_with 1 'does not exist'
}

@test "start: arguments that make no sense are refused" {
	run_cloche start
	fails_with 1 'cloche start'
	run_cloche start one two
	[ "$status" = 1 ]
	run_cloche start --force "$ID"
	fails_with 1 force
}
