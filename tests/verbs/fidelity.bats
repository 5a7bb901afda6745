# SPDX-License-Identifier: Apache-2.0
# No property is dropped in silence: what cannot be honoured is refused by name, and leaves nothing.
load helpers
setup() {
	begin_test
	HOOKS=$BATS_TEST_TMPDIR/hooks
	mkdir "$HOOKS"
}
teardown() { end_test; }

# refused POINTER FILTER: the spec with this change is refused, and the property is named
refused() {
	edit_spec "$2"
	run_cloche run --bundle "$BUNDLE" "$ID"
	[ "$status" -eq 125 ]
	[[ $output == *"$1"* ]]
}

# hook MOMENT TEXT…: add a hook that runs the text in a shell
hook() {
	local moment=$1
	shift
	edit_spec '.hooks[$moment] += [{path: "/bin/sh", args: ["sh", "-c", $text], env: ["FROM=spec"]}]' \
		--arg moment "$moment" --arg text "$*"
}

@test "properties that namespaces cannot honour are refused by name" {
	only_namespaces "they are others behind another wall: see docs/fidelity.md"
	refused /linux/personality/flags '.linux.personality = {domain: "LINUX", flags: ["X"]}'
	edit_spec 'del(.linux.personality)'
	refused /process/commandLine '.process.commandLine = "x"'
	edit_spec 'del(.process.commandLine)'
	edit_spec '.vm = {kernel: {path: "/x"}}'
	run_cloche run --isolation namespace --bundle "$BUNDLE" "$ID"
	[ "$status" -eq 125 ]
	[[ $output == *"/vm"*"--isolation microvm"* ]]
}

@test "a label is refused where the host has no such module" {
	[ ! -e /sys/fs/selinux/enforce ] || skip "needs a host without SELinux"
	refused /process/selinuxLabel '.process.selinuxLabel = "system_u:object_r:a"'
}

@test "a class of service is refused where no resctrl is mounted" {
	[ ! -e /sys/fs/resctrl/schemata ] || skip "needs a host without resctrl"
	refused /linux/intelRdt '.linux.intelRdt = {closID: "gold"}'
}

@test "a sysctl of a namespace that is the caller's own is refused" {
	only_namespaces "a guest's kernel has its own"
	refused /linux/sysctl/net.core.somaxconn '.linux.sysctl = {"net.core.somaxconn": "77"}
		| .linux.namespaces |= map(if .type == "network" then .path = "/proc/self/ns/net" else . end)'
}

@test "memory that is not counted with its parent's is refused" {
	requires controller:memory
	refused /linux/resources/memory/useHierarchy '.linux.resources.memory.useHierarchy = false'
	[[ $output != *'Invalid argument'* ]] # the kernel's own word, which says nothing
}

@test "systemd's driver is for cgroup version 2" {
	edit_spec '.linux.cgroupsPath = "system.slice:cloche:web"'
	run_cloche --systemd-cgroup plan --cgroups v2 --bundle "$BUNDLE" "$ID"
	[[ $status = 0 && $output == *systemd-start* ]]
	local mode
	for mode in v1 hybrid; do
		run_cloche --systemd-cgroup plan --cgroups "$mode" --bundle "$BUNDLE" "$ID"
		[[ $status = 1 && $output == *systemd-needs-v2* ]]
	done
}

@test "what is to be mounted is refused in another's mount namespace" {
	only_namespaces "a machine joins no namespace of the host but a network"
	refused /mounts '.linux.namespaces |= map(if .type == "mount" then .path = "/proc/self/ns/mnt" else . end)'
}

@test "a terminal without a devpts is refused" {
	refused /process/terminal '.process.terminal = true | .mounts |= map(select(.destination != "/dev/pts"))'
}

@test "what cannot be granted of the capabilities is warned of" {
	! capsh --has-p=cap_sys_resource 2>/dev/null || skip "needs a caller without CAP_SYS_RESOURCE"
	edit_spec '.process.capabilities.bounding += ["CAP_SYS_RESOURCE"]'
	run_cloche run --bundle "$BUNDLE" "$ID"
	[ "$status" -eq 0 ]
	[[ $output == *"/process/capabilities"*"CAP_SYS_RESOURCE"* ]]
	[[ $output != *CAP_KILL* ]]
}

@test "a network device is moved, and comes back when the start fails" {
	requires root tool:ip
	edit_spec '.linux.netDevices = {v0: {name: "eth0"}}'
	command_is ip addr show eth0
	run unshare -n sh -ec '
		ip link add v0 type veth peer name v1 || exit 77
		ip addr add 192.0.2.1/24 dev v0
		ip link set v0 up
		"$@" -- not-there && exit 1
		ip -o addr show dev v0 up | grep -q 192.0.2.1
		"$@"' sh "$CLOCHE" --root "$STATE" run --bundle "$BUNDLE" "$ID"
	[ "$status" -ne 77 ] || skip "needs veth devices"
	[ "$status" -eq 0 ]
	[[ $output == *"eth0"*"UP"*"192.0.2.1/24"* ]]
}

@test "a limit on RDMA devices is refused by field where the host has no such controller" {
	local reason
	reason=$(what_is_missing controller:rdma) || true
	[ -n "$reason" ] || skip "needs a host without the cgroup controller rdma"
	edit_spec '.linux.resources.rdma = {"mlx5_1": {"hcaHandles": 3}}'
	run_cloche run --bundle "$BUNDLE" "$ID"
	[ "$status" = 125 ]
	[[ $output == */linux/resources/rdma* ]]
}

@test "a network device is moved, and is not brought back by delete" {
	only_namespaces "a machine has one interface at most, and takes it over"
	requires root tool:ip tool:nsenter
	local owner=$BATS_TEST_TMPDIR/owner
	edit_spec '.linux.netDevices = {v0: {name: "eth0"}}'
	command_is true
	unshare -n sh -c 'echo $$ >"$1"; exec sleep 1000' sh "$owner" 3>&- & # whose namespace it is, and stays
	wait_until 10 [ -s "$owner" ]
	edit_spec '.linux.namespaces |= map(if .type == "network" then .path = $path else . end)' --arg path "/proc/$(<"$owner")/ns/net"
	run unshare -n sh -ec 'ip link add v0 type veth peer name v1 || exit 77; "$@"; ip link show v0 2>/dev/null && exit 1; true' \
		sh "$CLOCHE" --root "$STATE" run --bundle "$BUNDLE" "$ID"
	local result=$status text=$output link=$(nsenter -t "$(<"$owner")" -n ip link show eth0 2>&1)
	kill "$(<"$owner")"
	[ "$result" -ne 77 ] || skip "needs veth devices"
	echo "$text; $link"
	[ "$result" -eq 0 ]
}

@test "hooks run at their moments, with the spec's environment and the state" {
	local moment
	for moment in prestart createRuntime poststart poststop; do
		hook $moment "{ echo $moment; env; cat; echo; } >>$HOOKS/all"
	done
	run_cloche run --bundle "$BUNDLE" "$ID"
	[ "$status" -eq 0 ]
	[ "$(grep -Ex 'prestart|createRuntime|poststart|poststop' "$HOOKS/all" | tr '\n' ' ')" = \
		"prestart createRuntime poststart poststop " ]
	[ "$(grep -c '^FROM=spec$' "$HOOKS/all")" -eq 4 ]
	[ "$(grep -c '^PATH=' "$HOOKS/all")" -eq 0 ]
	[ "$(grep '^{' "$HOOKS/all" | jq -r '.status + " " + .id + " " + (.pid != null | tostring)' | tr '\n' ,)" = \
		"creating $ID true,creating $ID true,running $ID true,stopped $ID false," ]
}

@test "a createContainer hook sees the host's files in the service's namespaces" {
	hook createContainer "hostname >$HOOKS/name; readlink /proc/self/ns/net >$HOOKS/net; cat >$HOOKS/state"
	run_cloche run --bundle "$BUNDLE" "$ID"
	[ "$status" -eq 0 ]
	[ "$(<"$HOOKS/name")" = service ]
	[ "$(<"$HOOKS/net")" != "$(readlink /proc/self/ns/net)" ]
	[ "$(jq -r '.status + .bundle' "$HOOKS/state")" = "creating$BUNDLE" ]
}

@test "a startContainer hook runs in the service's root, and only at the start" {
	hook startContainer "cat >/var/state; test ! -e $HOOKS"
	command_is cat /var/state
	cloche create --bundle "$BUNDLE" "$ID"
	[ ! -e "$BUNDLE/rootfs/var/state" ]
	cloche start "$ID"
	wait_until 5 status_is "$ID" stopped
	[ "$(jq -r '.status + (.pid | tostring) + .bundle' "$BUNDLE/rootfs/var/state")" = "created1$BUNDLE" ]
}

@test "a hook that fails ends the start, and the poststop hooks end what others began" {
	local moment
	for moment in prestart createRuntime createContainer startContainer; do
		edit_spec 'del(.hooks)'
		hook $moment 'echo so it goes; exit 7'
		hook poststop "echo $moment >>$HOOKS/ended"
		run_cloche run --bundle "$BUNDLE" "$ID"
		[ "$status" -eq 125 ]
		[[ $output == *"/hooks/$moment/0"*"7"*"so it goes"* ]]
		nothing_is_left
	done
	[ "$(tr '\n' ' ' <"$HOOKS/ended")" = "prestart createRuntime createContainer startContainer " ]
}

@test "a poststart or poststop hook that fails is a warning, and the rest of them run" {
	local moment
	for moment in poststart poststop; do
		hook $moment 'exit 7'
		hook $moment "echo $moment >>$HOOKS/ran"
	done
	run_cloche run --bundle "$BUNDLE" "$ID"
	[ "$status" -eq 0 ]
	[[ $output == *"poststart hook"*"poststop hook"* ]]
	[ "$(tr '\n' ' ' <"$HOOKS/ran")" = "poststart poststop " ]
}

@test "a hook that takes too long is ended" {
	hook prestart 'sleep 60'
	edit_spec '.hooks.prestart[0].timeout = 1'
	run_cloche run --bundle "$BUNDLE" "$ID"
	[ "$status" -eq 125 ]
	[[ $output == *"/hooks/prestart/0"* ]]
}

@test "listening sockets of a service manager go to the service, and not because of --preserve-fds" {
	only_namespaces "descriptors of the host mean nothing to a guest"
	script_is 'echo "$LISTEN_FDS $LISTEN_PID"; ls /proc/self/fd | wc -l; cat <&3'
	echo passed >"$BATS_TEST_TMPDIR/file"
	run sh -c 'exec 3<"$0"; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"' "$BATS_TEST_TMPDIR/file" \
		"$CLOCHE" --root "$STATE" run --bundle "$BUNDLE" "$ID" 4<&- 5<&- 6<&-
	[ "$output" = "1 1"$'\n5\npassed' ]
	run sh -c 'exec 3<"$0"; exec "$@"' "$BATS_TEST_TMPDIR/file" \
		"$CLOCHE" --root "$STATE" run --preserve-fds 1 --bundle "$BUNDLE" "$ID"
	[ "$output" = " "$'\n5\npassed' ]
}

@test "LISTEN_FDS that is meant for another process is left alone" {
	script_is 'echo "<$LISTEN_FDS>"'
	LISTEN_FDS=1 LISTEN_PID=1 run_cloche run --bundle "$BUNDLE" "$ID"
	[ "$output" = "<>" ]
}

@test "a descriptor to preserve that is not open is refused" {
	run "$CLOCHE" --root "$STATE" run --preserve-fds 40 --bundle "$BUNDLE" "$ID"
	[ "$status" -eq 125 ]
	[[ $output == *"--preserve-fds"*"is not open"* ]]
}

@test "closed standard descriptors are /dev/null in the service" {
	only_namespaces "a guest's standard streams are pipes to the host"
	script_is 'for fd in 0 1 2; do readlink /proc/self/fd/$fd; done >/var/fds'
	"$CLOCHE" --root "$STATE" run --bundle "$BUNDLE" "$ID" <&- >&- 2>&-
	[ "$(uniq "$BUNDLE/rootfs/var/fds")" = $'/dev/null\n/var/fds\n/dev/null' ]
}
