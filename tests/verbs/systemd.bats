# SPDX-License-Identifier: Apache-2.0
# systemd's driver, with a manager of a plain user: in the lab alone, since it puts the helper where it is installed.
load helpers
load service
setup_file() { only_namespaces "a machine's scope is systemd's as any other: cgroups are the host's"; }
setup() {
	requires root cgroup_v2 tool:setpriv tool:systemctl tool:dbus-daemon
	install_systemd_driver
	begin_test
	move_bundle_to_public
	cp "$CLOCHE" "$PUBLIC/cloche"
	mkdir -p /run/systemd/system # "booted with systemd" (sd_booted(3))
	mkdir -m 700 "$PUBLIC/run"
	edit_spec '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 65534, size: 1}] | .linux.gidMappings = [{containerID: 0, hostID: 65534, size: 1}]'
	chown -R 65534:65534 "$PUBLIC"
	begin_manager
}

teardown() {
	[ -z "${MANAGER:-}" ] || end_manager
	[ -z "${PUBLIC:-}" ] || rm -rf "$PUBLIC"
	end_test
}

as_user() {
	setpriv --reuid 65534 --regid 65534 --clear-groups env -i PATH="$PATH" HOME="$PUBLIC" XDG_RUNTIME_DIR="$PUBLIC/run" \
		DBUS_SESSION_BUS_ADDRESS="unix:path=$PUBLIC/run/bus" "$@" 3>&-
}

# A cgroup of the user's own, and systemd and a bus in it.
begin_manager() {
	DELEGATED=/sys/fs/cgroup/$ID_PREFIX-user
	mkdir -p "$DELEGATED/manager" "$DELEGATED/session"
	chown -R 65534:65534 "$DELEGATED"
	(
		echo $BASHPID >"$DELEGATED/manager/cgroup.procs"
		as_user dbus-daemon --session --address="unix:path=$PUBLIC/run/bus" --fork --nopidfile
		exec setpriv --reuid 65534 --regid 65534 --clear-groups env -i PATH="$PATH" HOME="$PUBLIC" XDG_RUNTIME_DIR="$PUBLIC/run" \
			DBUS_SESSION_BUS_ADDRESS="unix:path=$PUBLIC/run/bus" systemd --user --unit=basic.target
	) >"$PUBLIC/manager.log" 2>&1 3>&- &
	MANAGER=$!
	wait_until 300 manager_is_up
}
manager_is_up() { as_user systemctl --user is-active --quiet basic.target; }

end_manager() {
	kill -TERM "$MANAGER" 2>/dev/null || true
	echo 1 >"$DELEGATED/cgroup.kill"
	wait "$MANAGER" 2>/dev/null || true
	wait_until 60 manager_is_gone
}
manager_is_gone() { find "$DELEGATED" -depth -type d -exec rmdir {} + 2>/dev/null; [ ! -d "$DELEGATED" ]; }

# As a session of the user would: who moves a process needs power over the cgroups between.
in_session() { (echo $BASHPID >"$DELEGATED/session/cgroup.procs" && as_user "$@"); }

property() { as_user systemctl --user show --property "$1" --value "cloche-$ID.scope"; }

@test "systemd: a scope of its own, with the limits as properties, gone with the service" {
	edit_spec '.process.args = ["sleep", "1000"] | .linux.resources = {memory: {limit: 67108864}, pids: {limit: 20}} | .linux.cgroupsPath = $path' --arg path "user.slice:cloche:$ID"
	in_session "$PUBLIC/cloche" --systemd-cgroup run --detach --bundle "$BUNDLE" "$ID" >"$PUBLIC/out" 2>&1 </dev/null || { cat "$PUBLIC/out"; false; }
	[ "$(property ActiveState)" = active ]
	[ "$(property MemoryMax)" = 67108864 ]
	[ "$(property TasksMax)" = 20 ]
	[[ $(property ControlGroup) == */user.slice/cloche-$ID.scope ]]
	[ "$(cat "/sys/fs/cgroup$(property ControlGroup)/memory.max")" = 67108864 ]
	as_user "$PUBLIC/cloche" delete --force "$ID"
	[ "$(property ActiveState)" = inactive ]
	[ -z "$(cgroup_dirs "cloche-$ID")" ]
}

@test "systemd: a slice that does not make sense is refused, and nothing is left" {
	edit_spec '.linux.cgroupsPath = "no slice"'
	run in_session "$PUBLIC/cloche" --systemd-cgroup run --bundle "$BUNDLE" "$ID"
	fails_with 125 /linux/cgroupsPath
	[ -z "$(ls "$PUBLIC/run/cloche" 2>/dev/null)" ]
}
