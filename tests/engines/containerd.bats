# SPDX-License-Identifier: Apache-2.0
# containerd's own client, ctr, with cloche behind the runc shim.
bats_require_minimum_version 1.5.0
load ctr

# type_into FILE WORDS SCRIPT: run it on a terminal of 33 by 99, type when a prompt is there; FILE has what was shown
type_into() {
	(wait_until 30 grep -q '# ' "$1"; printf '%s\n' "$2"; wait_until 30 grep -q DONE "$1") |
		SHELL=/bin/bash timeout -s KILL 90 script -qefc "$(declare -p KEEPER NAMESPACE INSIDE); $(declare -f inside ctr)
			stty rows 33 cols 99; $3; echo DONE \$?" "$1" >/dev/null 3>&-
	cat "$1"
}

@test "it is cloche that containerd runs" {
	ctr_run -- no-such-program
	[[ $output == *'[exec-not-found]'* ]]
	make_container
	run inside ls "/run/containerd/runc/$NAMESPACE/$NAME"
	[[ $output == *state.json* ]]
}

@test "ctr run: output, exit status, directory, environment" {
	ctr_run --cwd /tmp --env A=1 -- sh -c 'echo hello; pwd; echo $A; exit 7'
	[ "$status" = 7 ]
	[ "$(tr '\n' ' ' <<<"$output")" = 'hello /tmp 1 ' ]
}

@test "ctr run: what is not there, and what may not be executed, in the words of runc" {
	ctr_run -- no-such-program
	[ "$status" = 1 ]
	[[ $output == *'OCI runtime create failed: '*'exec: "no-such-program": executable file not found in $PATH'* ]]
	ctr_run -- /etc/passwd
	[ "$status" = 1 ]
	[[ $output == *'exec: "/etc/passwd": permission denied'* ]]
}

@test "ctr run --null-io, --log-uri: what is written goes nowhere, or to a file" {
	ctr_run --null-io -- sh -c 'echo nothing && exit 3'
	[ "$status" = 3 ]
	[ -z "$output" ]
	ctr_run --log-uri "file://$BATS_TEST_TMPDIR/log" -- echo logged
	wait_until 10 grep -q logged "$BATS_TEST_TMPDIR/log"
}

@test "ctr run: a user namespace, a network namespace that is there, capabilities, a device" {
	ctr_run --uidmap 0:100000:65536 --gidmap 0:100000:65536 -- sh -c 'cat /proc/self/uid_map; touch /x && stat -c %u /x'
	[ "$(xargs <<<"$output")" = '0 100000 65536 0' ]
	ctr_run --with-ns network:/proc/1/ns/net --cap-add CAP_SYS_ADMIN --cap-drop CAP_CHOWN --device /dev/fuse -- \
		sh -c 'readlink /proc/self/ns/net; grep CapEff: /proc/self/status; test -c /dev/fuse && echo device'
	[[ $output == "$(inside readlink /proc/1/ns/net)"*00000000a82425fa*device ]]
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

@test "nothing is left of all this but containerd" {
	wait_until 30 no_shim
	run inside find /run/containerd -path "*/runc/*/*" -prune -not -name '.*' # cloche's cache of filters
	echo "$output"
	[ -z "$output" ]
	! grep -q " $SCRATCH\| /run/containerd" /proc/self/mountinfo
}
