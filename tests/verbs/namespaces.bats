# SPDX-License-Identifier: Apache-2.0
# Namespaces and cgroups as the service has them: new, joined, left out; limits in their place.
load helpers
load service
setup() { begin_test; }
teardown() {
	[ -z "${PUBLIC:-}" ] || rm -rf "$PUBLIC"
	end_test
}

# ns_of PID NAME
ns_of() { readlink "/proc/$1/ns/$2"; }

without() { edit_spec '.linux.namespaces |= map(select(.type != $type))' --arg type "$1"; }

@test "namespaces: each of the spec's is new" {
	only_namespaces "the namespaces on the host are the machine's"
	edit_spec '.linux.namespaces += [{"type": "cgroup"}]'
	command_is sleep 1000
	start_service
	local pid=$(pid_of "$ID") name
	for name in pid net ipc uts mnt cgroup; do
		echo "$name"
		[ "$(ns_of "$pid" $name)" != "$(ns_of self $name)" ]
	done
	[ "$(ns_of "$pid" user)" = "$(ns_of self user)" ]
}

@test "namespaces: one that is left out is the caller's" {
	only_namespaces "a machine shares none with its caller: in the guest they are all new"
	local kind name
	for kind in pid:pid network:net ipc:ipc uts:uts; do
		name=${kind#*:}
		edit_spec 'del(.hostname)'
		without "${kind%:*}"
		[ "$kind" != network:net ] || edit_spec '.mounts |= map(select(.type != "sysfs"))'
		[ "$kind" != ipc:ipc ] || edit_spec '.mounts |= map(select(.type != "mqueue"))'
		output_of_script "readlink /proc/self/ns/$name"
		echo "$kind: $output"
		[ "$output" = "$(ns_of self "$name")" ]
	done
}

@test "namespaces: joined by path, as pods do" {
	only_namespaces "a machine joins no namespace of the host but a network"
	command_is sleep 1000
	start_service
	local pid=$(pid_of "$ID")
	new_id ID
	edit_spec '.linux.namespaces = [{"type": "mount"}, {"type": "pid", "path": $pid}, {"type": "network", "path": $net}, {"type": "ipc", "path": $ipc}, {"type": "uts", "path": $uts}] | del(.hostname)' \
		--arg pid "/proc/$pid/ns/pid" --arg net "/proc/$pid/ns/net" --arg ipc "/proc/$pid/ns/ipc" --arg uts "/proc/$pid/ns/uts"
	output_of_script 'for n in pid net ipc uts; do readlink /proc/self/ns/$n; done; hostname; cat /proc/1/cmdline | tr "\0" " "'
	[ "${lines[0]}" = "$(ns_of "$pid" pid)" ]
	[ "${lines[1]}" = "$(ns_of "$pid" net)" ]
	[ "${lines[2]}" = "$(ns_of "$pid" ipc)" ]
	[ "${lines[3]}" = "$(ns_of "$pid" uts)" ]
	[ "${lines[4]}" = service ]
	[[ ${lines[5]} == 'sleep 1000'* ]]
}

@test "namespaces: a path that is of another kind is told" {
	only_namespaces "a machine joins no namespace of the host but a network"
	edit_spec '.linux.namespaces |= map(if .type == "ipc" then .path = "/proc/self/ns/uts" else . end)'
	run_service
	fails_with 125 /proc/self/ns/uts
	edit_spec '.linux.namespaces |= map(if .type == "ipc" then .path = "/no/such/ns" else . end)'
	run_service
	fails_with 125 /no/such/ns
	nothing_is_left
}

@test "namespaces: host name and domain name" {
	edit_spec '.hostname = "bell" | .domainname = "example.org"'
	output_of_script 'hostname; cat /proc/sys/kernel/domainname'
	[ "${lines[*]}" = 'bell example.org' ]
	[ "$(hostname)" != bell ]
}

@test "namespaces: the loopback is up, and alone" {
	output_of_script 'ip -o addr show lo | grep -o 127.0.0.1/8; ip -o link | grep -c UP'
	[ "${lines[*]}" = '127.0.0.1/8 1' ]
}

@test "namespaces: a user namespace with its maps" {
	requires root
	edit_spec '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] | .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 1000}]'
	move_bundle_to_public
	chown -R 100000:200000 "$PUBLIC"
	output_of_script 'cat /proc/self/uid_map /proc/self/gid_map; touch /file; readlink /proc/self/ns/user'
	[ "$(tr -s ' ' <<<"${lines[0]}")" = ' 0 100000 1000' ]
	[ "$(tr -s ' ' <<<"${lines[1]}")" = ' 0 200000 1000' ]
	[ "$(stat -c '%u %g' "$BUNDLE/rootfs/file")" = '100000 200000' ]
	[ "${lines[2]}" != "$(ns_of self user)" ]
}

@test "namespaces: clocks of its own" {
	requires file:/proc/self/ns/time
	edit_spec '.linux.namespaces += [{"type": "time"}] | .linux.timeOffsets = {"boottime": {"secs": 1000000}, "monotonic": {"secs": 2000000}}'
	output_of_script 'cut -d. -f1 /proc/uptime; cat /proc/self/timens_offsets'
	[ "${lines[0]}" -ge 1000000 ]
}

@test "cgroups: with a cgroup namespace the service sees itself as the root" {
	edit_spec '.linux.namespaces += [{"type": "cgroup"}]'
	output_of_script 'cut -d: -f3 /proc/self/cgroup | sort -u'
	[ "$output" = / ]
	is_namespaces || return 0 # a guest always has one
	without cgroup
	output_of_script 'cut -d: -f3 /proc/self/cgroup | sort -u'
	[[ $output == *"$ID"* ]]
}

@test "cgroups: cgroupsPath absolute and relative; outside is refused" {
	edit_spec '.linux.cgroupsPath = $path' --arg path "/$ID_PREFIX-group/web"
	command_is sleep 1000
	start_service
	grep -q "/$ID_PREFIX-group/web" "/proc/$(pid_of "$ID")/cgroup"
	cloche delete --force "$ID"
	nothing_is_left
	edit_spec '.linux.cgroupsPath = $path' --arg path "$ID_PREFIX-relative"
	start_service
	grep -q "/$ID_PREFIX-relative" "/proc/$(pid_of "$ID")/cgroup"
	cloche delete --force "$ID"
	edit_spec '.linux.cgroupsPath = "/../escape"'
	run_service
	fails_with 125 cgroupsPath
}

@test "cgroups: a parent goes with the last service below it, whichever it was made for" {
	local first second
	command_is sleep 1000
	edit_spec '.linux.cgroupsPath = $path' --arg path "/$ID_PREFIX-group/first"
	start_service
	first=$ID
	new_id ID
	edit_spec '.linux.cgroupsPath = $path' --arg path "/$ID_PREFIX-group/second"
	start_service
	second=$ID
	cloche delete --force "$first"
	[ -n "$(find /sys/fs/cgroup -type d -name "$ID_PREFIX-group" -print -quit)" ]
	cloche delete --force "$second"
	[ -z "$(find /sys/fs/cgroup -type d -name "$ID_PREFIX-group" -print -quit)" ]
}

@test "cgroups: a cgroup that others live in is not taken" {
	command_is sleep 1000
	edit_spec '.linux.cgroupsPath = $path' --arg path "/$ID_PREFIX-shared"
	start_service
	local first=$ID
	new_id ID
	run_service
	fails_with 125 "$ID_PREFIX-shared"
	status_is "$first" running
}

@test "cgroups: the cgroup of a service belongs to the caller" {
	edit_spec '.process.user = {"uid": 33, "gid": 33}'
	command_is sleep 1000
	start_service
	[ "$(stat -c %u "$(cgroup_of "$(pid_of "$ID")" pids)/cgroup.procs")" = "$(id -u)" ]
}

@test "cgroups: limits are in their place" {
	requires controller:memory controller:pids controller:cpu controller:cpuset
	edit_spec '.linux.resources += {memory: {limit: 67108864, reservation: 33554432}, pids: {limit: 21}, cpu: {shares: 512, quota: 50000, period: 100000, cpus: "0", mems: "0"}}'
	command_is sleep 1000
	start_service
	local pid=$(pid_of "$ID")
	limit_is "$pid" memory memory.limit_in_bytes "$(of_whole 67108864)" memory.max "$(of_whole 67108864)"
	limit_is "$pid" memory memory.soft_limit_in_bytes 33554432 memory.low 33554432
	! is_namespaces || limit_is "$pid" pids pids.max 21 pids.max 21
	limit_is "$pid" cpu cpu.cfs_quota_us 50000 cpu.max '50000 100000'
	limit_is "$pid" cpuset cpuset.cpus 0 cpuset.cpus 0
	is_cgroup_v2 || limit_is "$pid" cpu cpu.shares 512 '' ''
}

@test "cgroups: a limit that this version cannot hold is refused by field" {
	requires cgroup_v2
	edit_spec '.linux.resources.memory = {swappiness: 10}'
	run_service
	fails_with 125 /linux/resources/memory/swappiness
}

@test "seccomp: the default profile of the short form holds" {
	cat >"$BUNDLE/$ID.json" <<-'END'
		{"root": {"path": "rootfs"}, "process": {"args": ["sh", "-c", "grep Seccomp: /proc/self/status; unshare -U true; echo $?"]}}
	END
	run_cloche run "$BUNDLE/$ID.json"
	[ "${lines[0]}" = $'Seccomp:\t2' ]
	[ "${lines[-1]}" != 0 ]
}

@test "seccomp: a filter of the spec, with its error number" {
	output_of_script 'grep Seccomp: /proc/self/status; mkdir /tmp/d && echo made'
	[ "${lines[0]}" = $'Seccomp:\t0' ]
	[ "${lines[1]}" = made ]
	edit_spec '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}'
	script_is 'mkdir /tmp/e'
	run_service
	fails_with 1 'No space left on device'
	edit_spec '.linux.seccomp.syscalls[0].action = "SCMP_ACT_KILL_PROCESS" | del(.linux.seccomp.syscalls[0].errnoRet)'
	script_is 'mkdir /tmp/e; echo $?'
	run_service
	[ "$output" = 159 ] || [[ $output == *159 ]]
}
