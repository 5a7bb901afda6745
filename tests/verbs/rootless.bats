# SPDX-License-Identifier: Apache-2.0
# cloche of a plain user: a user namespace, no cgroup unless one is delegated.
load helpers
load service
setup_file() { only_namespaces "a plain user needs a /dev/kvm of the group kvm's, which the lab has not"; }
setup() {
	requires root tool:setpriv
	begin_test
	# a copy that this user may reach, wherever the build is
	move_bundle_to_public
	HOME_OF_USER=$PUBLIC
	cp "$CLOCHE" "$HOME_OF_USER/cloche"
	mkdir -m 700 "$HOME_OF_USER/run"
	edit_spec '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 65534, size: 1}] | .linux.gidMappings = [{containerID: 0, hostID: 65534, size: 1}] | del(.linux.resources)'
	chown -R 65534:65534 "$HOME_OF_USER"
}
teardown() {
	[ -z "${PUBLIC:-}" ] || rm -rf "$PUBLIC"
	end_test
}

# as_user ARG…: cloche as nobody, without a group or a capability
as_user() {
	timeout -s KILL 20 setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		env -i PATH="$PATH" XDG_RUNTIME_DIR="$HOME_OF_USER/run" "$HOME_OF_USER/cloche" "$@" 3>&-
}
run_as_user() {
	status=0
	output=$(as_user "$@" 2>&1 </dev/null) || status=$?
	mapfile -t lines <<<"$output"
}

@test "rootless: run, as root of its own namespace" {
	script_is 'id -u; cat /proc/self/uid_map; touch /file; exit 7'
	run_as_user run --bundle "$BUNDLE" "$ID"
	echo "$output"
	[ "$status" = 7 ]
	[ "${lines[0]}" = 0 ]
	[ "$(stat -c %u "$BUNDLE/rootfs/file")" = 65534 ]
}

@test "rootless: a ten-line spec is enough" {
	echo '{"root": {"path": "rootfs"}, "process": {"args": ["sh", "-c", "id -u; hostname; exit 5"]}, "hostname": "bell"}' >"$BUNDLE/web.json"
	run_as_user run "$BUNDLE/web.json"
	echo "$output"
	[ "$status" = 5 ]
	[[ $output == *bell* ]]
}

@test "rootless: create, start, state, list, exec, kill, delete below XDG_RUNTIME_DIR" {
	command_is sleep 1000
	as_user create --bundle "$BUNDLE" "$ID" >/dev/null 2>&1 </dev/null
	[ -d "$HOME_OF_USER/run/cloche/$ID" ]
	as_user start "$ID"
	[ "$(as_user state "$ID" | jq -r .status)" = running ]
	[ "$(as_user list --quiet)" = "$ID" ]
	run_as_user exec "$ID" id -u
	fails_with 0 0
	as_user kill "$ID" KILL
	as_user delete --force "$ID"
	[ ! -e "$HOME_OF_USER/run/cloche/$ID" ]
}

@test "rootless: root of a user namespace that the caller has made, as podman does" {
	edit_spec '.linux.namespaces |= map(select(.type != "user")) | del(.linux.uidMappings, .linux.gidMappings)'
	script_is 'id -u; echo lost >/dev/null; cat /proc/self/uid_map'
	run timeout -s KILL 20 setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		env -i PATH="$PATH" XDG_RUNTIME_DIR="$HOME_OF_USER/run" unshare --user --map-root-user --mount \
		sh -c '"$0" run --bundle "$1" "$2"; echo "status $?"; ls "$XDG_RUNTIME_DIR"' "$HOME_OF_USER/cloche" "$BUNDLE" "$ID"
	echo "$output"
	[ "$(tr -s ' \n' '  ' <<<"$output")" = '0 0 65534 1 status 0 cloche ' ]
}

@test "rootless: a limit that nobody may set is a clear word, not silence" {
	edit_spec '.linux.resources = {pids: {limit: 16}}'
	run_as_user run --bundle "$BUNDLE" "$ID"
	fails_with 125 cgroup
}

@test "rootless: without a user namespace it is told what is missing" {
	edit_spec '.linux.namespaces |= map(select(.type != "user")) | del(.linux.uidMappings, .linux.gidMappings)'
	run_as_user run --bundle "$BUNDLE" "$ID"
	echo "$status $output"
	[ "$status" = 125 ]
	[[ $output == *user* || $output == *ermi* ]]
}

@test "rootless: without XDG_RUNTIME_DIR it is told what to do" {
	run timeout -s KILL 20 setpriv --reuid 65534 --regid 65534 --clear-groups env -i PATH="$PATH" "$HOME_OF_USER/cloche" list
	fails_with 1 --root
}

@test "rootless: root asks for it: made as a plain user's, in a cgroup all the same" {
	edit_spec '.linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}] | .linux.gidMappings = .linux.uidMappings'
	command_is sleep 1000
	cloche --rootless true create --bundle "$BUNDLE" "$ID" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- </dev/null
	cloche start "$ID" 3>&-
	[ "$(tr -s ' ' <"/proc/$(pid_of "$ID")/uid_map")" = ' 0 0 1' ]
	[[ $(cgroup_of "$(pid_of "$ID")" pids) == *"$ID"* ]]
	[ "$(cloche exec "$ID" sh -c 'id -u; cat /proc/self/uid_map' 3>&- | tr -s ' \n' ' ')" = '0 0 0 1 ' ]
	cloche delete --force "$ID" 3>&-
}

@test "rootless: root asks for it: no more ids than a plain user would get" {
	! grep -q ^root: /etc/subuid 2>/dev/null || skip "needs a root without ids of its own in subuid(5)"
	edit_spec '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 10}] | .linux.gidMappings = .linux.uidMappings'
	command_is true
	run_cloche --rootless true run --bundle "$BUNDLE" "$ID"
	fails_with 125 /linux/uidMappings
	nothing_is_left
}
