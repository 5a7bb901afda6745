#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Docker for a file of tests, with cloche as its default runtime. It lives in mount, network, process and host name
# namespaces of its own: of the host it touches cgroups alone, below the one that NAME_PREFIX names, and ending the first
# process of that world ends whatever there is of it.
#
#	setup_file() { start_world; start_docker; make_image; }
#	teardown_file() { end_world; }
#	setup() { begin_docker_test; }    gives $NAME, a name that no other test has

bats_require_minimum_version 1.5.0
ENGINES=${BASH_SOURCE[0]%/*}
source "$ENGINES/../verbs/helpers.bash"

start_world() {
	requires root tool:dockerd tool:containerd tool:busybox tool:python3
	SCRATCH=$(mktemp -d -p /tmp dock.XXXXXX) # the path of a Unix socket is short
	NAME_PREFIX=cloche-${CLOCHE_TEST_RUN:-$$}-${SCRATCH##*.}
	export SCRATCH NAME_PREFIX
	mkdir "$SCRATCH/bin"
	ln -s "$CLOCHE" "$SCRATCH/bin/cloche"
	# by this name BuildKit calls its runtime, whatever the default is
	ln -s "$CLOCHE" "$SCRATCH/bin/runc"
	unshare -m -n -p -u --fork --kill-child --mount-proc --propagation private "$ENGINES/engine-world" "$SCRATCH" 3>&- &
	export UNSHARE=$!
	wait_until 20 [ -e "$SCRATCH/ready" ]
	WORLD=$(pgrep -P "$UNSHARE")
	export WORLD
}

end_world() {
	[ -n "${UNSHARE:-}" ] || return 0
	kill -KILL "$WORLD"
	wait "$UNSHARE" || true
	wait_until 10 no_world_process
	rm -rf "$SCRATCH"
	wait_until 10 remove_cgroups
}
no_world_process() { ! grep -qs "$NAME_PREFIX" /proc/[0-9]*/cgroup; }
remove_cgroups() {
	find /sys/fs/cgroup -depth -type d -path "*$NAME_PREFIX*" -exec rmdir {} + 2>/dev/null || true
	[ -z "$(cgroup_dirs "$NAME_PREFIX")" ]
}

# inside COMMAND…: run it in that world
inside() {
	nsenter -t "$WORLD" -m -n -p -u --wd=/ env PATH="$SCRATCH/bin:/usr/sbin:/usr/bin:/sbin:/bin" DOCKER_HOST="unix://$SCRATCH/docker.sock" "$@" 3>&-
}

# daemon_config DIR [FILTER]: the daemon.json of a daemon with all its files below DIR, changed by a jq filter
daemon_config() {
	jq -n --arg dir "$1" --arg cloche "$SCRATCH/bin/cloche" --arg parent "/$NAME_PREFIX" '{
		"data-root": "\($dir)/data",
		"exec-root": "\($dir)/exec",
		"pidfile": "\($dir)/docker.pid",
		"hosts": ["unix://\($dir)/docker.sock"],
		"exec-opts": ["native.cgroupdriver=cgroupfs"],
		"cgroup-parent": $parent,
		"storage-driver": "overlay2",
		"runtimes": {"cloche": {"path": $cloche}},
		"default-runtime": "cloche"
	} | '"${2:-.}"
}

# start_docker [FILTER]: the daemon, and wait until it answers
start_docker() {
	daemon_config "$SCRATCH" "${1:-.}" >"$SCRATCH/daemon.json"
	inside dockerd --config-file "$SCRATCH/daemon.json" >>"$SCRATCH/docker.log" 2>&1 </dev/null &
	wait_until 60 docker_answers || { tail -20 "$SCRATCH/docker.log" >&2; return 1; }
}
stop_docker() {
	inside kill "$(<"$SCRATCH/docker.pid")"
	wait_until 60 [ ! -e "$SCRATCH/docker.pid" ]
}
docker_answers() { docker info >/dev/null 2>&1; }

# the client of the same package: another one may stand before it in the caller's PATH
docker() { inside /usr/bin/docker "$@"; }
docker_quietly() { docker "$@" >"$BATS_TEST_TMPDIR/said" 2>&1 </dev/null || { cat "$BATS_TEST_TMPDIR/said" >&2; return 1; }; }

# run_docker ARG…: as bats' run, and shown when the test fails; 127 is as good a status as others here
run_docker() {
	status=0
	output=$(docker "$@" 2>&1) || status=$?
	echo "status $status: $output"
}

# make_image: box:latest, with busybox alone in it
make_image() {
	make_bundle "$BATS_FILE_TMPDIR/bundle-for-image"
	tar -C "$BATS_FILE_TMPDIR/bundle-for-image/rootfs" -cf "$SCRATCH/image.tar" .
	docker import --change 'ENV PATH=/bin' "$SCRATCH/image.tar" box:latest >/dev/null
}

begin_docker_test() { NAME=$NAME_PREFIX-$BATS_TEST_NUMBER; }
end_docker_test() { docker rm --force --volumes "$NAME" >/dev/null 2>&1 || true; }

# start_box OPTION…: a container that sleeps, in the background
start_box() { docker_quietly run --detach --name "$NAME" "$@" box sleep 1000; }

# on_terminal STEP… -- ARG…: docker on a terminal; see tests/engines/terminal
on_terminal() {
	local steps=()
	while [ "$1" != -- ]; do steps+=("$1"); shift; done
	shift
	inside "$ENGINES/terminal" "${steps[@]}" -- /usr/bin/docker "$@"
}

# inspect FORMAT: of the test's container
inspect() { docker inspect --format "{{$1}}" "$NAME"; }
inspect_is() { [ "$(inspect "$1")" = "$2" ]; }
is_gone() { ! docker inspect "$NAME" >/dev/null 2>&1; }

# in_cgroup CONTROLLER FILE-ON-V1 FILE-ON-V2: a file of the container's cgroup
in_cgroup() {
	local cgroup=$(inside cat "/proc/$(inspect .State.Pid)/cgroup")
	if is_cgroup_v2; then
		cat "/sys/fs/cgroup$(sed -n 's/^0:://p' <<<"$cgroup")/$3"
	else
		cat "/sys/fs/cgroup/$1$(sed -nE "s/^[0-9]+:([^:]*,)?$1(,[^:]*)?:(.*)/\3/p" <<<"$cgroup")/$2"
	fi
}
in_cgroup_is() { [ "$(in_cgroup "${@:2}")" = "$1" ]; }
