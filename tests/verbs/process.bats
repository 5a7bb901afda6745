# SPDX-License-Identifier: Apache-2.0
# The service's process as it sees itself: what /process of a spec promises.
load helpers
load service
setup() { begin_test; }
teardown() { end_test; }

@test "process: the environment is the spec's and nothing else" {
	edit_spec '.process.env = ["PATH=/bin", "A=1", "B=two words"]'
	SECRET=x command_is env
	SECRET=x _OCI_SYNCPIPE=9 run_service
	[ "$(grep -v '^HOME=' <<<"$output" | sort | tr '\n' '|')" = 'A=1|B=two words|PATH=/bin|' ]
}

@test "process: PATH of the spec finds the program" {
	mkdir "$BUNDLE/rootfs/opt"
	printf '#!/bin/sh\necho "mine $0"\n' >"$BUNDLE/rootfs/opt/mine"
	chmod +x "$BUNDLE/rootfs/opt/mine"
	edit_spec '.process.env = ["PATH=/nowhere:/opt:/bin"]'
	command_is mine
	run_service
	[ "$output" = 'mine /opt/mine' ]
}

@test "process: the working directory" {
	mkdir -p "$BUNDLE/rootfs/srv/web"
	edit_spec '.process.cwd = "/srv/web"'
	output_of_script pwd
	[ "$output" = /srv/web ]
}

@test "process: a working directory that leads out of the root is not followed" {
	ln -s /proc/self/fd/7 "$BUNDLE/rootfs/out"
	edit_spec '.process.cwd = "/out"'
	script_is 'pwd; ls'
	run_service
	[ "$status" != 0 ]
}

@test "process: user, group and further groups" {
	edit_spec '.process.user = {"uid": 33, "gid": 34, "additionalGids": [4, 5]}'
	output_of_script 'grep -E "^(Uid|Gid|Groups):" /proc/self/status'
	[ "${lines[0]}" = $'Uid:\t33\t33\t33\t33' ]
	[ "${lines[1]}" = $'Gid:\t34\t34\t34\t34' ]
	[[ ${lines[2]} =~ ^Groups:[[:space:]]+4\ 5\ ?(34)?\ ?$ ]]
}

@test "process: a program that only a further group may execute is found" {
	edit_spec '.process.user = {"uid": 33, "gid": 34, "additionalGids": [5]} | .process.env = ["PATH=/opt:/bin"]'
	mkdir "$BUNDLE/rootfs/opt"
	cp "$BUNDLE/rootfs/bin/busybox" "$BUNDLE/rootfs/opt/echo"
	chgrp -R 5 "$BUNDLE/rootfs/opt"
	chmod 750 "$BUNDLE/rootfs/opt" "$BUNDLE/rootfs/opt/echo"
	chmod 700 "$BUNDLE/rootfs/bin/busybox"
	command_is echo found
	run_service
	fails_with 0 found
	edit_spec '.process.user.additionalGids = []'
	run_service
	fails_with 126 'permission denied'
}

@test "process: no group of the caller is kept" {
	requires tool:setpriv
	script_is 'grep -E "^Groups:" /proc/self/status'
	run setpriv --groups 7,8 "$CLOCHE" --root "$STATE" run --bundle "$BUNDLE" "$ID"
	[ "$status" = 0 ]
	[[ $output =~ ^Groups:[[:space:]]*0?\ ?$ ]]
}

@test "process: umask" {
	edit_spec '.process.user.umask = 63'
	output_of_script umask
	[ "$output" = 0077 ]
}

# sets_are INHERITABLE PERMITTED EFFECTIVE BOUNDING AMBIENT, as /proc/self/status has them
sets_are() {
	echo "found ${lines[*]}, want $*"
	[ "${lines[*]}" = "$*" ]
}

CAPS='grep -E "^Cap" /proc/self/status | cut -f2'

@test "process: no capabilities unless the spec gives them" {
	edit_spec 'del(.process.capabilities)'
	output_of_script "$CAPS"
	sets_are 0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000
}

@test "process: all five sets of capabilities as root" {
	edit_spec '.process.capabilities = {bounding: ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID"], permitted: ["CAP_KILL", "CAP_CHOWN"], effective: ["CAP_KILL", "CAP_CHOWN"], inheritable: ["CAP_KILL"], ambient: ["CAP_KILL"]}'
	# without this, execve(2) gives root its whole bounding set
	edit_spec '.process.user = {"uid": 1000, "gid": 1000}'
	output_of_script "$CAPS"
	sets_are 0000000000000020 0000000000000020 0000000000000020 00000000000000a1 0000000000000020
}

@test "process: root has its bounding set, and no more" {
	edit_spec '.process.capabilities = {bounding: ["CAP_KILL", "CAP_CHOWN"], permitted: ["CAP_KILL", "CAP_CHOWN"], effective: ["CAP_KILL", "CAP_CHOWN"]}'
	output_of_script "$CAPS"
	sets_are 0000000000000000 0000000000000021 0000000000000021 0000000000000021 0000000000000000
}

@test "process: another user has no capability without an ambient one" {
	edit_spec '.process.user = {"uid": 1000, "gid": 1000}'
	output_of_script "$CAPS | sed -n '2p;3p;5p'"
	sets_are 0000000000000000 0000000000000000 0000000000000000
}

@test "process: a capability that nobody knows is left out, and the log tells of it" {
	edit_spec '.process.capabilities.bounding += ["CAP_NONSENSE"]'
	run "$CLOCHE" --root "$STATE" --debug run --bundle "$BUNDLE" "$ID"
	fails_with 0 CAP_NONSENSE
}

@test "process: no new privileges, only when asked for" {
	output_of_script 'grep NoNewPrivs /proc/self/status'
	[ "$output" = $'NoNewPrivs:\t1' ]
	edit_spec '.process.noNewPrivileges = false'
	output_of_script 'grep NoNewPrivs /proc/self/status'
	[ "$output" = $'NoNewPrivs:\t0' ]
}

@test "process: resource limits" {
	edit_spec '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}, {"type": "RLIMIT_CORE", "soft": 0, "hard": 0}]'
	output_of_script 'ulimit -Sn; ulimit -Hn; ulimit -c'
	[ "${lines[*]}" = '100 200 0' ]
}

@test "process: a limit that may not be raised is told by name" {
	[ "$(ulimit -Hn)" != unlimited ] || skip "needs a hard limit on open files"
	! capsh --has-p=cap_sys_resource 2>/dev/null || skip "needs a machine without CAP_SYS_RESOURCE"
	edit_spec '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 999999999}]'
	run_service
	fails_with 125 RLIMIT_NOFILE
}

@test "process: OOM score" {
	edit_spec '.process.oomScoreAdj = 321'
	output_of_script 'cat /proc/self/oom_score_adj'
	[ "$output" = 321 ]
}

@test "process: the OOM score is the caller's where none is given" {
	only_namespaces "a guest has its own, and its caller's is the VMM's"
	script_is 'cat /proc/self/oom_score_adj'
	# only a higher one may be set by everybody, and by this shell alone
	output=$(echo 123 >/proc/self/oom_score_adj; cloche run --bundle "$BUNDLE" "$ID")
	[ "$output" = 123 ]
}

@test "process: consoleSize without a terminal is ignored" {
	edit_spec '.process.consoleSize = {"height": 25, "width": 80}'
	output_of_script '[ -t 0 ] || echo no terminal'
	[ "$output" = 'no terminal' ]
}

@test "process: scheduler, niceness and I/O priority" {
	edit_spec '.process.scheduler = {"policy": "SCHED_BATCH", "nice": 5} | .process.ioPriority = {"class": "IOPRIO_CLASS_IDLE"}'
	output_of_script 'cut -d" " -f19,41 /proc/1/stat; ionice -p 1'
	[ "${lines[0]}" = '5 3' ] # 3 is SCHED_BATCH
	[[ ${lines[1]} == idle* ]]
}

@test "process: memory policy" {
	only_namespaces "it is the machine's memory that has it"
	requires file:/proc/self/numa_maps
	edit_spec '.linux.memoryPolicy = {"mode": "MPOL_BIND", "nodes": "0"}'
	output_of_script 'cat /proc/self/numa_maps'
	[[ $output == *" bind:0 "* ]]
}

@test "process: personality" {
	edit_spec '.linux.personality = {"domain": "LINUX32"}'
	output_of_script 'uname -m'
	[ "$output" != "$(uname -m)" ]
}

@test "process: no descriptor of cloche or of its caller reaches the service" {
	script_is 'ls -l /proc/self/fd; ls /proc/self/fd'
	exec 7</dev/null 9</etc/passwd
	run_service
	exec 7<&- 9<&-
	[ "$status" = 0 ]
	echo "$output"
	# ls itself holds the directory open as 3
	[ "$(tail -n 4 <<<"$output" | tr '\n' ' ')" = '0 1 2 3 ' ]
}

@test "process: --preserve-fds passes descriptors on, and only those" {
	only_namespaces "descriptors of the host mean nothing to a guest"
	echo passed >"$BATS_TEST_TMPDIR/three"
	script_is 'cat <&3; ls /proc/self/fd | tr "\n" " "'
	status=0
	output=$("$CLOCHE" --root "$STATE" run --preserve-fds 1 --bundle "$BUNDLE" "$ID" 2>&1 3<"$BATS_TEST_TMPDIR/three" 4</etc/passwd) || status=$?
	fails_with 0 passed
	[[ $output == *'0 1 2 3 4 ' ]]
}

@test "process: --preserve-fds does not pass on what is cloche's" {
	only_namespaces "descriptors of the host mean nothing to a guest"
	script_is 'ls -l /proc/self/fd'
	status=0
	output=$("$CLOCHE" --root "$STATE" run --preserve-fds 8 --bundle "$BUNDLE" "$ID" 2>&1 3>&-) || status=$?
	echo "$output"
	[[ $output != *"$STATE"* ]]
	[[ $output != *cgroup* ]]
	[ "$status" = 0 ] || [[ $output == *preserve-fds* ]]
}

@test "process: closed standard descriptors are no hole" {
	script_is 'ls -l /proc/self/fd >/tmp/fds 2>&1; exit 4'
	status=0
	"$CLOCHE" --root "$STATE" run --bundle "$BUNDLE" "$ID" <&- >&- 2>&- 3>&- || status=$?
	[ "$status" = 4 ]
	cat "$BUNDLE/rootfs/tmp/fds"
	! grep -e "$STATE" -e cgroup -e socket "$BUNDLE/rootfs/tmp/fds"
}

@test "process: it leads a session of its own" {
	output_of_script 'cut -d" " -f1,6 /proc/self/stat; cut -d" " -f5,6 /proc/1/stat'
	[ "${lines[1]}" = '1 1' ]
}

@test "process: no signal is blocked, none ignored, whatever the caller had" {
	script_is 'grep -E "^Sig(Blk|Ign):" /proc/1/status | cut -f2'
	command_is grep -E '^Sig(Blk|Ign):' /proc/1/status
	trap '' USR1 PIPE HUP
	run_service
	trap - USR1 PIPE HUP
	[ "$(cut -f2 <<<"$output" | tr '\n' ' ')" = '0000000000000000 0000000000000000 ' ]
}

@test "process: /proc/self/exe of the service is no program of cloche's" {
	output_of_script 'readlink /proc/1/exe'
	[[ $output == /bin/* ]]
	[ "$output" != "$CLOCHE" ]
}

@test "process: cloche's program cannot be written by way of a process that is to become the service" {
	only_namespaces "no program of the host's runs in a guest"
	create_service
	run chmod u+x "/proc/$(pid_of "$ID")/exe"
	fails_with 1 'Read-only file system'
	[ "$(readlink "/proc/$(pid_of "$ID")/exe")" = / ] # the mount that it is on has no name
}

@test "process: cloche executes itself again before its C library has started, and so starts that once" {
	only_namespaces "it is traced into the service"
	requires tool:strace
	command_is true
	strace -qq -e signal=none -e trace=execve,execveat,arch_prctl -o "$BATS_TEST_TMPDIR/trace" "$CLOCHE" --root "$STATE" run --bundle "$BUNDLE" "$ID" 3>&-
	cut -d'(' -f1 "$BATS_TEST_TMPDIR/trace"
	[ "$(cut -d'(' -f1 "$BATS_TEST_TMPDIR/trace" | tr '\n' ' ')" = 'execve execveat arch_prctl ' ]
}

@test "process: cloche is not dumpable by a program that is a link to itself" {
	# CVE-2019-5736: the image's program is "#!/proc/self/exe"
	printf '#!/proc/self/exe\n' >"$BUNDLE/rootfs/bin/trap"
	chmod +x "$BUNDLE/rootfs/bin/trap"
	local before=$(sha256sum <"$CLOCHE")
	command_is trap
	run_service
	[ "$status" != 0 ]
	[ "$(sha256sum <"$CLOCHE")" = "$before" ]
}
