#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# libcloche, by the example that embeds it

load helpers
setup_file() { only_namespaces "a program that embeds the library names the wall itself"; }
setup() {
	requires root
	begin_test
	EMBED=${CLOCHE%/runtime/cli/cloche}/examples/embed/embed
	[ -x "$EMBED" ] || skip "needs the example, built beside the program"
}
teardown() { end_test; }

@test "a program that embeds the library runs a service to its end" {
	script_is 'sleep 1; exit 7'
	run "$EMBED" "$STATE" "$BUNDLE" "$ID"
	[ "$status" -eq 7 ]
	[[ $output == *'embed: {"cpu":'* ]]
	[[ $output == *'hello from a second process'* ]]
}

@test "the cloche program sees a service that the library made" {
	script_is 'sleep 1000'
	"$EMBED" "$STATE" "$BUNDLE" "$ID" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	wait_until 60 status_is "$ID" running
	run_cloche exec "$ID" true
	[ "$status" -eq 0 ]
	cloche kill "$ID" KILL
	run wait $!
}

@test "an id that is in use is an error with words" {
	script_is 'sleep 100'
	cloche create --bundle "$BUNDLE" "$ID" 3>&- >/dev/null 2>&1
	run "$EMBED" "$STATE" "$BUNDLE" "$ID"
	[ "$status" -eq 125 ]
	[[ $output == 'embed: create: '*"$ID"* ]]
}

@test "a program that is not there leaves nothing behind" {
	command_is /no/such/program
	run "$EMBED" "$STATE" "$BUNDLE" "$ID"
	[ "$status" -eq 125 ]
	[[ $output == *'no such file or directory'* ]]
}

@test "the shared library exports what the header declares, and nothing else" {
	requires tool:nm
	local library=${CLOCHE%/cli/cloche}/libcloche.so.0
	run bash -c "nm -D --defined-only '$library' | awk '{print \$3}' | sort"
	local exported=$output
	run bash -c "grep -o 'cloche_[a-z_]*(' '$HELPERS/../../runtime/cloche.h' | tr -d '(' | sort -u"
	while read -r name; do
		grep -q "^CLOCHE_API.*\b$name(" "$HELPERS/../../runtime/cloche.h" || continue
		grep -qx "$name" <<<"$exported"
	done <<<"$output"
	! grep -v '^cloche_' <<<"$exported"
}
