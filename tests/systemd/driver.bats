# SPDX-License-Identifier: Apache-2.0
# systemd's driver where systemd is the first process: the lab has such a machine (tests/lab/run --systemd).
load ../verbs/helpers
load ../verbs/service

setup() {
	requires root cgroup_v2 file:/run/systemd/private
	install_systemd_driver
	begin_test
	UNIT=cloche-$ID.scope
	edit_spec '.process.args = ["sleep", "1000"] | .linux.cgroupsPath = $path' --arg path "system.slice:cloche:$ID"
}
teardown() { end_test && no_unit; }

no_unit() {
	run systemctl list-units --all --plain --no-legend "*$ID_PREFIX*"
	echo "$output"
	[ -z "$output" ]
}

cloche() { "$CLOCHE" --root "$STATE" --systemd-cgroup "$@"; }
property() { systemctl show --property "$1" --value "$UNIT"; }
in_scope() { cat "/sys/fs/cgroup$(property ControlGroup)/$1"; }
limits_are() { edit_spec '.linux.resources += $limits' --argjson limits "$1"; }

# is WORD WANTED: an unequal pair is shown
is() { [ "$1" = "$2" ] || { echo "'$1', not '$2'"; return 1; }; }

@test "systemd: a scope in its slice, with its process and its limits, which are properties and in force" {
	limits_are '{"memory": {"limit": 67108864, "reservation": 33554432, "swap": 100663296}, "pids": {"limit": 20},
		"cpu": {"quota": 50000, "period": 100000, "shares": 512, "cpus": "0"}}'
	start_service
	is "$(property ActiveState)" active
	is "$(property Slice)" system.slice
	is "$(property ControlGroup)" "/system.slice/$UNIT"
	is "$(property Delegate)" yes
	is "$(in_scope cgroup.procs)" "$(pid_of "$ID")"
	is "$(property MemoryMax) $(in_scope memory.max)" '67108864 67108864'
	is "$(property MemoryLow) $(in_scope memory.low)" '33554432 33554432'
	is "$(property MemorySwapMax) $(in_scope memory.swap.max)" '33554432 33554432'
	is "$(property TasksMax) $(in_scope pids.max)" '20 20'
	is "$(property CPUQuotaPerSecUSec) $(in_scope cpu.max)" '500ms 50000 100000'
	is "$(property CPUWeight) $(in_scope cpu.weight)" '59 59'
	is "$(property AllowedCPUs) $(in_scope cpuset.cpus)" '0 0'
}

@test "systemd: without limits there are none" {
	start_service
	is "$(in_scope memory.max) $(in_scope pids.max) $(in_scope cpu.max)" 'max max max 100000'
}

@test "systemd: what a person reads of the unit names the service" {
	start_service
	run systemctl status --no-pager "$UNIT"
	echo "$output"
	[[ ${lines[0]} == *"$ID"* ]]
}

@test "systemd: limits and devices hold when systemd loads its units anew" {
	limits_are '{"memory": {"limit": 67108864}, "pids": {"limit": 20}}'
	edit_spec '.linux.devices = [{"path": "/dev/forbidden", "type": "c", "major": 1, "minor": 11, "fileMode": 438}]'
	start_service
	cloche update --memory 134217728 --pids-limit 30 "$ID"
	systemctl daemon-reload
	is "$(in_scope memory.max) $(in_scope pids.max)" '134217728 30'
	run cloche exec "$ID" sh -c 'echo x >/dev/null && cat /dev/forbidden'
	[ "$status" != 0 ]
	[[ $output == *"not permitted"* ]]
}

@test "systemd: update changes properties and what is in force" {
	limits_are '{"memory": {"limit": 67108864}, "pids": {"limit": 20}, "cpu": {"quota": 50000, "period": 100000}}'
	start_service
	cloche update --memory 134217728 --pids-limit 30 --cpu-quota 20000 --cpu-period 50000 "$ID"
	is "$(property MemoryMax) $(in_scope memory.max)" '134217728 134217728'
	is "$(property TasksMax) $(in_scope pids.max)" '30 30'
	is "$(property CPUQuotaPerSecUSec) $(in_scope cpu.max)" '400ms 20000 50000'
	cloche update --pids-limit -1 "$ID"
	is "$(property TasksMax) $(in_scope pids.max)" 'infinity max'
}

@test "systemd: the first update of a limit that there was not" {
	start_service
	cloche update --memory 67108864 --cpu-shares 2048 "$ID"
	is "$(property MemoryMax) $(in_scope memory.max)" '67108864 67108864'
	is "$(property CPUWeight) $(in_scope cpu.weight)" '174 174'
}

@test "systemd: pause and resume" {
	start_service
	cloche pause "$ID"
	status_is "$ID" paused
	[[ $(in_scope cgroup.events) == *'frozen 1'* ]]
	cloche resume "$ID"
	status_is "$ID" running
	[[ $(in_scope cgroup.events) == *'frozen 0'* ]]
}

@test "systemd: what exec starts, ps lists and stats counts is in the scope" {
	start_service
	run cloche exec "$ID" cat /proc/1/cgroup
	is "$output" "0::/system.slice/$UNIT"
	cloche exec --detach "$ID" sleep 1000 3>&- >/dev/null
	is "$(cloche ps --format json "$ID" | jq -S -c sort)" "$(in_scope cgroup.procs | sort -n | jq -s -S -c sort)"
	is "$(cloche events --stats "$ID" | jq .data.pids.current)" 2
}

@test "systemd: a slice that was not there comes and goes" {
	edit_spec '.linux.cgroupsPath = $path' --arg path "test-inner.slice:cloche:$ID"
	start_service
	is "$(property ControlGroup)" "/test.slice/test-inner.slice/$UNIT"
	cloche delete --force "$ID"
	no_unit
	[ ! -e "/sys/fs/cgroup/test.slice/test-inner.slice/$UNIT" ]
	systemctl stop test.slice
}

@test "systemd: no path means system.slice" {
	edit_spec 'del(.linux.cgroupsPath)'
	start_service
	is "$(property ControlGroup)" "/system.slice/$UNIT"
}

@test "systemd: properties by annotation" {
	edit_spec '.annotations = {"org.systemd.property.TimeoutStopUSec": "uint64 7000000", "org.systemd.property.CollectMode": "'"'inactive-or-failed'"'"}'
	start_service
	is "$(property TimeoutStopUSec)" 7s
	is "$(property CollectMode)" inactive-or-failed
}

@test "systemd: delete leaves no unit, however the service ended" {
	start_service
	cloche delete --force "$ID"
	no_unit
	new_id ID
	UNIT=cloche-$ID.scope
	edit_spec '.linux.cgroupsPath = $path' --arg path "system.slice:cloche:$ID"
	start_service
	cloche kill "$ID" KILL
	wait_until 20 status_is "$ID" stopped
	cloche delete "$ID"
	no_unit
}

@test "systemd: a run that ends leaves no unit, and its status is the service's" {
	script_is 'exit 7'
	run_service
	[ "$status" = 7 ]
	no_unit
}

@test "systemd: a start that fails leaves no unit" {
	command_is no-such-program
	run_service
	[ "$status" = 127 ]
	no_unit
}

@test "systemd: a service whose unit is stopped has stopped" {
	start_service
	systemctl stop "$UNIT"
	wait_until 20 status_is "$ID" stopped
	cloche delete "$ID"
}

@test "systemd: out of memory is the service's end alone" {
	limits_are '{"memory": {"limit": 33554432, "swap": 33554432}}'
	edit_spec '.process.args = ["tail", "-c", "200m", "/dev/zero"]'
	run_service
	echo "status $status: $output"
	[ "$status" = 137 ]
	no_unit
}

@test "systemd: a slice that does not make sense is refused" {
	edit_spec '.linux.cgroupsPath = "no slice"'
	run_service
	fails_with 125 /linux/cgroupsPath
}
