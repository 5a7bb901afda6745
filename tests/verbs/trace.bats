# SPDX-License-Identifier: Apache-2.0
# run --trace: where the time goes.
load helpers
load service
setup() {
	begin_test
	TRACE=$BATS_TEST_TMPDIR/trace
}
teardown() { end_test; }

# stages: cloche's own, in their order
stages() {
	jq -r '[.[] | select(.name | IN("read", "prepare", "make", "service", "delete", "run")) | .name] | join(" ")' "$TRACE"
}

@test "trace: each stage has its time, and all lie within the whole" {
	script_is 'sleep 0.1; exit 7'
	run_service --trace "$TRACE"
	cat "$TRACE"
	[ "$status" = 7 ]
	[ "$(stages)" = "read prepare make service delete run" ]
	jq -e '(.[-1] | [.ts, .ts + .dur]) as [$first, $last] | map(select(.ph == "X")) | all(.dur >= 0 and .ts >= $first and .ts + .dur <= $last)' "$TRACE"
	jq -e '.[] | select(.name == "service") | .dur >= 100000' "$TRACE"
}

@test "trace: the steps are those of the plan, with the process that did them" {
	only_namespaces "a machine has three plans"
	command_is true
	run_service --trace "$TRACE"
	[ "$status" = 0 ]
	diff <(cloche plan --bundle "$BUNDLE" --json "$ID" | jq -r '.[] | "\(.actor) \(.step)"') \
		<(jq -r '(map(select(.name == "thread_name") | {key: "\(.tid)", value: .args.name}) | from_entries) as $who
			| .[] | select(.ph == "X" and (.name | IN("read", "prepare", "launch", "make", "service", "delete", "run") | not))
			| "\($who["\(.tid)"]) \(.name)"' "$TRACE")
}

@test "trace: a service that may write no file, and make no call, is traced to its end" {
	only_namespaces "a guest's first process has nothing to do with it"
	edit_spec '.process.rlimits = [{type: "RLIMIT_FSIZE", soft: 0, hard: 0}]'
	edit_spec '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["clock_gettime"], action: "SCMP_ACT_KILL_PROCESS"}]}'
	script_is 'ls /proc/self/fd | wc -l'
	run_service --trace "$TRACE"
	echo "$output"
	[ "$status" = 0 ]
	[ "$output" = 4 ] # the three streams, and the folder itself
	jq -e 'any(.name == "seccomp") and any(.name == "exec")' "$TRACE"
}

@test "trace: a start that fails is traced as far as it came" {
	command_is nothing-of-that-name
	run_service --trace "$TRACE"
	[ "$status" = 127 ]
	[ "$(stages)" = "read prepare make run" ]
	! is_namespaces || jq -e 'any(.name == "exec-find") and all(.name != "exec")' "$TRACE"
}

@test "trace: it has no end where the service goes on without cloche" {
	command_is sleep 60
	run_service --detach --trace "$TRACE" 3>&-
	[ "$status" = 0 ]
	[ "$(tail -c 3 "$TRACE")" = '},' ]
	(sed '$ s/,$//' "$TRACE"; echo ']') | jq -e 'any(.name == "make")'
	cloche delete --force "$ID"
}

@test "trace: a file that cannot be made is an error before anything is made" {
	command_is true
	run_cloche run --trace "$BATS_TEST_TMPDIR/no/trace" --bundle "$BUNDLE" "$ID"
	fails_with 125 "make the trace '$BATS_TEST_TMPDIR/no/trace': No such file or directory"
	[ -z "$(cloche list --quiet)" ]
}
