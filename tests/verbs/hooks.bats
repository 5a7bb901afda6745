# SPDX-License-Identifier: Apache-2.0
# Hooks: their order, their namespaces, what they are told, and what happens when they fail (runtime.md, "Lifecycle").
load helpers
load service
setup() {
	begin_test
	LOG=$BATS_TEST_TMPDIR/log
}
teardown() { end_test; }

# hook NAME SCRIPT [TIMEOUT]: add a hook of that moment which runs a script. Those in the service's namespaces find
# the shell in the service's files, the others on the host.
hook() {
	edit_spec '.hooks[$name] += [{path: "/bin/sh", args: ["sh", "-c", $script], env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "A=hook"]} + if $timeout == "" then {} else {timeout: ($timeout | tonumber)} end]' \
		--arg name "$1" --arg script "$2" --arg timeout "${3-}"
}

has_ended() { ! kill -0 "$1" 2>/dev/null; }

# The service's own log, for hooks that do not see the host's files.
INSIDE=/tmp/log

@test "hooks: all six, each at its moment" {
	local name
	for name in prestart createRuntime createContainer poststart poststop; do
		hook "$name" "echo $name >>$LOG"
	done
	hook startContainer "echo startContainer >$INSIDE"
	script_is "cat $INSIDE; echo program; sleep 1000"
	create_service
	[ "$(tr '\n' ' ' <"$LOG")" = 'prestart createRuntime createContainer ' ]
	[ ! -e "$BUNDLE/rootfs$INSIDE" ]
	cloche start "$ID" 3>&-
	[ "$(tail -n 1 "$LOG")" = poststart ]
	wait_until 10 grep -q startContainer "$BUNDLE/rootfs$INSIDE"
	[ "$(grep -c poststop "$LOG" || true)" = 0 ]
	cloche delete --force "$ID" 3>&-
	[ "$(tail -n 1 "$LOG")" = poststop ]
}

@test "hooks: run runs them, too" {
	local name
	for name in prestart createRuntime createContainer poststart poststop; do
		hook "$name" "echo $name >>$LOG"
	done
	run_service
	fails_with 0 ''
	[ "$(tr '\n' ' ' <"$LOG")" = 'prestart createRuntime createContainer poststart poststop ' ]
}

@test "hooks: several of a moment, in their order" {
	hook createRuntime "echo one >>$LOG"
	hook createRuntime "echo two >>$LOG"
	run_service
	[ "$(tr '\n' ' ' <"$LOG")" = 'one two ' ]
}

@test "hooks: those of the runtime run on the host, those of the container in its namespaces" {
	requires root
	local ours=$(readlink /proc/self/ns/uts)
	hook createRuntime "readlink /proc/self/ns/uts >>$LOG; ls $BUNDLE/config.json >>$LOG"
	hook createContainer "readlink /proc/self/ns/uts >>$LOG; ls $BUNDLE/config.json >>$LOG"
	hook startContainer "hostname >$INSIDE; ls $BUNDLE >>$INSIDE 2>&1"
	run_service
	cat "$LOG"
	mapfile -t lines <"$LOG"
	[ "${lines[0]}" = "$ours" ]
	[ "${lines[1]}" = "$BUNDLE/config.json" ]
	[ "${lines[2]}" != "$ours" ]
	# its mount namespace, before the root is changed: the host's files are still there
	[ "${lines[3]}" = "$BUNDLE/config.json" ]
	head -n 1 "$BUNDLE/rootfs$INSIDE" | grep -x service
	grep -q 'No such file' "$BUNDLE/rootfs$INSIDE"
}

@test "hooks: the state on standard input, the environment of the spec" {
	edit_spec '.annotations = {"org.example.key": "value"}'
	local name
	for name in prestart createRuntime createContainer poststart poststop; do
		hook "$name" "cat >$BATS_TEST_TMPDIR/$name.json; env | grep -c . >$BATS_TEST_TMPDIR/env; echo \$A >>$BATS_TEST_TMPDIR/env"
	done
	SECRET=x run_service
	for name in prestart createRuntime createContainer poststart poststop; do
		jq -e --arg id "$ID" --arg bundle "$BUNDLE" \
			'.id == $id and .bundle == $bundle and .ociVersion == "1.3.0" and .annotations["org.example.key"] == "value"' \
			"$BATS_TEST_TMPDIR/$name.json"
	done
	jq -e '.status == "creating" and .pid > 0' "$BATS_TEST_TMPDIR/createRuntime.json"
	jq -e '.status == "running" and .pid > 0' "$BATS_TEST_TMPDIR/poststart.json"
	jq -e '.status == "stopped"' "$BATS_TEST_TMPDIR/poststop.json"
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/env")" = hook ]
	! grep -q SECRET "$BATS_TEST_TMPDIR/env"
}

@test "hooks: prestart sees the network namespace by the pid, and can fill it" {
	only_namespaces "a machine has one interface at most"
	requires root tool:ip tool:nsenter
	hook prestart 'pid=$(sed "s/.*\"pid\":\([0-9]*\).*/\1/"); nsenter -t $pid -n ip link add dummy-eth type veth peer name dummy-peer'
	output_of_script 'ip -o link | grep -c dummy'
	[ "$output" = 2 ]
}

@test "hooks: a failure before the start ends it, is told by field, and nothing is left" {
	local name
	for name in prestart createRuntime createContainer startContainer; do
		edit_spec 'del(.hooks)'
		hook "$name" 'echo reason >&2; exit 3'
		hook poststop "echo poststop >>$LOG"
		run_service
		fails_with 125 "/hooks/$name/0"
		[ ! -e "$STATE/$ID" ]
		nothing_is_left
	done
}

@test "hooks: a failure after the start is told, and life goes on" {
	hook poststart 'exit 3'
	hook poststop 'exit 4'
	script_is 'exit 7'
	run_service
	fails_with 7 poststart
	[[ $output == *poststop* ]]
	nothing_is_left
}

@test "hooks: one that is not there is told by name" {
	edit_spec '.hooks.createRuntime = [{path: "/no/such/hook"}]'
	run_service
	fails_with 125 /no/such/hook
}

@test "hooks: one that takes too long is ended, with what it started" {
	hook createRuntime "sleep 1003 & echo \$! >$LOG; wait" 1
	run_service
	fails_with 125 createRuntime
	wait_until 10 has_ended "$(<"$LOG")"
}

@test "hooks: startContainer that fails fails the start" {
	hook startContainer 'exit 3'
	command_is sleep 1000
	create_service
	run_cloche start "$ID"
	fails_with 1 startContainer
	wait_until 10 status_is "$ID" stopped
}

@test "hooks: no descriptor of cloche reaches them" {
	hook createRuntime "ls -l /proc/self/fd >$LOG"
	run_service
	cat "$LOG"
	! grep -e "$STATE" -e cgroup -e socket "$LOG"
}
