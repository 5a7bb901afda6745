#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Docker for a file of tests, with cloche as its default runtime. It lives in mount, network, process and host name
# namespaces of its own: of the host it touches cgroups alone, below the one that NAME_PREFIX names, and ending the first
# process of that world ends whatever there is of it.
#
#	setup_file() { set_up_docker; }
#	teardown_file() { end_world; }
#	setup() { begin_docker_test; }        gives $NAME, a name that no other test has
#	teardown() { end_docker_test; }

bats_require_minimum_version 1.5.0
ENGINES=${BASH_SOURCE[0]%/*}
source "$ENGINES/../verbs/helpers.bash"

# A world is known by its folder: HOME_OF_WORLD, where start_world has written the ids of its processes.

# docker_can_run [THING…]: whether these are there, too. If not, begin_docker_test skips each test: setup_file() cannot.
docker_can_run() {
	local thing
	for thing in root tool:dockerd tool:containerd tool:busybox tool:python3 "$@"; do
		CANNOT=$(what_is_missing "$thing") || true
		[ -z "$CANNOT" ] || { export CANNOT; return 1; }
	done
}

# set_up_docker [FILTER]: all that an ordinary file of tests needs
set_up_docker() {
	docker_can_run || return 0
	start_world
	start_docker "${1:-.}"
	make_image
}

start_world() {
	SCRATCH=$(mktemp -d -p /tmp dock.XXXXXX) # the path of a Unix socket is short
	NAME_PREFIX=cloche-${CLOCHE_TEST_RUN:-$$}-${SCRATCH##*.}
	export SCRATCH NAME_PREFIX HOME_OF_WORLD=$SCRATCH
	mkdir "$SCRATCH/bin"
	ln -s "$CLOCHE" "$SCRATCH/bin/cloche"
	# by this name BuildKit calls its runtime, whatever the default is
	ln -s "$CLOCHE" "$SCRATCH/bin/runc"
	make_world
}

# make_world: namespaces, and their first process
make_world() {
	unshare -m -n -p -u --fork --kill-child --mount-proc --propagation private "$ENGINES/engine-world" "$HOME_OF_WORLD" 3>&- &
	wait_until 20 [ -e "$HOME_OF_WORLD/ready" ]
	pgrep -P $! >"$HOME_OF_WORLD/first-process"
}

kill_world() { kill -KILL "$(<"$HOME_OF_WORLD/first-process")"; }

end_world() {
	[ -n "${SCRATCH:-}" ] || return 0
	[ ! -e "$SCRATCH/first-process" ] || kill_world
	end_docker_files
}

# end_docker_files: wait for the end of every process, and remove what is left of them
end_docker_files() {
	wait_until 10 no_process_left
	rm -rf "$SCRATCH"
	wait_until 10 remove_cgroups
	! compgen -G "$SCRATCH*" || return 1
}
no_process_left() { ! grep -qs "$NAME_PREFIX" /proc/[0-9]*/cgroup && ! pgrep -f "engine-world $SCRATCH" >/dev/null; }
remove_cgroups() {
	find /sys/fs/cgroup -depth -type d -path "*$NAME_PREFIX*" -exec rmdir {} + 2>/dev/null || true
	[ -z "$(cgroup_dirs "$NAME_PREFIX")" ]
}

# inside COMMAND…: run it in that world
inside() {
	nsenter -t "$(<"$HOME_OF_WORLD/first-process")" -m -n -p -u --wd=/ env TMPDIR="$SCRATCH" PATH="$SCRATCH/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
		DOCKER_HOST="unix://$HOME_OF_WORLD/docker.sock" "$@" 3>&-
}

# daemon_config: the daemon.json of a daemon that keeps what lasts on the tmpfs of its world, and the rest in the folder
daemon_config() {
	jq -n --arg dir "$HOME_OF_WORLD" --arg cloche "$SCRATCH/bin/cloche" --arg parent "/$NAME_PREFIX" '{
		"data-root": "/var/lib/docker",
		"exec-root": "\($dir)/exec",
		"pidfile": "\($dir)/docker.pid",
		"hosts": ["unix://\($dir)/docker.sock"],
		"exec-opts": ["native.cgroupdriver=cgroupfs"],
		"cgroup-parent": $parent,
		"storage-driver": "overlay2",
		"runtimes": {"cloche": {"path": $cloche}},
		"default-runtime": "cloche"
	}'
}

# start_docker [FILTER]: the daemon, its configuration changed by a jq filter; begin_docker does not wait until it answers
start_docker() {
	begin_docker "$@"
	wait_until 60 docker_answers || { tail -20 "$HOME_OF_WORLD/docker.log" >&2; return 1; }
}
begin_docker() {
	daemon_config | jq "${1:-.}" >"$HOME_OF_WORLD/daemon.json"
	inside dockerd --config-file "$HOME_OF_WORLD/daemon.json" >>"$HOME_OF_WORLD/docker.log" 2>&1 </dev/null &
}
stop_docker() {
	inside kill "$(<"$HOME_OF_WORLD/docker.pid")"
	wait_until 60 [ ! -e "$HOME_OF_WORLD/docker.pid" ]
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

begin_docker_test() {
	[ -z "${CANNOT:-}" ] || skip "needs $CANNOT"
	NAME=$NAME_PREFIX-$BATS_TEST_NUMBER
}
end_docker_test() { [ -n "${CANNOT:-}" ] || docker rm --force --volumes "$NAME" >/dev/null 2>&1 || true; }

# start_box OPTION…: a container that sleeps, in the background
start_box() { docker_quietly run --detach --name "$NAME" "$@" box sleep 1000; }

# in_box OPTION… -- COMMAND…: what the command says in a container of its own, on one stream: two have no order
in_box() {
	local options=()
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	shift
	run_docker run --rm --name "$NAME" "${options[@]}" box sh -c 'exec "$@" 2>&1' sh "$@"
}

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
in_cgroup() { inside cat "/proc/$(inspect .State.Pid)/cgroup" | cgroup_file "$@"; }
in_cgroup_is() { [ "$(in_cgroup "${@:2}")" = "$1" ]; }
