#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# cloche is killed at each of its system calls in turn. Whatever it leaves then, `delete --force` must take away.
#
# A call of cloche is traced once, which gives the list of its system calls; then it is made once for each of them, and
# killed when it comes to it. What cloche has started is not traced: it must end by itself, or be found.

load ../verbs/helpers
load ../verbs/service

setup() {
	begin_test
	requires root tool:strace
	command_is sleep 1000
	# parents of its own, which are to go as well
	edit_spec '.linux.cgroupsPath = $path' --arg path "/$ID/in/it"
}
teardown() { end_test; }

traced() {
	strace -qq -o "$BATS_TEST_TMPDIR/trace" "$@" "$CLOCHE" --root "$STATE" "${COMMAND[@]}" \
		</dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&-
}

# "openat 7": the seventh openat, and so on, in their order, from the first that can matter
system_calls() {
	sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$BATS_TEST_TMPDIR/trace" | awk '{ print $1, ++n[$1] }' | sed -nE '/^(flock|pidfd_open) 1$/,$p'
}

is_gone() {
	[ ! -e "$STATE/$ID" ] && ! compgen -G "/sys/fs/cgroup/$ID" && ! compgen -G "/sys/fs/cgroup/*/$ID"
}

# in the service's cgroup, or a copy of cloche that never became the service
nothing_runs() { ! grep -lqs "$ID" /proc/[0-9]*/cgroup && ! grep -lqs -e "$STATE" /proc/[0-9]*/cmdline; }

removed_by_force() {
	local status=0
	timeout 20 "$CLOCHE" --root "$STATE" delete --force "$ID" || status=$?
	[ "$status" = 0 ] || { echo "killed at $1: delete --force ended with $status"; return 1; }
	is_gone || { echo "killed at $1: something is left"; return 1; }
}

# kill_everywhere BEFORE COMMAND…: BEFORE prepares the service that the command is for
kill_everywhere() {
	local before=$1 COMMAND=("${@:2}") calls call killed=0
	"$before"
	traced
	removed_by_force "nothing"
	mapfile -t calls < <(system_calls)
	for call in "${calls[@]}"; do
		"$before"
		# bash tells of the death on stderr, which is not worth reading
		traced -e "inject=${call% *}:signal=KILL:when=${call#* }" 2>/dev/null || killed=$((killed + 1))
		removed_by_force "$call"
	done
	echo "killed $killed times at ${#calls[@]} system calls"
	[ "$killed" -gt $((${#calls[@]} * 3 / 4)) ]
	wait_until 5 nothing_runs
}

@test "create that is killed anywhere leaves nothing that delete --force does not take away" {
	kill_everywhere : create --bundle "$BUNDLE" "$ID"
}

@test "run that is killed anywhere leaves nothing that delete --force does not take away" {
	kill_everywhere : run --detach --bundle "$BUNDLE" "$ID"
}

@test "start that is killed anywhere leaves nothing that delete --force does not take away" {
	kill_everywhere create_service start "$ID"
}

@test "exec that is killed anywhere leaves nothing that delete --force does not take away" {
	kill_everywhere start_service exec "$ID" sleep 1
}

@test "delete that is killed anywhere can be done again" {
	kill_everywhere start_service delete --force "$ID"
}
