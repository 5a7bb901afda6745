# SPDX-License-Identifier: Apache-2.0
# What podman's options make of a container's process: its powers, limits, devices, names.
bats_require_minimum_version 1.5.0
load podman
setup_file() { begin_podman; }
teardown_file() { end_podman; }
setup() { begin_podman_test; }
teardown() { end_podman_test; }

@test "podman run --cap-drop and --cap-add" {
	prints 'CapPrm: 0000000000000001 CapEff: 0000000000000001 CapBnd: 0000000000000001' --cap-drop all --cap-add chown box \
		grep -E 'Cap(Prm|Eff|Bnd)' /proc/self/status
}

@test "podman run --privileged: every device and capability, nothing masked" {
	requires file:/dev/loop-control
	run_podman run --rm --privileged $(limits_here) box sh -c 'grep CapEff /proc/self/status; ls /dev/loop-control; grep Seccomp: /proc/self/status; grep -c " /proc/sys " /proc/mounts' || true
	[ "${lines[0]}" = "$(grep CapEff "/proc/$KEEPER/status")" ]
	[ "${lines[1]}" = /dev/loop-control ]
	[[ ${lines[2]} == *0 ]]
	[ "${lines[3]}" = 0 ]
}

# podman raises these for --privileged and for --ulimit, more than a host without CAP_SYS_RESOURCE may
limits_here() { echo "--ulimit nofile=$(ulimit -Hn):$(ulimit -Hn) --ulimit nproc=20000:20000"; }

@test "podman run --security-opt no-new-privileges" {
	prints 'NoNewPrivs: 0' box grep NoNewPrivs /proc/self/status
	prints 'NoNewPrivs: 1' --security-opt no-new-privileges box grep NoNewPrivs /proc/self/status
}

@test "podman run --security-opt seccomp: podman's profile, one's own, none" {
	prints 'Seccomp: 2' box grep Seccomp: /proc/self/status
	prints 'Seccomp: 0' --security-opt seccomp=unconfined box grep Seccomp: /proc/self/status
	echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}' >"$SCRATCH/profile.json"
	run_podman run --rm --security-opt "seccomp=$SCRATCH/profile.json" box mkdir /made
	[ "$status" = 1 ]
	[[ $output == *'No space left on device'* ]]
}

@test "podman run --security-opt mask and unmask" {
	prints '0' box sh -c 'wc -c </proc/timer_list'
	run_podman run --rm --security-opt unmask=/proc/timer_list box sh -c 'head -1 /proc/timer_list; wc -c </proc/keys'
	[[ ${lines[0]} == 'Timer List Version'* ]]
	[ "${lines[1]}" = 0 ]
	prints '0' --security-opt mask=/etc/passwd box sh -c 'wc -c </etc/passwd'
	run -0 podman run --rm --security-opt unmask=ALL box grep -q 'Timer List' /proc/timer_list
}

@test "podman run --security-opt proc-opts" {
	run_podman run --rm --security-opt proc-opts=hidepid=2 box grep '^proc /proc ' /proc/mounts
	[[ $output == *hidepid=* ]]
}

@test "podman run --ulimit" {
	prints '100 200 0' --ulimit nproc=20000 --ulimit nofile=100:200 --ulimit core=0 box sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c'
}

@test "podman run --sysctl: of the network, of ipc" {
	prints '33 12345' --sysctl net.ipv4.ip_default_ttl=33 --sysctl kernel.msgmax=12345 box \
		cat /proc/sys/net/ipv4/ip_default_ttl /proc/sys/kernel/msgmax
}

@test "podman run --device: a node by another name, and only what was allowed of it" {
	requires file:/dev/loop-control
	run_podman run --rm --device /dev/loop-control:/dev/control:r box sh -c 'exec 2>&1; stat -c %t:%T /dev/control; : </dev/control && echo read; : >/dev/control'
	[ "${lines[0]}" = a:ed ]
	[ "${lines[1]}" = read ]
	[[ ${lines[2]} == *'Operation not permitted'* ]]
}

@test "podman run --device-cgroup-rule: a node that the service makes itself" {
	requires file:/dev/loop-control
	run_podman run --rm box sh -c 'mknod /tmp/n c 10 237 && : </tmp/n'
	[ "$status" != 0 ]
	prints ok --cap-add mknod --device-cgroup-rule 'c 10:237 rmw' box sh -c 'mknod /tmp/n c 10 237 && : </tmp/n && echo ok'
}

@test "podman run --user, --group-add, --umask, --workdir, --env, --entrypoint" {
	prints 'uid=5(5) gid=6(6) groups=6(6),77' --user 5:6 --group-add 77 box id
	prints '0077 /tmp b' --umask 0077 --workdir /tmp --env A=b --entrypoint '["sh", "-c"]' box 'umask; pwd; echo $A'
}

@test "podman run --hostname" { prints 'bell' --hostname bell box hostname; }

@test "podman run --init: a first process that reaps" {
	requires tool:catatonit
	prints 'podman-init PPid: 1' --init box sh -c 'cat /proc/1/comm; grep PPid: /proc/$$/status'
}

@test "podman run --oom-score-adj" { prints 500 --oom-score-adj 500 box cat /proc/self/oom_score_adj; }

@test "podman run --personality" { prints i686 --personality LINUX32 box uname -m; }

@test "podman run --systemd=always: what a service manager wants to find" {
	run_podman run --rm --systemd always box sh -c 'echo $container; grep -c "^tmpfs /run \|^tmpfs /tmp \|^tmpfs /run/lock " /proc/mounts'
	[ "${lines[*]}" = 'podman 3' ]
}

@test "podman run --runtime-flag debug" {
	run_podman --runtime-flag debug run --rm box echo heard
	[ "$status" = 0 ]
	[[ $output == *heard* ]]
}

@test "podman run --log-level=debug: the call is seen, and works without a log" {
	run_podman --log-level debug run --rm box echo heard
	[ "$status" = 0 ]
	[[ $output == *heard* ]]
}
