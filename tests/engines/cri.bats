# SPDX-License-Identifier: Apache-2.0
# containerd as Kubernetes uses it: its CRI plugin, with cloche as the runtime of its pods.
bats_require_minimum_version 1.5.0
load cri

@test "cri: a pod's containers share its network, ipc and name, and nothing else" {
	run_pod
	run_container one .
	local one=$CONTAINER links
	run_container two .
	links='for type in net ipc uts; do readlink /proc/self/ns/$type; done; hostname'
	exec_in "$one" sh -c "$links"
	local shared=$output
	exec_in "$CONTAINER" sh -c "$links"
	[ "$output" = "$shared" ]
	[[ $output == *the-pod ]]
	links='for type in pid mnt; do readlink /proc/1/ns/$type; done'
	exec_in "$one" sh -c "$links"
	local own=$output
	exec_in "$CONTAINER" sh -c "$links"
	[ -z "$(comm -12 <(sort <<<"$own") <(sort <<<"$output"))" ]
}

@test "cri: the pod's address, from the host and from its other container" {
	run_pod
	local address=$(cri PodSandboxStatus "$(about_pod "$POD")" | jq -r .status.network.ip)
	[[ $address == 10.88.7.* ]]
	run_container server . sh -c 'mkdir /www; echo here >/www/index.html; exec httpd -f -h /www -p 8080'
	wait_until 30 inside busybox wget -qO- "http://$address:8080/"
	run_container client .
	exec_in "$CONTAINER" wget -qO- http://127.0.0.1:8080/
	[ "$output" = here ]
}

@test "cri: a pod whose containers share their processes, one on the host's network" {
	run_pod '.linux.security_context.namespace_options = {pid: "POD", network: "NODE"} | del(.hostname)'
	run_container one '.linux.security_context.namespace_options = {pid: "POD", network: "NODE"}'
	exec_in "$CONTAINER" sh -c 'cat /proc/1/cmdline; readlink /proc/self/ns/net'
	[[ $output == *100000* ]]
	[[ $output == *"$(inside readlink /proc/self/ns/net)" ]]
}

@test "cri: exec sync: both streams, exit status, what is not there, a time limit" {
	run_pod
	run_container one .
	run_cri ExecSync "$(about "$CONTAINER" | jq '.cmd = ["sh", "-c", "echo out; echo err >&2; exit 3"]')"
	[ "$(jq -c . <<<"$output")" = '{"stdout":"out\n","stderr":"err\n","exit_code":3}' ]
	run_cri ExecSync "$(about "$CONTAINER" | jq '.cmd = ["no-such-program"]')"
	[ "$status" = 1 ]
	[[ $output == *'exec: "no-such-program": executable file not found in $PATH'* ]]
	run_cri ExecSync "$(about "$CONTAINER" | jq '.cmd = ["sleep", "1001"] | .timeout = 1')"
	[[ $output == DEADLINE_EXCEEDED* ]]
	wait_until 30 no_process 'sleep 1001'
}

@test "cri: exec and attach by streams, on a terminal and without one" {
	run_pod
	run_container one '.stdin = true | .tty = true' sh
	stream Exec '{cmd: ["sh", "-c", "echo type; read a; echo got $a; exit 5"], stdin: true, stdout: true, stderr: true}' \
		type words
	[[ $output == *'got words'*'"ExitCode","message":"5"'* ]]
	stream Exec '{cmd: ["sh", "-c", "tty; read a; exit 0"], tty: true, stdin: true, stdout: true}' /dev/pts words
	[[ $output == *'/dev/pts/'*'"status":"Success"'* ]]
	stream Attach '{tty: true, stdin: true, stdout: true}' '' 'echo and $((20 + 3))' 'and 23' exit
	[[ $output == *'and 23'* ]]
	wait_until 30 state_is "$CONTAINER" EXITED
}
# stream METHOD REQUEST [PROMPT LINE]…
stream() {
	local method=$1 request=$2 url
	shift 2
	url=$(cri "$method" "$(jq -nc "{container_id: \$id} + $request" --arg id "$CONTAINER")" | jq -r .url)
	run inside "$PYTHON" "$ENGINES/cri_stream.py" "$url" "$@"
	echo "$output"
}

@test "cri: logs have both streams, each line with its time" {
	run_pod
	run_container one . sh -c 'echo out; echo err >&2; printf end'
	wait_until 30 state_is "$CONTAINER" EXITED
	wait_until 10 grep -q ' end$' "$LOGS/one.log"
	cat "$LOGS/one.log"
	grep -Eq '^[0-9]{4}-[0-9-]+T[0-9:.]+(Z|[+-][0-9:]+) stdout F out$' "$LOGS/one.log"
	grep -q ' stderr F err$' "$LOGS/one.log"
	grep -q ' stdout P end$' "$LOGS/one.log"
}

@test "cri: the process: user, groups, directory, environment, capabilities, privileges" {
	run_pod
	run_container one '.working_dir = "/tmp" | .envs = [{key: "A", value: "1"}] | .linux.security_context += {
		run_as_user: {value: 33}, run_as_group: {value: 34}, supplemental_groups: [35], no_new_privs: true,
		readonly_rootfs: true, capabilities: {drop_capabilities: ["ALL"], add_capabilities: ["KILL"]},
		seccomp: {profile_type: "RuntimeDefault"}, masked_paths: ["/proc/keys"], readonly_paths: ["/proc/sys"]}'
	exec_in "$CONTAINER" sh -c 'id -u; id -g; id -G; pwd; echo $A; touch /x 2>&1; head -c1 /proc/keys | wc -c'
	[ "$(tr '\n' ' ' <<<"$output")" = '33 34 34 35 /tmp 1 touch: /x: Read-only file system 0 ' ]
	exec_in "$CONTAINER" cat /proc/self/status
	grep -q 'CapBnd:.0000000000000020' <<<"$output"
	grep -q 'NoNewPrivs:.1' <<<"$output"
	grep -q 'Seccomp:.2' <<<"$output"
}

@test "cri: mounts, a device, sysctls" {
	export VOLUME=$BATS_TEST_TMPDIR/volume
	mkdir "$VOLUME"
	echo here >"$VOLUME/file"
	run_pod '.linux.sysctls = {"net.ipv4.ip_unprivileged_port_start": "77"}'
	run_container one '.mounts = [{container_path: "/data", host_path: env.VOLUME, readonly: true}] |
		.devices = [{container_path: "/dev/nothing", host_path: "/dev/null", permissions: "rwm"}]'
	exec_in "$CONTAINER" sh -c 'exec 2>&1; cat /data/file; touch /data/x; echo x >/dev/nothing && echo wrote; cat /proc/sys/net/ipv4/ip_unprivileged_port_start'
	[[ $output == here*'Read-only file system'*wrote*77 ]]
}

@test "cri: what is mounted later arrives in the container, and from a privileged one on the host" {
	export VOLUME=$BATS_TEST_TMPDIR/volume
	mkdir -p "$VOLUME"/{in,out}
	inside mount -n --bind "$VOLUME" "$VOLUME"
	inside mount -n --make-shared "$VOLUME"
	run_pod '.linux.security_context.privileged = true'
	run_container one '.linux.security_context.privileged = true |
		.mounts = [{container_path: "/data", host_path: env.VOLUME, propagation: "PROPAGATION_BIDIRECTIONAL"}]'
	local one=$CONTAINER
	run_container two '.mounts = [{container_path: "/data", host_path: env.VOLUME, propagation: "PROPAGATION_HOST_TO_CONTAINER"}]'
	inside mount -n -t tmpfs later "$VOLUME/in"
	exec_in "$CONTAINER" grep '^later /data/in ' /proc/mounts
	[ "$status" = 0 ]
	exec_in "$one" mount -t tmpfs back /data/out
	[ "$status" = 0 ]
	inside grep -q "^back $VOLUME/out " /proc/mounts
	inside umount -n "$VOLUME/out" "$VOLUME/in" "$VOLUME"
}

@test "cri: a privileged container has all capabilities, and the host's devices" {
	run_pod '.linux.security_context.privileged = true'
	run_container one '.linux.security_context.privileged = true'
	exec_in "$CONTAINER" sh -c 'grep CapEff: /proc/self/status; test -c /dev/kmsg && readlink /dev/ptmx'
	[[ $output == *"$(inside grep CapEff: /proc/self/status)"*pts/ptmx* ]]
}

@test "cri: a container that cannot start says why, as runc does" {
	run_pod
	make_container one . no-such-program
	run_cri StartContainer "$(about "$CONTAINER")"
	[ "$status" = 1 ]
	[[ $output == *'exec: "no-such-program": executable file not found in $PATH'* ]]
	[ "$(status_of "$CONTAINER" exit_code)" = 128 ]
	[ "$(status_of "$CONTAINER" reason)" = StartError ]
}

@test "cri: containerd ends and comes back: the pod and its containers go on" {
	run_pod
	run_container one .
	local pid=$(pid_of_container "$CONTAINER")
	stop_containerd
	start_containerd
	wait_until 30 state_is "$CONTAINER" RUNNING
	[ "$(pid_of_container "$CONTAINER")" = "$pid" ]
	exec_in "$CONTAINER" echo here
	[ "$output" = here ]
}

@test "cri: nothing is left of all this but containerd" {
	[ "$(cri ListPodSandbox '{}' | jq -c .items)" = '[]' ]
	wait_until 30 no_shim
	run inside find /run/containerd -path "*/runc/*/*" -prune -not -name '.*' # cloche's cache of filters
	[ -z "$output" ]
	run inside ls /run/containerd/io.containerd.grpc.v1.cri/netns
	[ -z "$output" ]
}
