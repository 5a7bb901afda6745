#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# For bats files that use containerd by ctr, its own client.

load ../verbs/helpers
load containerd
HELPERS=$BATS_TEST_DIRNAME/../verbs

setup_file() {
	can_run root tool:containerd tool:ctr tool:busybox "file:$PYTHON" tool:script || return 0
	start_engine "$(basename "$BATS_TEST_FILENAME" .bats)"
}
teardown_file() { stop_engine; }
setup() {
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
