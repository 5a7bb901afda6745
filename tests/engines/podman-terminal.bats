# SPDX-License-Identifier: Apache-2.0
# podman's terminals: typed at, left and come back to.
bats_require_minimum_version 1.5.0
load podman
setup_file() { begin_podman; }
teardown_file() { end_podman; }
setup() { begin_podman_test; }
teardown() { end_podman_test; }

on_terminal() { run "$BATS_TEST_DIRNAME/terminal" "$@"; echo "$output"; }

@test "podman run -it: a terminal, with what is typed" {
	on_terminal size 31x97 see /dev/pts/0 type word -- podman run --rm -it box sh -c 'tty; read word; echo "<$word>"; stty size; exit 5'
	[ "$status" = 5 ]
	[[ $output == *'<word>'*'31 97'* ]]
}

@test "podman run -it: Ctrl-C is the service's interrupt, Ctrl-D its end" {
	on_terminal see ready keys '^C' -- podman run --rm -it box sh -c 'trap "exit 9" INT; echo ready; while :; do sleep 0.1; done'
	[ "$status" = 9 ]
	on_terminal see ready keys '^D' -- podman run --rm -it box sh -c 'echo ready; cat; exit 3'
	[ "$status" = 3 ]
}

@test "podman run -i: without a terminal, until what is read ends" {
	run podman run --rm -i box sh -c 'wc -c; [ -t 0 ] || exit 4' < <(printf 12345)
	[ "$status" = 4 ]
	[ "$output" = 5 ]
}

@test "podman exec -it: a terminal of its own" {
	make_container
	on_terminal see /dev/pts/0 type word -- podman exec -it "$NAME" sh -c 'tty; read word; echo "<$word>"; exit 6'
	[ "$status" = 6 ]
	[[ $output == *'<word>'* ]]
}

@test "podman exec -i: what is read, and a status" {
	make_container
	run podman exec -i "$NAME" sh -c 'cat; exit 7' < <(echo through)
	[ "$status" = 7 ]
	[ "$output" = through ]
}

@test "podman: detach, then attach; the container goes on meanwhile" {
	on_terminal see ready type one see 'got one' keys '^P^Q' -- \
		podman run -it --name "$NAME" box sh -c 'echo ready; read a; echo "got $a"; read b; echo "and $b"; exit 4'
	[ "$status" = 0 ]
	container_is running
	on_terminal type two see 'and two' -- podman attach "$NAME"
	[[ $output == *'and two'* ]]
	wait_until 10 container_is exited
	[ "$(podman inspect --format '{{.State.ExitCode}}' "$NAME")" = 4 ]
}

@test "podman attach without a terminal: what is written and read" {
	podman_quietly run --detach --interactive --name "$NAME" box sh -c 'read word; echo "got $word"; read end'
	run podman attach "$NAME" < <(echo words)
	[ "$output" = 'got words' ]
}

@test "podman attach: signals go to the service" {
	podman_quietly run --detach --name "$NAME" box sh -c 'trap "exit 8" TERM; echo ready; while :; do sleep 0.1; done'
	wait_until 10 is_ready
	podman attach "$NAME" >/dev/null 2>&1 </dev/null 3>&- &
	local attached=$!
	wait_until 10 grep -qz attach "/proc/$attached/cmdline"
	sleep 1 # until it has taken the signal over
	kill -TERM "$attached"
	wait "$attached" || true
	wait_until 10 container_is exited
	[ "$(podman inspect --format '{{.State.ExitCode}}' "$NAME")" = 8 ]
}
is_ready() { [[ $(podman logs "$NAME") == *ready* ]]; }
