# SPDX-License-Identifier: Apache-2.0
# containerd's own client, ctr, with cloche behind the runc shim.
bats_require_minimum_version 1.5.0

setup_file() {
	load ../verbs/helpers
	load containerd
	HELPERS=$BATS_TEST_DIRNAME/../verbs
	can_run root tool:containerd tool:ctr tool:busybox "file:$PYTHON" tool:script || return 0
	start_engine
}
teardown_file() {
	load ../verbs/helpers
	load containerd
	stop_engine
}
setup() {
	load ../verbs/helpers
	load containerd
	HELPERS=$BATS_TEST_DIRNAME/../verbs
	skip_if_missing
	NAME=t$BATS_TEST_NUMBER
}
teardown() { ctr task rm --force "$NAME" >/dev/null 2>&1; ctr container rm "$NAME" >/dev/null 2>&1 || true; }

# with_cloche: the options that name the runtime, in WITH_CLOCHE
with_cloche() {
	WITH_CLOCHE=(--runtime io.containerd.runc.v2 --runc-binary "$CLOCHE")
	! uses_systemd || WITH_CLOCHE+=(--runc-systemd-cgroup --cgroup "system.slice:$NAME_PREFIX:$NAME")
}

# ctr_run [OPTION…] -- COMMAND…: to its end, through bats' run; make_container [OPTION…]: one that sleeps
ctr_run() {
	local options=()
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	shift
	with_cloche
	run_ctr run --rm "${WITH_CLOCHE[@]}" "${options[@]}" "$BOX" "$NAME" "$@"
}
make_container() {
	with_cloche
	ctr_quietly run --detach "${WITH_CLOCHE[@]}" "$@" "$BOX" "$NAME" sleep 1000
}

task_is() { [ "$(ctr task ls | awk -v name="$NAME" '$1 == name { print $3 }')" = "$1" ]; }
pid_of_task() { ctr task ls | awk -v name="$NAME" '$1 == name { print $2 }'; }
exec_in() { run_ctr task exec --exec-id "e$((EXECS += 1))" "$@"; }

# type_into FILE WORDS SCRIPT: run it on a terminal of 33 by 99, type when a prompt is there; FILE has what was shown
type_into() {
	(wait_until 30 grep -q '# ' "$1"; printf '%s\n' "$2"; wait_until 30 grep -q DONE "$1") |
		SHELL=/bin/bash timeout -s KILL 90 script -qefc "$(declare -p KEEPER NAMESPACE); $(declare -f inside ctr)
			stty rows 33 cols 99; $3; echo DONE \$?" "$1" >/dev/null 3>&-
	cat "$1"
}

@test "ctr run: output, exit status, directory, environment" {
	ctr_run --cwd /tmp --env A=1 -- sh -c 'echo hello; pwd; echo $A; exit 7'
	[ "$status" = 7 ]
	[ "$(tr '\n' ' ' <<<"$output")" = 'hello /tmp 1 ' ]
}

@test "it is cloche that containerd runs" {
	ctr_run -- no-such-program
	[[ $output == *'[exec-not-found]'* ]]
	make_container
	run inside ls "/run/containerd/runc/$NAMESPACE/$NAME"
	[[ $output == *state.json* ]]
}

@test "ctr run: what is not there, and what may not be executed, in the words of runc" {
	ctr_run -- no-such-program
	[ "$status" = 1 ]
	[[ $output == *'OCI runtime create failed: '*'exec: "no-such-program": executable file not found in $PATH'* ]]
	ctr_run -- /etc/passwd
	[ "$status" = 1 ]
	[[ $output == *'exec: "/etc/passwd": permission denied'* ]]
}

@test "ctr run -t: a terminal of the caller's size, with what is typed" {
	with_cloche
	type_into "$BATS_TEST_TMPDIR/log" 'stty size; tty; exit 5' "ctr run --rm --tty ${WITH_CLOCHE[*]} $BOX $NAME sh"
	grep -q '^33 99' "$BATS_TEST_TMPDIR/log"
	grep -q '^/dev/pts/0' "$BATS_TEST_TMPDIR/log"
	grep -q '^DONE 5' "$BATS_TEST_TMPDIR/log"
}

@test "ctr run -d, then attach: the task's terminal" {
	with_cloche
	type_into "$BATS_TEST_TMPDIR/log" $'echo here\nexit 4' \
		"ctr run --detach --tty ${WITH_CLOCHE[*]} $BOX $NAME sh; ctr task attach $NAME"
	grep -q '^here' "$BATS_TEST_TMPDIR/log"
	grep -q '^DONE 4' "$BATS_TEST_TMPDIR/log"
}

@test "ctr run: limits of memory, processors and processes" {
	make_container --memory-limit 67108864 --cpus 0.5
	local pid=$(pid_of_task)
	[ "$(in_cgroup "$pid" memory memory.limit_in_bytes memory.max)" = 67108864 ]
	[[ $(in_cgroup "$pid" cpu cpu.cfs_quota_us cpu.max) == 50000* ]]
}

@test "ctr run: a mount, a read-only root, no network and the host's" {
	mkdir "$BATS_TEST_TMPDIR/volume"
	touch "$BATS_TEST_TMPDIR/volume/here"
	ctr_run --read-only --mount "type=bind,src=$BATS_TEST_TMPDIR/volume,dst=/data,options=rbind:ro" -- \
		sh -c 'exec 2>&1; ls /data; touch /x; touch /data/x; ip -o link | grep -vc NOARP'
	[[ $output == here*'Read-only file system'*'Read-only file system'*1 ]]
	ctr_run --net-host -- readlink /proc/self/ns/net
	[ "$output" = "$(inside readlink /proc/self/ns/net)" ]
}

@test "ctr run --privileged: with all devices, and a ptmx that is its own" {
	requires cap:cap_sys_admin
	ctr_run --privileged -- sh -c 'readlink /dev/ptmx; test -c /dev/kmsg && echo device'
	[ "$status" = 0 ]
	[ "$(tr '\n' ' ' <<<"$output")" = 'pts/ptmx device ' ]
}

@test "ctr run --seccomp: containerd's filter is in force" {
	ctr_run --seccomp -- sh -c 'exec 2>&1; grep -w Seccomp: /proc/self/status; unshare -U true'
	[ "$status" != 0 ]
	[[ $output == *Seccomp:*2* ]]
	[[ $output == *'Operation not permitted'* ]]
}

@test "ctr task exec: output, exit status, user, directory, and what is not there" {
	make_container
	exec_in --cwd /tmp --user 33:34 "$NAME" sh -c 'pwd; id -u; id -g; exit 3'
	[ "$status" = 3 ]
	[ "$(tr '\n' ' ' <<<"$output")" = '/tmp 33 34 ' ]
	exec_in "$NAME" no-such-program
	[ "$status" = 1 ]
	[[ $output == *'OCI runtime exec failed: '*'exec: "no-such-program": executable file not found in $PATH'* ]]
}

@test "ctr task exec -t: a terminal" {
	make_container
	type_into "$BATS_TEST_TMPDIR/log" 'stty size; tty; exit 6' "ctr task exec --tty --exec-id e $NAME sh"
	grep -q '^33 99' "$BATS_TEST_TMPDIR/log"
	grep -q '^/dev/pts/0' "$BATS_TEST_TMPDIR/log"
	grep -q '^DONE 6' "$BATS_TEST_TMPDIR/log"
}

@test "ctr task ps: the processes, by the ids that containerd sees" {
	make_container
	local pid=$(pid_of_task)
	ctr_quietly task exec --detach --exec-id e "$NAME" sleep 1001
	run_ctr task ps "$NAME"
	[[ $output == *"$pid"* ]]
	[ "${#lines[@]}" = 3 ]
}

@test "ctr task pause and resume" {
	make_container
	ctr_quietly task pause "$NAME"
	task_is PAUSED
	ctr_quietly task resume "$NAME"
	task_is RUNNING
	exec_in "$NAME" echo awake
	[ "$output" = awake ]
}

@test "ctr task metrics: what the cgroup counts" {
	make_container --memory-limit 67108864
	run_ctr task metrics --format json "$NAME"
	[ "$status" = 0 ]
	[ "$(jq .pids.current <<<"$output")" = 1 ]
	if is_cgroup_v2; then
		[ "$(jq .memory.usage_limit <<<"$output")" = 67108864 ]
		[ "$(jq .cpu.usage_usec <<<"$output")" -gt 0 ]
	else
		[ "$(jq .memory.usage.limit <<<"$output")" = 67108864 ]
		[ "$(jq .cpu.usage.total <<<"$output")" -gt 0 ]
	fi
}

@test "ctr task kill: the signal arrives; who has ended already is told so" {
	make_container
	run_ctr task rm "$NAME"
	[ "$status" != 0 ]
	ctr_quietly task kill --signal KILL "$NAME"
	wait_until 30 task_is STOPPED
	run_ctr task kill --signal KILL "$NAME"
	[[ $output == *'process already finished: not found'* ]]
	run_ctr task rm "$NAME"
	[[ $output == *'exit code 137'* ]]
	ctr_quietly container rm "$NAME"
	[ -z "$(cgroup_dirs "$NAME_PREFIX" | grep "$NAME\$")" ]
}

@test "ctr task kill --all, and one process by its exec id" {
	make_container
	ctr_quietly task exec --detach --exec-id one "$NAME" sleep 1001
	ctr_quietly task exec --detach --exec-id two "$NAME" sleep 1002
	ctr_quietly task kill --signal KILL --exec-id one "$NAME"
	wait_until 30 processes_are 2
	task_is RUNNING
	ctr_quietly task kill --all --signal KILL "$NAME"
	wait_until 30 task_is STOPPED
}
processes_are() { [ "$(ctr task ps "$NAME" | wc -l)" = $(($1 + 1)) ]; }

@test "ctr events: what happens to a task, a kill for lack of memory among it" {
	local log=$BATS_TEST_TMPDIR/events topic
	inside ctr --namespace "$NAMESPACE" events >"$log" 2>&1 </dev/null &
	local watching=$!
	make_container
	ctr_quietly task exec --exec-id e "$NAME" true
	ctr_quietly task pause "$NAME"
	ctr_quietly task resume "$NAME"
	ctr_quietly task rm --force "$NAME"
	ctr_quietly container rm "$NAME"
	ctr_run --memory-limit 16777216 -- sh -c 'tail /dev/zero & wait $!'
	wait_until 30 grep -q /tasks/oom "$log"
	kill "$watching"
	cat "$log"
	for topic in create start exec-added exec-started paused resumed exit delete; do
		grep -q "/tasks/$topic " "$log"
	done
}

@test "containerd ends and comes back: tasks go on, and are known again" {
	make_container
	local pid=$(pid_of_task)
	stop_containerd
	! is_gone "$pid"
	start_containerd
	task_is RUNNING
	[ "$(pid_of_task)" = "$pid" ]
	exec_in "$NAME" echo here
	[ "$output" = here ]
	ctr_quietly task rm --force "$NAME"
	is_gone "$pid"
}

@test "the shim is killed: containerd has cloche end whatever there was" {
	make_container
	ctr_quietly task exec --detach --exec-id e "$NAME" sh -c 'trap "" TERM; while :; do sleep 1; done'
	local pids=$(ctr task ps "$NAME" | awk 'NR > 1 { print $1 }')
	inside pkill -KILL -f "containerd-shim-runc-v2 .* -id $NAME "
	wait_until 30 no_task
	local pid
	for pid in $pids; do wait_until 5 is_gone "$pid"; done
	[ -z "$(cgroup_dirs "$NAME_PREFIX" | grep "$NAME\$")" ]
	ctr_quietly container rm "$NAME"
}
no_task() { ! ctr task ls | grep -q "^$NAME "; }

@test "nothing is left of all this but containerd" {
	wait_until 30 no_shim
	run inside find /run/containerd/runc -mindepth 2 -maxdepth 2 -not -name '.*' # cloche's cache of filters
	echo "$output"
	[ -z "$output" ]
	! grep -q " $SCRATCH\| /run/containerd" /proc/self/mountinfo
}
no_shim() { ! inside pgrep -f containerd-shim >/dev/null; }
