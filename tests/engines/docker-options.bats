# SPDX-License-Identifier: Apache-2.0
# Docker with cloche as its runtime: what a container can be given, option by option.

setup_file() {
	load docker
	set_up_docker
}
teardown_file() {
	load docker
	end_world
}
setup() {
	load docker
	begin_docker_test
}
teardown() { end_docker_test; }

@test "--volume: a named one stays, an anonymous one goes, :ro cannot be written" {
	in_box --volume "$NAME:/data" -- sh -c 'echo words >/data/file'
	in_box --volume "$NAME:/data:ro" -- sh -c 'cat /data/file; echo more >/data/file'
	[[ $output == words*"Read-only file system"* ]]
	docker_quietly volume rm "$NAME"
	in_box --volume /data -- touch /data/file
	[ -z "$(docker volume ls --quiet)" ]
}

@test "--volumes-from: another container's" {
	start_box --volume /data
	docker_quietly exec "$NAME" sh -c 'echo words >/data/file'
	run_docker run --rm --volumes-from "$NAME" box cat /data/file
	[ "$output" = words ]
}

@test "--mount type=bind: a folder, a file, read-only, in a volume below a volume" {
	mkdir "$SCRATCH/$BATS_TEST_NUMBER"
	echo words >"$SCRATCH/$BATS_TEST_NUMBER/file"
	in_box --mount "type=bind,src=$SCRATCH/$BATS_TEST_NUMBER,dst=/a" \
		--mount "type=bind,src=$SCRATCH/$BATS_TEST_NUMBER/file,dst=/made/for/it,readonly" \
		--tmpfs /a/below -- sh -c 'cat /a/file /made/for/it; touch /a/below/x /a/y; echo >/made/for/it'
	[[ $output == $'words\nwords\n'*"Read-only file system"* ]]
	[ -e "$SCRATCH/$BATS_TEST_NUMBER/y" ]
	[ ! -e "$SCRATCH/$BATS_TEST_NUMBER/below/x" ]
}

# mount_later PROPAGATION: what a container has of a mount that is made when it runs already
mount_later() {
	start_box --mount "type=bind,src=$SCRATCH/spread,dst=/spread,bind-propagation=$1"
	inside mount -t tmpfs -o size=1m later "$SCRATCH/spread/below"
	docker exec "$NAME" sh -c 'grep -c " /spread/below " /proc/mounts' || true
	inside umount "$SCRATCH/spread/below"
	docker_quietly rm --force "$NAME"
}

@test "--mount bind-propagation: what is mounted later arrives, or does not, or comes back" {
	mkdir -p "$SCRATCH/spread"
	inside mount -t tmpfs spread "$SCRATCH/spread"
	inside mount --make-shared "$SCRATCH/spread"
	inside mkdir "$SCRATCH/spread/below"
	[ "$(mount_later rprivate)" = 0 ]
	[ "$(mount_later rslave)" = 1 ]
	[ "$(mount_later rshared)" = 1 ]
	start_box --cap-add SYS_ADMIN --security-opt seccomp=unconfined \
		--mount "type=bind,src=$SCRATCH/spread,dst=/spread,bind-propagation=rshared"
	docker_quietly exec "$NAME" mount -t tmpfs back /spread/below
	inside grep -q "back $SCRATCH/spread/below " /proc/mounts
	docker_quietly rm --force "$NAME"
	inside umount --recursive "$SCRATCH/spread"
}

@test "--tmpfs and --shm-size: size, mode, options" {
	in_box --tmpfs /scratch:size=3m,mode=1770,noexec --shm-size 5m -- sh -c \
		'df -k /scratch /dev/shm | awk "NR > 1 {print \$2}"; stat -c %a /scratch; grep -c "/scratch tmpfs.*noexec" /proc/mounts'
	[ "$output" = $'3072\n5120\n1770\n1' ]
}

@test "--read-only: the root, not its volumes" {
	in_box --read-only --tmpfs /scratch -- sh -c 'touch /scratch/x /dev/shm/x && echo fine; touch /x'
	[[ $output == fine*"Read-only file system" ]]
}

@test "--publish: a port of the host's, to an address, and of a range" {
	start_box --publish 127.0.0.1:18080:80 --publish 80
	docker_quietly exec "$NAME" sh -c 'mkdir /www && echo words >/www/index.html && httpd -h /www'
	[ "$(inside busybox wget -qO- http://127.0.0.1:18080/)" = words ]
	local port=$(docker port "$NAME" 80 | sed -n 's/^0.0.0.0://p' | grep -v 18080)
	[ "$(inside busybox wget -qO- "http://$(inspect .NetworkSettings.IPAddress):80/")" = words ]
	[ -n "$port" ]
	[ "$(inside busybox wget -qO- "http://127.0.0.1:$port/")" = words ]
}

@test "--network none, host, container:" {
	in_box --network none -- ls /sys/class/net
	[ "$output" = lo ]
	in_box --network host -- readlink /proc/self/ns/net
	[ "$output" = "$(inside readlink /proc/self/ns/net)" ]
	start_box
	run_docker run --rm --network "container:$NAME" box sh -c 'hostname; ip -o -4 addr show eth0'
	[[ $output == "$(docker exec "$NAME" hostname)"*"$(inspect .NetworkSettings.IPAddress)/"* ]]
}

@test "--network of one's own: names, aliases, addresses, and networks joined and left while it runs" {
	docker_quietly network create --subnet 172.30.7.0/24 "$NAME-one"
	docker_quietly network create "$NAME-two"
	start_box --network "$NAME-one" --network-alias served --ip 172.30.7.7 --mac-address 02:11:22:33:44:55
	[[ $(docker exec "$NAME" cat /sys/class/net/eth0/address) == 02:11:22:33:44:55 ]]
	run_docker run --rm --network "$NAME-one" box ping -c 1 -W 5 served
	[[ $output == *"172.30.7.7"*" 0% packet loss"* ]]
	docker_quietly network connect "$NAME-two" "$NAME"
	[ "$(docker exec "$NAME" ls /sys/class/net | grep -c eth)" = 2 ]
	docker_quietly network disconnect "$NAME-one" "$NAME"
	[ "$(docker exec "$NAME" ls /sys/class/net | grep -c eth)" = 1 ]
	docker_quietly rm --force "$NAME"
	docker_quietly network rm "$NAME-one" "$NAME-two"
}

@test "--pid host, container:" {
	start_box
	in_box_of_pids() { run_docker run --rm --pid "$1" box readlink /proc/self/ns/pid; }
	in_box_of_pids host
	[ "$output" = "$(inside readlink /proc/self/ns/pid)" ]
	in_box_of_pids "container:$NAME"
	[ "$output" = "$(docker exec "$NAME" readlink /proc/self/ns/pid)" ]
	run_docker run --rm --pid "container:$NAME" box ps
	[[ $output == *"sleep 1000"* ]]
}

@test "--pid host: stop and rm -f end every process" {
	docker_quietly run --detach --name "$NAME" --pid host box sh -c 'sleep 4321 & sleep 4321 & wait'
	wait_until 5 sleepers_are 2
	docker_quietly rm --force "$NAME"
	sleepers_are 0
}
sleepers_are() { [ "$(inside pgrep -cx -f 'sleep 4321')" = "$1" ]; }

@test "--ipc host, private, shareable, container:; --uts host" {
	start_box --ipc shareable
	run_docker run --rm --ipc "container:$NAME" box sh -c 'readlink /proc/self/ns/ipc; touch /dev/shm/shared'
	[ "$output" = "$(docker exec "$NAME" readlink /proc/self/ns/ipc)" ]
	docker_quietly exec "$NAME" test -e /dev/shm/shared
	run_docker run --rm --ipc host --uts host box sh -c 'readlink /proc/self/ns/ipc; readlink /proc/self/ns/uts'
	[ "$output" = "$(inside readlink /proc/self/ns/ipc; inside readlink /proc/self/ns/uts)" ]
}

# capabilities OPTION…: the effective ones
capabilities() {
	in_box "$@" -- sed -n 's/^CapEff:\t//p' /proc/self/status
	[ "$status" = 0 ]
	echo "$output"
}

@test "--cap-add, --cap-drop" {
	capabilities
	[ "$output" = 00000000a80425fb ]
	capabilities --cap-drop ALL --cap-add NET_ADMIN
	[ "$output" = 0000000000001000 ]
	capabilities --cap-drop CHOWN
	[ "$output" = 00000000a80425fa ]
	# an ordinary user has none, and may get none but of files
	capabilities --user 33
	[ "$output" = 0000000000000000 ]
}

@test "--privileged: devices, capabilities, nothing hidden" {
	in_box --privileged -- sh -c 'mount -t tmpfs none /tmp && echo mounted; test -w /proc/sys/kernel/domainname && echo open
		test -c /dev/kmsg && echo devices; readlink /dev/ptmx; sed -n "s/^Seccomp:\t//p" /proc/self/status'
	[ "$output" = $'mounted\nopen\ndevices\npts/ptmx\n0' ]
}

@test "--security-opt seccomp: the default, a profile, none" {
	in_box -- sh -c 'sed -n "s/^Seccomp:\t//p" /proc/self/status; unshare -U true'
	[[ $output == 2*"Operation not permitted"* ]]
	echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["chmod", "fchmodat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}' >"$SCRATCH/profile.json"
	in_box --security-opt "seccomp=$SCRATCH/profile.json" -- chmod 700 /etc/passwd
	[[ $output == *"Function not implemented"* ]]
	in_box --security-opt seccomp=unconfined -- sed -n 's/^Seccomp:\t//p' /proc/self/status
	[ "$output" = 0 ]
}

@test "--security-opt no-new-privileges, systempaths=unconfined" {
	in_box --security-opt no-new-privileges -- sed -n 's/^NoNewPrivs:\t//p' /proc/self/status
	[ "$output" = 1 ]
	in_box -- sh -c 'wc -c </proc/timer_list; echo 1 >/proc/sys/kernel/domainname'
	[[ $output == 0*"Read-only file system"* ]]
	in_box --security-opt systempaths=unconfined -- sh -c 'grep -c -e /proc/ -e /sys/firmware /proc/mounts'
	[ "$output" = 0 ]
}

@test "--ulimit, --sysctl, --oom-score-adj" {
	in_box --ulimit nofile=123:456 --ulimit core=0 --sysctl net.core.somaxconn=77 --sysctl kernel.msgmax=9000 --oom-score-adj 321 -- sh -c \
		'ulimit -n; ulimit -Hn; ulimit -c; cat /proc/sys/net/core/somaxconn /proc/sys/kernel/msgmax /proc/self/oom_score_adj'
	[ "$(tr '\n' ' ' <<<"$output")" = '123 456 0 77 9000 321 ' ]
}

@test "--user, --group-add, --workdir, --env, --entrypoint" {
	run_docker run --rm --user 33:34 --group-add 35 --group-add nogroup --workdir /new/folder --env A=1 --entrypoint sh box -c \
		'id -u; id -g; id -G; pwd; echo $A $HOME'
	[ "$output" = $'33\n34\n34 35 65534\n/new/folder\n1 /' ]
}

@test "--hostname, --domainname, --add-host, --dns" {
	in_box --hostname one --domainname example.org --add-host two:192.0.2.2 --dns 192.0.2.53 -- sh -c \
		'hostname; cat /proc/sys/kernel/domainname; grep two /etc/hosts; cat /etc/resolv.conf'
	[[ $output == $'one\nexample.org\n192.0.2.2\ttwo\n'*"nameserver 192.0.2.53"* ]]
}

@test "--init: a first process that reaps and passes signals on" {
	docker_quietly run --detach --init --name "$NAME" box sh -c 'sleep 0.1 & exec sleep 1000'
	[[ $(docker exec "$NAME" cat /proc/1/comm) == docker-init ]]
	docker_quietly stop --time 20 "$NAME"
	inspect_is .State.ExitCode 143
}

@test "--log-driver none, --log-opt" {
	docker_quietly run --name "$NAME" --log-driver none box echo words
	run_docker logs "$NAME"
	[ "$status" != 0 ]
}
