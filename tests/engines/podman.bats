# SPDX-License-Identifier: Apache-2.0
# podman with cloche as its runtime. Everything of podman's is below a scratch folder; its network is in a network
# namespace of its own, its image is made here. CLOCHE_TEST_CGROUP_MANAGER: cgroupfs (if not set) or systemd.
bats_require_minimum_version 1.5.0
HELPERS=$BATS_TEST_DIRNAME/../verbs

setup_file() {
	load ../verbs/helpers
	requires root tool:podman tool:conmon tool:busybox tool:script
	[ "${CLOCHE_TEST_CGROUP_MANAGER:-}" != systemd ] || install_systemd_driver
	SCRATCH=$(mktemp -d -p /tmp pod.XXXXXX) # podman takes no long paths
	export SCRATCH
	mkdir -p "$SCRATCH"/{root,run,tmp}
	# podman knows by the name what its runtime can do
	ln -s "$CLOCHE" "$SCRATCH/cloche"
	cat >"$SCRATCH/containers.conf" <<-END
		[containers]
		default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=20000:20000"]
		netns = "none"
		[engine]
		cgroup_manager = "${CLOCHE_TEST_CGROUP_MANAGER:-cgroupfs}"
		events_logger = "file"
		runtime = "cloche"
		runtime_supports_json = ["cloche"]
		tmp_dir = "$SCRATCH/tmp"
		[engine.runtimes]
		cloche = ["$SCRATCH/cloche"]
		[network]
		network_backend = "netavark"
		network_config_dir = "$SCRATCH/networks"
	END
	export CONTAINERS_CONF=$SCRATCH/containers.conf
	NAME_PREFIX=cloche-${CLOCHE_TEST_RUN:-$$}
	export NAME_PREFIX
	CGROUPS_BEFORE=$(podman_cgroups)
	export CGROUPS_BEFORE
	# one mount and network namespace for all calls: podman keeps mounts between them, and locks in /dev/shm
	unshare -m -n --propagation private sh -c "mount -t tmpfs tmpfs /dev/shm && touch $SCRATCH/ready && exec sleep infinity" 3>&- &
	export KEEPER=$!
	wait_until 10 [ -e "$SCRATCH/ready" ]
	make_image
}

make_image() {
	local rootfs=$BATS_FILE_TMPDIR/rootfs
	make_bundle "$BATS_FILE_TMPDIR/bundle-for-image"
	tar -C "$BATS_FILE_TMPDIR/bundle-for-image/rootfs" -cf "$SCRATCH/image.tar" .
	podman_quietly import --change 'ENV PATH=/bin' "$SCRATCH/image.tar" box:latest
}

teardown_file() {
	[ -n "${KEEPER:-}" ] || return 0
	podman_quietly rm --all --force --time 0
	podman_quietly system reset --force
	kill -KILL "$KEEPER"
	pkill_conmon
	rm -rf "$SCRATCH"
	# podman has systemd make it, and nobody has it go
	[ "${CLOCHE_TEST_CGROUP_MANAGER:-}" != systemd ] || systemctl stop machine.slice
	# podman makes it and leaves it
	[ -n "$CGROUPS_BEFORE" ] || podman_cgroups | tac | xargs -r rmdir
}

# libpod_parent has the containers; podman_probe is how podman asks what version 2 offers
podman_cgroups() { find /sys/fs/cgroup -type d \( -path '*/libpod_parent*' -o -name podman_probe \); }

# conmon of a container that was removed ends by itself; wait for that, so that nothing is left
pkill_conmon() { wait_until 10 no_conmon; }
no_conmon() { ! pgrep -f "conmon.*$SCRATCH" >/dev/null; }

setup() {
	load ../verbs/helpers
	NAME=$NAME_PREFIX-$BATS_TEST_NUMBER
}
teardown() { podman rm --force --time 0 "$NAME" >/dev/null 2>&1 || true; }

podman() {
	nsenter -t "$KEEPER" -m -n --wd="$SCRATCH" podman --root "$SCRATCH/root" --runroot "$SCRATCH/run" --storage-driver vfs "$@" 3>&-
}
podman_quietly() { podman "$@" >"$SCRATCH/said" 2>&1 </dev/null || { cat "$SCRATCH/said" >&2; return 1; }; }

# run_podman ARG…: through bats' run
run_podman() { run podman "$@"; echo "$output"; }

# make_container OPTION…: one that sleeps, in the background
make_container() { podman_quietly run --detach --name "$NAME" "$@" box sleep 1000; }

container_is() { [ "$(podman inspect --format '{{.State.Status}}' "$NAME")" = "$1" ]; }

# in_cgroup CONTROLLER FILE-ON-V1 FILE-ON-V2: a file of the container's cgroup
in_cgroup() {
	local pid=$(podman inspect --format '{{.State.Pid}}' "$NAME") path
	if is_cgroup_v2; then
		cat "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")/$3"
	else
		cat "/sys/fs/cgroup/$1$(sed -nE "s/^[0-9]+:$1:(.*)/\1/p" "/proc/$pid/cgroup")/$2"
	fi
}

@test "podman info names the runtime and its version" {
	run_podman info --format '{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Version}}'
	[[ $output == cloche\ *"cloche version "* ]]
}

@test "podman run: output and exit status" {
	run_podman run --rm box sh -c 'echo hello; exit 7'
	[ "$status" = 7 ]
	[ "$output" = hello ]
}

@test "podman run: a network of its own, no network, the host's" {
	run_podman run --rm --network none box sh -c 'ip -o link | grep -vc NOARP'
	[ "$output" = 1 ]
	run_podman run --rm --network host box true
	[ "$status" = 0 ]
}

@test "podman run: what is not there is 127, what may not be executed 126" {
	run -127 podman run --rm box no-such-program
	run -126 podman run --rm box /etc/passwd
}

@test "podman run -it: a terminal, with what is typed" {
	local log=$BATS_TEST_TMPDIR/typed
	# the words are typed when the shell says that it is there: what is typed before is echoed twice
	printf 'stty size >/dev/null && tty; exit 5\n' >"$BATS_TEST_TMPDIR/words"
	(wait_until 30 grep -q '# ' "$log"; cat "$BATS_TEST_TMPDIR/words"; wait_until 30 grep -q 'DONE' "$log") |
		SHELL=/bin/bash timeout -s KILL 60 script -qefc "$(declare -p KEEPER SCRATCH); $(declare -f podman); podman run --rm -it box sh; echo DONE \$?" "$log" >/dev/null 3>&-
	cat "$log"
	grep -q /dev/pts/0 "$log"
	grep -q 'DONE 5' "$log"
}

@test "podman exec: output, exit status, user, environment, directory" {
	make_container
	run_podman exec "$NAME" sh -c 'echo in; exit 3'
	[ "$status" = 3 ]
	[ "$output" = in ]
	run_podman exec --user 33:34 --env A=1 --workdir /tmp "$NAME" sh -c 'id -u; id -g; echo $A; pwd'
	[ "$(tr '\n' ' ' <<<"$output")" = '33 34 1 /tmp ' ]
	run -127 podman exec "$NAME" no-such-program
}

@test "podman stop and rm" {
	podman_quietly run --detach --name "$NAME" box sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done'
	podman_quietly stop --time 20 "$NAME"
	[ "$(podman inspect --format '{{.State.ExitCode}}' "$NAME")" = 9 ]
	podman_quietly rm "$NAME"
	run podman inspect "$NAME"
	[ "$status" != 0 ]
}

@test "podman rm -f ends what runs" {
	make_container
	podman_quietly rm --force --time 0 "$NAME"
	run podman inspect "$NAME"
	[ "$status" != 0 ]
}

@test "podman kill: the signal arrives" {
	make_container
	podman_quietly kill --signal KILL "$NAME"
	wait_until 10 container_is exited
	[ "$(podman inspect --format '{{.State.ExitCode}}' "$NAME")" = 137 ]
}

@test "podman pause and unpause" {
	make_container
	podman_quietly pause "$NAME"
	container_is paused
	podman_quietly unpause "$NAME"
	container_is running
}

@test "podman stats" {
	make_container
	run_podman stats --no-stream --format '{{.Name}} {{.PIDs}}' "$NAME"
	[ "$status" = 0 ]
	[ "$output" = "$NAME 1" ]
}

@test "podman run --memory and --pids-limit set the limits" {
	make_container --memory 64m --pids-limit 17
	[ "$(in_cgroup memory memory.limit_in_bytes memory.max)" = 67108864 ]
	[ "$(in_cgroup pids pids.max pids.max)" = 17 ]
}

@test "podman run: volumes, a read-only root, another user" {
	mkdir "$BATS_TEST_TMPDIR/volume"
	run_podman run --rm --read-only --user 33 --volume "$BATS_TEST_TMPDIR/volume:/data:ro" --tmpfs /scratch box \
		sh -c 'id -u; touch /x; touch /data/x; touch /scratch/x && echo ok'
	[[ $output == 33* ]]
	[[ $output == *ok ]]
	[ ! -e "$BATS_TEST_TMPDIR/volume/x" ]
}

@test "podman top" {
	make_container
	run_podman top "$NAME" pid comm
	[ "$status" = 0 ]
	[[ $output == *sleep* ]]
}
