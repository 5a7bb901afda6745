# SPDX-License-Identifier: Apache-2.0
# Terminals: handed over by a socket, or passed through in the foreground.
load helpers
load service
setup() {
	requires tool:python3 tool:script
	begin_test
	edit_spec '.process.terminal = true'
	SOCKET=$BATS_TEST_TMPDIR/console.sock
	SHOWN=$BATS_TEST_TMPDIR/shown
}
teardown() { end_test; }

# receive [LINE…]: wait for a terminal on the socket in the background, type the lines, keep what is shown
receive() {
	python3 "$HELPERS/console.py" "$SOCKET" "$@" >"$SHOWN" 2>&1 3>&- </dev/null &
	RECEIVER=$!
	wait_until 10 [ -S "$SOCKET" ]
}

# script(1) types a NUL when its input ends, which the terminal may echo before what comes next
shown() { sed 's/^\^@//' "$SHOWN"; }

@test "terminal: its master comes by the console socket; it is the service's own" {
	edit_spec '.process.consoleSize = {"height": 33, "width": 99}'
	script_is 'tty; stty size; read line; echo "read $line"; ls -l /dev/console >/dev/null && echo console; exit 0'
	receive hello
	create_service --console-socket "$SOCKET"
	cloche start "$ID" 3>&-
	wait "$RECEIVER"
	cat "$SHOWN"
	grep -q '^/dev/pts/0' "$SHOWN"
	grep -q '^33 99' "$SHOWN"
	grep -q '^read hello' "$SHOWN"
	grep -q '^console' "$SHOWN"
}

@test "terminal: it is the controlling one, of the service's user" {
	edit_spec '.process.user = {"uid": 33, "gid": 33}'
	script_is 'echo ok >/dev/tty; stat -c %u /dev/pts/0; exit 0'
	receive
	create_service --console-socket "$SOCKET"
	cloche start "$ID" 3>&-
	wait "$RECEIVER"
	cat "$SHOWN"
	grep -q '^ok' "$SHOWN"
	grep -q '^33' "$SHOWN"
}

@test "terminal: a console socket that nobody listens on is told by name, and nothing is left" {
	run_cloche create --bundle "$BUNDLE" --console-socket "$SOCKET" "$ID"
	fails_with 1 "console socket"
	[[ $output == *"$SOCKET"* ]]
	nothing_is_left
}

@test "terminal: detached it needs a console socket, and a socket needs a terminal" {
	run_cloche run --detach --bundle "$BUNDLE" "$ID"
	fails_with 125 console-socket
	run_cloche create --bundle "$BUNDLE" "$ID"
	fails_with 1 console-socket
	nothing_is_left
	edit_spec '.process.terminal = false'
	run_cloche run --console-socket "$SOCKET" --bundle "$BUNDLE" "$ID"
	fails_with 125 terminal
}

@test "terminal: in the foreground it is passed through, with the exit status" {
	script_is 'tty; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all; exit 6'
	status=0
	within 30 script -qefc "$CLOCHE --root $STATE run --bundle $BUNDLE $ID" "$SHOWN" >/dev/null 2>&1 3>&- </dev/null || status=$?
	cat "$SHOWN"
	[ "$status" = 6 ]
	grep -q /dev/pts/0 "$SHOWN"
	shown | grep -q '^all'
}

@test "terminal: its window has the size of the caller's" {
	script_is 'stty size'
	within 30 script -qefc "stty rows 31 cols 77; $CLOCHE --root $STATE run --bundle $BUNDLE $ID" "$SHOWN" >/dev/null 2>&1 3>&- </dev/null
	shown
	shown | grep -q '^31 77'
}

@test "terminal: that of an exec has the size of the caller's from the first" {
	edit_spec '.process.terminal = false'
	command_is sleep 1000
	start_service
	within 30 script -qefc "stty rows 31 cols 77; $CLOCHE --root $STATE exec --tty $ID stty size" "$SHOWN" >/dev/null 2>&1 3>&- </dev/null
	shown
	shown | grep -q '^31 77'
}

@test "terminal: exec with a terminal of its own" {
	edit_spec '.process.terminal = false'
	command_is sleep 1000
	start_service
	status=0
	within 30 script -qefc "$CLOCHE --root $STATE exec --tty $ID sh -c 'tty; exit 4'" "$SHOWN" >/dev/null 2>&1 3>&- </dev/null || status=$?
	cat "$SHOWN"
	[ "$status" = 4 ]
	grep -q /dev/pts/ "$SHOWN"
}
