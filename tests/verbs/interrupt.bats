# SPDX-License-Identifier: Apache-2.0
# cloche that is broken off, in every phase: Ctrl-C leaves nothing, kill -9 leaves what delete --force removes.
load helpers
load service
setup() {
	begin_test
	PHASE=$BATS_TEST_TMPDIR/phase
}
teardown() { end_test; }

# held_in MOMENT: a hook that stays until it is ended holds the start-up in this phase
held_in() {
	edit_spec 'del(.hooks) | .hooks[$name] = [{path: "/bin/sh", args: ["sh", "-c", $script], env: ["PATH=/bin:/usr/bin"]}]' \
		--arg name "$1" --arg script "$2"
}

MOMENTS='prestart createRuntime createContainer'

# begin_held: run in the background up to the phase, which a file tells of
begin_held() {
	rm -f "$PHASE"
	held_in "$1" "echo \$\$ >$PHASE; exec sleep 1004"
	run_in_background
	wait_until 20 [ -s "$PHASE" ]
}

@test "interrupt: Ctrl-C and TERM during a slow hook leave nothing" {
	local moment signal
	for moment in $MOMENTS; do
		for signal in INT TERM; do
			begin_held "$moment"
			kill -s "$signal" "$RUNNING"
			end_of_run
			echo "$moment $signal: $status $output"
			[ "$status" != 0 ]
			nothing_is_left
			[ "$moment" = createContainer ] || ! kill -0 "$(<"$PHASE")"
		done
	done
}

@test "interrupt: Ctrl-C during the hook inside the service leaves nothing" {
	held_in startContainer 'touch /tmp/phase; exec sleep 1004'
	run_in_background
	wait_until 20 [ -e "$BUNDLE/rootfs/tmp/phase" ]
	kill -s INT "$RUNNING"
	end_of_run
	[ "$status" != 0 ]
	nothing_is_left
}

@test "interrupt: Ctrl-C while it runs ends the service, and nothing is left" {
	script_is 'trap "exit 130" INT; touch /tmp/ready; while :; do sleep 0.05; done'
	run_in_background
	wait_until 20 [ -e "$BUNDLE/rootfs/tmp/ready" ]
	kill -s INT "$RUNNING"
	end_of_run
	[ "$status" = 130 ]
	nothing_is_left
}

@test "interrupt: kill -9 during a slow hook leaves what delete --force removes" {
	local moment
	for moment in $MOMENTS; do
		begin_held "$moment"
		kill -KILL "$RUNNING"
		end_of_run
		[ "$status" = 137 ]
		# a hook of the host dies with whoever was killed; one in the service's namespaces has another number here
		[ "$moment" = createContainer ] || wait_until 5 [ ! -e "/proc/$(<"$PHASE")" ]
		within 20 "$CLOCHE" --root "$STATE" delete --force "$ID"
		nothing_is_left
	done
}

@test "interrupt: kill -9 while the service runs leaves it running, owned by its state" {
	command_is sleep 1000
	run_in_background
	wait_until 20 status_is "$ID" running
	kill -KILL "$RUNNING"
	end_of_run
	status_is "$ID" running
	within 20 "$CLOCHE" --root "$STATE" delete --force "$ID"
	nothing_is_left
}

@test "interrupt: kill -9 of create after any number of its system calls" {
	requires tool:strace
	command_is sleep 1000
	local call
	# what changes something outside of cloche
	for call in mkdirat clone3 renameat write:3 write:12 sendmsg:1 sendmsg:3; do
		break_off_at "$call"
		echo "$call"
		within 20 "$CLOCHE" --root "$STATE" delete --force "$ID"
		nothing_is_left
	done
}

# break_off_at CALL[:N]: create, killed at the Nth such call
break_off_at() {
	local call=${1%:*} when=1
	[[ $1 != *:* ]] || when=${1#*:}
	strace -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$when" \
		"$CLOCHE" --root "$STATE" create --bundle "$BUNDLE" "$ID" >/dev/null 2>&1 3>&- </dev/null || true
}

@test "interrupt: delete --force ends a create that hangs in a hook" {
	begin_held createRuntime
	within 20 "$CLOCHE" --root "$STATE" delete --force "$ID"
	end_of_run
	[ "$status" != 0 ]
	nothing_is_left
}
