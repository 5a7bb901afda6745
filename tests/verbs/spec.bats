# SPDX-License-Identifier: Apache-2.0
# spec, check, features: what cloche says of specs and of itself.
load helpers
load service
setup() { begin_test; }
teardown() { end_test; }

@test "spec: what it writes passes check, and runs" {
	cloche spec >"$BATS_TEST_TMPDIR/spec.json"
	jq -e '.ociVersion and .process.args and .root.path and .linux.namespaces' "$BATS_TEST_TMPDIR/spec.json"
	jq '.process.args = ["echo", "ran"] | .process.terminal = false' "$BATS_TEST_TMPDIR/spec.json" >"$BUNDLE/config.json"
	cloche check --bundle "$BUNDLE"
	run_service
	fails_with 0 ran
}

@test "spec --expand shows what the defaults make of a short one, and that runs alike" {
	echo '{"root": {"path": "rootfs"}, "process": {"args": ["sh", "-c", "id -u; pwd; grep Seccomp: /proc/self/status"]}}' >"$BUNDLE/$ID.json"
	cloche spec --expand "$BUNDLE/$ID.json" >"$BUNDLE/config.json"
	local long short
	run_service
	long=$output
	run_cloche run "$BUNDLE/$ID.json"
	short=$output
	[ "$long" = "$short" ]
}

@test "check: a good spec is silent" {
	run_cloche check --bundle "$BUNDLE"
	fails_with 0 ''
}

@test "check: all that is wrong at once, with field, line and a near word" {
	cat >"$BUNDLE/bad.json" <<-'END'
		{
		  "root": {"path": "rootfs"},
		  "hostnmae": "bell",
		  "process": {
		    "args": [],
		    "cwd": "relative"
		  },
		  "linux": {"resources": {"memory": {"limit": "much"}}}
		}
	END
	run_cloche check "$BUNDLE/bad.json"
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *hostname* ]]
	[[ $output == *bad.json:8:* ]]
	[[ $output == */linux/resources/memory/limit* ]]
}

@test "check: it would not start for what this host has not, and says so" {
	edit_spec '.root.path = "no-such-rootfs"'
	run_cloche check --bundle "$BUNDLE"
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *no-such-rootfs* ]]
}

@test "check: what is no JSON, and what is not there" {
	echo '{"root": ' >"$BUNDLE/bad.json"
	run_cloche check "$BUNDLE/bad.json"
	fails_with 1 bad.json
	run_cloche check /no/such/file.json
	fails_with 1 /no/such/file.json
}

@test "features: a document of the specification's form" {
	run_cloche features
	[ "$status" = 0 ]
	jq -e '.ociVersionMin and .ociVersionMax and (.hooks | length == 6) and (.mountOptions | index("rbind")) and (.linux.namespaces | index("time")) and (.linux.capabilities | index("CAP_CHOWN")) and .linux.seccomp.enabled' <<<"$output"
}

@test "check --fields: what becomes of each property, for either wall" {
	run_cloche check --fields --bundle "$BUNDLE"
	[ "$status" -eq 0 ]
	grep -qE '^/root/path +honoured ' <<<"$output"
	run_cloche check --fields --isolation microvm --bundle "$BUNDLE"
	grep -qE '^/root/path +translated served by virtio-fs' <<<"$output"
}
