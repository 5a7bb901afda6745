# SPDX-License-Identifier: Apache-2.0
# What the files of podman's tests share. Everything of podman's is below a scratch folder, its images are made here, its
# networks are in a network namespace of its own. A file begins with
#
#	load podman
#	setup_file() { begin_podman; }
#	teardown_file() { end_podman; }
#	setup() { begin_podman_test; }
#	teardown() { end_podman_test; }
#
# and a test then has $NAME, for its container, which teardown removes, and `podman`.
# CLOCHE_TEST_CGROUP_MANAGER: cgroupfs (if not set) or systemd.

begin_podman() {
	load ../verbs/helpers
	requires root tool:podman tool:conmon tool:busybox "$@"
	AS_USER=()
	make_scratch
	ln -s "$CLOCHE" "$SCRATCH/cloche"
	write_configuration none
	enter_namespaces
	make_image
}

# The same as a plain user, who has its own network: then $NAME, podman and the rest are that user's.
begin_podman_of_user() {
	load ../verbs/helpers
	requires root tool:podman tool:conmon tool:busybox tool:setpriv tool:newuidmap tool:slirp4netns file:/dev/net/tun "$@"
	make_scratch
	cp "$CLOCHE" "$SCRATCH/cloche" # to where this user may go
	write_configuration slirp4netns
	AS_USER=(env -i "PATH=$PATH" "HOME=$SCRATCH" "XDG_RUNTIME_DIR=$SCRATCH/user" "CONTAINERS_CONF=$CONTAINERS_CONF"
		setpriv --reuid "$ID_OF_TEST" --regid "$ID_OF_TEST" --clear-groups --inh-caps=-all)
	enter_namespaces
	give_ids
	give_tun
	chown -R "$ID_OF_TEST:$ID_OF_TEST" "$SCRATCH"
	make_image
}

make_scratch() {
	[ "${CLOCHE_TEST_CGROUP_MANAGER:-}" != systemd ] || install_systemd_driver
	export SCRATCH=$(mktemp -d -p /tmp pod.XXXXXX) # podman takes no long paths
	export NAME_PREFIX=cloche-${CLOCHE_TEST_RUN:-$$}
	mkdir -p "$SCRATCH"/{bin,root,run,tmp,user}
	chmod 755 "$SCRATCH"
}

# write_configuration NETWORK: the name of the runtime tells podman what it can do
write_configuration() {
	export CONTAINERS_CONF=$SCRATCH/containers.conf
	cat >"$CONTAINERS_CONF" <<-END
		[containers]
		default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=20000:20000"]
		init_path = "/usr/bin/catatonit"
		netns = "$1"
		[engine]
		cgroup_manager = "${CLOCHE_TEST_CGROUP_MANAGER:-cgroupfs}"
		events_logger = "file"
		runtime = "${CLOCHE_TEST_RUNTIME:-cloche}"
		runtime_supports_json = ["cloche"]
		tmp_dir = "$SCRATCH/tmp"
		[engine.runtimes]
		cloche = ["$SCRATCH/cloche"]
		[network]
		network_backend = "netavark"
		network_config_dir = "$SCRATCH/networks"
	END
}

# One mount and network namespace for all calls: podman keeps mounts between them, and locks in /dev/shm. Its mounts are
# shared among themselves, as those of most hosts are.
enter_namespaces() {
	unshare -m -n --propagation private sh -c "mount -t tmpfs tmpfs /dev/shm && ip link set lo up && mount --make-rshared / &&
		touch $SCRATCH/ready && exec sleep infinity" 3>&- &
	export KEEPER=$!
	wait_until 10 [ -e "$SCRATCH/ready" ]
	export PATH=$SCRATCH/bin:$PATH
	wrap podman
}

# wrap PROGRAM: podman or buildah, there and with all of its own. A program that other programs can call; descriptor 3
# is bats' own, and must not stay open in what goes on running.
wrap() {
	local program=$(command -v "$1")
	cat >"$SCRATCH/bin/$1" <<-END
		#!/bin/sh
		[ -n "\$KEEP_FD_3" ] || exec 3>&-
		exec nsenter -t $KEEPER -m -n --wdns=$SCRATCH ${AS_USER[*]} $program --root $SCRATCH/root --runroot $SCRATCH/run --storage-driver vfs "\$@"
	END
	chmod 755 "$SCRATCH/bin/$1"
}

USER_OF_TEST=cloche-test ID_OF_TEST=20000

# Ranges of ids for user namespaces, as an administrator gives them: podman's own for --userns=auto, and a user's.
give_ids() {
	printf '%s\n' containers:100000:65536 "$USER_OF_TEST:200000:65536" >"$SCRATCH/subid"
	{ cat /etc/passwd; echo "$USER_OF_TEST:x:$ID_OF_TEST:$ID_OF_TEST::$SCRATCH:/bin/sh"; } >"$SCRATCH/passwd"
	{ cat /etc/group; echo "$USER_OF_TEST:x:$ID_OF_TEST:"; } >"$SCRATCH/group"
	in_keeper sh -c 'mount --bind "$0/subid" /etc/subuid && mount --bind "$0/subid" /etc/subgid &&
		mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/group" /etc/group' "$SCRATCH"
}

# /dev/net/tun for everyone, as udev makes it
give_tun() {
	mknod "$SCRATCH/tun" c 10 200
	chmod 666 "$SCRATCH/tun"
	in_keeper mount --bind "$SCRATCH/tun" /dev/net/tun
}

make_image() {
	make_bundle "$BATS_FILE_TMPDIR/bundle-for-image"
	tar -C "$BATS_FILE_TMPDIR/bundle-for-image/rootfs" -cf "$SCRATCH/image.tar" .
	podman_quietly import --change 'ENV PATH=/bin' "$SCRATCH/image.tar" box:latest
}

# Everything is removed by podman itself; then nothing of it may be there.
end_podman() {
	local trouble
	[ -n "${KEEPER:-}" ] || return 0
	podman events --stream=false --filter type=container --filter event=create --format '{{.ID}}' >"$SCRATCH/ids"
	trouble=$(remove_all 2>&1) || true
	# what keeps a user's namespaces from one call to the next
	[ ! -e "$SCRATCH/tmp/pause.pid" ] || kill -KILL "$(<"$SCRATCH/tmp/pause.pid")"
	kill -KILL "$KEEPER"
	rm -rf "$SCRATCH"
	rmdir_of_podman
	[ -z "$trouble" ] || { printf 'when podman was to remove everything: %s\n' "$trouble"; return 1; }
}

# remove_all: silent if all went well. conmon of a container that was removed ends by itself
remove_all() {
	podman_quietly pod rm --all --force --time 0
	podman_quietly rm --all --force --time 0
	wait_until 10 no_conmon
	[ ! -s "$SCRATCH/ids" ] || find /sys/fs/cgroup -type d | grep -Ff "$SCRATCH/ids"
	cut -d ' ' -f 5 "/proc/$KEEPER/mountinfo" | grep -F "$SCRATCH" | grep -vx "$SCRATCH/root/vfs"
	podman_quietly system reset --force
}
no_conmon() { ! pgrep -f "conmon.*$SCRATCH" >/dev/null; }

# What podman makes and leaves: libpod_parent for its containers, podman_probe to ask what version 2 offers; or systemd
# makes a slice for it.
rmdir_of_podman() {
	[ "${CLOCHE_TEST_CGROUP_MANAGER:-}" != systemd ] || systemctl stop machine.slice
	find /sys/fs/cgroup -depth -type d \( -path '*/libpod_parent*' -o -name podman_probe \) -exec rmdir {} + 2>/dev/null || true
}

begin_podman_test() {
	load ../verbs/helpers
	NAME=$NAME_PREFIX-$BATS_TEST_NUMBER
}

end_podman_test() { podman rm --force --time 0 "$NAME" >/dev/null 2>&1 || true; }

podman_quietly() { podman "$@" >"$SCRATCH/said" 2>&1 </dev/null || { cat "$SCRATCH/said" >&2; return 1; }; }

# run_podman ARG…: through bats' run
run_podman() { run podman "$@"; echo "$output"; }

# make_container OPTION…: one that sleeps, in the background
make_container() { podman_quietly run --detach --name "$NAME" "$@" box sleep 1000; }

container_is() { [ "$(podman inspect --format '{{.State.Status}}' "$NAME")" = "$1" ]; }

# prints TEXT OPTION… box COMMAND…: a container with these options prints this, its lines joined by blanks, and ends well
prints() {
	local words
	run podman run --rm --name "$NAME" "${@:2}"
	echo "status $status: $output"
	read -r -d '' -a words <<<"$output" || true
	[ "$status" = 0 ] && [ "${words[*]}" = "$1" ]
}

# in_keeper COMMAND…: where podman is
in_keeper() { nsenter -t "$KEEPER" -m -n "$@"; }

pid_of() { podman inspect --format '{{.State.Pid}}' "${1:-$NAME}"; }

# in_cgroup CONTROLLER FILE-ON-V1 FILE-ON-V2: a file of the container's cgroup
in_cgroup() {
	local pid=$(pid_of)
	if is_cgroup_v2; then
		cat "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")/$3"
	else
		cat "/sys/fs/cgroup/$1$(sed -nE "s/^[0-9]+:([^:]*,)?$1(,[^:]*)?:(.*)/\3/p" "/proc/$pid/cgroup")/$2"
	fi
}
