# SPDX-License-Identifier: Apache-2.0
# What cloche writes and reads, held against the OCI runtime-spec's JSON schema (tests/schema).
load helpers
load service
SCHEMA=$BATS_TEST_DIRNAME/../schema

setup() {
	requires file:/usr/lib/python3/dist-packages/jsonschema
	begin_test
}
teardown() { end_test; }

# is_valid SCHEMA COMMAND…: what the command prints has the schema's form
is_valid() { "${@:2}" | "$SCHEMA/validate" "$1"; }

@test "schema: the validator knows the specification's own good samples from its bad ones" {
	local sample kind
	for sample in "$SCHEMA"/test/*/good/*.json; do
		kind=${sample%/good/*}
		is_valid "${kind##*/}" cat "$sample"
	done
	for sample in "$SCHEMA"/test/*/bad/*.json; do
		kind=${sample%/bad/*}
		run is_valid "${kind##*/}" cat "$sample"
		fails_with "$([[ $sample == */invalid-json.json ]] && echo 2 || echo 1)" ''
	done
}

@test "schema: features has the specification's form, and no property but its own" {
	is_valid features cloche features
}

@test "schema: the lowest and the highest version of features are taken, the next higher one is not" {
	local version
	for version in $(cloche features | jq -r '.ociVersionMin, .ociVersionMax'); do
		edit_spec '.ociVersion = $version' --arg version "$version"
		run_cloche check --bundle "$BUNDLE"
		fails_with 0 ''
	done
	edit_spec '.ociVersion = "2.0.0"'
	run_cloche check --bundle "$BUNDLE"
	fails_with 1 ociVersion
}

@test "schema: features agree with themselves" {
	cloche features | jq -e '
		(.ociVersionMin | split(".") | map(tonumber)) <= (.ociVersionMax | split(".") | map(tonumber))
		and (.linux.seccomp | .supportedFlags - .knownFlags == [])
		and .linux.mountExtensions.idmap.enabled
		and (.mountOptions | index("idmap") != null)'
}

@test "schema: what features name is taken in a spec" {
	local features=$BATS_TEST_TMPDIR/features
	cloche features >"$features"
	edit_spec '$f[0] as {$hooks, $mountOptions, $linux} |
		.hooks = ($hooks | map({(.): [{"path": "/bin/true"}]}) | add) |
		.mounts += ($mountOptions - ["idmap", "ridmap"] | map({"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": [.]})) |
		.process.capabilities.bounding = $linux.capabilities |
		.linux.namespaces = ($linux.namespaces | map({"type": .})) |
		.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": $linux.seccomp.archs, "flags": $linux.seccomp.knownFlags,
			"syscalls": (($linux.seccomp.actions - ["SCMP_ACT_ALLOW"] | map({"names": ["mount"], "action": .}))
				+ ($linux.seccomp.operators | map({"names": ["setns"], "action": "SCMP_ACT_ERRNO",
					"args": [{"index": 0, "value": 1, "valueTwo": 1, "op": .}]})))}' --slurpfile f "$features"
	run_cloche check --json --bundle "$BUNDLE"
	echo "$output"
	! grep -E 'unknown|spec-value' <<<"$output"
	for_each_policy "$features"
}

# for_each_policy FEATURES: each mode and flag of memory policies is known, whatever else is said of it
for_each_policy() {
	local word
	for word in $(jq -r '.linux.memoryPolicy | .modes[], .flags[]' "$1"); do
		edit_spec '.linux.memoryPolicy = if $word | startswith("MPOL_F_") then {"mode": "MPOL_BIND", "nodes": "0", "flags": [$word]} else {"mode": $word} end' --arg word "$word"
		run_cloche check --json --bundle "$BUNDLE"
		echo "$word: $output"
		! grep -q "$word" <<<"$output"
	done
}

@test "schema: state has the specification's form, created, running and stopped" {
	command_is sleep 1000
	create_service
	is_valid state cloche state "$ID"
	cloche start "$ID"
	is_valid state cloche state "$ID"
	cloche kill "$ID" KILL
	wait_until 10 status_is "$ID" stopped
	is_valid state cloche state "$ID"
}

@test "schema: what spec writes has the specification's form, the short form made whole, too" {
	is_valid config cloche spec
	echo '{"process": {"args": ["true"]}}' >"$BUNDLE/short.json"
	is_valid config cloche spec --expand "$BUNDLE/short.json"
}

@test "schema: check takes what the schema takes, and where it does not the table has the reason" {
	"$SCHEMA/compare" "$SCHEMA/changes.table" "$CLOCHE" "$BUNDLE"
}
