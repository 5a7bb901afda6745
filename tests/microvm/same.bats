# SPDX-License-Identifier: Apache-2.0
# One spec with nearly all that a spec can say, behind either wall: the service cannot tell the difference.
load ../verbs/helpers
setup() {
	HELPERS=$BATS_TEST_DIRNAME/../verbs
	"$CLOCHE_BUILD/tests/kvm/probe" >/dev/null || skip "needs a KVM that is whole"
	"$CLOCHE" probe --json | jq -e .microvm.usable >/dev/null || skip "needs what 'cloche probe' names for microVMs"
	requires cgroup_v2
	begin_test
	make_files
}
teardown() { end_test; }

make_files() {
	mkdir "$BUNDLE/rootfs/masked" "$BUNDLE/rootfs/fixed" "$BUNDLE/rootfs/data" "$BUNDLE/data"
	echo secret | tee "$BUNDLE/rootfs/etc/masked" >"$BUNDLE/rootfs/masked/file"
	echo content >"$BUNDLE/data/file"
	chown 7:8 "$BUNDLE/data/file"
	cp "$BATS_TEST_DIRNAME/look" "$BUNDLE/rootfs/bin/look"
}

# behind WALL: what the service sees
behind() {
	cloche run --isolation "$1" --bundle "$BUNDLE" "$ID" </dev/null >"$BATS_TEST_TMPDIR/$1" && status=0 || status=$?
	[ "$status" -eq 3 ]
	[ -s "$BATS_TEST_TMPDIR/$1" ]
}

@test "a service sees the same of itself behind either wall" {
	command_is look
	edit_spec '.process += {cwd: "/data", oomScoreAdj: 321, scheduler: {policy: "SCHED_BATCH", nice: 3},
			ioPriority: {class: "IOPRIO_CLASS_BE", priority: 6}}
		| .process.user += {additionalGids: [4, 5], umask: 23}
		| .process.env += ["A=b"]
		| .process.capabilities |= map_values(. + ["CAP_MKNOD", "CAP_CHOWN", "CAP_NET_RAW"])
		| .process.capabilities += {inheritable: ["CAP_CHOWN"], ambient: ["CAP_CHOWN"]}
		| .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}, {type: "RLIMIT_NPROC", soft: 1000, hard: 1000},
			{type: "RLIMIT_CORE", soft: 0, hard: 0}]
		| .domainname = "example.org"
		| .linux.personality = {domain: "LINUX32"}
		| .linux.namespaces += [{type: "cgroup"}, {type: "time"}]
		| .linux.timeOffsets = {boottime: {secs: 1000}, monotonic: {secs: 2000}}
		| .linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.shmmax": "65536", "net.core.somaxconn": "77"}
		| .linux.maskedPaths = ["/masked", "/etc/masked", "/sys/firmware"]
		| .linux.readonlyPaths = ["/fixed", "/proc/sys", "/proc/bus"]
		| .linux.devices = [{path: "/dev/mine", type: "c", major: 1, minor: 5, fileMode: 416, uid: 5, gid: 6}]
		| .linux.resources.pids.limit = 100
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}
		| .mounts += [{destination: "/data", type: "bind", source: "data", options: ["bind", "ro", "nosuid"]},
			{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["ro"]},
			{destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "noexec", "nodev"]},
			{destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["mode=1777", "size=1m", "noexec"]}]'
	behind namespace
	behind microvm
	diff "$BATS_TEST_TMPDIR/namespace" "$BATS_TEST_TMPDIR/microvm"
}
