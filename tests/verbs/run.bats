# SPDX-License-Identifier: Apache-2.0
# run: what its user sees of it: exit status, output, what is left.
load helpers
load service
setup() { begin_test; }
teardown() { end_test; }

@test "run: the exit status is the service's" {
	local code
	for code in $(few 2 255 0 1 7 125 126 127 128 200); do
		script_is "exit $code"
		run_service
		[ "$status" = "$code" ]
	done
}

@test "run: a service killed by a signal ends with 128 and its number" {
	only_namespaces "in a guest it is always the first of its pid namespace, which cannot end itself by a signal"
	# the first process of a pid namespace cannot end itself by a signal
	edit_spec '.linux.namespaces |= map(select(.type != "pid"))'
	local signal
	for signal in 1 9 15 34; do
		script_is "kill -$signal \$\$; sleep 9"
		run_service
		echo "$signal: $status $output"
		[ "$status" = $((128 + signal)) ]
	done
}

@test "run: stdin, stdout and stderr are the caller's" {
	script_is 'read line; echo "out $line"; echo "err $line" >&2'
	cloche run --bundle "$BUNDLE" "$ID" <<<hello >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	[ "$(<"$BATS_TEST_TMPDIR/out")" = 'out hello' ]
	[ "$(<"$BATS_TEST_TMPDIR/err")" = 'err hello' ]
}

@test "run: a spec file stands for a bundle, and names the service" {
	mv "$BUNDLE/config.json" "$BUNDLE/$ID.json"
	BUNDLE=$BUNDLE run_cloche run "$BUNDLE/$ID.json" -- sh -c 'echo "ran $0 $1"' one two
	[ "$output" = 'ran one two' ]
	[ "$status" = 0 ]
}

@test "run: a ten-line spec is enough" {
	cat >"$BUNDLE/$ID.json" <<-'END'
		{
		  "root": {"path": "rootfs"},
		  "hostname": "bell",
		  "process": {"args": ["sh", "-c", "hostname; id -u; echo $$; pwd; exit 7"]}
		}
	END
	run_cloche run "$BUNDLE/$ID.json"
	[ "$status" = 7 ]
	[ "${lines[*]}" = "bell 0 1 /" ]
}

@test "run: options before and behind the id, with and without an equals sign" {
	command_is true
	run_cloche run "--bundle=$BUNDLE" "$ID"
	[ "$status" = 0 ]
	run_cloche run "$ID" --bundle "$BUNDLE"
	[ "$status" = 0 ]
	run_cloche run -b "$BUNDLE" "$ID" --pid-file="$BATS_TEST_TMPDIR/pid"
	[ "$status" = 0 ]
}

@test "run: -e adds to the environment, and wins" {
	edit_spec '.process.env += ["A=spec"]'
	script_is 'echo "$A $B"'
	run_service -e A=line --env=B=more
	[ "$output" = 'line more' ]
	run_service -e NONSENSE
	fails_with 125 "found 'NONSENSE', want NAME=VALUE"
}

@test "run: a program that is not there is 127, in the words engines know" {
	command_is no-such-program
	run_service
	fails_with 127 'exec: "no-such-program": executable file not found in $PATH'
	command_is /no/such/program
	run_service
	fails_with 127 'exec: "/no/such/program": stat /no/such/program: no such file or directory'
}

@test "run: a program that may not be executed is 126, in the words engines know" {
	echo text >"$BUNDLE/rootfs/tmp/text"
	command_is /tmp/text
	run_service
	fails_with 126 'exec: "/tmp/text": permission denied'
	command_is /tmp
	run_service
	fails_with 126 'exec: "/tmp": permission denied: it is a directory'
}

@test "run: a file that is no program is 126" {
	printf '\1\2\3' >"$BUNDLE/rootfs/tmp/noise"
	chmod +x "$BUNDLE/rootfs/tmp/noise"
	command_is /tmp/noise
	run_service
	fails_with 126 'exec format error'
}

@test "run: a script without its interpreter is 127" {
	printf '#!/no/such/shell\n' >"$BUNDLE/rootfs/tmp/script"
	chmod +x "$BUNDLE/rootfs/tmp/script"
	command_is /tmp/script
	run_service
	fails_with 127 'no such file or directory'
}

@test "run: a working directory that is not there is made, as engines expect" {
	edit_spec '.process.cwd = "/not/there"'
	command_is pwd
	run_service
	fails_with 0 /not/there
}

@test "run: a working directory that is a file is told by name" {
	edit_spec '.process.cwd = "/etc/passwd"'
	run_service
	fails_with 125 /etc/passwd
}

@test "run: a failure of cloche's own is 125, unlike any of a program" {
	edit_spec '.root.path = "no-such-rootfs"'
	run_service
	fails_with 125 no-such-rootfs
	edit_spec '.mounts += [{"destination": "/x", "type": "nonsense", "source": "none"}]'
	edit_spec '.root.path = "rootfs"'
	run_service
	[ "$status" = 125 ]
	[[ $output == *nonsense* ]]
}

@test "run: the id of a service that exists says which it is and where" {
	command_is sleep 1000
	start_service
	run_service
	fails_with 125 "$ID"
	[[ $output == *exists* ]]
	[[ $output == *"$STATE"* ]]
	status_is "$ID" running
}

@test "run: a bundle that is not there is told by name" {
	run_cloche run --bundle "$BATS_TEST_TMPDIR/no-such-bundle" "$ID"
	fails_with 125 no-such-bundle
}

@test "run: arguments that make no sense are refused with the usage" {
	run_cloche run
	fails_with 125 'cloche run'
	run_cloche run --no-such-option "$ID"
	fails_with 125 no-such-option
	run_cloche run --bundle
	fails_with 125 'flag needs an argument: --bundle'
	run_cloche run --preserve-fds=x --bundle "$BUNDLE" "$ID"
	fails_with 125 preserve-fds
	run_cloche run --bundle "$BUNDLE" one two
	[ "$status" = 125 ]
	run_cloche run --bundle "$BUNDLE" ../escape
	fails_with 125 'invalid id'
	run_cloche run --bundle "$BUNDLE" --isolation bunker "$ID"
	fails_with 125 bunker
}

@test "run --help says what it does" {
	run_cloche run --help
	[ "$status" = 0 ]
	[[ $output == *usage:* ]]
	[[ $output == *--pid-file* ]]
}

@test "run --detach leaves the service running, its pid in the pid file without a newline" {
	command_is sleep 1000
	cloche run --detach --pid-file "$BATS_TEST_TMPDIR/pid" --bundle "$BUNDLE" "$ID" >/dev/null 2>&1 3>&- </dev/null
	status_is "$ID" running
	[ "$(<"$BATS_TEST_TMPDIR/pid")" = "$(pid_of "$ID")" ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/pid")" = 0 ]
}

@test "run --keep keeps what it was until it is deleted" {
	script_is 'exit 3'
	run_service --keep
	[ "$status" = 3 ]
	status_is "$ID" stopped
	cloche delete "$ID"
}

@test "run: whatever the service has left running ends with it" {
	script_is 'sleep 1000 & sleep 1000 & exit 0'
	run_service
	[ "$status" = 0 ]
	nothing_is_left
}

@test "run: without a pid namespace, too" {
	edit_spec '.linux.namespaces |= map(select(.type != "pid"))'
	script_is 'sleep 1000 >/dev/null 2>&1 & exit 0'
	run_service
	[ "$status" = 0 ]
	nothing_is_left
}

@test "run: signals go to the service" {
	script_is 'trap "echo caught; exit 42" TERM; echo ready; while :; do sleep 0.05; done'
	run_in_background
	wait_until 10 grep -q ready "$OUT"
	kill -TERM "$RUNNING"
	end_of_run
	fails_with 42 caught
}

@test "run: delete --force from elsewhere ends it, and it says so" {
	command_is sleep 1000
	run_in_background
	wait_until 10 status_is "$ID" running
	within 10 "$CLOCHE" --root "$STATE" delete --force "$ID"
	end_of_run
	fails_with 137 ''
}

@test "run: kill from elsewhere ends it, and it says so" {
	command_is sleep 1000
	run_in_background
	wait_until 10 status_is "$ID" running
	cloche kill "$ID" KILL
	end_of_run
	fails_with 137 ''
}

@test "run: a log as engines want it" {
	edit_spec '.root.path = "no-such-rootfs"'
	run "$CLOCHE" --root "$STATE" --log "$BATS_TEST_TMPDIR/log" --log-format json run --bundle "$BUNDLE" "$ID"
	[ "$status" = 125 ]
	jq -e '.level == "error" and (.msg | contains("no-such-rootfs")) and (.time | fromdateiso8601? // test("^[0-9]{4}-"))' "$BATS_TEST_TMPDIR/log"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/log")" = 1 ]
	[[ $output == *no-such-rootfs* ]]
}

@test "run: a state directory on a full disk is a plain failure that leaves nothing" {
	requires root
	mkdir "$BATS_TEST_TMPDIR/full"
	mount -t tmpfs -o size=4k,nr_inodes=3 tmpfs "$BATS_TEST_TMPDIR/full"
	run "$CLOCHE" --root "$BATS_TEST_TMPDIR/full" run --bundle "$BUNDLE" "$ID"
	left=$(find "$BATS_TEST_TMPDIR/full" -mindepth 1 -not -name .seccomp)
	umount "$BATS_TEST_TMPDIR/full"
	echo "left: $left"
	fails_with 125 'No space left on device'
	[ -z "$left" ]
}
