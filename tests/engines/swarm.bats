# SPDX-License-Identifier: Apache-2.0
# A Swarm of three nodes, each a dockerd in namespaces of its own with cloche as its default runtime, on one bridge.
# The first is its manager. Services have names in DNS and ports of their nodes: virtual addresses need IPVS.

setup_file() {
	load docker
	docker_can_run || return 0
	start_world # the switch between the nodes
	inside ip link add switch type bridge
	inside ip link set switch up
	local n
	for n in 1 2 3; do on_node $n start_node $n; done
	for n in 1 2 3; do on_node $n wait_until 60 docker_answers; done
	on_node 1 make_image
	for n in 2 3; do on_node 1 docker save box:latest | on_node $n docker load >/dev/null; done
	form_swarm
}

teardown_file() {
	load docker
	[ -n "${SCRATCH:-}" ] || return 0
	local n
	for n in 1 2 3; do on_node $n kill_world || true; done
	end_world
}

setup() {
	load docker
	begin_docker_test
	HOME_OF_WORLD=$SCRATCH/node1
}
teardown() { [ -n "${CANNOT:-}" ] || docker service rm "$NAME" "$NAME-other" >/dev/null 2>&1 || true; }

# on_node N COMMAND…: where N is the world
on_node() { HOME_OF_WORLD=$SCRATCH/node$1 "${@:2}"; }

start_node() {
	mkdir "$HOME_OF_WORLD"
	make_world
	local first=$(<"$HOME_OF_WORLD/first-process")
	nsenter -t "$(<"$SCRATCH/first-process")" -n ip link add "node$1" master switch up type veth peer name eth0 netns "$first"
	inside hostname "node$1"
	inside ip address add "10.99.0.$1/24" dev eth0
	inside ip link set eth0 up
	# nobody answers there, and says so at once
	echo "nameserver 127.0.0.1" >"$HOME_OF_WORLD/resolv.conf"
	inside mount --bind "$HOME_OF_WORLD/resolv.conf" /etc/resolv.conf
	begin_docker ".\"cgroup-parent\" += \"-node$1\""
}

form_swarm() {
	local token n
	on_node 1 docker_in_setup swarm init --advertise-addr 10.99.0.1 --dispatcher-heartbeat 1s
	token=$(on_node 1 docker swarm join-token --quiet worker)
	for n in 2 3; do on_node $n docker_in_setup swarm join --token "$token" --advertise-addr "10.99.0.$n" 10.99.0.1:2377; done
	on_node 1 wait_until 30 nodes_are 3
}
docker_in_setup() { docker "$@" >"$SCRATCH/said" 2>&1 || { cat "$SCRATCH/said" >&2; return 1; }; }
nodes_are() { [ "$(docker node ls --format '{{.Status}}' | grep -cx Ready)" = "$1" ]; }

# create_service TASKS OPTION… -- COMMAND…: named as the test, and wait until so many tasks of it run
create_service() {
	local options=() wanted=$1
	shift
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	shift
	docker_quietly service create --detach --no-resolve-image --endpoint-mode dnsrr --stop-grace-period 0.2s --name "$NAME" "${options[@]}" box "$@" || return 1
	wait_until 60 tasks_are "$wanted" || { docker service ps --no-trunc "$NAME"; return 1; }
}

# tasks FORMAT: a line for each that runs and should
tasks() { docker service ps --filter desired-state=running --format "{{.CurrentState}} $1" "$NAME" | sed -n 's/^Running [^{]* ago //p'; }
tasks_are() { [ "$(tasks '{{.ID}}' | wc -l)" = "$1" ]; }
# nodes_of_tasks: how many each node has
nodes_of_tasks() { tasks '{{.Node}}' | sort | uniq -c | tr -s ' \n' ' '; }

# container_on N: the service's container there; in_task N COMMAND…: run in it
container_on() { on_node "$1" docker ps --quiet --filter "label=com.docker.swarm.service.name=$NAME" | head -1; }
in_task() { on_node "$1" docker exec "$(container_on "$1")" "${@:2}"; }

@test "the nodes are ready, and run cloche" {
	local n
	nodes_are 3
	for n in 1 2 3; do [ "$(on_node $n docker info --format '{{.DefaultRuntime}}')" = cloche ]; done
}

@test "a replicated service spreads over the nodes, in containers of cloche's" {
	create_service 6 --replicas=6 -- sleep 1000
	[ "$(nodes_of_tasks)" = ' 2 node1 2 node2 2 node3 ' ]
	local container=$(container_on 2)
	on_node 2 inside test -d "$SCRATCH/node2/exec/runtime-runc/moby/$(on_node 2 docker inspect --format '{{.Id}}' "$container")"
	[ "$(on_node 2 docker inspect --format '{{.HostConfig.Runtime}}' "$container")" = cloche ]
}

@test "scaling up and down" {
	create_service 1 --replicas=1 -- sleep 1000
	docker_quietly service scale --detach "$NAME=5"
	wait_until 60 tasks_are 5
	docker_quietly service scale --detach "$NAME=2"
	wait_until 60 tasks_are 2
}

@test "a global service has a task on each node, and logs" {
	create_service 3 --mode=global -- sh -c 'echo "on $(hostname)"; exec sleep 1000'
	[ "$(nodes_of_tasks)" = ' 1 node1 1 node2 1 node3 ' ]
	wait_until 20 log_lines_are 3
}
log_lines_are() { [ "$(docker service logs "$NAME" 2>/dev/null | grep -c 'on ')" = "$1" ]; }

@test "secrets and configs are files in the tasks" {
	echo hidden | docker secret create "$NAME" - >/dev/null
	echo shown | docker config create "$NAME" - >/dev/null
	create_service 1 --constraint node.hostname==node2 --secret "source=$NAME,target=key,mode=0400" --config "source=$NAME,target=/etc/shown" -- sleep 1000
	[ "$(in_task 2 cat /run/secrets/key /etc/shown)" = $'hidden\nshown' ]
	[ "$(in_task 2 stat -c %a /run/secrets/key)" = 400 ]
	[ "$(in_task 2 grep -c '/run/secrets.* ro[, ]' /proc/mounts)" = 1 ]
	docker_quietly service rm "$NAME"
	docker_quietly secret rm "$NAME"
	docker_quietly config rm "$NAME"
}

@test "an overlay network: the tasks of two nodes find each other by name" {
	docker_quietly network create --driver overlay "$NAME"
	create_service 2 --replicas=2 --replicas-max-per-node 1 --network "$NAME" --constraint node.hostname!=node1 -- sleep 1000
	# two interfaces: the overlay's, and the way out of the node
	[ "$(in_task 2 ls /sys/class/net | grep -c eth)" = 2 ]
	wait_until 20 peers_are 2
	local address=$(in_task 3 ip -o -4 address show eth0 | sed -nE 's/.* inet ([^/]*).*/\1/p')
	in_task 2 ping -c 1 -W 5 "$address"
	docker_quietly service rm "$NAME"
	wait_until 20 docker network rm "$NAME"
}
peers_are() { [ "$(in_task 2 nslookup "tasks.$NAME" | grep -c '^Address.*10\.')" = "$1" ]; }

@test "a published port of the task's node" {
	create_service 1 --constraint node.hostname==node3 --publish mode=host,published=18080,target=80 -- \
		sh -c 'mkdir /www; echo words >/www/index.html; exec httpd -f -h /www'
	wait_until 20 page_is words
}
page_is() { [ "$(on_node 1 inside busybox wget -qO- http://10.99.0.3:18080/)" = "$1" ]; }

@test "options of a service reach its containers" {
	create_service 1 --constraint node.hostname==node3 --limit-memory 64m --limit-pids 55 --cap-drop ALL --cap-add NET_RAW --sysctl net.core.somaxconn=77 \
		--ulimit nofile=123:456 --read-only --init --hostname '{{.Node.Hostname}}-{{.Task.Slot}}' --user 33 --group 44 --mount type=tmpfs,dst=/scratch \
		--env WHO=me --workdir /scratch -- sleep 1000
	run in_task 3 sh -c 'exec 2>&1; hostname; id -G; echo $WHO $(pwd); ulimit -n; cat /proc/sys/net/core/somaxconn /proc/1/comm; sed -n "s/^CapBnd:\t//p" /proc/1/status; touch /x'
	echo "$output"
	[ "$(head -7 <<<"$output")" = $'node3-1\n0 44\nme /scratch\n123\n77\ndocker-init\n0000000000002000' ]
	[[ $output == *"Read-only file system"* ]]
	run on_node 3 docker inspect --format '{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}' "$(container_on 3)"
	[ "$output" = '67108864 55' ]
}

@test "a rolling update, and the way back" {
	create_service 3 --replicas=3 --update-monitor 0.2s --rollback-monitor 0.2s --env VERSION=1 -- sleep 1000
	versions_are ' 3 VERSION=1 '
	docker_quietly service update --detach --no-resolve-image --env-add VERSION=2 "$NAME"
	wait_until 20 versions_are ' 3 VERSION=2 '
	docker_quietly service rollback --detach "$NAME"
	wait_until 20 versions_are ' 3 VERSION=1 '
}
# versions_are TEXT: of all containers of the service that run, and how many of each
versions_are() { [ "$(versions | sort | uniq -c | tr -s ' \n' ' ')" = "$1" ]; }
versions() {
	local n
	for n in 1 2 3; do
		on_node $n docker ps --quiet --filter "label=com.docker.swarm.service.name=$NAME" |
			on_node $n inside xargs -r /usr/bin/docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' | grep VERSION
	done
}

@test "a task that ends is run again; one that cannot start says why" {
	create_service 1 --constraint node.hostname==node2 --restart-delay 0.1s -- sleep 1000
	local first=$(container_on 2)
	on_node 2 docker kill "$first" >/dev/null
	wait_until 30 another_runs "$first"
	docker service create --detach --no-resolve-image --name "$NAME-other" --restart-condition none box no-such-program >/dev/null
	wait_until 30 task_says 'executable file not found in $PATH'
}
another_runs() { [ -n "$(container_on 2)" ] && [ "$(container_on 2)" != "$1" ]; }
task_says() { docker service ps --no-trunc --format '{{.Error}}' "$NAME-other" | grep -qF "$1"; }

@test "a drained node gives its tasks away, and takes some when it is back" {
	create_service 3 --replicas=3 -- sleep 1000
	docker_quietly node update --availability drain node2
	wait_until 30 node_has_tasks node2 0
	wait_until 30 tasks_are 3
	[ -z "$(container_on 2)" ] || wait_until 30 [ -z "$(container_on 2)" ]
	docker_quietly node update --availability active node2
	docker_quietly service scale --detach "$NAME=6"
	wait_until 30 node_has_tasks node2 2
}
node_has_tasks() { [ "$(tasks '{{.Node}}' | grep -cx "$1")" = "$2" ]; }

# the last of the tests: afterwards there are two nodes
@test "a node that dies: its tasks run again elsewhere" {
	create_service 6 --replicas=6 -- sleep 1000
	[ "$(nodes_of_tasks)" = ' 2 node1 2 node2 2 node3 ' ]
	on_node 3 kill_world
	wait_until 60 nodes_are_tasks ' 3 node1 3 node2 '
	[ "$(docker ps --quiet --filter "label=com.docker.swarm.service.name=$NAME" | wc -l)" = 3 ]
	[ "$(docker node ls --format '{{.Hostname}} {{.Status}}' | grep -c 'node3 Down')" = 1 ]
}
nodes_are_tasks() { [ "$(nodes_of_tasks)" = "$1" ]; }
