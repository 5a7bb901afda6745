# SPDX-License-Identifier: Apache-2.0
# For bats files: making, watching and looking into services. Load after helpers.

# run_service [OPTION…]: run the bundle; sets $status, $output and $lines as bats' run does, which warns of a status 127
run_service() {
	status=0
	output=$(cloche run --bundle "$BUNDLE" "$@" "$ID" 2>&1) || status=$?
	mapfile -t lines <<<"$output"
}

# run_in_background [OPTION…]: run the bundle, its output in the file $OUT; end_of_run waits for it and sets $status
run_in_background() {
	OUT=$BATS_TEST_TMPDIR/out
	"$CLOCHE" --root "$STATE" run --bundle "$BUNDLE" "$@" "$ID" >"$OUT" 2>&1 3>&- </dev/null &
	RUNNING=$!
}

end_of_run() {
	status=0
	wait "$RUNNING" || status=$?
	output=$(<"$OUT")
}

# output_of_script TEXT: run a script in the service; it must end with 0
output_of_script() {
	script_is "$1"
	run_service
	echo "$output"
	[ "$status" = 0 ]
}

# create_service [OPTION…]; start_service [OPTION…]: create, and also start. Not in the test's pipe: what stays
# running would hold it open, and bats would wait for it.
create_service() { cloche create --bundle "$BUNDLE" "$@" "$ID" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- </dev/null; }
start_service() {
	create_service "$@"
	cloche start "$ID" 3>&-
}

# move_bundle_to_public: to a folder that every user may reach, $PUBLIC, which teardown removes
move_bundle_to_public() {
	PUBLIC=$(mktemp -d /tmp/cloche-public-XXXXXX)
	chmod 755 "$PUBLIC"
	mv "$BUNDLE" "$PUBLIC/bundle"
	BUNDLE=$PUBLIC/bundle
}

pid_of() { cloche state "$1" | jq .pid; }

# fails_with STATUS TEXT: what bats' run has seen ended so, and said so
fails_with() {
	echo "status $status: $output"
	[ "$status" = "$1" ] && [[ $output == *"$2"* ]]
}

# field NAME [PID]: a line of /proc/PID/status
field() { sed -n "s/^$1:[[:space:]]*//p" "/proc/${2:-self}/status"; }

# field_of_first NAME: the same of the service's first process, as it is seen in the service
field_of_first() { cloche exec "$ID" sed -n "s/^$1:[[:space:]]*//p" /proc/1/status 3>&-; }

# of_whole BYTES: what the service's cgroup has for a limit of memory: with a machine's own needs, where it is one
of_whole() { is_namespaces && echo "$1" || echo $(($1 + 128 * 1024 * 1024)); }

# cgroup_of PID CONTROLLER: its directory in that controller's hierarchy, v1 or v2
cgroup_of() {
	local path
	if is_cgroup_v2; then
		path=$(sed -n 's/^0:://p' "/proc/$1/cgroup")
		echo "/sys/fs/cgroup$path"
	else
		path=$(sed -nE "s/^[0-9]+:([^:]*,)?$2(,[^:]*)?:(.*)/\3/p" "/proc/$1/cgroup")
		echo "/sys/fs/cgroup/$2$path"
	fi
}

# limit_is PID CONTROLLER FILE-ON-V1 VALUE FILE-ON-V2 VALUE
limit_is() {
	local dir file=$3 value=$4
	dir=$(cgroup_of "$1" "$2")
	! is_cgroup_v2 || { file=$5 value=$6; }
	echo "$dir/$file: $(<"$dir/$file"), want $value"
	[ "$(<"$dir/$file")" = "$value" ]
}
