# SPDX-License-Identifier: Apache-2.0
# A service in a microVM, verb by verb: what a user sees is what namespaces show. Needs a KVM that is whole.
bats_require_minimum_version 1.5.0
CLOCHE_TEST_WALL=microvm
load ../verbs/helpers
load ../verbs/network

setup() {
	"$CLOCHE_BUILD/tests/kvm/probe" >/dev/null || skip "needs a KVM that is whole"
	begin_test
}
teardown() {
	remove_network
	end_test
}

# made STATUS OUTPUT: what the run gave
made() {
	echo "status $status: $output"
	[ "$status" -eq "$1" ]
	[ "$output" = "$2" ]
}

says() { grep -q "$1" "$2"; }

# start_service [COMMAND…]: one that runs until it is told to end, with its output in $OUT
start_service() {
	OUT=$BATS_TEST_TMPDIR/out
	script_is "${*:-trap 'echo told; exit 9' TERM; echo ready; while :; do sleep 0.2; done}"
	cloche create --bundle "$BUNDLE" "$ID" </dev/null >"$OUT" 2>&1 3>&-
	status_is "$ID" created
	cloche start "$ID"
	wait_until 60 says ready "$OUT"
}

@test "run: output, exit status, user, host name and what is mounted" {
	mkdir "$BATS_TEST_TMPDIR/data"
	echo content >"$BATS_TEST_TMPDIR/data/file"
	edit_spec '.hostname = "guest" | .process.user = {uid: 1000, gid: 1000} | .root.readonly = true
		| .mounts += [{destination: "/data", type: "bind", source: $data, options: ["bind", "ro"]}]' --arg data "$BATS_TEST_TMPDIR/data"
	script_is 'hostname; id -u; cat /data/file; touch /data/x 2>/dev/null || echo locked; touch /x 2>/dev/null || echo sealed; exit 7'
	run_cloche run --bundle "$BUNDLE" "$ID"
	made 7 $'guest\n1000\ncontent\nlocked\nsealed'
}

@test "run: a program that is not there has the status and the error of namespaces" {
	command_is nothing-of-that-name
	run_cloche run --bundle "$BUNDLE" "$ID"
	[ "$status" -eq 127 ]
	[[ $output == *"executable file not found in \$PATH"* ]]
}

@test "run: a trace says where the time went, on the host and in the VMM" {
	local trace=$BATS_TEST_TMPDIR/trace
	command_is true
	run_cloche run --trace "$trace" --bundle "$BUNDLE" "$ID"
	made 0 ''
	cat "$trace"
	[ "$(jq -r '[.[] | select(.name | IN("read", "prepare", "launch-vmm", "launch-fs", "connect", "start", "make", "service", "delete", "run")) | .name] | join(" ")' "$trace")" \
		= "read prepare launch-vmm launch-fs connect start make service delete run" ]
	[ "$(jq -r '[.[] | select(.pid == 2 and .ph == "X") | .name] | join(" ")' "$trace")" = "memory kvm ports devices vcpus sandbox kernel watch boot guest" ]
	# one clock: the machine is built while cloche waits for it
	jq -e 'map(select(.ph == "X" and .name == "boot")) | (map(select(.pid == 1))[0]) as $host | map(select(.pid == 2))[0] | .ts >= $host.ts and .ts + .dur <= $host.ts + $host.dur' "$trace"
}

@test "run: what it is given it passes on, and its end" {
	command_is sha256sum
	head -c 3000000 /dev/urandom >"$BATS_TEST_TMPDIR/bytes"
	run "$CLOCHE" --root "$STATE" run --bundle "$BUNDLE" "$ID" <"$BATS_TEST_TMPDIR/bytes"
	made 0 "$(sha256sum <"$BATS_TEST_TMPDIR/bytes")"
}

@test "run: a large output arrives whole, and errors apart" {
	script_is 'dd if=/dev/zero bs=1M count=20 2>/dev/null; echo aside >&2'
	cloche run --bundle "$BUNDLE" "$ID" 2>"$BATS_TEST_TMPDIR/errors" </dev/null | cmp - <(head -c 20971520 /dev/zero)
	[ "$(<"$BATS_TEST_TMPDIR/errors")" = aside ]
}

@test "run: what the service writes is there on the host, with its owner" {
	edit_spec '.process.capabilities |= map_values(. + ["CAP_CHOWN"])'
	script_is 'echo written >/file; chmod 640 /file; chown 1000:2000 /file'
	run_cloche run --bundle "$BUNDLE" "$ID"
	made 0 ''
	[ "$(<"$BUNDLE/rootfs/file")" = written ]
	[ "$(stat -c '%u:%g %a' "$BUNDLE/rootfs/file")" = '1000:2000 640' ]
}

@test "create, start, state, kill, delete" {
	start_service
	status_is "$ID" running
	cloche list --quiet | grep -x "$ID"
	cloche kill "$ID" TERM
	wait_until 30 status_is "$ID" stopped
	[ "$(<"$OUT")" = $'ready\ntold' ]
	cloche delete "$ID"
}

# run_until SIGNALLER…: run, and once it is ready, call this; $status is how the run ended
run_until() {
	script_is 'trap "exit 9" TERM; echo ready; while :; do sleep 0.2; done'
	"$CLOCHE" --root "$STATE" run --bundle "$BUNDLE" "$ID" >"$BATS_TEST_TMPDIR/out" </dev/null 3>&- &
	RUNNING=$!
	wait_until 60 says ready "$BATS_TEST_TMPDIR/out"
	"$@"
	status=0
	wait "$RUNNING" || status=$?
}

terminate_cloche() { kill -TERM "$RUNNING"; }

@test "run: a signal reaches the service, and its status comes back" {
	run_until terminate_cloche
	[ "$status" -eq 9 ]
}

@test "run: a service that is killed has the status of that" {
	run_until cloche kill "$ID" KILL
	[ "$status" -eq 137 ]
}

@test "exec: streams, status, user, a program that is not there" {
	start_service
	run_cloche exec "$ID" sh -c 'echo out; echo err >&2; exit 4'
	[ "$status" -eq 4 ]
	[[ $output == *out* && $output == *err* ]]
	[ "$(echo input | cloche exec "$ID" cat)" = input ]
	[ "$(cloche exec --user 1000:2000 "$ID" id -u </dev/null)" = 1000 ]
	run_cloche exec "$ID" nothing-of-that-name
	[ "$status" -eq 127 ]
	run_cloche exec "$ID" sh -c 'kill -9 $$'
	[ "$status" -eq 137 ]
}

@test "the session keyring is the service's, also of an exec, or the guest's on demand" {
	requires "file:$CLOCHE_BUILD/tests/verbs/keyring"
	cp "$CLOCHE_BUILD/tests/verbs/keyring" "$BUNDLE/rootfs/bin"
	start_service 'keyring; echo ready; sleep 1000'
	[[ $(head -n 1 "$OUT") == *"_ses.$ID" ]]
	[[ $(cloche exec "$ID" keyring </dev/null) == *"_ses.$ID" ]]
	new_id ID
	command_is keyring
	run_cloche run --no-new-keyring --bundle "$BUNDLE" "$ID"
	[ "$status" -eq 0 ]
	[[ $output == keyring* && $output != *"_ses.$ID" ]]
}

@test "exec --detach: the pid file names what ends with the process" {
	start_service
	cloche exec --detach --pid-file "$BATS_TEST_TMPDIR/pid" "$ID" sh -c 'sleep 1; touch /done' </dev/null >/dev/null 2>&1 3>&-
	kill -0 "$(<"$BATS_TEST_TMPDIR/pid")"
	wait_until 30 test -e "$BUNDLE/rootfs/done"
	wait_until 30 bash -c '! kill -0 $(<"$1") 2>/dev/null' - "$BATS_TEST_TMPDIR/pid"
}

@test "a terminal, and its size" {
	edit_spec '.process.terminal = true'
	script_is 'tty; stty size'
	run script -qec "stty rows 30 cols 99; '$CLOCHE' --root '$STATE' run --bundle '$BUNDLE' '$ID'" /dev/null </dev/null
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"/dev/pts/0"*"30 99"* ]]
}

@test "pause and resume" {
	start_service
	cloche pause "$ID"
	status_is "$ID" paused
	run_cloche kill "$ID" TERM
	[[ $output == *"paused"* ]]
	cloche resume "$ID"
	status_is "$ID" running
}

@test "update: no more memory than the machine was made with, and the machine stays as large" {
	edit_spec '.linux.resources.memory.limit = 67108864'
	start_service
	cloche update --memory 32m "$ID"
	cloche update --memory 64m "$ID"
	run_cloche update --memory 65m "$ID"
	[ "$status" -eq 1 ]
	[[ $output == *"made for 64 MiB"* ]]
}

# on_disk TEXT [OPTION…]: run the text with the image file $DISK on /data
on_disk() {
	script_is "$1"
	shift
	edit_spec '.mounts |= map(select(.destination != "/data")) + [{destination: "/data", type: "ext4", source: $disk, options: $ARGS.positional}]' \
		--arg disk "$DISK" --args -- nosuid "$@"
	run_cloche run --bundle "$BUNDLE" "$ID"
}

@test "a volume in an image file: a disk of the machine's, whole when that has ended" {
	DISK=$BATS_TEST_TMPDIR/disk
	truncate -s 16M "$DISK"
	mke2fs -q -t ext4 "$DISK"
	on_disk 'echo kept >/data/file'
	made 0 ''
	e2fsck -fn "$DISK"
	[[ $(dumpe2fs -h "$DISK" 2>/dev/null) != *needs_recovery* ]]
	on_disk 'cat /data/file; touch /data/x 2>/dev/null || echo sealed' ro
	made 0 $'kept\nsealed'
}

@test "a volume in an image file is not written by two machines, nor is another file one" {
	DISK=$BATS_TEST_TMPDIR/disk
	truncate -s 16M "$DISK"
	mke2fs -q -t ext4 "$DISK"
	exec 8<"$DISK"
	flock --shared 8
	on_disk true
	exec 8<&-
	[ "$status" -eq 125 ]
	[[ $output == *"'$DISK' is in use"* ]]
	DISK=$BATS_TEST_TMPDIR
	on_disk true
	[ "$status" -eq 125 ]
	[[ $output == *"/mounts/"*"/source"*"neither an image file nor a block device"* ]]
}

@test "when its file server is killed, the rest goes too, and delete --force clears up" {
	local pid
	start_service
	for pid in $(cloche ps --format json "$ID" | jq '.[]'); do
		[[ $(tr '\0' ' ' </proc/$pid/cmdline) != /cloche-fs* ]] || kill -KILL "$pid"
	done
	wait_until 30 status_is "$ID" stopped
	cloche delete --force "$ID"
}

@test "what a microVM cannot do is refused by name" {
	edit_spec '.linux.namespaces |= map(select(.type != "network"))'
	run_cloche run --bundle "$BUNDLE" "$ID"
	[ "$status" -eq 125 ]
	[[ $output == *"/linux/namespaces"*"network"* ]]
}

@test "the network that was made for the service is the guest's, and the namespace is as it was afterwards" {
	make_network
	edit_spec '.linux.namespaces |= map(if .type == "network" then .path = $path else . end)' --arg path "/run/netns/$NETNS"
	start_service 'mkdir /www; echo page >/www/index.html; echo ready; exec httpd -f -p 80 -h /www'
	[ "$(http_get 80 /)" = page ]
	cloche delete --force "$ID"
	[ -z "$(tc -n "$NETNS" qdisc show dev eth0 ingress)" ]
	[ "$(ip -n "$NETNS" -o link | grep -c cloche)" -eq 0 ]
}
