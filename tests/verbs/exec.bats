# SPDX-License-Identifier: Apache-2.0
# exec: a further process, which is like the first unless it is told otherwise.
load helpers
load service
setup() {
	begin_test
	command_is sleep 1000
}
teardown() { end_test; }

# exec_in ARG…: sets $status, $output and $lines
exec_in() {
	status=0
	output=$(within 20 "$CLOCHE" --root "$STATE" exec "$@" 2>&1 3>&-) || status=$?
	mapfile -t lines <<<"$output"
}

# process_file FILTER: a --process file made of the spec's process
process_file() { jq ".process | $1" "$BUNDLE/config.json" >"$BATS_TEST_TMPDIR/process.json"; }

@test "exec: output and exit status are the process's" {
	start_service
	local code
	for code in 0 1 126 255; do
		exec_in "$ID" sh -c "echo out; exit $code"
		fails_with "$code" out
	done
	status_is "$ID" running
}

@test "exec: killed by a signal it ends with 128 and its number" {
	start_service
	exec_in "$ID" sh -c 'kill -9 $$'
	fails_with 137 ''
}

@test "exec: it is in the service's namespaces, root and cgroup" {
	edit_spec '.linux.namespaces += [{"type": "cgroup"}]'
	start_service
	local pid=$(pid_of "$ID") name names='pid net ipc uts mnt cgroup'
	exec_in "$ID" sh -c "for p in self 1; do for n in $names; do readlink /proc/\$p/ns/\$n; done; done; cat /proc/self/cgroup"
	[ "${lines[*]:0:6}" = "${lines[*]:6:6}" ]
	for name in $(is_namespaces && echo "$names"); do
		[[ $output == *"$(readlink "/proc/$pid/ns/$name")"* ]]
	done
	[ "$(sed -n '13,$p' <<<"$output" | cut -d: -f3 | sort -u)" = / ]
}

@test "exec: what is not there is 127, what may not be executed 126, in the words engines know" {
	start_service
	exec_in "$ID" no-such-program
	fails_with 127 'exec: "no-such-program": executable file not found in $PATH'
	exec_in "$ID" /no/such
	fails_with 127 'no such file or directory'
	exec_in "$ID" /etc/passwd
	fails_with 126 'permission denied'
}

@test "exec: user, groups, directory, environment" {
	start_service
	exec_in --user 33:34 --additional-gids 5 --cwd /tmp --env A=1 -e B=2 "$ID" sh -c 'id -u; id -g; grep Groups /proc/self/status; pwd; echo $A$B'
	[ "${lines[0]}" = 33 ]
	[ "${lines[1]}" = 34 ]
	[[ ${lines[2]} == *5* ]]
	[ "${lines[3]}" = /tmp ]
	[ "${lines[4]}" = 12 ]
}

@test "exec: the options behind the id are the command's" {
	start_service
	exec_in "$ID" echo --user 33 --tty
	[ "$output" = '--user 33 --tty' ]
}

@test "exec: capabilities are the service's, and --cap adds" {
	start_service
	exec_in "$ID" grep CapBnd /proc/self/status
	local first=$(field_of_first CapBnd)
	[ "${output#*$'\t'}" = "$first" ]
	exec_in --cap CAP_CHOWN "$ID" grep -E 'Cap(Bnd|Eff)' /proc/self/status
	[ "${output//$'\n'/ }" != '' ]
	[ $((0x$(tail -n 1 <<<"$output" | cut -f2) & 1)) = 1 ]
}

@test "exec: no descriptor of cloche, and no_new_privs as the service" {
	start_service
	exec_in "$ID" sh -c 'ls -l /proc/self/fd; grep NoNewPrivs /proc/self/status'
	echo "$output"
	[[ $output != *"$STATE"* ]]
	[[ $output != *socket* ]]
	[[ ${lines[-1]} == *1 ]]
}

@test "exec: a capability that nobody knows is left out with a warning" {
	start_service
	exec_in --cap CAP_NO_SUCH "$ID" echo done
	[ "$status" = 0 ]
	[[ $output == *CAP_NO_SUCH*done* ]]
}

@test "exec: what cannot be granted of the capabilities is warned of" {
	! capsh --has-p=cap_sys_resource 2>/dev/null || skip "needs a caller without CAP_SYS_RESOURCE"
	start_service
	exec_in --cap SYS_RESOURCE --cap CHOWN "$ID" echo done
	[ "$status" = 0 ]
	[[ $output == *"/process/capabilities: CAP_SYS_RESOURCE cannot be granted"* ]]
	[[ $output != *CAP_CHOWN* ]]
}

@test "exec: the session keyring is the service's, or the caller's where the service has that" {
	only_namespaces "the caller's keyring is of another kernel"
	requires "file:$CLOCHE_BUILD/tests/verbs/keyring"
	cp "$CLOCHE_BUILD/tests/verbs/keyring" "$BUNDLE/rootfs/bin"
	start_service
	exec_in "$ID" keyring
	[[ $output == *"_ses.$ID" ]]
	local mine=$("$CLOCHE_BUILD/tests/verbs/keyring")
	new_id ID
	start_service --no-new-keyring
	exec_in "$ID" keyring
	[ "$output" = "$mine" ]
}

@test "exec: --process, as engines call it" {
	start_service
	process_file '.args = ["sh", "-c", "echo $X; pwd; exit 5"] | .cwd = "/tmp" | .env += ["X=file"]'
	exec_in --process "$BATS_TEST_TMPDIR/process.json" "$ID"
	[ "$status" = 5 ]
	[ "${lines[*]}" = 'file /tmp' ]
}

@test "exec: --detach with a pid file: a process of the host in the service" {
	only_namespaces "the process on the host stands for one in the guest"
	start_service
	process_file '.args = ["sleep", "1005"]'
	within 20 "$CLOCHE" --root "$STATE" exec --detach --pid-file "$BATS_TEST_TMPDIR/pid" --process "$BATS_TEST_TMPDIR/process.json" "$ID" >/dev/null 2>&1 3>&- </dev/null
	local pid=$(<"$BATS_TEST_TMPDIR/pid")
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/pid")" = "${#pid}" ]
	[ "$(tr '\0' ' ' <"/proc/$pid/cmdline")" = 'sleep 1005 ' ]
	[ "$(readlink "/proc/$pid/ns/pid")" = "$(readlink "/proc/$(pid_of "$ID")/ns/pid")" ]
}

@test "exec: in a service that is only created" {
	create_service
	exec_in "$ID" echo here
	fails_with 0 here
	status_is "$ID" created
}

@test "exec: not where it has stopped, nor where there is none" {
	command_is true
	start_service
	wait_until 10 status_is "$ID" stopped
	exec_in "$ID" true
	echo "$status"
	[ "$status" != 0 ]
	[[ $output == *'container not running'* ]]
	exec_in "$ID-none" true
	[ "$status" != 0 ]
	[[ $output == *'does not exist'* ]]
}

@test "exec: the filter of the service holds there, too" {
	edit_spec '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}'
	start_service
	exec_in "$ID" mkdir /tmp/e
	fails_with 1 'No space left on device'
}

@test "exec: unseen, in a service that may trace, it is as elsewhere" {
	requires tool:script
	edit_spec '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}'
	start_service
	exec_in --user 33:34 --additional-gids 5 --cwd /tmp --env A=1 --pid-file "$BATS_TEST_TMPDIR/pid" "$ID" \
		sh -c 'id -u; id -g; grep Groups /proc/self/status; pwd; echo $A; mkdir /tmp/x || exit $(($$ + 20))'
	[ "$status" = 22 ] # the second process of the service
	[ "${lines[0]} ${lines[1]} ${lines[3]} ${lines[4]}" = '33 34 /tmp 1' ]
	[[ ${lines[2]} == *5* && ${lines[5]} == *mkdir* ]]
	[[ $(<"$BATS_TEST_TMPDIR/pid") =~ ^[0-9]+$ ]]
	exec_in "$ID" no-such-program
	fails_with 127 'executable file not found in $PATH'
	run script -qec "'$CLOCHE' --root '$STATE' exec --tty $ID sh -c 'tty; cat /proc/self/stat'" /dev/null </dev/null
	[[ $output == *'/dev/pts/0'* ]]
	run bash -c 'exec 3</dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' sh "$CLOCHE" --root "$STATE" exec "$ID" sh -c 'echo $LISTEN_PID $$'
	[ "${output% *}" = "${output#* }" ]
}

@test "exec: unseen, it says what the filter keeps it from" {
	edit_spec '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["clone"], action: "SCMP_ACT_ERRNO"}]}'
	start_service
	exec_in "$ID" true
	fails_with 125 "under its seccomp filter"
}

@test "exec: many at once" {
	start_service
	local n pids=()
	for n in 1 2 3 4 5 6; do
		"$CLOCHE" --root "$STATE" exec "$ID" sh -c "exit $n" >/dev/null 2>&1 3>&- </dev/null &
		pids+=($!)
	done
	for n in 1 2 3 4 5 6; do
		status=0
		wait "${pids[n - 1]}" || status=$?
		[ "$status" = "$n" ]
	done
}

@test "exec: arguments that make no sense are refused" {
	start_service
	exec_in
	[ "$status" != 0 ]
	exec_in "$ID"
	[ "$status" != 0 ]
	exec_in --nonsense "$ID" true
	[[ $output == *nonsense* ]]
	exec_in --user nobody-known "$ID" true
	[ "$status" != 0 ]
	exec_in --process /no/such/file "$ID"
	[[ $output == */no/such/file* ]]
	status_is "$ID" running
}
