# SPDX-License-Identifier: Apache-2.0
# Pods: containers that share namespaces, made by hand and from Kubernetes' YAML.
bats_require_minimum_version 1.5.0
load podman
# podman 4.3.1 with its own driver makes no pods on cgroup v2, whichever its runtime
setup_file() { begin_podman tool:catatonit cgroup_v1; }
teardown_file() { end_podman; }
setup() { begin_podman_test; }
teardown() { podman_quietly pod rm --all --force --time 0; }

begin_pod() {
	podman_quietly pod create --name "$NAME" "$@"
	podman_quietly run --detach --pod "$NAME" --name "$NAME-one" box sleep 1000
	podman_quietly run --detach --pod "$NAME" --name "$NAME-two" box sleep 1000
}

namespaces_of() { local pid=$(pid_of "$1"); shift; for kind; do readlink "/proc/$pid/ns/$kind"; done; }

@test "podman pod: network, ipc and names are shared, processes and files are not" {
	begin_pod
	[ "$(namespaces_of "$NAME-one" net ipc uts)" = "$(namespaces_of "$NAME-two" net ipc uts)" ]
	[ "$(namespaces_of "$NAME-one" pid)" != "$(namespaces_of "$NAME-two" pid)" ]
	[ "$(namespaces_of "$NAME-one" mnt)" != "$(namespaces_of "$NAME-two" mnt)" ]
}

@test "podman pod --share pid: one container sees the other" {
	begin_pod --share net,pid
	run_podman exec "$NAME-one" ps
	[ "$(grep -c 'sleep 1000' <<<"$output")" = 2 ]
	[[ $output == *'1 root     /catatonit -P'* ]]
}

pod_is() { [ "$(podman pod inspect --format '{{.State}}' "$NAME")" = "$1" ]; }

@test "podman pod: pause, unpause, stats, top, stop, start, restart, kill" {
	begin_pod
	podman_quietly pod pause "$NAME"
	pod_is Paused
	podman_quietly pod unpause "$NAME"
	pod_is Running
	run_podman pod stats --no-stream --format '{{.Name}}' "$NAME"
	[ "$(grep -c "$NAME-" <<<"$output")" = 2 ]
	run_podman pod top "$NAME" comm
	[ "$(grep -c sleep <<<"$output")" = 2 ]
	podman_quietly pod stop --time 0 "$NAME"
	pod_is Exited
	podman_quietly pod start "$NAME"
	pod_is Running
	podman_quietly pod restart "$NAME"
	pod_is Running
	podman_quietly pod kill --signal KILL "$NAME"
	wait_until 10 pod_is Exited
}

@test "podman pod --publish, --hostname, --network: given to all of its containers" {
	podman_quietly pod create --name "$NAME" --network bridge --publish 8081:80 --hostname tower
	podman_quietly run --detach --pod "$NAME" --name "$NAME-one" box httpd -f -p 80 -h /etc
	run_podman run --rm --pod "$NAME" box sh -c 'hostname; wget -qO- http://127.0.0.1/passwd | head -1'
	[ "${lines[0]}" = tower ]
	[[ ${lines[1]} == root:* ]]
	run -0 in_keeper busybox wget -qO- http://127.0.0.1:8081/passwd
}

write_yaml() {
	mkdir -p "$SCRATCH/shared"
	cat >"$SCRATCH/pod.yaml" <<-END
		apiVersion: v1
		kind: Pod
		metadata: {name: $NAME}
		spec:
		  restartPolicy: Never
		  initContainers:
		  - {name: first, image: localhost/box, imagePullPolicy: Never, command: [sh, -c, "echo first >/shared/first"], volumeMounts: [{name: shared, mountPath: /shared}]}
		  containers:
		  - name: one
		    image: localhost/box
		    imagePullPolicy: Never
		    command: [sleep, "1000"]
		    resources: {limits: {memory: 64Mi, cpu: 500m}}
		    securityContext: {runAsUser: 33, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
		    volumeMounts: [{name: shared, mountPath: /shared}]
		    livenessProbe: {exec: {command: ["true"]}}
		  - {name: two, image: localhost/box, imagePullPolicy: Never, command: [sleep, "1000"]}
		  volumes: [{name: shared, hostPath: {path: $SCRATCH/shared, type: Directory}}]
	END
}

@test "podman play kube: what the YAML says of its containers" {
	write_yaml
	podman_quietly play kube --network none "$SCRATCH/pod.yaml"
	run_podman exec "$NAME-one" sh -c 'exec 2>&1; id -u; cat /shared/first; sed -n "s/^\(CapEff\|NoNewPrivs\):\t//p" /proc/self/status; touch /x'
	[ "${lines[*]:0:4}" = '33 first 0000000000000000 1' ]
	[[ ${lines[4]} == *'Read-only file system' ]]
	NAME+=-one
	[ "$(in_cgroup memory memory.limit_in_bytes memory.max)" = 67108864 ]
	[[ $(in_cgroup cpu cpu.cfs_quota_us cpu.max) == 50000* ]]
	NAME=${NAME%-one}
	podman_quietly play kube --down "$SCRATCH/pod.yaml"
	[ -z "$(podman ps --all --quiet)" ]
}

@test "podman generate kube, and play of what it says" {
	begin_pod
	podman_quietly generate kube --filename "$SCRATCH/generated.yaml" "$NAME"
	podman_quietly pod rm --force --time 0 "$NAME"
	podman_quietly play kube --network none "$SCRATCH/generated.yaml"
	[ "$(podman ps --quiet | wc -l)" = 3 ]
	podman_quietly play kube --down "$SCRATCH/generated.yaml"
}
