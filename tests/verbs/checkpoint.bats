# SPDX-License-Identifier: Apache-2.0
# checkpoint and restore. Where criu does not work, what is said of it; where it does (the lab), all the rest.
load helpers
load service
setup() {
	requires root
	begin_test
	IMAGES=$BATS_TEST_TMPDIR/images
	COUNT=$BUNDLE/rootfs/tmp/count
	script_is 'n=0; while :; do n=$((n + 1)); echo $n >/tmp/new; mv /tmp/new /tmp/count; sleep 0.1; done'
}
teardown() {
	end_test
}

needs_criu() {
	requires tool:criu
	criu check >/dev/null 2>&1 || skip "needs a kernel that criu works on (the lab's)"
}

# start_apart: with standard streams of its own. Files have to be opened for appending alone: criu compares the size of others.
start_apart() {
	cloche create --bundle "$BUNDLE" "$@" "$ID" >>"$BATS_TEST_TMPDIR/out" 2>&1 3>&- </dev/null
	cloche start "$ID" 3>&-
}

# begin: the counting service runs
begin() {
	start_apart "$@"
	wait_until 20 [ -s "$COUNT" ]
}

# checkpoint [OPTION…]: of $ID to $IMAGES; restore ID [OPTION…]: from there, in the background
checkpoint() { cloche checkpoint --image-path "$IMAGES" "$@" "$ID" || show_logs; }
restore() { cloche restore --detach --bundle "$BUNDLE" --image-path "$IMAGES" "${@:2}" "$1" >>"$BATS_TEST_TMPDIR/out" 2>&1 3>&- </dev/null || show_logs; }
show_logs() {
	cat "$BATS_TEST_TMPDIR/out"
	grep -h Error "$IMAGES"/*.log
	return 1
}

has_counted_past() { [ "$(<"$COUNT")" -gt "$1" ]; }

# goes_on ID AFTER: it runs, and counts on from where it was, not from the beginning
goes_on() {
	status_is "$1" running
	[ "$(<"$COUNT")" -ge "$2" ]
	wait_until 20 has_counted_past "$2"
}

@test "checkpoint: criu that is not there is told of, and nothing happens" {
	begin
	PATH=/nowhere run "$CLOCHE" --root "$STATE" checkpoint --image-path "$IMAGES" "$ID"
	fails_with 1 'criu'
	[[ $output == *'install it'* ]]
	[ ! -e "$IMAGES" ]
	PATH=/nowhere run "$CLOCHE" --root "$STATE" restore --bundle "$BUNDLE" --image-path "$IMAGES" other
	fails_with 125 'install it'
	status_is "$ID" running
}

@test "checkpoint: a kernel that criu does not work on is told of, and the service goes on" {
	requires tool:criu
	! criu check >/dev/null 2>&1 || skip "needs a kernel that criu does not work on"
	begin
	run_cloche checkpoint --image-path "$IMAGES" "$ID"
	fails_with 1 'does not work on this kernel'
	[[ $output == *"$IMAGES/dump.log"* ]]
	[ "$(ls "$IMAGES")" = dump.log ]
	goes_on "$ID" "$(<"$COUNT")"
}

@test "checkpoint, restore: what no option allows" {
	requires tool:criu
	run_cloche checkpoint --help
	[ "$status" = 0 ]
	run_cloche restore --lsm-mount-context
	fails_with 125 'flag needs an argument'
	begin
	run_cloche checkpoint --image-path "$IMAGES" --manage-cgroups-mode some "$ID"
	fails_with 1 'want soft, full, strict or ignore'
	run_cloche checkpoint --image-path "$IMAGES" --page-server 10.0.0.1 "$ID"
	fails_with 1 'want ADDRESS:PORT'
	run_cloche checkpoint --image-path "$IMAGES" --parent-path /images "$ID"
	fails_with 1 'a path from --image-path'
	run_cloche checkpoint --image-path "$IMAGES" --empty-ns pid "$ID"
	fails_with 1 'want network'
	[ ! -e "$IMAGES" ]
}

@test "checkpoint: what is not running, and what criu could not restore, is refused by name" {
	requires tool:criu
	create_service
	run_cloche checkpoint --image-path "$IMAGES" "$ID"
	fails_with 1 'has not been started'
	cloche delete --force "$ID"
	edit_spec '(.linux.namespaces[] | select(.type == "ipc")).path = $path' --arg path "/proc/$$/ns/ipc"
	create_service
	cloche start "$ID" 3>&-
	run_cloche checkpoint --image-path "$IMAGES" "$ID"
	fails_with 1 'joined a ipc namespace'
	[[ $output == *linux/namespaces/2/path* ]]
	cloche kill "$ID" KILL
	wait_until 10 status_is "$ID" stopped
	run_cloche checkpoint --image-path "$IMAGES" "$ID"
	fails_with 1 'container not running'
	run_cloche checkpoint --image-path "$IMAGES" "$ID-other"
	fails_with 1 'does not exist'
	[ ! -e "$IMAGES" ]
}

@test "restore: images that are not there, or not whole, leave nothing" {
	requires tool:criu
	new_id OTHER
	run_cloche restore --bundle "$BUNDLE" --image-path "$IMAGES" "$OTHER"
	fails_with 125 "$IMAGES"
	mkdir "$IMAGES"
	run_cloche restore --bundle "$BUNDLE" --image-path "$IMAGES" "$OTHER"
	fails_with 125 'not of a whole checkpoint'
	echo '["", "", ""]' >"$IMAGES/descriptors.json"
	run_cloche restore --bundle "$BUNDLE" --image-path "$IMAGES" "$OTHER"
	fails_with 125 'criu'
	nothing_is_left
}

@test "restore: a microVM cannot be restored, and that is told" {
	requires tool:criu
	mkdir "$IMAGES"
	run_cloche restore --isolation microvm --bundle "$BUNDLE" --image-path "$IMAGES" "$ID"
	fails_with 125 'the microvm isolation cannot do that'
	nothing_is_left
}

@test "checkpoint and restore: the same id again, in the foreground, with its exit status and its standard streams" {
	needs_criu
	script_is 'echo begun; until [ -e /tmp/end ]; do echo $((n += 1)) >/tmp/count; sleep 0.1; done; echo ended; exit 7'
	"$CLOCHE" --root "$STATE" run --bundle "$BUNDLE" "$ID" 2>&1 </dev/null 3>&- | cat >"$BATS_TEST_TMPDIR/1" &
	wait_until 20 [ -s "$COUNT" ]
	checkpoint
	wait_until 10 [ -s "$BATS_TEST_TMPDIR/1" ]
	touch "$BUNDLE/rootfs/tmp/end"
	status=0
	{ "$CLOCHE" --root "$STATE" restore --bundle "$BUNDLE" --image-path "$IMAGES" "$ID" 2>&1 </dev/null 3>&- || echo "status $?"; } |
		cat >"$BATS_TEST_TMPDIR/2"
	cat "$BATS_TEST_TMPDIR/2"
	[ "$(<"$BATS_TEST_TMPDIR/1")" = begun ]
	[ "$(<"$BATS_TEST_TMPDIR/2")" = $'ended\nstatus 7' ]
	nothing_is_left
}

@test "checkpoint: a paused service, which stays paused where it is left" {
	needs_criu
	begin
	cloche pause "$ID"
	checkpoint --leave-running
	status_is "$ID" paused
	cloche resume "$ID"
	goes_on "$ID" "$(<"$COUNT")"
}

