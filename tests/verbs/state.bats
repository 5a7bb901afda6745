# SPDX-License-Identifier: Apache-2.0
# state and list: what is told of services, and what of those that nobody looks after any more.
load helpers
load service
setup() { begin_test; }
teardown() { end_test; }

@test "state: what the runtime specification asks for" {
	edit_spec '.annotations = {"org.example.key": "value"}'
	command_is sleep 1000
	create_service
	local state=$(cloche state "$ID")
	jq -e --arg id "$ID" --arg bundle "$BUNDLE" \
		'.ociVersion == "1.3.0" and .id == $id and .status == "created" and .bundle == $bundle and .pid > 0
		 and .annotations == {"org.example.key": "value"}' <<<"$state"
	kill -0 "$(jq .pid <<<"$state")"
}

@test "state: created, running, stopped" {
	command_is sleep 1000
	create_service
	status_is "$ID" created
	cloche start "$ID"
	status_is "$ID" running
	cloche kill "$ID" KILL
	wait_until 10 status_is "$ID" stopped
	[ "$(pid_of "$ID")" = 0 ]
}

@test "state: no such id" {
	run_cloche state "$ID"
	fails_with 1 'does not exist'
}

@test "state: standard output holds JSON alone, and a closed stderr is no matter" {
	command_is sleep 1000
	start_service
	cloche state "$ID" 2>&- | jq -e .pid
}

@test "state: a pid that another process has by now is not the service's" {
	command_is true
	start_service
	wait_until 10 status_is "$ID" stopped
	# as after a restart of the machine: the number lives on, the process is another
	local text=$(jq -c --argjson pid $$ '.pid = $pid' "$STATE/$ID/state.json")
	echo "$text" >"$STATE/$ID/state.json"
	status_is "$ID" stopped
	cloche delete --force "$ID"
	kill -0 $$
}

@test "state: one that was cut off is told as such" {
	mkdir -p "$STATE/$ID"
	echo '{"id": ' >"$STATE/$ID/state.json"
	run_cloche state "$ID"
	fails_with 1 state.json
	rm -r "${STATE:?}/$ID"
}

@test "state: a full disk is an error" {
	requires file:/dev/full
	command_is sleep 1000
	start_service
	run bash -c '"$0" --root "$1" state "$2" >/dev/full' "$CLOCHE" "$STATE" "$ID"
	fails_with 1 'No space left'
}

@test "state: arguments that make no sense are refused" {
	run_cloche state
	fails_with 1 'cloche state'
	run_cloche state one two
	[ "$status" = 1 ]
	run_cloche state --nonsense "$ID"
	fails_with 1 nonsense
}

@test "list: table, ids alone, JSON" {
	command_is sleep 1000
	local first=$ID second
	start_service
	new_id second
	ID=$second
	create_service
	run_cloche list
	[[ ${lines[0]} == ID* ]]
	[[ $output == *"$first"*running* ]]
	[[ $output == *"$second"*created* ]]
	[ "$(cloche list --quiet | sort)" = "$(printf '%s\n' "$first" "$second" | sort)" ]
	cloche list --format json | jq -e --arg id "$first" 'length == 2 and (.[] | select(.id == $id) | .status == "running" and .pid > 0)'
	cloche list -f json | jq -e 'all(.[]; has("bundle") and has("created") and has("ociVersion"))'
}

@test "list: nothing is an empty list, also where there never was a service" {
	run_cloche list --format json
	[ "$status" = 0 ]
	[ "$(jq -c . <<<"$output")" = '[]' ]
	run "$CLOCHE" --root "$BATS_TEST_TMPDIR/never" list --quiet
	[ "$status" = 0 ]
	[ -z "$output" ]
	[ ! -e "$BATS_TEST_TMPDIR/never" ]
}

@test "list: a broken state does not hide the others" {
	command_is sleep 1000
	start_service
	mkdir "$STATE/broken" "$STATE/empty"
	echo '{' >"$STATE/broken/state.json"
	run_cloche list --quiet
	[ "$status" = 0 ]
	[[ $output == *"$ID"* ]]
	rm -r "$STATE/broken" "$STATE/empty"
}

@test "list: arguments that make no sense are refused" {
	run_cloche list --format yaml
	fails_with 1 "found 'yaml'"
	run_cloche list "$ID"
	[ "$status" = 1 ]
}

@test "a verb that does not exist, and none at all" {
	run_cloche dance
	fails_with 125 dance
	run_cloche
	[ "$status" = 125 ]
	[[ $output == *create* ]]
}

@test "--version has the form that containerd reads" {
	run_cloche --version
	[ "$status" = 0 ]
	[[ ${lines[0]} =~ ^cloche\ version\ [0-9]+\.[0-9]+\.[0-9]+ ]]
	[[ $output == *'commit: '* ]]
}
