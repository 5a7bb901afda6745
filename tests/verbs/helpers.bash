#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What every bats file loads. A file begins with
#
#	load helpers
#	setup() { begin_test; }
#	teardown() { end_test; }
#
# and a test then has
#	$CLOCHE       the program          $STATE   its --root, for this test alone
#	$BUNDLE       a bundle: config.json from base.json, a busybox rootfs
#	$ID           an id that no other test has (new_id makes more)
#
# `cloche ARGS` calls the program on $STATE; `run_cloche ARGS` does so through bats' run ($status, $output).
# end_test deletes every service of $STATE by force, then fails the test if anything of it is still there.
#
# The services are behind the wall that CLOCHE_TEST_WALL names, by default namespaces. A test that holds for one wall
# alone says so, and why: only_namespaces "why".

# Starting a program is what costs on the lab's machine: begin_test and end_test start four.

HELPERS=${BASH_SOURCE[0]%/*}

begin_test() {
	: "${CLOCHE:?is the path of the program to test; tests/run sets it}"
	is_namespaces || choose_wall
	local file=${BATS_TEST_FILENAME##*/}
	# names this test alone: what carries it and is left was left by this test
	ID_PREFIX=t-${CLOCHE_TEST_RUN:-$$}-${file%.bats}-$BATS_TEST_NUMBER-
	STATE=$BATS_TEST_TMPDIR/state
	BUNDLE=$BATS_TEST_TMPDIR/bundle
	new_id ID
	make_bundle "$BUNDLE"
}

end_test() {
	local service
	[ -n "${STATE:-}" ] || return 0 # setup has skipped the test before there was anything
	for service in "$STATE"/*/; do
		[ ! -d "$service" ] || cloche delete --force "$(basename "$service")" || true
	done
	nothing_is_left
}

cloche() { "$CLOCHE" --root "$STATE" "$@"; }
run_cloche() { run "$CLOCHE" --root "$STATE" "$@"; }

is_namespaces() { [ "${CLOCHE_TEST_WALL:-namespace}" = namespace ]; }

# only_namespaces WHY: leave a test, or in setup_file a file, out behind any other wall
only_namespaces() { is_namespaces || skip "$1"; }

# few N ITEM…: the items, of which a test that starts a service for each takes the first N alone where that is a machine
few() {
	local n=$1
	shift
	is_namespaces || set -- "${@:1:n}"
	printf '%s\n' "$@"
}

# Where the test names no wall, cloche takes it from the name by which it is called.
choose_wall() {
	local named=$BATS_FILE_TMPDIR/cloche-$CLOCHE_TEST_WALL
	if [ ! -e "$named" ]; then
		"$CLOCHE" probe --json | jq -e --arg wall "$CLOCHE_TEST_WALL" '.[$wall].usable' >/dev/null ||
			skip "needs what 'cloche probe' names for the wall $CLOCHE_TEST_WALL"
		ln -s "$CLOCHE" "$named"
	fi
	CLOCHE=$named
	PATIENCE=4 # a machine boots first, and in the lab everything in it is slow
}

# new_id VARIABLE: put an id that nothing else has into the variable
new_id() { printf -v "$1" '%s%s' "$ID_PREFIX" "$((IDS += 1))"; }

# make_bundle DIR: a bundle with a rootfs of its own
make_bundle() {
	local template=$BATS_FILE_TMPDIR/bundle
	if [ ! -d "$template" ]; then
		mkdir -p "$template"
		"$HELPERS/../../examples/busybox-rootfs" "$template/rootfs"
		cp "$HELPERS/base.json" "$template/config.json"
	fi
	cp -a "$template" "$1"
}

# install_systemd_driver: the helper to where cloche looks for it; only the lab's machine may be changed so
install_systemd_driver() {
	local installed=/usr/local/libexec/cloche/cloche-systemd
	requires file:/run/lab
	mkdir -p "${installed%/*}"
	# whole from its first moment: another file of tests may be running it
	cp "$CLOCHE_BUILD/runtime/isolation/cloche-systemd" "$installed.$BASHPID"
	mv "$installed.$BASHPID" "$installed"
}

# edit_spec FILTER [JQ-OPTION…]: change the bundle's spec with a jq filter
edit_spec() {
	local filter=$1 text
	shift
	text=$(jq "$filter" "$BUNDLE/config.json" "$@")
	printf '%s\n' "$text" >"$BUNDLE/config.json"
}

# command_is ARG…: let the service run this; script_is TEXT: or this, in a shell
command_is() { edit_spec '.process.args = $ARGS.positional' --args -- "$@"; }
script_is() { command_is sh -c "$1"; }

# wait_until SECONDS COMMAND…: until the command succeeds; fails loudly when it never does
wait_until() {
	local end=$((SECONDS + $1 * ${PATIENCE:-1}))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || { echo "waited in vain for: $*"; return 1; }
		sleep 0.05
	done
}

# within SECONDS COMMAND…: the command, killed when it takes longer
within() { timeout -s KILL "$(($1 * ${PATIENCE:-1}))" "${@:2}"; }

status_is() { [ "$(cloche state "$1" | jq -r .status)" = "$2" ]; }

# requires THING…: skip the test, and say what is missing
requires() {
	local thing reason
	for thing in "$@"; do
		reason=$(what_is_missing "$thing") || true
		[ -z "$reason" ] || skip "needs $reason"
	done
}

what_is_missing() {
	case $1 in
	root) [ "$(id -u)" = 0 ] || echo root ;;
	cgroup_v1) grep -q ' cgroup [^ ]*memory' /proc/mounts || echo "cgroup v1 with a memory controller" ;;
	cgroup_v2) is_cgroup_v2 || echo "cgroup v2 with all controllers" ;;
	controller:*) has_controller "${1#*:}" || echo "the cgroup controller ${1#*:}" ;;
	tool:*) command -v "${1#*:}" >/dev/null || echo "the program ${1#*:}" ;;
	file:*) [ -e "${1#*:}" ] || echo "${1#*:}" ;;
	cap:*) capsh --has-b="${1#*:}" 2>/dev/null || echo "the capability ${1#*:}" ;;
	*) echo "'$1', which tests/verbs/helpers.bash does not know" ;;
	esac
}

is_cgroup_v2() { [ -e /sys/fs/cgroup/cgroup.controllers ]; }

has_controller() {
	if is_cgroup_v2; then
		[ "$1" = devices ] || grep -qw "$1" /sys/fs/cgroup/cgroup.controllers # version 2 has a program for them
	else
		grep -Eq " cgroup [^ ]*\b$1\b" /proc/mounts
	fi
}

# cgroup_dirs ID: the cgroups that carry an id in their name
cgroup_dirs() { find /sys/fs/cgroup -type d -name "*$1*" 2>/dev/null || true; }

# cgroup_file CONTROLLER FILE-ON-V1 FILE-ON-V2 </proc/PID/cgroup: what a file says of the cgroup of that process
cgroup_file() {
	local list=$(</dev/stdin)
	if is_cgroup_v2; then
		cat "/sys/fs/cgroup$(sed -n 's/^0:://p' <<<"$list")/$3"
	else
		cat "/sys/fs/cgroup/$1$(sed -nE "s/^[0-9]+:([^:]*,)?$1(,[^:]*)?:(.*)/\3/p" <<<"$list")/$2"
	fi
}

# What a test may have left: cgroups and processes by its prefix, mounts by its folder, services by their state.
what_is_left() {
	local mounts=$(</proc/self/mountinfo)
	cgroup_dirs "$ID_PREFIX"
	grep -ls "$ID_PREFIX" /proc/[0-9]*/cgroup || true
	[[ $mounts != *" $BATS_TEST_TMPDIR"* ]] || grep -o " $BATS_TEST_TMPDIR[^ ]*" /proc/self/mountinfo
	! compgen -G "$STATE/*"
}

nothing_is_left() {
	local end=$((SECONDS + 5 * ${PATIENCE:-1})) left
	while left=$(what_is_left); [ -n "$left" ]; do
		[ $SECONDS -lt $end ] || { printf 'left behind: %s\n' $left; return 1; }
		sleep 0.05
	done
}
