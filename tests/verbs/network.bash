# SPDX-License-Identifier: Apache-2.0
# For bats files: a network namespace as an orchestrator prepares one. teardown calls remove_network.

# make_network: $NETNS, a namespace with one interface, $ADDRESS, which is reached from the host
make_network() {
	NETNS=cl$BASHPID
	ADDRESS=10.209.$((BASHPID % 256)).2
	mountpoint -q /run/netns || NETNS_MOUNTED=yes
	ip netns add "$NETNS"
	ip link add "$NETNS" type veth peer name eth0 netns "$NETNS"
	ip address add "${ADDRESS%.2}.1/24" dev "$NETNS"
	ip link set "$NETNS" up
	ip -n "$NETNS" address add "$ADDRESS/24" dev eth0
	ip -n "$NETNS" link set eth0 up
	ip -n "$NETNS" route add default via "${ADDRESS%.2}.1"
}

remove_network() {
	[ -z "${NETNS:-}" ] || ip netns delete "$NETNS"
	# ip netns makes a mount of its folder, and leaves it
	[ -z "${NETNS_MOUNTED:-}" ] || umount /run/netns
}

# http_get PORT PATH: what is answered there at $ADDRESS, its last line
http_get() { timeout 30 bash -c 'exec 4<>/dev/tcp/$0/$1; printf "GET $2 HTTP/1.0\r\n\r\n" >&4; tail -n 1 <&4' "$ADDRESS" "$1" "$2"; }
