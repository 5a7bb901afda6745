#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# For bats files that use containerd as Kubernetes does: by its CRI plugin, with cloche as the runtime of the pods.

load ../verbs/helpers
load containerd
HELPERS=$BATS_TEST_DIRNAME/../verbs

setup_file() {
	can_run root tool:containerd tool:ctr tool:busybox "file:$PYTHON" tool:protoc file:/usr/lib/cni/ptp \
		file:/usr/lib/python3/dist-packages/grpc || return 0
	start_engine "$(basename "$BATS_TEST_FILENAME" .bats)" k8s.io
	import_image box.test/pause:1 '{"Cmd": ["/bin/sleep", "100000"]}'
	write_network
	start_client
	wait_until 120 is_ready || { cat "$SCRATCH/client.log"; return 1; }
}
teardown_file() {
	stop_engine
	! uses_systemd || [ -z "${SCRATCH:-}" ] || systemctl stop "$(slice)"
}
setup() {
	skip_if_missing
	NAME=pod$BATS_TEST_NUMBER
	LOGS=$BATS_TEST_TMPDIR/logs
	PODS=()
}
# removing a pod is how its containers end as well
teardown() {
	local pod
	for pod in "${PODS[@]}"; do
		cri StopPodSandbox "$(about_pod "$pod")" && cri RemovePodSandbox "$(about_pod "$pod")" || true
	done >/dev/null
}

# its own, not one below others that a dash would name
slice() { echo "${NAME_PREFIX//-/_}.slice"; }

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
	! uses_systemd || parent=$(slice)
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
no_process() { ! inside pgrep -f "$1" >/dev/null; }
