# SPDX-License-Identifier: Apache-2.0
# The example configurations of orchestrators: they can be read, and what one names the other has.
load ../verbs/helpers
setup() {
	HELPERS=$BATS_TEST_DIRNAME/../verbs
	EXAMPLES=$BATS_TEST_DIRNAME/../../examples
	requires file:/usr/lib/python3/dist-packages/yaml file:/usr/lib/python3/dist-packages/hcl
}

# read_example FILE FILTER: what a jq filter finds in it
read_example() { /usr/bin/python3 "$BATS_TEST_DIRNAME/as_json.py" "$EXAMPLES/$1" | jq -cS "$2"; }

@test "examples: containerd reads its configuration, and has a runtime for each wall" {
	requires tool:containerd
	containerd --config "$EXAMPLES/containerd/cloche.toml" config dump >"$BATS_TEST_TMPDIR/whole.toml"
	run jq -r '.plugins["io.containerd.grpc.v1.cri"].containerd.runtimes | to_entries[] |
		"\(.key) \(.value.runtime_type) \(.value.options.BinaryName)"' \
		<<<"$(/usr/bin/python3 "$BATS_TEST_DIRNAME/as_json.py" "$BATS_TEST_TMPDIR/whole.toml")"
	echo "$output"
	[[ $output == *'cloche io.containerd.runc.v2 /usr/bin/cloche'$'\n'* ]]
	[[ $output == *'cloche-microvm io.containerd.runc.v2 /usr/bin/cloche-microvm'* ]]
}

@test "examples: the classes of Kubernetes are what containerd and CRI-O have as handlers" {
	local handlers=$(read_example kubernetes/runtimeclass.yaml '[.[] | select(.kind == "RuntimeClass") | .handler] | sort')
	[ "$handlers" = '["cloche","cloche-microvm"]' ]
	[ "$(read_example containerd/cloche.toml '.plugins[].containerd.runtimes | keys')" = "$handlers" ]
	[ "$(read_example crio/10-cloche.conf '.crio.runtime.runtimes | keys')" = "$handlers" ]
	[ "$(read_example crio/10-cloche.conf '[.crio.runtime.runtimes[].runtime_path] | sort')" = \
		'["/usr/bin/cloche","/usr/bin/cloche-microvm"]' ]
}

@test "examples: the pod names a class, and asks for nothing that it does not need" {
	[ "$(read_example kubernetes/pod.yaml '.[0].spec.runtimeClassName')" = '"cloche"' ]
	[ "$(read_example kubernetes/pod.yaml '.[0].spec.containers[0].securityContext | [.capabilities.drop, .runAsNonRoot]')" = \
		'[["ALL"],true]' ]
}

@test "examples: Nomad's task names a runtime that its client allows" {
	local runtime=$(read_example nomad/web.nomad.hcl '.job.web.group.web.task.httpd.config.runtime')
	[ "$runtime" = '"cloche"' ]
	[ "$(read_example nomad/client.hcl ".plugin.docker.config.allow_runtimes | index($runtime) != null")" = true ]
}
