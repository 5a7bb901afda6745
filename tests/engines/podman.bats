# SPDX-License-Identifier: Apache-2.0
# podman and the life of a container, with cloche as its runtime; in the lab, too.
bats_require_minimum_version 1.5.0
load podman
setup_file() { begin_podman tool:script; }
teardown_file() { end_podman; }
setup() { begin_podman_test; }
teardown() { end_podman_test; }

@test "podman info names the runtime and its version" {
	run_podman info --format '{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Version}}'
	[[ $output == cloche\ *"cloche version "* ]]
}

@test "podman run: output and exit status" {
	run_podman run --rm box sh -c 'echo hello; exit 7'
	[ "$status" = 7 ]
	[ "$output" = hello ]
}

@test "podman run: what is not there is 127, what may not be executed 126" {
	run -127 podman run --rm box no-such-program
	run -126 podman run --rm box /etc/passwd
}

@test "podman exec: output, exit status, user, environment, directory" {
	make_container
	run_podman exec "$NAME" sh -c 'echo in; exit 3'
	[ "$status" = 3 ]
	[ "$output" = in ]
	run_podman exec --user 33:34 --env A=1 --workdir /tmp "$NAME" sh -c 'id -u; id -g; echo $A; pwd'
	[ "$(tr '\n' ' ' <<<"$output")" = '33 34 1 /tmp ' ]
	run -127 podman exec "$NAME" no-such-program
}

@test "podman stop and rm" {
	podman_quietly run --detach --name "$NAME" box sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done'
	podman_quietly stop --time 20 "$NAME"
	[ "$(podman inspect --format '{{.State.ExitCode}}' "$NAME")" = 9 ]
	podman_quietly rm "$NAME"
	run podman inspect "$NAME"
	[ "$status" != 0 ]
}

@test "podman rm -f ends what runs" {
	make_container
	podman_quietly rm --force --time 0 "$NAME"
	run podman inspect "$NAME"
	[ "$status" != 0 ]
}

@test "podman kill: the signal arrives" {
	make_container
	podman_quietly kill --signal KILL "$NAME"
	wait_until 10 container_is exited
	[ "$(podman inspect --format '{{.State.ExitCode}}' "$NAME")" = 137 ]
}

@test "podman pause and unpause" {
	make_container
	podman_quietly pause "$NAME"
	container_is paused
	podman_quietly unpause "$NAME"
	container_is running
}

@test "podman stats" {
	make_container
	run_podman stats --no-stream --format '{{.Name}} {{.PIDs}}' "$NAME"
	[ "$status" = 0 ]
	[ "$output" = "$NAME 1" ]
}

@test "podman run --memory and --pids-limit set the limits, podman update changes them" {
	make_container --memory 64m --pids-limit 17
	[ "$(in_cgroup memory memory.limit_in_bytes memory.max)" = 67108864 ]
	[ "$(in_cgroup pids pids.max pids.max)" = 17 ]
	podman_quietly update --memory 48m --cpus 0.5 "$NAME"
	[ "$(in_cgroup memory memory.limit_in_bytes memory.max)" = 50331648 ]
	[[ $(in_cgroup cpu cpu.cfs_quota_us cpu.max) == 50000* ]]
	[ "$(in_cgroup pids pids.max pids.max)" = 17 ]
}

@test "podman run: a volume, a read-only root, another user" {
	mkdir "$BATS_TEST_TMPDIR/volume"
	run_podman run --rm --read-only --user 33 --volume "$BATS_TEST_TMPDIR/volume:/data:ro" --tmpfs /scratch box \
		sh -c 'exec 2>&1; id -u; touch /x; touch /data/x; touch /scratch/x && echo ok'
	[[ $output == 33* ]]
	[[ $output == *ok ]]
	[ ! -e "$BATS_TEST_TMPDIR/volume/x" ]
}

@test "podman run -it: a terminal, with what is typed" {
	local log=$BATS_TEST_TMPDIR/typed
	# the words are typed when the shell says that it is there: what is typed before is echoed twice
	(wait_until 30 grep -q '# ' "$log"; printf 'stty size >/dev/null && tty; exit 5\n'; wait_until 30 grep -q 'DONE' "$log") |
		timeout -s KILL 60 script -qefc 'podman run --rm -it box sh; echo DONE $?' "$log" >/dev/null 3>&-
	cat "$log"
	grep -q /dev/pts/0 "$log"
	grep -q 'DONE 5' "$log"
}

@test "podman top" {
	make_container
	run_podman top "$NAME" pid comm
	[ "$status" = 0 ]
	[[ $output == *sleep* ]]
}
