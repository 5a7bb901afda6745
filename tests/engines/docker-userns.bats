# SPDX-License-Identifier: Apache-2.0
# Docker with cloche as its runtime and user namespaces for all containers: root in them is an ordinary id outside.

setup_file() {
	load docker
	docker_can_run || return 0
	start_world
	echo nobody:300000:65536 >"$SCRATCH/ids"
	inside mount --bind "$SCRATCH/ids" /etc/subuid
	inside mount --bind "$SCRATCH/ids" /etc/subgid
	# beside a folder that the ids may not enter containerd makes another one: let that be on the world's tmpfs
	start_docker '."userns-remap" = "nobody:nogroup" | ."exec-root" = "/run/docker"'
	make_image
}
teardown_file() {
	load docker
	end_world
}
setup() {
	load docker
	begin_docker_test
}
teardown() { end_docker_test; }

@test "root in a container is an ordinary id of the host's" {
	start_box
	[ "$(docker exec "$NAME" id -u)" = 0 ]
	[ "$(inside stat -c %u "/proc/$(inspect .State.Pid)")" = 300000 ]
	run docker exec "$NAME" cat /proc/self/uid_map
	[ "$(tr -s ' ' <<<"$output")" = ' 0 300000 65536' ]
}

@test "users, files and devices are what they are without it" {
	run_docker run --rm --user 33:34 --hostname one --tmpfs /scratch --sysctl net.core.somaxconn=77 --device /dev/kmsg box sh -c \
		'id -u; id -g; hostname; touch /scratch/x && echo fine; cat /proc/sys/net/core/somaxconn; echo test >/dev/null; test -c /dev/kmsg && echo device; ls -n /bin/sh | tr -s " " | cut -d" " -f 3'
	[ "$output" = $'33\n34\none\nfine\n77\ndevice\n0' ]
}

@test "a volume belongs to the container's root, the host's files to nobody that it knows" {
	mkdir -m 755 "$SCRATCH/shared"
	chmod 711 "$SCRATCH"
	run_docker run --rm --volume "$NAME:/data" --volume "$SCRATCH/shared:/shared" box sh -c 'exec 2>&1; touch /data/x && stat -c %u /data/x /shared; touch /shared/x'
	[[ $output == $'0\n65534\n'*"Permission denied"* ]]
	docker_quietly volume rm "$NAME"
}

@test "exec, a terminal, pause, limits, stop" {
	start_box --memory 64m --pids-limit 44
	in_cgroup_is 44 pids pids.max pids.max
	run on_terminal size 33x44 see '# ' type 'tty; stty size' see '33 44' type 'exit 6' -- exec -it "$NAME" sh
	[ "$status" = 6 ]
	docker_quietly pause "$NAME"
	docker_quietly unpause "$NAME"
	docker_quietly stop --time 0 "$NAME"
	inspect_is .State.ExitCode 137
	run_docker run --rm -t box tty
	[[ $output == /dev/* ]]
}

@test "--userns host, --network container:, build" {
	run_docker run --rm --userns host box cat /proc/self/uid_map
	[ "$(tr -s ' ' <<<"$output")" = ' 0 0 4294967295' ]
	start_box --ipc shareable
	run_docker run --rm --network "container:$NAME" --ipc "container:$NAME" --pid "container:$NAME" box ip -o -4 address show eth0
	[[ $output == *"$(inspect .NetworkSettings.IPAddress)/"* ]]
	mkdir "$SCRATCH/context"
	printf 'FROM box\nRUN id -u >/made && chown 33:33 /made\nCMD cat /made\n' >"$SCRATCH/context/Dockerfile"
	docker_quietly build --tag built "$SCRATCH/context"
	[ "$(docker run --rm built stat -c %u:%g /made)" = 33:33 ]
}
