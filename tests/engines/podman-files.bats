# SPDX-License-Identifier: Apache-2.0
# Files that podman puts into a container.
bats_require_minimum_version 1.5.0
load podman
setup_file() { begin_podman; }
teardown_file() { end_podman; }
setup() { begin_podman_test; }
teardown() { end_podman_test; }

mounted() { podman exec "$NAME" grep " $1 " /proc/self/mountinfo; }

@test "podman volume: kept from one container to the next, read-only if asked" {
	podman_quietly volume create "$NAME"
	prints '' --volume "$NAME:/data" box sh -c 'echo kept >/data/x'
	run_podman run --rm --volume "$NAME:/data:ro" box sh -c 'exec 2>&1; cat /data/x; echo lost >/data/x'
	[ "$status" = 1 ]
	[[ $output == kept*'Read-only file system' ]]
	podman_quietly volume rm "$NAME"
}

@test "podman run --volume: an empty volume gets what the image has there" {
	prints 'passwd' --volume "$NAME:/etc" box sh -c 'ls /etc | grep passwd'
	podman_quietly volume rm "$NAME"
}

@test "podman run --volume :O: written to, and the host's files stay" {
	mkdir -p "$SCRATCH/below"
	echo old >"$SCRATCH/below/file"
	# podman's own temporary overlay
	prints 'old new' --volume "$SCRATCH/below:/o:O" box sh -c 'cat /o/file; echo new >/o/file; cat /o/file'
	[ "$(cat "$SCRATCH/below/file")" = old ]
}

# make_source: a folder that is a mount of its own, which other mounts can come into
make_source() {
	mkdir -p "$SCRATCH/$NAME/inner"
	in_keeper sh -c "mount -t tmpfs tmpfs $SCRATCH/$NAME && mount --make-shared $SCRATCH/$NAME && mkdir $SCRATCH/$NAME/inner"
}
drop_source() { in_keeper umount --recursive "$SCRATCH/$NAME"; }

@test "podman run --volume :rslave: a mount of the host's comes in, none goes out" {
	make_source
	make_container --volume "$SCRATCH/$NAME:/v:rslave" --cap-add sys_admin
	in_keeper mount -t tmpfs -o size=1m tmpfs "$SCRATCH/$NAME/inner"
	mounted /v/inner
	podman_quietly exec --privileged "$NAME" mount -t tmpfs tmpfs /v/inner
	[ "$(in_keeper grep -c "$SCRATCH/$NAME/inner" /proc/self/mountinfo)" = 1 ]
	podman_quietly rm --force --time 0 "$NAME"
	drop_source
}

@test "podman run --volume :rprivate: nothing comes in" {
	make_source
	make_container --volume "$SCRATCH/$NAME:/v:rprivate"
	in_keeper mount -t tmpfs -o size=1m tmpfs "$SCRATCH/$NAME/inner"
	run mounted /v/inner
	[ "$status" != 0 ]
	podman_quietly rm --force --time 0 "$NAME"
	drop_source
}

@test "podman run --volume :rshared: the container's mount goes out" {
	make_source
	make_container --volume "$SCRATCH/$NAME:/v:rshared" --privileged --ulimit "nofile=$(ulimit -Hn)" --ulimit nproc=20000
	podman_quietly exec --privileged "$NAME" mount -t tmpfs tmpfs /v/inner
	[ "$(in_keeper grep -c "$SCRATCH/$NAME/inner" /proc/self/mountinfo)" = 1 ]
	podman_quietly rm --force --time 0 "$NAME"
	drop_source
}

@test "podman run --mount: bind, read-only, with the mounts below it" {
	make_source
	in_keeper mount -t tmpfs tmpfs "$SCRATCH/$NAME/inner"
	run_podman run --rm --mount "type=bind,src=$SCRATCH/$NAME,dst=/m,ro=true" box sh -c 'exec 2>&1; touch /m/x; grep -c " /m" /proc/self/mountinfo'
	[[ ${lines[0]} == *'Read-only file system' ]]
	[ "${lines[1]}" = 2 ]
	drop_source
}

@test "podman run --tmpfs and --mount type=tmpfs: size, mode, what lay below" {
	prints '3 1711' --tmpfs /x:size=3m,mode=1711 box sh -c 'df -m /x | sed -n "2s/^[^ ]* *\([0-9]*\).*/\1/p"; stat -c %a /x'
	prints 'passwd' --mount type=tmpfs,dst=/etc,tmpcopyup box sh -c 'ls /etc | grep passwd'
}

@test "podman run --read-only: the root is, what podman lays on it is not" {
	run_podman run --rm --read-only box sh -c 'exec 2>&1; touch /x; touch /tmp/x /run/x /dev/shm/x && echo ok'
	[[ $output == *'Read-only file system'*ok ]]
	run_podman run --rm --read-only --read-only-tmpfs=false box touch /tmp/x
	[ "$status" != 0 ]
}

@test "podman run --shm-size" {
	prints 5120 --shm-size 5m box sh -c 'df -k /dev/shm | sed -n "2s/^[^ ]* *\([0-9]*\).*/\1/p"'
}

@test "podman run --mount type=image and type=devpts" {
	run_podman run --rm --mount type=image,src=box,dst=/m box ls /m/bin/sh
	[ "$output" = /m/bin/sh ]
	run_podman run --rm --mount type=devpts,dst=/pts box grep -c ' /pts devpts ' /proc/mounts
	[ "$output" = 1 ]
}

@test "podman run --rootfs: a folder instead of an image, also below an overlay" {
	cp -a "$BATS_FILE_TMPDIR/bundle-for-image/rootfs" "$SCRATCH/$NAME"
	run_podman run --rm --rootfs "$SCRATCH/$NAME:O" sh -c 'touch /made && echo ok'
	[ "$output" = ok ]
	[ ! -e "$SCRATCH/$NAME/made" ]
	run_podman run --rm --rootfs "$SCRATCH/$NAME" sh -c 'touch /made && echo ok'
	[ "$output" = ok ]
	[ -e "$SCRATCH/$NAME/made" ]
}

@test "podman run --secret" {
	echo -n word >"$SCRATCH/secret"
	podman_quietly secret create "$NAME" "$SCRATCH/secret"
	prints word --secret "$NAME" box cat "/run/secrets/$NAME"
	podman_quietly secret rm "$NAME"
}
