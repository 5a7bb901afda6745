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
