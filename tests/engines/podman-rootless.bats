# SPDX-License-Identifier: Apache-2.0
# podman of a plain user: in the user namespace that podman makes, without a cgroup unless one is delegated.
bats_require_minimum_version 1.5.0
load podman
setup_file() { begin_podman_of_user; }
teardown_file() { end_podman; }
setup() { begin_podman_test; }
teardown() { end_podman_test; }

@test "rootless podman run: root inside, the user outside" {
	run_podman run --rm --network none box sh -c 'id -u; cat /proc/self/uid_map; exit 7'
	[ "$status" = 7 ]
	read -r -d '' -a words <<<"$output" || true
	[ "${words[*]}" = "0 0 $ID_OF_TEST 1 1 200000 65536" ]
}

@test "rootless podman run: files of a bound folder are the user's" {
	mkdir "$SCRATCH/of-user"
	chown "$ID_OF_TEST" "$SCRATCH/of-user"
	run_podman run --rm --network none --volume "$SCRATCH/of-user:/v" box sh -c 'exec 2>&1; touch /v/root; su -s /bin/sh nobody -c "touch /v/nobody"; stat -c %u /v/root'
	[ "${lines[-1]}" = 0 ]
	[ "$(stat -c %u "$SCRATCH/of-user/root")" = "$ID_OF_TEST" ]
	[ ! -e "$SCRATCH/of-user/nobody" ]
}

@test "rootless podman run --user, --cap-add, --privileged, devices" {
	prints 'uid=33(33) gid=0(root) groups=0(root)' --network none --user 33 box id
	run_podman run --rm --network none --cap-add all box grep CapEff /proc/self/status
	[[ $output == *[1-9a-f]ffff ]]
	run -0 podman run --rm --network none box sh -c 'echo lost >/dev/null; head -c 1 /dev/urandom | wc -c'
	[ "$output" = 1 ]
}

@test "rootless podman run --userns keep-id: the user is itself" {
	run_podman run --rm --network none --userns keep-id box sh -c 'id -u; touch /dev/shm/x && stat -c %u /dev/shm/x'
	[ "${lines[*]}" = "$ID_OF_TEST $ID_OF_TEST" ]
}

@test "rootless podman run --userns nomap: no id is the user's" {
	prints '0 1 65536' --network none --userns nomap box cat /proc/self/uid_map
}

@test "rootless podman run --userns auto: ids that no other container has" {
	run_podman run --rm --network none --userns auto box cat /proc/self/uid_map
	[ "$status" = 0 ]
	[[ $output != *" 0 "*"$ID_OF_TEST"* ]]
}

@test "rootless podman: a network by slirp4netns, a published port" {
	podman_quietly run --detach --name "$NAME" --publish 8082:80 box httpd -f -p 80 -h /etc
	run_podman exec "$NAME" ip -o addr show tap0
	[[ $output == *10.0.2.100/24* ]]
	wait_until 10 in_keeper busybox wget -qO /dev/null http://127.0.0.1:8082/passwd
}

@test "rootless podman run --network host" {
	run_podman run --rm --network host box readlink /proc/self/ns/net
	[ "$output" = "$(readlink "/proc/$KEEPER/ns/net")" ]
}

@test "rootless podman: exec, top, stop, start, kill, rm" {
	make_container --network none
	run_podman exec --user 5 "$NAME" id -u
	[ "$output" = 5 ]
	run_podman top "$NAME" comm
	[[ $output == *sleep* ]]
	podman_quietly stop --time 0 "$NAME"
	[ "$(podman inspect --format '{{.State.ExitCode}}' "$NAME")" = 137 ]
	podman_quietly start "$NAME"
	podman_quietly kill --signal KILL "$NAME"
	wait_until 10 container_is exited
	podman_quietly rm "$NAME"
	run -1 podman container exists "$NAME"
}

@test "rootless podman run -it: a terminal" {
	run "$BATS_TEST_DIRNAME/terminal" see /dev/pts/0 type word -- \
		podman run --rm -it --network none box sh -c 'tty; read word; echo "<$word>"; exit 5'
	echo "$output"
	[ "$status" = 5 ]
	[[ $output == *'<word>'* ]]
}

@test "rootless podman pod" {
	requires tool:catatonit
	podman_quietly pod create --name "$NAME-pod"
	run_podman run --rm --pod "$NAME-pod" box id -u
	[ "$output" = 0 ]
	podman_quietly pod rm --force --time 0 "$NAME-pod"
}

@test "rootless podman build: RUN" {
	mkdir "$SCRATCH/context"
	printf 'FROM box\nRUN id -u >/made\nUSER 33\nRUN test $(id -u) = 33\n' >"$SCRATCH/context/Containerfile"
	podman_quietly build --network none --tag built "$SCRATCH/context"
	prints 0 --network none built cat /made
}
