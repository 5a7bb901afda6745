# SPDX-License-Identifier: Apache-2.0
# Statistics as runc prints them: who reads runc's finds in cloche's what it looks for.
load ../verbs/helpers
load ../verbs/service
setup() {
	HELPERS=$BATS_TEST_DIRNAME/../verbs
	requires root tool:runc
	begin_test
	edit_spec '.ociVersion = "1.0.2" | .process.args = ["sleep", "1000"] | .linux.cgroupsPath = $path
		| .linux.resources += {memory: {limit: 67108864}, pids: {limit: 17}, cpu: {quota: 50000, period: 100000}}' \
		--arg path "/$ID_PREFIX/cloche"
}
teardown() {
	[ -z "${STATE:-}" ] || runc --root "$STATE/../runc" delete --force "$ID" >/dev/null 2>&1 || true
	end_test
}

# nothing of the paths has a number in it that could differ
paths_of() { jq -c '[paths(scalars) | map(if type == "number" then 0 else . end)] | unique | .[]' <<<"$1" | LC_ALL=C sort; }

make_both() {
	start_service
	edit_spec '.linux.cgroupsPath = $path' --arg path "/$ID_PREFIX/runc"
	runc --root "$STATE/../runc" run --detach --bundle "$BUNDLE" "$ID" >/dev/null 2>&1 3>&- </dev/null
	OURS=$(cloche events --stats "$ID")
	THEIRS=$(runc --root "$STATE/../runc" events --stats "$ID")
}

# Left out: flags of cgroup v1's cpusets, which say how the cpuset is set up and nothing of what is used; and what runc
# itself leaves empty for every service.
THEIRS_ALONE='^\["data","(cpuset","(cpu_exclusive|mem_exclusive|mem_hardwall|memory_|sched_)|network_interfaces"|intel_rdt")'

@test "stats: every number that runc prints is there, by the same name" {
	make_both
	[ "$(jq -r '"\(.type) \(.id)"' <<<"$OURS")" = "$(jq -r '"\(.type) \(.id)"' <<<"$THEIRS")" ]
	run comm -13 <(paths_of "$OURS") <(paths_of "$THEIRS" | grep -Ev "$THEIRS_ALONE")
	echo "$output"
	[ -z "$output" ]
}

@test "stats: what does not change from service to service has runc's values" {
	make_both
	local same='.data | [.pids, .memory.usage.limit, .cpuset.cpus, .cpuset.mems]'
	[ "$(jq -c "$same" <<<"$OURS")" = "$(jq -c "$same" <<<"$THEIRS")" ]
}
