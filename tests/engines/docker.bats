# SPDX-License-Identifier: Apache-2.0
# Docker with cloche as its runtime: a session, from the first run to what is left after the last rm.

setup_file() {
	load docker
	set_up_docker '."live-restore" = true'
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

@test "docker info names the runtime" {
	run_docker info --format '{{.DefaultRuntime}} {{.RuncCommit.ID}}'
	[ "$output" = "cloche $("$CLOCHE" --version | sed -n 's/^commit: //p')" ]
}

@test "docker run: output, errors, exit status" {
	run --separate-stderr docker run --rm box sh -c 'echo hello; echo trouble >&2; exit 7'
	[ "$status" = 7 ]
	[ "$output" = hello ]
	[ "$stderr" = trouble ]
}

@test "docker run -i: standard input, to its end" {
	run docker run --rm -i box wc -c < <(head -c 200000 /dev/zero)
	[ "$output" = 200000 ]
}

@test "docker run: a program that is not there is 127, one that may not run 126" {
	run_docker run --rm box no-such-program
	[ "$status" = 127 ]
	[[ $output == *'exec: "no-such-program": executable file not found in $PATH'* ]]
	run_docker run --rm box /no/such
	[ "$status" = 127 ]
	[[ $output == *'exec: "/no/such": stat /no/such: no such file or directory'* ]]
	run_docker run --rm box /etc/passwd
	[ "$status" = 126 ]
	[[ $output == *'exec: "/etc/passwd": permission denied'* ]]
	run_docker run --rm box /etc
	[ "$status" = 126 ]
}

@test "docker run: what Docker or the runtime refuses is 125" {
	run_docker run --rm --runtime no-such-runtime box true
	[ "$status" = 125 ]
	run_docker run --rm --sysctl net.ipv4.ip_forward=1 --network host box true
	[ "$status" = 125 ]
	[[ $output == *"'net.ipv4.ip_forward' would change the host"* ]]
	run_docker run --rm --volume /etc/passwd:/bin box true
	[ "$status" = 125 ]
	# Docker adds its advice to what has these words
	[[ $output == *"not a directory"*"Are you trying to mount a directory onto a file"* ]]
}

@test "docker run -it: a terminal of the caller's size, with what is typed" {
	run on_terminal size 31x97 see '# ' type 'tty; stty size' see /dev/ see '# ' type 'exit 5' -- run --rm -it box sh
	[ "$status" = 5 ]
	[[ $output == */dev/pts/0*31\ 97* ]]
}

@test "docker run -it: a size that changes, and Ctrl-C" {
	# once the client has told its size, it also looks after changes of it
	run on_terminal see '24 80' size 20x50 see '20 50' keys '^C' see STOPPED -- run --rm -it box \
		sh -c 'trap "echo STOPPED; exit 3" INT; while :; do stty size; sleep 0.1; done'
	[ "$status" = 3 ]
}

@test "docker exec: output, exit status, user, environment, directory, input" {
	start_box
	run_docker exec "$NAME" sh -c 'echo in; exit 3'
	[ "$status" = 3 ]
	[[ $output == *in ]]
	run docker exec --user 33:34 --env A=1 --workdir /tmp "$NAME" sh -c 'echo $(id -u) $(id -g) $A $(pwd)'
	[ "$output" = '33 34 1 /tmp' ]
	run docker exec -i "$NAME" cat <<<typed
	[ "$output" = typed ]
	docker_quietly exec --detach "$NAME" touch /tmp/done
	wait_until 10 docker exec "$NAME" test -e /tmp/done
}

@test "docker exec: what is not there, and what does not run" {
	start_box
	run_docker exec "$NAME" no-such-program
	[ "$status" = 126 ]
	[[ $output == *'exec: "no-such-program": executable file not found in $PATH'* ]]
	run_docker exec "$NAME" /etc/passwd
	[ "$status" = 126 ]
	[[ $output == *'exec: "/etc/passwd": permission denied'* ]]
	run_docker exec --workdir /no/such "$NAME" true
	[ "$status" = 126 ]
	docker_quietly kill "$NAME"
	run_docker exec "$NAME" true
	[ "$status" = 1 ]
	[[ $output == *"is not running"* ]]
}

@test "docker exec -it: a terminal of its own" {
	start_box
	run on_terminal size 33x44 see '# ' type 'tty; stty size' see '33 44' type 'exit 6' -- exec -it "$NAME" sh
	[ "$status" = 6 ]
	[[ $output == */dev/pts/0* ]]
}

@test "docker exec --privileged: all capabilities that there are to give" {
	start_box --cap-drop ALL
	run_docker exec "$NAME" sed -n 's/^CapEff:\t//p' /proc/self/status
	[ "$output" = 0000000000000000 ]
	run_docker exec --privileged "$NAME" sed -n 's/^CapEff:\t//p' /proc/self/status
	[ $((16#$output & 1 << 21)) != 0 ] # CAP_SYS_ADMIN
	[ $((16#$output & ~16#$(sed -n 's/^CapBnd:\t//p' /proc/self/status))) = 0 ]
}

@test "docker attach, detach, attach again" {
	docker_quietly run --detach --name "$NAME" -it box sh
	run on_terminal type 'echo $((40+2))' see 42 keys '^P^Q' see 'read escape' -- attach "$NAME"
	inspect_is .State.Status running
	run on_terminal type 'echo $((40+3))' see 43 type 'exit 4' -- attach "$NAME"
	[ "$status" = 4 ]
}

@test "docker attach without a terminal: output and exit status" {
	docker_quietly create --name "$NAME" -i box sh -c 'read line; echo "got $line"; exit 8'
	run docker start --attach --interactive "$NAME" <<<words
	[ "$status" = 8 ]
	[ "$output" = "got words" ]
}

@test "docker logs: both streams, the last lines, and following" {
	docker_quietly run --name "$NAME" box sh -c 'echo one; echo two >&2; sleep 0.2; echo three'
	run --separate-stderr docker logs "$NAME"
	[ "$output" = $'one\nthree' ]
	[ "$stderr" = two ]
	run_docker logs --tail 1 --follow "$NAME"
	[ "$output" = three ]
}

@test "docker top" {
	start_box
	docker_quietly exec --detach "$NAME" sleep 2000
	run_docker top "$NAME" -o pid,args
	[[ $output == *"sleep 1000"*"sleep 2000"* ]]
}

@test "docker stop: the signal, the time it gives, and an exit status" {
	docker_quietly run --detach --name "$NAME" box sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done'
	docker_quietly stop --time 20 "$NAME"
	inspect_is .State.ExitCode 9
	docker_quietly rm "$NAME"
	docker_quietly run --detach --name "$NAME" --stop-signal USR1 box sh -c 'trap "exit 8" USR1; while :; do sleep 0.1; done'
	docker_quietly stop --time 20 "$NAME"
	inspect_is .State.ExitCode 8
	docker_quietly rm "$NAME"
	start_box # sleep is the first process: without a handler, TERM does nothing to it
	docker_quietly stop --time 1 "$NAME"
	inspect_is .State.ExitCode 137
}

@test "docker kill: the signal arrives" {
	start_box
	docker_quietly kill "$NAME"
	wait_until 10 inspect_is .State.Status exited
	inspect_is .State.ExitCode 137
	run_docker kill "$NAME"
	[[ $output == *"is not running"* ]]
	docker_quietly rm "$NAME"
	docker_quietly run --detach --name "$NAME" box sh -c 'trap "echo hup" HUP; echo up; while :; do sleep 0.1; done'
	wait_until 10 logs_are up
	docker_quietly kill --signal HUP "$NAME"
	wait_until 10 logs_are $'up\nhup'
}
logs_are() { [ "$(docker logs "$NAME")" = "$1" ]; }

@test "docker wait, restart, start again, rename" {
	start_box
	docker_quietly restart --time 0 "$NAME"
	inspect_is .State.Status running
	docker_quietly rename "$NAME" "$NAME-renamed"
	docker_quietly rename "$NAME-renamed" "$NAME"
	docker wait "$NAME" >"$BATS_TEST_TMPDIR/waited" &
	local waiting=$!
	docker_quietly kill "$NAME"
	wait "$waiting"
	[ "$(<"$BATS_TEST_TMPDIR/waited")" = 137 ]
	docker_quietly start "$NAME"
	inspect_is .State.Status running
}

@test "docker rm: not what runs, unless by force; nothing is left of it" {
	start_box
	run_docker rm "$NAME"
	[ "$status" = 1 ]
	local id=$(inspect .Id)
	[ -n "$(cgroup_dirs "$id")" ]
	docker_quietly rm --force "$NAME"
	is_gone
	[ -z "$(cgroup_dirs "$id")" ]
	[ -z "$(inside grep "$id" /proc/self/mountinfo)" ]
	[ -z "$(inside find "$SCRATCH/exec" /run -name "*$id*")" ]
}

@test "docker run --restart: on failure, and after a kill from outside" {
	docker_quietly run --detach --name "$NAME" --restart on-failure:2 box sh -c 'exit 1'
	wait_until 20 inspect_is '.RestartCount}} {{.State.Status' '2 exited'
	docker_quietly rm "$NAME"
	start_box --restart always
	inside kill -KILL "$(inspect .State.Pid)"
	wait_until 20 inspect_is '.RestartCount}} {{.State.Status' '1 running'
}

@test "docker run --health-cmd: healthy, then not" {
	start_box --health-cmd 'test ! -e /ill' --health-interval 0.2s --health-retries 2
	wait_until 20 inspect_is .State.Health.Status healthy
	docker_quietly exec "$NAME" touch /ill
	wait_until 20 inspect_is .State.Health.Status unhealthy
}

@test "docker cp, diff, commit, export" {
	start_box
	echo words >"$SCRATCH/words"
	docker_quietly cp "$SCRATCH/words" "$NAME:/tmp/words"
	[ "$(docker exec "$NAME" cat /tmp/words)" = words ]
	docker diff "$NAME" | grep -qx 'A /tmp/words'
	docker_quietly commit --change 'CMD ["cat", "/tmp/words"]' "$NAME" box:words
	[ "$(docker run --rm box:words)" = words ]
	docker export "$NAME" | tar -t | grep -qx tmp/words
	docker_quietly rmi box:words
}

@test "docker events tell of a life" {
	local since=$(date +%s)
	run_docker run --name "$NAME" box sh -c 'exit 6'
	docker_quietly rm "$NAME"
	run docker events --since "$since" --until "$(($(date +%s) + 1))" --filter "container=$NAME" --format '{{.Action}} {{.Actor.Attributes.exitCode}}'
	[[ $(tr '\n' ' ' <<<"$output") == *create*start*"die 6"*destroy* ]]
}

@test "docker build: RUN, as the classic builder has it and as BuildKit has it" {
	local buildkit
	mkdir "$SCRATCH/context"
	cat >"$SCRATCH/context/Dockerfile" <<-END
		FROM box
		ARG WORDS=none
		WORKDIR /made
		RUN echo "\$WORDS" >words && id -u >user && chmod 1777 /tmp
		USER 33
		RUN id -u >/tmp/user
		ENTRYPOINT ["cat", "/made/words", "/made/user", "/tmp/user"]
	END
	for buildkit in 0 1; do
		inside env DOCKER_BUILDKIT=$buildkit /usr/bin/docker build --no-cache --build-arg WORDS="by $buildkit" --tag built "$SCRATCH/context"
		[ "$(docker run --rm built | tr '\n' ' ')" = "by $buildkit 0 33 " ]
		docker_quietly rmi built
	done
}

@test "docker build: a RUN that fails" {
	local buildkit
	mkdir "$SCRATCH/failing"
	printf 'FROM box\nRUN echo so far && exit 42\n' >"$SCRATCH/failing/Dockerfile"
	for buildkit in 0 1; do
		run inside env DOCKER_BUILDKIT=$buildkit /usr/bin/docker build --no-cache --force-rm "$SCRATCH/failing"
		[ "$status" != 0 ]
		[[ $output == *"so far"*42* ]]
	done
}

# nothing_runs: no state of a container, and no cgroup of one
nothing_runs() {
	local left=$(inside find "$SCRATCH/exec/runtime-runc/moby" -mindepth 1 -maxdepth 1 ! -name '.*'; find /sys/fs/cgroup -type d -path "*/$NAME_PREFIX/*")
	[ -z "$left" ] || { printf 'left: %s\n' $left; return 1; }
}

@test "docker: twenty at once, started and removed" {
	local n names=()
	for n in {1..20}; do names+=("$NAME-$n"); done
	printf '%s\n' "${names[@]}" | inside xargs -P 10 -I{} /usr/bin/docker run --detach --name {} --network none box sleep 1000 >/dev/null
	[ "$(docker ps --quiet --filter "name=$NAME-" | wc -l)" = 20 ]
	printf '%s\n' "${names[@]}" | inside xargs -P 10 -n 3 /usr/bin/docker rm --force >/dev/null
	[ -z "$(docker ps --all --quiet --filter "name=$NAME-")" ]
	nothing_runs
}

@test "docker: a shim that is killed takes its container along, and it starts again" {
	start_box
	inside pkill -KILL -f "containerd-shim-runc-v2.*$(inspect .Id)"
	wait_until 10 inspect_is .State.Status exited
	docker_quietly start "$NAME"
	[ "$(docker exec "$NAME" echo alive)" = alive ]
}

@test "docker: services outlive the daemon, where it lets them" {
	docker_quietly run --detach --name "$NAME" -i box sh -c 'while :; do sleep 0.1; done'
	local pid=$(inspect .State.Pid)
	stop_docker
	inside kill -0 "$pid"
	start_docker '."live-restore" = true'
	inspect_is '.State.Status}} {{.State.Pid' "running $pid"
	[ "$(docker exec "$NAME" echo alive)" = alive ]
	docker_quietly stop --time 0 "$NAME"
	inspect_is .State.ExitCode 137
}
