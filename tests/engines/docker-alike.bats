# SPDX-License-Identifier: Apache-2.0
# The same calls of Docker's, with cloche and with runc: the same output and the same exit status. Where cloche differs on
# purpose stands in docs/engines.md, and not here.

setup_file() {
	load docker
	docker_can_run tool:runc || return 0
	start_world
	start_docker '.runtimes.other = {path: "/usr/sbin/runc"}'
	make_image
	mkdir "$SCRATCH/files"
	echo words >"$SCRATCH/files/words"
}
teardown_file() {
	load docker
	end_world
}
setup() {
	load docker
	begin_docker_test
}
teardown() { [ -n "${CANNOT:-}" ] || docker rm --force "$NAME-cloche" "$NAME-other" >/dev/null 2>&1 || true; }

# answer RUNTIME CALL: output, without the ids in it, and exit status. Of an error only the status counts: the words of
# some are the runtime's own
answer() {
	local status=0 output
	output=$(inside timeout 60 sh -c "docker() { /usr/bin/docker \"\$@\"; }; NAME=$NAME-$1; FILES=$SCRATCH/files; RUN='docker run --rm --runtime $1'; $2" 2>&1 </dev/null) || status=$?
	printf '%s\n%s\n' "$(grep -v -e '^docker: ' -e '^OCI runtime' -e '^See ' -e 'error waiting' <<<"$output" | sed -E "s/[0-9a-f]{64}|$NAME-$1/ID/g")" "status $status"
}

# alike: each line of standard input is a call; both runtimes answer it alike
alike() {
	local call cloche other differ=0
	while read -r call; do
		[ -n "$call" ] || continue
		answer other "$call" >"$BATS_TEST_TMPDIR/other" &
		cloche=$(answer cloche "$call")
		wait $!
		other=$(<"$BATS_TEST_TMPDIR/other")
		[ "$cloche" = "$other" ] || { differ=1; printf '%s\n  cloche: %s\n  runc: %s\n' "$call" "$cloche" "$other"; }
	done
	[ "$differ" = 0 ]
}

@test "what is run" {
	alike <<-'END'
		$RUN box no-such-program
		$RUN box /no/such
		$RUN box ./no/such
		$RUN box /etc
		$RUN box /etc/passwd
		$RUN box /etc/passwd/x
		$RUN --entrypoint '' box echo words
		$RUN --workdir /etc/passwd box true
		$RUN --workdir /new/folder box pwd
		$RUN --user 77:5 box id
		$RUN --user 4294967295 box true
		$RUN --group-add 7 --group-add no-such box true
		$RUN -e 'A B=1' -e EMPTY= box sh -c 'env | grep -v HOSTNAME'
		$RUN box sh -c 'kill -9 $$'
		$RUN box sh -c 'kill -TERM $$; sleep 5'
		$RUN --init box sh -c 'kill -9 $$'
		$RUN -i -t box true
	END
}

@test "what is mounted" {
	alike <<-'END'
		$RUN box sh -c 'cut -d" " -f2-4 /proc/mounts | cut -d, -f1 | grep -v /cgroup'
		$RUN --read-only box sh -c 'cut -d" " -f2-4 /proc/mounts | cut -d, -f1 | grep -v /cgroup'
		$RUN box sh -c 'exec 2>&1; cd /sys/fs/cgroup && ls | grep -v -e unified -e "cpu,cpuacct" && touch memory/x'
		$RUN --volume $FILES/words:/bin box true
		$RUN --volume $FILES:/bin/sh box true
		$RUN --volume $FILES/words:/a/../b box cat /b
		$RUN --volume $FILES/words:/etc/hostname:ro box sh -c 'exec 2>&1; cat /etc/hostname; echo x >/etc/hostname'
		$RUN --volume $FILES:/proc box true
		$RUN --volume $FILES:/proc/new box true
		$RUN --volume $FILES/words:/proc/uptime box cat /proc/uptime
		$RUN --volume $FILES/words:/proc/sys/kernel/hostname box true
		$RUN --volume $FILES/words:/sys/kernel/new box true
		$RUN --volume $FILES/words:/dev/new box cat /dev/new
		$RUN --volume /:/host:ro box ls -d /host/etc
		$RUN --volume /proc:/proc box ls -d /proc/1
		$RUN --volume /sys:/sys box ls -d /sys/kernel
		$RUN --mount type=bind,src=/sys,dst=/only,bind-nonrecursive,readonly box sh -c 'exec 2>&1; ls /only/fs/cgroup; touch /only/x'
		$RUN --volume /sys:/all:ro,rslave box sh -c 'exec 2>&1; ls /all/fs/cgroup; touch /all/x'
		$RUN --ipc none box sh -c 'exec 2>&1; grep /dev/shm /proc/mounts; ls -d /dev/shm; ls /dev'
		$RUN --tmpfs / box true
		$RUN --tmpfs /tmp:bogus box true
		$RUN --tmpfs /tmp:size=1m,uid=33,exec box sh -c 'stat -c "%u %a" /tmp; grep " /tmp " /proc/mounts'
		$RUN --mount type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1755 box stat -c %a /t
		$RUN --shm-size 2m box sh -c 'df -k /dev/shm | tail -1'
		$RUN --device /dev/zero:/dev/x/y/z box sh -c 'head -c 2 /dev/x/y/z | wc -c'
		$RUN --device /dev/null:/dev/null:rwm box test -c /dev/null
		$RUN --device $FILES box true
	END
}

@test "what is granted and limited" {
	alike <<-'END'
		$RUN box sed -n '/^Cap/p;/^NoNew/p;/^Seccomp/p;/^Groups/p' /proc/self/status
		$RUN --user 33 --cap-add NET_ADMIN box sed -n '/^Cap/p;/^Groups/p' /proc/self/status
		$RUN --cap-add NO_SUCH box true
		$RUN box ulimit -a
		$RUN --ulimit nofile=30:50 --ulimit nproc=70 --ulimit memlock=-1 box sh -c 'ulimit -a'
		$RUN --ulimit nofile=10:5 box true
		$RUN --oom-score-adj 500 box cat /proc/self/oom_score_adj
		$RUN --pids-limit 7 --memory 32m --memory-swap 48m --cpus 0.5 --cpu-shares 99 --cpuset-cpus 0 box true
		$RUN --memory 32m --memory-swap 16m box true
		$RUN --cpuset-cpus 77 box true
		$RUN --sysctl net.no.such=1 box true || [ $? = 127 -o $? = 125 ]
		$RUN --sysctl kernel.shm_rmid_forced=words box true
		$RUN --sysctl net.ipv4.ip_local_port_range='1024 2000' box cat /proc/sys/net/ipv4/ip_local_port_range
		$RUN --network host --sysctl net.ipv4.ip_forward=1 box true
		$RUN --ipc host --sysctl kernel.msgmax=1 box true
		$RUN --security-opt apparmor=no-such box true
		$RUN --security-opt label=type:no_such_t box true
		$RUN --security-opt no-new-privileges --cap-drop ALL box sed -n '/^Cap/p;/^NoNew/p' /proc/self/status
		$RUN --device-cgroup-rule 'b 8:* rwm' box true
		$RUN --hostname a.b.c --domainname d box sh -c 'hostname; cat /proc/sys/kernel/domainname /etc/hostname'
		$RUN --cgroupns private box cat /proc/self/cgroup
		$RUN --pid host --uts host --ipc host --network host box true
	END
}

@test "what is done to one that runs" {
	alike <<-'END'
		docker run --detach --name $NAME --runtime ${NAME##*-} box sleep 1000 >/dev/null
		docker exec $NAME no-such-program
		docker exec $NAME /no/such
		docker exec $NAME /etc
		docker exec $NAME ''
		docker exec --workdir /no/such $NAME pwd
		docker exec --user no-such $NAME id
		docker exec --user 77:88 $NAME id
		docker exec -e A=1 -e A=2 $NAME printenv A
		docker exec $NAME sh -c 'kill -9 $$'
		docker exec $NAME sed -n '/^Cap/p;/^NoNew/p;/^Seccomp:/p' /proc/self/status
		docker kill --signal BOGUS $NAME
		docker kill --signal 99 $NAME
		docker kill --signal RTMIN+3 $NAME
		docker update --memory 64m --memory-swap 80m $NAME
		docker update --memory 8m --memory-swap 8m $NAME
		docker update --cpuset-cpus 99 $NAME
		docker update --cpus 1.5 $NAME
		docker update --cpu-quota -1 $NAME
		docker update --pids-limit -1 $NAME
		docker update --restart always $NAME
		docker unpause $NAME
		docker pause $NAME
		docker pause $NAME
		docker exec $NAME true
		docker top $NAME -o args
		docker stats --no-stream --format '{{.PIDs}}' $NAME
		docker stop --time 0 $NAME
		docker inspect --format '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}} {{.State.Error}}' $NAME
		docker exec $NAME true
		docker start $NAME
		docker top $NAME -o no-such
		docker restart --time 0 $NAME
		docker rm --force $NAME
	END
}
