# SPDX-License-Identifier: Apache-2.0
# The example services run, and do what they are for.
load ../verbs/helpers
load ../verbs/service
setup() {
	HELPERS=$BATS_TEST_DIRNAME/../verbs
	EXAMPLES=$BATS_TEST_DIRNAME/../../examples
	requires root
	begin_test
}
teardown() { end_test; }

# inside COMMAND…: run on the host, in the network namespace of the service
inside() { nsenter -t "$(pid_of "$ID")" -n "$@"; }

start_example() {
	"$CLOCHE" --root "$STATE" run --detach --id "$ID" "$1/spec.json" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- </dev/null
}

@test "examples: hello says what it sees, and ends with its status" {
	cp "$EXAMPLES/hello/spec.json" "$BUNDLE/spec.json"
	run_cloche run --id "$ID" "$BUNDLE/spec.json"
	fails_with 7 'hello from hello, as nobody, process 1'
}

@test "examples: web answers over its loopback, and holds what its spec says" {
	requires tool:busybox tool:nsenter
	"$EXAMPLES/web/build" "$BATS_TEST_TMPDIR/web"
	start_example "$BATS_TEST_TMPDIR/web"
	wait_until 10 answers
	local pid=$(pid_of "$ID")
	[ "$(field CapEff "$pid")" = 0000000000000000 ]
	[ "$(field CapBnd "$pid")" = 0000000000000000 ]
	[ "$(field Uid "$pid")" = $'65534\t65534\t65534\t65534' ]
	run timeout -s KILL 20 "$CLOCHE" --root "$STATE" exec "$ID" touch /www/file
	[ "$status" != 0 ]
}

answers() { inside busybox wget -qO- http://127.0.0.1:8080/ | grep -q 'behind a wall'; }

@test "examples: web's systemd unit is one" {
	requires tool:systemd-analyze
	sed 's,/usr/bin/cloche,/bin/true,' "$EXAMPLES/systemd/cloche-web.service" >"$BATS_TEST_TMPDIR/cloche-web.service"
	run systemd-analyze verify "$BATS_TEST_TMPDIR/cloche-web.service"
	echo "$output"
	[[ $output != *cloche-web* ]]
}

@test "examples: database keeps its data over a restart" {
	# its root filesystem takes a minute and a mirror; made once, it is kept beside the build
	local kept=${CLOCHE_DATABASE:-$CLOCHE_BUILD/examples/database}
	requires tool:python3 tool:nsenter tool:mmdebstrap
	"$EXAMPLES/database/build" "$kept"
	rm -rf "${kept:?}"/data/*
	start_example "$kept"
	wait_until 20 redis_says PONG PING
	redis_says OK SET bell rings
	[ "$(field CapBnd "$(pid_of "$ID")")" = 0000000000000000 ]
	[ "$(field Seccomp "$(pid_of "$ID")")" = 2 ]
	cloche delete --force "$ID"
	start_example "$kept"
	wait_until 20 redis_says rings GET bell
	rm -rf "${kept:?}"/data/*
}

# redis_says TEXT COMMAND…: what Redis answers has it
redis_says() {
	local wanted=$1
	shift
	"$CLOCHE" --root "$STATE" exec "$ID" redis-cli "$@" 2>/dev/null | grep -q "$wanted"
}
