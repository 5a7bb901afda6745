# SPDX-License-Identifier: Apache-2.0
# What podman does to a container while it lives: logs, restarts, health, signals, messages, and limits.
bats_require_minimum_version 1.5.0
load podman
setup_file() { begin_podman; }
teardown_file() { end_podman; }
setup() { begin_podman_test; }
teardown() { end_podman_test; }

exit_code() { podman inspect --format '{{.State.ExitCode}}' "$NAME"; }

@test "podman logs: both streams, in order of time" {
	podman_quietly run --name "$NAME" box sh -c 'echo out; echo err >&2'
	run --separate-stderr podman logs "$NAME"
	[ "$output $stderr" = 'out err' ]
}

@test "podman create, init, start --attach, start again" {
	podman_quietly create --name "$NAME" box sh -c 'echo started; exit 2'
	podman_quietly init "$NAME"
	container_is initialized
	run -2 podman start --attach "$NAME"
	[ "$output" = started ]
	run -2 podman start --attach "$NAME"
	[ "$output" = started ]
}

@test "podman restart: a new process under the old name" {
	make_container
	local before=$(pid_of)
	podman_quietly restart --time 0 "$NAME"
	container_is running
	[ "$(pid_of)" != "$before" ]
}

@test "podman stop --time: what does not listen is killed when the time is over" {
	podman_quietly run --detach --name "$NAME" box sh -c 'trap "" TERM; while :; do sleep 0.1; done'
	podman_quietly stop --time 1 "$NAME"
	[ "$(exit_code)" = 137 ]
}

@test "podman run --stop-signal, podman kill by name and by number" {
	podman_quietly run --detach --name "$NAME" --stop-signal USR1 box sh -c 'trap "echo hup" HUP; trap "exit 4" USR1; echo up; while :; do sleep 0.1; done'
	wait_until 10 logs_have up
	podman_quietly kill --signal HUP "$NAME"
	wait_until 10 logs_have hup
	podman_quietly kill --signal 1 "$NAME"
	podman_quietly stop --time 20 "$NAME"
	[ "$(exit_code)" = 4 ]
}
logs_have() { [[ $(podman logs "$NAME" 2>&1) == *"$1"* ]]; }

@test "podman run --timeout ends it" {
	SECONDS=0
	run podman run --name "$NAME" --timeout 1 box sleep 1000
	[ "$status" != 0 ]
	[ $SECONDS -lt 60 ]
	container_is exited
}

@test "podman run --restart: on failure, so many times" {
	podman_quietly run --detach --name "$NAME" --restart on-failure:2 box sh -c 'exit 3'
	wait_until 20 restarted_twice
	wait_until 10 container_is exited
	[ "$(exit_code)" = 3 ]
}
restarted_twice() { [ "$(podman inspect --format '{{.RestartCount}}' "$NAME")" = 2 ]; }

@test "podman healthcheck: unhealthy, then healthy" {
	make_container --health-cmd 'test -e /tmp/well' --health-interval disable --health-retries 1
	run -1 podman healthcheck run "$NAME"
	[ "$(podman inspect --format '{{.State.Healthcheck.Status}}' "$NAME")" = unhealthy ]
	podman_quietly exec "$NAME" touch /tmp/well
	run -0 podman healthcheck run "$NAME"
	[ "$(podman inspect --format '{{.State.Healthcheck.Status}}' "$NAME")" = healthy ]
}

@test "podman wait says the exit status" {
	podman_quietly run --detach --name "$NAME" box sh -c 'sleep 0.3; exit 6'
	run_podman wait "$NAME"
	[ "$output" = 6 ]
}

@test "podman cp, diff, commit, export of what runs" {
	make_container
	echo text >"$SCRATCH/text"
	podman_quietly cp "$SCRATCH/text" "$NAME:/tmp/text"
	run_podman exec "$NAME" cat /tmp/text
	[ "$output" = text ]
	run_podman diff "$NAME"
	[[ $output == *'A /tmp/text'* ]]
	podman_quietly commit "$NAME" committed
	[ "$(podman run --rm committed cat /tmp/text)" = text ]
	podman_quietly export --output "$SCRATCH/export.tar" "$NAME"
	tar -tf "$SCRATCH/export.tar" tmp/text
}

@test "podman exec --detach goes on by itself; --env-file and --privileged" {
	make_container
	echo FROM_FILE=yes >"$SCRATCH/env"
	podman_quietly exec --detach --env-file "$SCRATCH/env" "$NAME" sh -c 'echo $FROM_FILE >/tmp/made'
	wait_until 10 podman exec "$NAME" test -s /tmp/made
	[ "$(podman exec "$NAME" cat /tmp/made)" = yes ]
	run_podman exec --privileged "$NAME" grep CapEff /proc/self/status
	[ "$output" = "$(grep CapEff "/proc/$KEEPER/status")" ]
}

@test "podman run --preserve-fds passes a descriptor on" {
	echo handed >"$SCRATCH/handed"
	KEEP_FD_3=1 run podman run --rm --preserve-fds 1 box sh -c 'cat <&3' 3<"$SCRATCH/handed"
	echo "$output"
	[ "$output" = handed ]
}

@test "podman exec --preserve-fds passes a descriptor on" {
	make_container
	echo handed >"$SCRATCH/handed"
	KEEP_FD_3=1 run podman exec --preserve-fds 1 "$NAME" sh -c 'cat <&3' 3<"$SCRATCH/handed"
	echo "$output"
	[ "$output" = handed ]
}

@test "podman run --sdnotify=container: what the container says of itself reaches the supervisor" {
	local heard=$SCRATCH/heard
	"$BATS_TEST_DIRNAME/notified.py" listen "$SCRATCH/notify" >"$heard" 3>&- &
	wait_until 10 [ -S "$SCRATCH/notify" ]
	NOTIFY_SOCKET=$SCRATCH/notify podman_quietly run --detach --name "$NAME" --sdnotify container box sleep 1000
	! grep -q READY "$heard"
	local socket=$(podman exec "$NAME" sed -n 's/.*NOTIFY_SOCKET=\([^[:cntrl:]]*\).*/\1/p' /proc/1/environ)
	# nothing in the image can send: the socket is reached by the container's own root
	"$BATS_TEST_DIRNAME/notified.py" say "/proc/$(pid_of)/root$socket" READY=1
	wait
	cat "$heard"
	grep -q MAINPID= "$heard"
	grep -q READY=1 "$heard"
}

@test "podman run: limits of processors, memory and block devices" {
	requires controller:cpuset controller:memory controller:cpu
	make_container --cpus 0.25 --cpu-shares 200 --cpuset-cpus 0 --memory 40m --memory-swap 60m --memory-reservation 20m
	[[ $(in_cgroup cpu cpu.cfs_quota_us cpu.max) == 25000* ]]
	[ "$(in_cgroup cpuset cpuset.cpus cpuset.cpus)" = 0 ]
	[ "$(in_cgroup memory memory.limit_in_bytes memory.max)" = 41943040 ]
	[ "$(in_cgroup memory memory.soft_limit_in_bytes memory.low)" = 20971520 ]
	podman_quietly update --cpu-shares 300 --memory-reservation 10m "$NAME"
	[ "$(in_cgroup memory memory.soft_limit_in_bytes memory.low)" = 10485760 ]
	is_cgroup_v2 || [ "$(in_cgroup cpu cpu.shares -)" = 300 ]
}

@test "podman run --memory: who takes more is killed" {
	podman_quietly run --name "$NAME" --memory 20m --memory-swap 20m --network none box sh -c 'tail -c 100m /dev/zero' || true
	[ "$(exit_code)" = 137 ]
}

@test "podman: conmon is killed; rm -f ends the service, and cloche removes what podman then forgets" {
	make_container
	local pid=$(pid_of) id=$(podman inspect --format '{{.Id}}' "$NAME")
	kill -KILL "$(podman inspect --format '{{.State.ConmonPid}}' "$NAME")"
	podman_quietly rm --force --time 0 "$NAME"
	wait_until 10 [ ! -e "/proc/$pid/exe" ]
	# podman 4.3 does not call 'delete' then, whichever its runtime
	in_keeper "$CLOCHE" delete --force "$id"
	run "$CLOCHE" state "$id"
	[[ $output == *'does not exist'* ]]
}
