# SPDX-License-Identifier: Apache-2.0
# Docker with its services in microVMs: what a user sees is what namespaces show. Needs a KVM that is whole.

setup_file() {
	load docker
	docker_can_run || return 0
	"$CLOCHE_BUILD/tests/kvm/probe" >/dev/null || { export CANNOT="a KVM that is whole"; return 0; }
	start_world
	ln -s "$CLOCHE" "$SCRATCH/bin/cloche-microvm"
	start_docker '.runtimes.microvm = {path: (.runtimes.cloche.path + "-microvm")} | ."default-runtime" = "microvm"'
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

@test "docker run: output, errors, exit status, and a kernel of its own" {
	run --separate-stderr docker run --rm box sh -c 'uname -r; id -u; echo trouble >&2; exit 7'
	echo "$output $stderr"
	[ "$status" = 7 ]
	[ "$stderr" = trouble ]
	[ "${lines[1]}" = 0 ]
	[ "${lines[0]}" != "$(uname -r)" ]
}

@test "docker run: a program that is not there is 127" {
	run_docker run --rm box no-such-program
	[ "$status" = 127 ]
	[[ $output == *'exec: "no-such-program": executable file not found in $PATH'* ]]
}

@test "docker exec, top, logs, stop" {
	docker_quietly run --detach --name "$NAME" --user 33 --env A=1 box sh -c 'trap "echo told; exit 9" TERM; echo ready; while :; do sleep 0.2; done'
	run_docker exec --user 44 "$NAME" sh -c 'id -u; echo $A; exit 3'
	[ "$status" = 3 ]
	[ "$output" = $'44\n1' ]
	docker_quietly stop --time 60 "$NAME"
	inspect_is .State.ExitCode 9
	run_docker logs "$NAME"
	[ "$output" = $'ready\ntold' ]
}

@test "docker run -it and exec -it: terminals" {
	run on_terminal size 31x97 see '# ' type 'tty; stty size' see '31 97' type 'exit 5' -- run --rm -it box sh
	[ "$status" = 5 ]
}

@test "docker run: volumes, a read-only root, a network of its own" {
	run_docker run --rm --name "$NAME" --read-only --volume "$NAME:/data" --tmpfs /scratch --hostname one box sh -c \
		'exec 2>&1; hostname; echo words >/data/file; cat /data/file; touch /scratch/x && echo fine; ip -o -4 address show eth0 | tr -s " " | cut -d" " -f 4; touch /x'
	[[ $output == $'one\nwords\nfine\n172.17.0.'*"Read-only file system" ]]
	docker_quietly volume rm "$NAME"
}

@test "docker pause, kill, rm -f: nothing is left" {
	start_box
	docker_quietly pause "$NAME"
	inspect_is .State.Status paused
	docker_quietly unpause "$NAME"
	docker_quietly kill "$NAME"
	wait_until 30 inspect_is .State.ExitCode 137
	docker_quietly start "$NAME"
	docker_quietly rm --force "$NAME"
	[ -z "$(inside pgrep cloche-vmm)" ]
}
