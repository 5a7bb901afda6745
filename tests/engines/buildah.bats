# SPDX-License-Identifier: Apache-2.0
# Images that buildah and podman build, with cloche as the runtime of each RUN.
bats_require_minimum_version 1.5.0
load podman
setup_file() {
	begin_podman tool:buildah
	wrap buildah
	note_calls
}
teardown_file() { end_podman; }
setup() {
	begin_podman_test
	: >"$SCRATCH/calls"
	CONTEXT=$SCRATCH/$NAME
	mkdir "$CONTEXT"
	echo text >"$CONTEXT/file"
}
teardown() { end_podman_test; }

# What calls cloche is a program that writes down how: a build that ran its commands by other means would be found out.
note_calls() {
	ln -sf "$CLOCHE" "$SCRATCH/cloche.real"
	rm "$SCRATCH/cloche"
	printf '#!/bin/sh\necho "$*" >>%s/calls\nexec %s "$@"\n' "$SCRATCH" "$SCRATCH/cloche.real" >"$SCRATCH/cloche"
	chmod 755 "$SCRATCH/cloche"
}
called() { cat "$SCRATCH/calls"; grep -cE "(^| )$1( |\$)" "$SCRATCH/calls"; }

write_containerfile() { cat >"$CONTEXT/Containerfile"; }

everything() {
	write_containerfile <<-'END'
		FROM localhost/box AS first
		ARG WORD=none
		RUN echo "$WORD" >/word && mkdir /home && chmod 1777 /tmp
		FROM localhost/box
		ENV GREETING=hello
		WORKDIR /work
		COPY --from=first /word /word
		COPY file .
		RUN echo "$GREETING from $(pwd) as $(id -u)" >said && cat file >>said
		RUN --mount=type=tmpfs,target=/scratch echo "$(grep -c ' /scratch tmpfs ' /proc/mounts) tmpfs" >>said
		USER 33:34
		RUN test "$(id -u):$(id -g)" = 33:34 && ! touch /not-mine
		CMD ["cat", "/word", "said"]
	END
}

@test "buildah bud: RUN with arguments, environment, directory, mounts, users, stages" {
	everything
	run -0 buildah bud --build-arg WORD=bell --network none --tag "$NAME" "$CONTEXT"
	run_podman run --rm "$NAME"
	[ "${lines[*]}" = 'bell hello from /work as 0 text 1 tmpfs' ]
	[ "$(called create)" != 0 ]
}

@test "podman build: the same" {
	everything
	run -0 podman build --build-arg WORD=bell --network none --tag "$NAME" "$CONTEXT"
	run_podman run --rm "$NAME"
	[ "${lines[*]}" = 'bell hello from /work as 0 text 1 tmpfs' ]
	[ "$(called create)" != 0 ]
}

@test "buildah bud: a RUN that fails fails the build, with its status and words" {
	write_containerfile <<<$'FROM localhost/box\nRUN echo reason >&2; exit 9'
	run buildah bud --network none "$CONTEXT"
	echo "$output"
	[ "$status" = 9 ]
	[[ $output == *reason* ]]
	write_containerfile <<<$'FROM localhost/box\nRUN ["no-such-program"]'
	run buildah bud --network none "$CONTEXT"
	echo "$output"
	[ "$status" != 0 ]
	[[ $output == *no-such-program* ]]
}

@test "buildah bud --volume, --cap-drop, --ulimit, --shm-size reach the RUN" {
	write_containerfile <<<$'FROM localhost/box\nRUN cat /host/file; grep CapEff /proc/self/status; ulimit -Sn; df -k /dev/shm | tail -1'
	run -0 buildah bud --network none --volume "$CONTEXT:/host:ro" --cap-drop all --ulimit nofile=100:200 --ulimit nproc=20000 --shm-size 5m "$CONTEXT"
	echo "$output"
	[[ $output == *text*0000000000000000*100*5120* ]]
}

@test "buildah from, run, commit: a container worked in by hand" {
	local container=$(buildah from --name "$NAME" localhost/box)
	[ "$container" = "$NAME" ]
	run buildah run --network none --user 5 --env A=b --workingdir /etc --hostname tower "$NAME" -- sh -c 'id -u; echo $A; pwd; hostname'
	[ "${lines[*]}" = '5 b /etc tower' ]
	run -7 buildah run --network none "$NAME" -- sh -c 'exit 7'
	run -0 buildah run --network none --tty=false "$NAME" -- sh -c 'echo made >/made'
	buildah config --cmd 'cat /made' "$NAME"
	run -0 buildah commit --quiet "$NAME" "committed-$BATS_TEST_NUMBER"
	[ "$(podman run --rm "committed-$BATS_TEST_NUMBER")" = made ]
	buildah rm "$NAME"
	[ "$(called create)" != 0 ]
	[ "$(called delete)" != 0 ]
}

@test "buildah run with a terminal" {
	buildah from --name "$NAME" localhost/box
	run "$BATS_TEST_DIRNAME/terminal" see /dev/pts/0 type word -- \
		buildah run --network none --tty "$NAME" -- sh -c 'tty; read word; echo "<$word>"; exit 5'
	echo "$output"
	[[ $output == *'<word>'* ]]
	[ "$status" = 5 ]
	buildah rm "$NAME"
}

@test "buildah bud --layers: what was built is not run again" {
	write_containerfile <<<$'FROM localhost/box\nRUN echo once >/once'
	run -0 buildah bud --layers --network none --tag "$NAME" "$CONTEXT"
	: >"$SCRATCH/calls"
	run -0 buildah bud --layers --network none --tag "$NAME" "$CONTEXT"
	[ ! -s "$SCRATCH/calls" ]
}

@test "podman build --isolation chroot asks no runtime" {
	write_containerfile <<<$'FROM localhost/box\nRUN echo here >/here'
	run -0 podman build --isolation chroot --network host --tag "$NAME" "$CONTEXT"
	[ ! -s "$SCRATCH/calls" ]
}
