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
	local made
	for made in "${NETWORKS[@]}"; do ip netns delete "$made"; done
	[ -z "${NETNS_MOUNTED:-}" ] || umount /run/netns # ip netns makes a mount of its folder, and leaves it
	[ ! -d "$IMAGES/small" ] || umount "$IMAGES/small"
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

@test "checkpoint and restore: a service counts on, under another id, and is a service like any other" {
	needs_criu
	new_id OTHER
	mkdir "$BUNDLE/data"
	edit_spec '.mounts += [{"destination": "/data", "type": "bind", "source": "data", "options": ["rbind", "ro"]}]
		| .linux.maskedPaths = ["/proc/kcore", "/proc/acpi", "/proc/keys"] | .linux.readonlyPaths = ["/proc/sys"]
		| .linux.namespaces += [{"type": "cgroup"}] | .linux.resources.pids.limit = 30'
	begin
	checkpoint
	[ ! -e "$STATE/$ID" ]
	local count=$(<"$COUNT")
	echo 'of the restore' >"$BUNDLE/data/word"
	restore "$OTHER" --pid-file "$BATS_TEST_TMPDIR/pid"
	goes_on "$OTHER" "$count"
	[ "$(<"$BATS_TEST_TMPDIR/pid")" = "$(pid_of "$OTHER")" ]
	[[ $(cgroup_of "$(pid_of "$OTHER")" pids) == *"$OTHER" ]]
	limit_is "$(pid_of "$OTHER")" pids pids.max 30 pids.max 30
	[ "$(cloche exec "$OTHER" cat /data/word)" = 'of the restore' ]
	[ "$(cloche exec "$OTHER" sh -c 'cut -d: -f3 </proc/self/cgroup')" = / ]
	run cloche exec "$OTHER" touch /data/new
	[ "$status" = 1 ]
	run cloche exec "$OTHER" sh -c 'cat /proc/keys; echo x >/proc/sys/kernel/domainname'
	[[ $output == *'Read-only'* ]]
	cloche events --stats "$OTHER" | jq -e '.data.pids.current >= 1'
	cloche pause "$OTHER"
	status_is "$OTHER" paused
	cloche resume "$OTHER"
	cloche kill "$OTHER" KILL
	wait_until 10 status_is "$OTHER" stopped
	cloche delete "$OTHER"
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

@test "checkpoint --pre-dump, --leave-running: a chain of images, the last of a paused service, which stays as it is" {
	needs_criu
	new_id OTHER
	begin
	cloche checkpoint --pre-dump --image-path "$IMAGES-1" "$ID"
	goes_on "$ID" "$(<"$COUNT")"
	cloche pause "$ID"
	checkpoint --leave-running --parent-path ../images-1
	[ "$(readlink "$IMAGES/parent")" = ../images-1 ]
	status_is "$ID" paused
	local count=$(<"$COUNT")
	cloche resume "$ID"
	goes_on "$ID" "$count"
	cloche delete --force "$ID"
	rm "$COUNT"
	restore "$OTHER"
	wait_until 20 [ -s "$COUNT" ]
	goes_on "$OTHER" "$count"
}

# two networks and a cable between them
networks() {
	HERE=$ID-here THERE=$ID-there
	local n
	mountpoint -q /run/netns || NETNS_MOUNTED=yes
	for n in "$HERE" "$THERE"; do
		ip netns add "$n"
		NETWORKS+=("$n")
		ip -n "$n" link set lo up
	done
	ip -n "$HERE" link add eth0 type veth peer name eth0 netns "$THERE"
	ip -n "$HERE" address add 192.0.2.1/24 dev eth0
	ip -n "$THERE" address add 192.0.2.2/24 dev eth0
	for n in "$HERE" "$THERE"; do ip -n "$n" link set eth0 up; done
}

@test "checkpoint --tcp-established: a connection is open before and after" {
	needs_criu
	requires tool:ip tool:iptables-restore tool:python3
	networks
	command_is nc -l -p 5000 -e cat
	edit_spec '(.linux.namespaces[] | select(.type == "network")).path = $path' --arg path "/run/netns/$HERE"
	start_apart
	ip netns exec "$THERE" python3 "$HELPERS/talk.py" 192.0.2.1 5000 "$BATS_TEST_TMPDIR/again" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	local talker=$!
	wait_until 20 grep -q first "$BATS_TEST_TMPDIR/said"
	run_cloche checkpoint --image-path "$IMAGES" "$ID"
	fails_with 1 'Connected TCP socket'
	checkpoint --tcp-established
	restore "$ID" --tcp-established
	[ "$(readlink "/proc/$(pid_of "$ID")/ns/net")" = "net:[$(stat -Lc %i "/run/netns/$HERE")]" ]
	touch "$BATS_TEST_TMPDIR/again"
	wait "$talker"
	cat "$BATS_TEST_TMPDIR/said"
	[ "$(<"$BATS_TEST_TMPDIR/said")" = $'first\nsecond' ]
}

@test "checkpoint and restore: a terminal, whose new master comes by the console socket" {
	needs_criu
	requires tool:python3
	edit_spec '.process.terminal = true'
	script_is 'echo begun; read line; echo "read $line"; exit 0'
	python3 "$HELPERS/console.py" "$BATS_TEST_TMPDIR/1" >"$BATS_TEST_TMPDIR/shown-1" 2>&1 3>&- </dev/null &
	wait_until 10 [ -S "$BATS_TEST_TMPDIR/1" ]
	start_apart --console-socket "$BATS_TEST_TMPDIR/1"
	wait_until 20 grep -q begun "$BATS_TEST_TMPDIR/shown-1"
	checkpoint
	python3 "$HELPERS/console.py" "$BATS_TEST_TMPDIR/2" again >"$BATS_TEST_TMPDIR/shown-2" 2>&1 3>&- </dev/null &
	wait_until 10 [ -S "$BATS_TEST_TMPDIR/2" ]
	restore "$ID" --console-socket "$BATS_TEST_TMPDIR/2"
	wait_until 20 grep -q 'read again' "$BATS_TEST_TMPDIR/shown-2"
	wait_until 20 status_is "$ID" stopped
}

# checkpoint_in_background: until criu is at it; then $CALLER is cloche's number, and $CRIU criu's
checkpoint_in_background() {
	"$CLOCHE" --root "$STATE" checkpoint --image-path "$IMAGES" "$ID" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	CALLER=$!
	wait_until 20 [ -s "$IMAGES/dump.log" ]
	CRIU=$(pgrep -P "$CALLER")
}
is_gone() { [ ! -d "/proc/$1" ]; }

@test "checkpoint: criu that is killed on its way leaves the service running, and no images; so does cloche" {
	needs_criu
	begin
	checkpoint_in_background
	kill -KILL "$CRIU"
	status=0
	wait "$CALLER" || status=$?
	output=$(<"$BATS_TEST_TMPDIR/said")
	fails_with 1 criu
	[ "$(ls "$IMAGES")" = dump.log ]
	goes_on "$ID" "$(<"$COUNT")"
	rm -r "$IMAGES"
	checkpoint_in_background
	kill -KILL "$CALLER"
	wait_until 60 is_gone "$CRIU"
	goes_on "$ID" "$(<"$COUNT")"
	rm -r "$IMAGES"
	checkpoint
}

@test "checkpoint: a disk that is full leaves the service running, and room on the disk" {
	needs_criu
	begin
	mkdir -p "$IMAGES/small" "$IMAGES/log"
	mount -t tmpfs -o size=64k tmpfs "$IMAGES/small"
	run_cloche checkpoint --image-path "$IMAGES/small" --work-path "$IMAGES/log" "$ID"
	fails_with 1 criu
	[[ $output == *"$IMAGES/log/dump.log"* ]]
	[ -z "$(ls "$IMAGES/small")" ]
	goes_on "$ID" "$(<"$COUNT")"
}

@test "restore: one that fails leaves nothing, and the images are as good as before" {
	needs_criu
	begin
	checkpoint
	local count=$(<"$COUNT") pages=$(ls "$IMAGES"/pages-*.img | head -1)
	mv "$pages" "$pages.away"
	run_cloche restore --detach --bundle "$BUNDLE" --image-path "$IMAGES" "$ID"
	fails_with 125 'criu failed'
	nothing_is_left
	mv "$pages.away" "$pages"
	restore "$ID"
	goes_on "$ID" "$count"
}
