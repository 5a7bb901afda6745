# SPDX-License-Identifier: Apache-2.0
# What is handed over by sockets: a service manager's, to the service (NOTIFY_SOCKET), and a pidfd to who started it.
load helpers
load service

setup() {
	requires tool:python3
	begin_test
	SOCKET=$BATS_TEST_TMPDIR/socket
	HEARD=$BATS_TEST_TMPDIR/heard
}
teardown() {
	[ -z "${LISTENER:-}" ] || kill "$LISTENER" 2>/dev/null || true
	end_test
}

# listen KIND: for one message, in the background, to the file $HEARD
listen() {
	timeout 60 "$HELPERS/listen.py" "$1" "$SOCKET" >"$HEARD" 2>&1 3>&- &
	LISTENER=$!
	wait_until 10 [ -S "$SOCKET" ]
}

@test "handed: with NOTIFY_SOCKET the service tells the service manager itself, also when started later" {
	only_namespaces "no socket passes into a machine"
	requires "file:$CLOCHE_BUILD/tests/verbs/notify"
	cp "$CLOCHE_BUILD/tests/verbs/notify" "$BUNDLE/rootfs/bin"
	script_is 'echo "$NOTIFY_SOCKET"; notify READY=1'
	listen datagram
	NOTIFY_SOCKET=$SOCKET run_service
	fails_with 0 /run/notify.sock
	wait "$LISTENER"
	[ "$(<"$HEARD")" = READY=1 ]
	rm "$SOCKET"
	listen datagram
	NOTIFY_SOCKET=$SOCKET create_service
	[ ! -s "$HEARD" ]
	cloche start "$ID" 3>&-
	wait "$LISTENER"
	[ "$(<"$HEARD")" = READY=1 ]
}

@test "handed: without NOTIFY_SOCKET, or with one that has no file, the service has none" {
	script_is 'echo "none: $NOTIFY_SOCKET"; [ ! -e /run/notify.sock ]'
	run_service
	fails_with 0 'none: '
	NOTIFY_SOCKET=@abstract run_service
	fails_with 0 'none: '
	[ "$output" = 'none: ' ]
}

@test "handed: a NOTIFY_SOCKET that is not there is told by name, and nothing is left" {
	only_namespaces "no socket passes into a machine"
	NOTIFY_SOCKET=$SOCKET run_service
	fails_with 125 "$SOCKET"
	nothing_is_left
}

@test "handed: --pidfd-socket of create and of exec get a pidfd of the process" {
	command_is sleep 1000
	listen stream
	create_service --pidfd-socket "$SOCKET"
	wait "$LISTENER"
	[ "$(<"$HEARD")" = "pidfd $(pid_of "$ID")" ]
	cloche start "$ID" 3>&-
	rm "$SOCKET"
	listen stream
	cloche exec --detach --pid-file "$BATS_TEST_TMPDIR/pid" --pidfd-socket "$SOCKET" "$ID" sleep 1000 3>&-
	wait "$LISTENER"
	[ "$(<"$HEARD")" = "pidfd $(<"$BATS_TEST_TMPDIR/pid")" ]
}

@test "handed: a pidfd socket that nobody listens on is told by name, and nothing is left" {
	run_cloche create --bundle "$BUNDLE" --pidfd-socket "$SOCKET" "$ID"
	fails_with 1 "$SOCKET"
	nothing_is_left
	run_service --pidfd-socket "$SOCKET"
	fails_with 125 "$SOCKET"
	nothing_is_left
}
