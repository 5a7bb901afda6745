#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A containerd for a file of tests, with cloche behind its runc shim. It lives in mount, network and process namespaces
# of its own with all of its files on a tmpfs there: ending their first process ends all of it, and leaves cgroups alone.
# With systemd's driver it has the host's processes: systemd is told of them by number.
# Load after helpers. CLOCHE_TEST_CGROUP_MANAGER: cgroupfs (if not set) or systemd.

ENGINES=$BATS_TEST_DIRNAME
# the distribution's own, that knows its modules
PYTHON=/usr/bin/python3
BOX=docker.io/library/box:latest

uses_systemd() { [ "${CLOCHE_TEST_CGROUP_MANAGER:-}" = systemd ]; }

# can_run THING…: that nothing is missing; else every test is skipped by skip_if_missing, which bats cannot do from setup_file
can_run() {
	: "${CLOCHE:?is the path of the program to test; tests/run sets it}"
	local thing
	for thing in "$@"; do
		MISSING=$(what_is_missing "$thing") || true
		export MISSING
		[ -z "$MISSING" ] || return 1
	done
}
skip_if_missing() { [ -z "$MISSING" ] || skip "needs $MISSING"; }

# start_engine NAME [NAMESPACE]: containerd, and in its namespace (if not told: ours) the image $BOX. NAME is the file's own,
# beside which others may run.
start_engine() {
	local own_processes=(--pid --fork --mount-proc)
	export INSIDE='-m -n -p'

	! uses_systemd || install_systemd_driver
	SCRATCH=$(mktemp -d -p /tmp ctr.XXXXXX) # a socket's path must be short
	NAME_PREFIX=cloche-${CLOCHE_TEST_RUN:-$$}-$1
	NAMESPACE=${2:-$NAME_PREFIX}
	export SCRATCH NAME_PREFIX NAMESPACE
	ln -s "$CLOCHE" "$SCRATCH/cloche"
	ln -s "$CLOCHE" "$SCRATCH/cloche-microvm"
	write_engine_config >"$SCRATCH/config.toml"
	# nsenter -p would stay, with what it was told, and be found by it
	! uses_systemd || own_processes=() INSIDE='-m -n'
	unshare -m -n "${own_processes[@]}" --propagation private "$ENGINES/engine-world" "$SCRATCH" \
		>"$SCRATCH/world.log" 2>&1 </dev/null 3>&- &
	export UNSHARE=$!
	wait_until 120 [ -e "$SCRATCH/ready" ] || { cat "$SCRATCH/world.log"; return 1; }
	KEEPER=$UNSHARE
	uses_systemd || KEEPER=$(pgrep -P "$UNSHARE")
	export KEEPER
	start_containerd
	"$ENGINES/../../examples/busybox-rootfs" "$SCRATCH/rootfs"
	import_image "$BOX" '{"Cmd": ["sh"], "Env": ["PATH=/bin"]}'
}

# import_image NAME CONFIG: of busybox
import_image() {
	"$PYTHON" "$ENGINES/image" "$SCRATCH/rootfs" "$@" >"$SCRATCH/image.tar"
	ctr_quietly image import "$SCRATCH/image.tar"
}

stop_engine() {
	[ -n "${UNSHARE:-}" ] || return 0
	! uses_systemd || stop_processes
	kill -KILL "$KEEPER" 2>/dev/null || true
	wait "$UNSHARE" || true
	rm -rf "$SCRATCH"
	uses_systemd || cgroup_dirs "$NAME_PREFIX" | sort -r | xargs -r rmdir
}

# Where no namespace ends them: what the first process, which is held, has started, then whatever has the folder's name
# in its arguments.
stop_processes() {
	kill -STOP "$KEEPER"
	pkill -KILL -P "$KEEPER" || true
	pkill -KILL -f "${SCRATCH:?}" || true
}

write_engine_config() {
	cat <<-END
		version = 2
		[plugins."io.containerd.grpc.v1.cri"]
		disable_apparmor = true
		# not where raising a score back needs a capability that is missing
		restrict_oom_score_adj = true
		netns_mounts_under_state_dir = true
		sandbox_image = "box.test/pause:1"
		[plugins."io.containerd.grpc.v1.cri".cni]
		bin_dir = "/usr/lib/cni"
		conf_dir = "$SCRATCH/cni"
		[plugins."io.containerd.grpc.v1.cri".containerd]
		default_runtime_name = "cloche"
	END
	# the runtimes are those of the example
	sed -e '/^version/d' -e "s,/usr/bin/cloche,$SCRATCH/cloche," \
		-e "s/^SystemdCgroup.*/SystemdCgroup = $(uses_systemd && echo true || echo false)/" \
		"$ENGINES/../../examples/containerd/cloche.toml"
}

# start_containerd; stop_containerd: the daemon alone; what it has started goes on
start_containerd() {
	# shellcheck disable=SC2016
	inside bash -c 'containerd --config "$0/config.toml" >>"$0/containerd.log" 2>&1 & echo $! >"$0/containerd.pid"' \
		"$SCRATCH" </dev/null 3>&-
	wait_until 120 engine_answers || { cat "$SCRATCH/containerd.log"; return 1; }
}
engine_answers() { inside ctr version >/dev/null 2>&1; }
stop_containerd() {
	inside bash -c 'kill "$0" && while kill -0 "$0"; do sleep 0.1; done' "$(<"$SCRATCH/containerd.pid")" 2>/dev/null
}

# inside COMMAND…: in containerd's namespaces, where process ids are those that it speaks of
inside() { nsenter -t "$KEEPER" $INSIDE "$@" 3>&-; }
ctr() { inside ctr --namespace "$NAMESPACE" "$@"; }
run_ctr() { run ctr "$@"; echo "$output"; }
ctr_quietly() { ctr "$@" >"$SCRATCH/said" 2>&1 </dev/null || { cat "$SCRATCH/said"; return 1; }; }

# is_gone PID: in containerd's namespaces; who is dead but not yet reaped is gone
is_gone() { ! inside grep -qs '^State:[[:space:]]*[^Z]' "/proc/$1/status"; }

# in_cgroup PID CONTROLLER FILE-ON-V1 FILE-ON-V2: a file of the cgroup of a process
in_cgroup() { inside cat "/proc/$1/cgroup" | cgroup_file "${@:2}"; }

# shim_of ID: a pattern for pgrep(1); no_shim: there is none of ours
shim_of() { echo "containerd-shim-runc-v2 -namespace $NAMESPACE .*-id $1 "; }
no_shim() { ! inside pgrep -f "containerd-shim-runc-v2 -namespace $NAMESPACE " >/dev/null; }
