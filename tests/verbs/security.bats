#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a hostile service, a hostile state directory or bad luck must not be able to do.

load helpers
load service

setup() { begin_test; }
teardown() { end_test; }

@test "a service's directory that belongs to another user is not believed" {
	requires root
	create_service
	chown 12345 "$STATE/$ID"
	run_cloche delete --force "$ID"
	fails_with 1 "service of user 12345"
	chown 0 "$STATE/$ID"
}

@test "a service's directory that others may write into is not believed" {
	requires root
	create_service
	chmod 0770 "$STATE/$ID"
	run_cloche kill "$ID" KILL
	fails_with 1 "others may write into the directory"
	chmod 0700 "$STATE/$ID"
}

@test "a pid file replaces what another user has put in the place of its draft" {
	requires root
	mkdir "$BATS_TEST_TMPDIR/pids"
	echo forged >"$BATS_TEST_TMPDIR/pids/.pid.new"
	chown 12345 "$BATS_TEST_TMPDIR/pids/.pid.new"
	create_service --pid-file "$BATS_TEST_TMPDIR/pids/pid"
	[ "$(stat -c %u "$BATS_TEST_TMPDIR/pids/pid")" = 0 ]
	[ "$(<"$BATS_TEST_TMPDIR/pids/pid")" = "$(pid_of "$ID")" ]
}

@test "a cgroup that others use loses nothing to a service that asked for it" {
	requires root cgroup_v1
	local theirs=/sys/fs/cgroup/pids/$ID_PREFIX-theirs
	mkdir -p "$theirs/empty"
	sleep 100 3>&- &
	echo $! >"$theirs/cgroup.procs"
	edit_spec '.linux.cgroupsPath = $path' --arg path "/$ID_PREFIX-theirs"
	run_cloche create --bundle "$BUNDLE" "$ID"
	[ -d "$theirs/empty" ] && kill -0 $!
	kill $!
	wait $! || true
	rmdir "$theirs/empty" "$theirs"
	fails_with 1 "exists and process"
}

@test "create that is killed while a hook sleeps in the service leaves nothing" {
	requires root
	edit_spec '.hooks.createContainer = [{path: "/bin/sh", args: ["sh", "-c", "touch $0; exec sleep 100", $mark]}]' \
		--arg mark "$BATS_TEST_TMPDIR/mark"
	"$CLOCHE" --root "$STATE" create --bundle "$BUNDLE" "$ID" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- </dev/null &
	wait_until 10 test -e "$BATS_TEST_TMPDIR/mark"
	kill -KILL $!
	wait $! || true
	cloche delete --force "$ID"
	nothing_is_left
}

@test "what a failing hook leaves running ends with the service that was not made" {
	requires root
	edit_spec '.linux.namespaces |= map(select(.type != "pid")) | .mounts |= map(select(.type != "proc"))
		| .hooks.createContainer = [{path: "/bin/sh", args: ["sh", "-c", "sleep 100 >/dev/null & exit 3"]}]'
	run_cloche create --bundle "$BUNDLE" "$ID"
	fails_with 1 "exited with status 3"
	nothing_is_left
}

@test "a service has no descriptor but its three, a hook neither" {
	requires root
	exec 7</dev/zero
	edit_spec '.hooks = ({prestart: 1, createRuntime: 1, createContainer: 1, poststart: 1, poststop: 1}
		| map_values([{path: "/bin/sh", args: ["sh", "-c", "exec ls /proc/self/fd >>$0", $out]}]))' \
		--arg out "$BATS_TEST_TMPDIR/fds"
	command_is ls /proc/self/fd
	run_service
	exec 7<&-
	echo "$output"; cat "$BATS_TEST_TMPDIR/fds"
	# the fourth is that of ls, for the directory
	[ "${lines[*]}" = "0 1 2 3" ]
	[ "$(sort "$BATS_TEST_TMPDIR/fds" | uniq -c | xargs)" = "5 0 5 1 5 2 5 3" ]
}

@test "exec does not enter a directory of the host by a descriptor of cloche" {
	requires root
	command_is sleep 100
	start_service
	local fd
	for fd in $(few 8 {3..24}); do
		run_cloche exec --cwd "/proc/self/fd/$fd" "$ID" ls
		[ "$status" != 0 ] && [[ $output != *state.json* ]]
	done
}

# The program is a copy, whose text nobody else executes: "busy" would hide whether it may be written.
@test "the program that a service finds itself in at first cannot be written through it" {
	only_namespaces "no program of the host's runs in a guest"
	requires root tool:python3
	cp "$CLOCHE" "$BATS_TEST_TMPDIR/cloche"
	"$BATS_TEST_TMPDIR/cloche" --root "$STATE" create --bundle "$BUNDLE" "$ID" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- </dev/null
	run python3 - "$(pid_of "$ID")" <<-'END'
		import errno, os, select, signal, sys
		pid = int(sys.argv[1])
		held, end = os.open(f"/proc/{pid}/exe", os.O_RDONLY), os.pidfd_open(pid)
		signal.pidfd_send_signal(end, signal.SIGKILL)
		dead = select.poll()
		dead.register(end, select.POLLIN)
		dead.poll()
		try:
		    os.open(f"/proc/self/fd/{held}", os.O_WRONLY)
		except OSError as error:
		    print(errno.errorcode[error.errno])
	END
	echo "$output"
	[ "$output" = EROFS ]
}

# agent ERRNO: a seccomp agent at $AGENT, which lets each call that it is asked about fail, and the filter that asks it
agent() {
	AGENT=$BATS_TEST_TMPDIR/agent
	edit_spec '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: $path, listenerMetadata: "of the test",
		syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_NOTIFY"}]}' --arg path "$AGENT"
	[ "$1" != none ] || return 0
	python3 "$HELPERS/agent.py" "$AGENT" "$BATS_TEST_TMPDIR/told" "$1" >"$BATS_TEST_TMPDIR/agent.log" 2>&1 3>&- </dev/null &
	wait_until 60 [ -S "$AGENT" ] || { cat "$BATS_TEST_TMPDIR/agent.log"; false; }
}

@test "security: a seccomp agent at a Unix socket decides, and is told for whom" {
	only_namespaces "a supervisor on the host cannot look into a guest's processes"
	agent 122
	script_is 'mkdir /tmp/x'
	run_service
	fails_with 1 'Disk quota exceeded'
	wait %1 # it ends with the service
	[ "$(jq -r '.fds[0], .metadata, .state.id, .state.status' "$BATS_TEST_TMPDIR/told" | tr '\n' '|')" = "seccompFd|of the test|$ID|running|" ]
	[ "$(jq '.pid == .state.pid and .pid > 1' "$BATS_TEST_TMPDIR/told")" = true ]
}

@test "security: a seccomp agent that is not there is told by field, and nothing is left" {
	only_namespaces "a supervisor on the host cannot look into a guest's processes"
	agent none
	command_is true
	run_service
	fails_with 125 '/linux/seccomp/listenerPath'
}

# caught_by_tracer [EXEC-OPTION…]: the powers of the processes that a tracer in the service could take over, and the caller's secret
caught_by_tracer() {
	local i
	for i in {1..15}; do
		SECRET=sesame cloche exec "$@" "$ID" true >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- || cat "$BATS_TEST_TMPDIR/said"
	done
	cut -s -d' ' -f2 "$BUNDLE/rootfs/seen" | sort -u
}

@test "security: a service that may trace takes over no exec while that has cloche's powers" {
	requires root cap:cap_sys_ptrace "file:$CLOCHE_BUILD/tests/verbs/tracer"
	cp "$CLOCHE_BUILD/tests/verbs/tracer" "$BUNDLE/rootfs/bin"
	edit_spec '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])'
	command_is tracer /seen
	start_service
	wait_until 10 [ -e "$BUNDLE/rootfs/seen" ]
	local all=$(field_of_first CapPrm)
	run caught_by_tracer
	fails_with 0 "$all"
	[ "$output" = "$all" ]
}

@test "security: nor does one whom only an exec has given CAP_SYS_PTRACE" {
	requires root cap:cap_sys_ptrace "file:$CLOCHE_BUILD/tests/verbs/tracer"
	cp "$CLOCHE_BUILD/tests/verbs/tracer" "$BUNDLE/rootfs/bin"
	command_is sleep 1000
	start_service
	local few=$(field_of_first CapPrm)
	cloche exec --detach --cap SYS_PTRACE "$ID" tracer /seen </dev/null >/dev/null 2>&1 3>&-
	wait_until 10 [ -e "$BUNDLE/rootfs/seen" ]
	run caught_by_tracer
	fails_with 0 "$few"
	[ "$output" = "$few" ]
}
