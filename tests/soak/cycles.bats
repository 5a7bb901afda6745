# SPDX-License-Identifier: Apache-2.0
# A thousand services, made, started and deleted: what is there afterwards is what was there before.
load ../verbs/helpers
load ../verbs/service
setup() {
	HELPERS=$BATS_TEST_DIRNAME/../verbs
	requires root
	begin_test
}
teardown() { end_test; }

CYCLES=${CLOCHE_SOAK_CYCLES:-1000}

# What can leak, as counts: mounts, cgroups and processes that carry the test's name, files of the state directory
# and of the bundle. cloche leaves no process of its own behind that could hold a descriptor.
counts() {
	printf 'mounts %s\n' "$(wc -l </proc/self/mountinfo)"
	printf 'cgroups %s\n' "$(cgroup_dirs "$ID_PREFIX" | wc -l)"
	printf 'processes %s\n' "$(pgrep -fc "$ID_PREFIX" || true)"
	printf 'state %s\n' "$(find "$STATE" -mindepth 1 -not -path "$STATE/.seccomp*" | wc -l)"
	printf 'bundle %s\n' "$(find "$BUNDLE" | wc -l)"
}

same_counts() {
	local now=$(counts)
	printf 'before:\n%s\nnow:\n%s\n' "$1" "$now"
	[ "$now" = "$1" ]
}

one_cycle() {
	cloche create --bundle "$BUNDLE" "$ID" 3>&- </dev/null
	cloche start "$ID" 3>&-
	cloche delete --force "$ID" 3>&-
}

@test "soak: $CYCLES cycles of create, start, delete leave nothing" {
	command_is sleep 1000
	one_cycle
	local before=$(counts) n
	for ((n = 0; n < CYCLES; n++)); do
		one_cycle >/dev/null 2>"$BATS_TEST_TMPDIR/err" || { echo "cycle $n:"; cat "$BATS_TEST_TMPDIR/err"; return 1; }
	done
	same_counts "$before"
}

@test "soak: $((CYCLES / 10)) runs that fail leave nothing" {
	edit_spec '.mounts += [{"destination": "/data", "type": "bind", "source": "/no/such/source", "options": ["bind"]}]'
	mkdir -p "$STATE"
	! cloche run --bundle "$BUNDLE" "$ID" 2>/dev/null
	local before=$(counts) n
	for ((n = 0; n < CYCLES / 10; n++)); do
		! cloche run --bundle "$BUNDLE" "$ID" 2>/dev/null
	done
	same_counts "$before"
}
