# SPDX-License-Identifier: Apache-2.0
# The example services run, and do what they are for.
load ../verbs/helpers
load ../verbs/service
load ../verbs/network
setup() {
	HELPERS=$BATS_TEST_DIRNAME/../verbs
	EXAMPLES=$BATS_TEST_DIRNAME/../../examples
	requires root
	begin_test
}
teardown() {
	remove_network
	end_test
}

# inside COMMAND…: run in the service
inside() { within 60 "$CLOCHE" --root "$STATE" exec "$ID" "$@" 3>&-; }

start_example() {
	"$CLOCHE" --root "$STATE" run --detach --id "$ID" "$1/spec.json" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- </dev/null
}

@test "examples: hello says what it sees, and ends with its status" {
	cp "$EXAMPLES/hello/spec.json" "$BUNDLE/spec.json"
	run_cloche run --id "$ID" "$BUNDLE/spec.json"
	fails_with 7 'hello from hello, as nobody, process 1'
}

@test "examples: web answers over its loopback, and holds what its spec says" {
	requires tool:busybox
	"$EXAMPLES/web/build" "$BATS_TEST_TMPDIR/web"
	start_example "$BATS_TEST_TMPDIR/web"
	wait_until 10 answers
	[ "$(field_of_first CapEff)" = 0000000000000000 ]
	[ "$(field_of_first CapBnd)" = 0000000000000000 ]
	[ "$(field_of_first Uid)" = $'65534\t65534\t65534\t65534' ]
	run inside touch /www/file
	[ "$status" != 0 ]
}

answers() { inside wget -qO- http://127.0.0.1:8080/ | grep -q 'behind a wall'; }

@test "examples: web answers over the network that was made for it" {
	requires tool:busybox tool:ip
	"$EXAMPLES/web/build" "$BATS_TEST_TMPDIR/web"
	make_network
	jq --arg path "/run/netns/$NETNS" '.linux.namespaces = [{type: "network", path: $path}, {type: "pid"}, {type: "ipc"}, {type: "uts"}, {type: "mount"}, {type: "cgroup"}]' \
		"$EXAMPLES/web/spec.json" >"$BATS_TEST_TMPDIR/web/spec.json"
	start_example "$BATS_TEST_TMPDIR/web"
	wait_until 10 answers_from_outside
}

answers_from_outside() { http_get 8080 / | grep -q 'behind a wall'; }

@test "examples: web's systemd unit is one" {
	only_namespaces "no service is made"
	requires tool:systemd-analyze
	sed 's,/usr/bin/cloche,/bin/true,' "$EXAMPLES/systemd/cloche-web.service" >"$BATS_TEST_TMPDIR/cloche-web.service"
	run systemd-analyze verify "$BATS_TEST_TMPDIR/cloche-web.service"
	echo "$output"
	[[ $output != *cloche-web* ]]
}

# database: its bundle in $DATABASE. The root filesystem takes a minute and a mirror; made once, it is kept beside the build.
database() {
	local kept=${CLOCHE_DATABASE:-$CLOCHE_BUILD/examples/database}
	requires tool:mmdebstrap
	[ -x "$kept/rootfs/usr/bin/redis-server" ] || [ ! -e /run/lab ] || skip "needs what this test makes on the host: the lab has no mirror"
	"$EXAMPLES/database/build" "$kept"
	DATABASE=$BATS_TEST_TMPDIR/database
	mkdir -p "$DATABASE/data"
	ln -s "$kept/rootfs" "$DATABASE/rootfs"
	chown 999:999 "$DATABASE/data"
	cp "$kept/redis.conf" "$kept/spec.json" "$DATABASE"
}

# keeps_its_data: over a restart
keeps_its_data() {
	start_example "$DATABASE"
	wait_until 20 redis_says PONG PING
	redis_says OK SET bell rings
	! is_namespaces || is_held "$(pid_of "$ID")"
	cloche kill "$ID"
	wait_until 20 status_is "$ID" stopped
	cloche delete "$ID"
	start_example "$DATABASE"
	wait_until 20 redis_says rings GET bell
}

# Its files have no program to look at it from inside.
is_held() { [ "$(field CapBnd "$1")" = 0000000000000000 ] && [ "$(field Seccomp "$1")" = 2 ]; }

# redis_says TEXT COMMAND…: what Redis answers has it
redis_says() {
	local wanted=$1
	shift
	inside redis-cli "$@" 2>/dev/null | grep -q "$wanted"
}

@test "examples: database keeps its data over a restart" {
	database
	keeps_its_data
}

@test "examples: database keeps its data in an image file" {
	! is_namespaces || skip "needs a machine: namespaces have no disks"
	database
	truncate -s 64M "$DATABASE/data.img"
	mke2fs -q -t ext4 -E root_owner=999:999 "$DATABASE/data.img"
	jq '.mounts |= map(if .destination == "/data" then {destination: "/data", type: "ext4", source: "data.img", options: ["nosuid", "nodev", "noexec"]} else . end)' \
		"$EXAMPLES/database/spec.json" >"$DATABASE/spec.json"
	keeps_its_data
}
