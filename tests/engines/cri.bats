# SPDX-License-Identifier: Apache-2.0
# containerd as Kubernetes uses it: its CRI plugin, with cloche as the runtime of its pods.
bats_require_minimum_version 1.5.0

setup_file() {
	load ../verbs/helpers
	load containerd
	HELPERS=$BATS_TEST_DIRNAME/../verbs
	can_run root tool:containerd tool:ctr tool:busybox "file:$PYTHON" tool:protoc file:/usr/lib/cni/ptp \
		file:/usr/lib/python3/dist-packages/grpc || return 0
	start_engine k8s.io
	import_image box.test/pause:1 '{"Cmd": ["/bin/sleep", "100000"]}'
	write_network
	start_client
	wait_until 30 is_ready
}
teardown_file() {
	load ../verbs/helpers
	load containerd
	stop_engine
	uses_systemd && [ -n "${NAME_PREFIX:-}" ] && systemctl stop "$NAME_PREFIX.slice"
	true
}
setup() {
	load ../verbs/helpers
	load containerd
	HELPERS=$BATS_TEST_DIRNAME/../verbs
	skip_if_missing
	NAME=pod$BATS_TEST_NUMBER
	LOGS=$BATS_TEST_TMPDIR/logs
	PODS=()
}
# removing a pod by force is how its containers end as well
teardown() {
	local pod
	for pod in "${PODS[@]}"; do
		cri StopPodSandbox "$(about_pod "$pod")" && cri RemovePodSandbox "$(about_pod "$pod")" || true
	done >/dev/null
}

write_network() {
	mkdir -p "$SCRATCH/cni"
	cat >"$SCRATCH/cni/10-pods.conflist" <<-END
		{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "ptp", "ipam": {
			"type": "host-local", "subnet": "10.88.7.0/24", "dataDir": "/run/cni"}}]}
	END
}

start_client() {
	protoc --proto_path="$ENGINES" --python_out="$SCRATCH" cri.proto
	mkfifo "$SCRATCH/requests" "$SCRATCH/answers"
	inside "$PYTHON" "$ENGINES/cri_client.py" /run/containerd/containerd.sock "$SCRATCH" \
		>"$SCRATCH/client.log" 2>&1 </dev/null 3>&- &
}

is_ready() {
	[ "$(cri Status '{}' | jq -c '[.status.conditions[] | select(.status) | .type]')" = '["RuntimeReady","NetworkReady"]' ]
}

# cri METHOD JSON: its answer on standard output; an error is 'CODE MESSAGE' there, and a failure
cri() {
	local how answer
	[ -e "$SCRATCH/requests" ] || return
	jq -jc '"\($method) \(.)\n"' --arg method "$1" <<<"$2" >"$SCRATCH/requests"
	read -r -t 150 how answer <"$SCRATCH/answers"
	printf '%s\n' "$answer"
	[ "$how" = ok ]
}
run_cri() { run cri "$@"; echo "$output"; }

about_pod() { jq -nc '{pod_sandbox_id: $id}' --arg id "$1"; }
about() { jq -nc '{container_id: $id}' --arg id "$1"; }

# run_pod [FILTER [HANDLER]]: its id is in POD, its config, changed by a jq filter, in CONFIG
run_pod() {
	local parent=/$NAME_PREFIX
	! uses_systemd || parent=$NAME_PREFIX.slice
	CONFIG=$(jq -n '{metadata: {name: $name, uid: $name, namespace: "default"}, hostname: "the-pod", log_directory: $logs,
		linux: {cgroup_parent: $parent}} | '"${1:-.}" --arg name "$NAME" --arg logs "$LOGS" --arg parent "$parent")
	mkdir -p "$LOGS"
	POD=$(cri RunPodSandbox "$(jq -nc '{config: $config, runtime_handler: $handler}' --argjson config "$CONFIG" \
		--arg handler "${2:-}")") || { echo "$POD"; return 1; }
	POD=$(jq -r .pod_sandbox_id <<<"$POD")
	PODS+=("$POD")
}

# make_container NAME FILTER [COMMAND…]: its id is in CONTAINER; without a command it sleeps
make_container() {
	local name=$1 filter=$2 answer
	shift 2
	[ $# -gt 0 ] || set -- sleep 1000
	answer=$(cri CreateContainer "$(jq -nc '{pod_sandbox_id: $pod, sandbox_config: $config, config: ({
		metadata: {name: $name}, image: {image: $image}, command: $ARGS.positional, log_path: "\($name).log",
		linux: {security_context: {namespace_options: {pid: "CONTAINER"}}}} | '"$filter"')}' --arg pod "$POD" --argjson config "$CONFIG" --arg name "$name" --arg image "$BOX" \
		--args -- "$@")") || { echo "$answer"; return 1; }
	CONTAINER=$(jq -r .container_id <<<"$answer")
}
run_container() { make_container "$@" && cri StartContainer "$(about "$CONTAINER")"; }

# exec_in ID COMMAND…: sets output (of both streams) and status
exec_in() {
	local id=$1 answer
	shift
	answer=$(cri ExecSync "$(jq -nc '{container_id: $id, cmd: $ARGS.positional, timeout: 60}' --arg id "$id" --args -- "$@")") ||
		{ echo "$answer"; return 1; }
	output=$(jq -r '.stdout + .stderr' <<<"$answer")
	status=$(jq .exit_code <<<"$answer")
	echo "$status: $output"
}

status_of() { cri ContainerStatus "$(about "$1")" | jq -r ".status.$2"; }
state_is() { [ "$(status_of "$1" state)" = "CONTAINER_$2" ]; }
pid_of_container() { inside cat "/run/containerd/io.containerd.runtime.v2.task/k8s.io/$1/init.pid"; }
update() { cri UpdateContainerResources "$(jq -nc "{container_id: \$id, linux: $2}" --arg id "$1")"; }

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
no_process() { ! inside pgrep -f "$1" >/dev/null; }

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

@test "cri: stats" {
	run_pod
	run_container one '.linux.resources.memory_limit_in_bytes = 67108864' sh -c 'i=0; while :; do i=$((i + 1)); done'
	wait_until 30 has_used_time
	run_cri ContainerStats "$(about "$CONTAINER")"
	[ "$(jq -r .stats.memory.working_set_bytes.value <<<"$output")" -gt 0 ]
}
has_used_time() {
	[ "$(cri ContainerStats "$(about "$CONTAINER")" | jq -r .stats.cpu.usage_core_nano_seconds.value)" -gt 100000000 ]
}

@test "cri: resources are set, then changed, and what is nought or not told stays" {
	run_pod
	run_container one '.linux.resources = {memory_limit_in_bytes: 67108864, cpu_quota: 20000, cpu_period: 100000,
		cpu_shares: 512, oom_score_adj: 500}'
	local pid=$(pid_of_container "$CONTAINER")
	memory_is 67108864
	[ "$(inside cat "/proc/$pid/oom_score_adj")" = 500 ]
	quota_is 20000 100000
	update "$CONTAINER" '{memory_limit_in_bytes: 134217728}'
	memory_is 134217728
	quota_is 20000 100000
	update "$CONTAINER" '{cpu_quota: 50000, cpu_period: 100000, memory_limit_in_bytes: 0, cpu_shares: 0}'
	memory_is 134217728
	quota_is 50000 100000
	[ "$(in_cgroup "$pid" cpu cpu.shares cpu.weight)" = "$(is_cgroup_v2 && echo 20 || echo 512)" ]
	exec_in "$CONTAINER" sh -c 'echo x >/dev/null && mknod /tmp/disk b 8 0 && cat /tmp/disk'
	[[ $output == *'Operation not permitted' ]]
}
memory_is() { [ "$(in_cgroup "$pid" memory memory.limit_in_bytes memory.max)" = "$1" ]; }
quota_is() {
	if is_cgroup_v2; then
		[ "$(in_cgroup "$pid" cpu - cpu.max)" = "$1 $2" ]
	else
		[ "$(in_cgroup "$pid" cpu cpu.cfs_quota_us -)" = "$1" ]
	fi
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

@test "cri: mounts, their propagation, a device, sysctls, privileges" {
	export VOLUME=$BATS_TEST_TMPDIR/volume
	mkdir "$VOLUME"
	echo here >"$VOLUME/file"
	run_pod '.linux.sysctls = {"net.ipv4.ip_unprivileged_port_start": "77"}'
	run_container one '.mounts = [{container_path: "/data", host_path: env.VOLUME, readonly: true}] |
		.devices = [{container_path: "/dev/nothing", host_path: "/dev/null", permissions: "rwm"}]'
	exec_in "$CONTAINER" sh -c 'exec 2>&1; cat /data/file; touch /data/x; echo x >/dev/nothing && echo wrote; cat /proc/sys/net/ipv4/ip_unprivileged_port_start'
	[[ $output == here*'Read-only file system'*wrote*77 ]]
}

@test "cri: stop: a signal, and after the time limit the end" {
	run_pod
	run_container polite . sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done'
	local polite=$CONTAINER
	run_container deaf . sh -c 'trap "" TERM; while :; do sleep 0.1; done'
	cri StopContainer "$(about "$polite" | jq '.timeout = 30')"
	[ "$(status_of "$polite" exit_code)" = 9 ]
	cri StopContainer "$(about "$CONTAINER" | jq '.timeout = 1')"
	[ "$(status_of "$CONTAINER" exit_code)" = 137 ]
	cri RemoveContainer "$(about "$CONTAINER")"
	run_cri ContainerStatus "$(about "$CONTAINER")"
	[[ $output == NOT_FOUND* ]]
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

@test "cri: a container that the kernel killed for lack of memory is told as that" {
	run_pod
	run_container one '.linux.resources.memory_limit_in_bytes = 16777216' sh -c 'tail /dev/zero'
	wait_until 60 state_is "$CONTAINER" EXITED
	[ "$(status_of "$CONTAINER" reason)" = OOMKilled ]
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

@test "cri: the pod's shim is killed: whatever there was of it ends, and it can be removed" {
	run_pod
	run_container one .
	local pid=$(pid_of_container "$CONTAINER")
	inside pkill -KILL -f "containerd-shim-runc-v2 .* -id $POD "
	wait_until 30 is_gone "$pid"
	wait_until 30 state_is "$CONTAINER" EXITED
	cri StopPodSandbox "$(about_pod "$POD")"
	cri RemovePodSandbox "$(about_pod "$POD")"
}

@test "cri: nothing is left of all this but containerd" {
	[ "$(cri ListPodSandbox '{}' | jq -c .items)" = '[]' ]
	wait_until 30 no_process containerd-shim
	run inside find /run/containerd/runc -mindepth 2 -maxdepth 2 -not -name '.*' # cloche's cache of filters
	[ -z "$output" ]
	run inside ls /run/containerd/io.containerd.grpc.v1.cri/netns
	[ -z "$output" ]
}
