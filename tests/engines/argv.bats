# SPDX-License-Identifier: Apache-2.0
# The same calls to cloche, crun and runc.
bats_require_minimum_version 1.5.0
HELPERS=$BATS_TEST_DIRNAME/../verbs

setup_file() {
	load ../verbs/helpers
	requires root tool:crun tool:runc tool:jq
	[ ! -e /run/lab ] || skip "needs a machine of its own speed: a thousand programs are started"
	SCRATCH=$(mktemp -d -p /tmp argv.XXXXXX) # the path of a socket is short
	export SCRATCH
	ln -s "$CLOCHE" "$SCRATCH/cloche"
	make_template
}

teardown_file() { [ -z "${SCRATCH:-}" ] || rm -rf "$SCRATCH"; }

setup() { load ../verbs/helpers; }

# other_bundle NAME FILTER: a folder in the template with a spec that differs from the template's
other_bundle() {
	mkdir "$TEMPLATE/$1"
	jq '.root.path = "../rootfs" | '"$2" "$TEMPLATE/config.json" >"$TEMPLATE/$1/config.json"
}

make_template() {
	local program
	TEMPLATE=$SCRATCH/template
	program=$(sed -n "s/^PROGRAM = '\(.*\)'$/\1/p" "$BATS_TEST_DIRNAME/argv/program.py")
	make_bundle "$TEMPLATE"
	BUNDLE=$TEMPLATE script_is "$program"
	BUNDLE=$TEMPLATE edit_spec '.ociVersion = "1.0.2"' # crun knows no later one
	other_bundle tty '.process.terminal = true'
	other_bundle short '.process.args = ["echo", "hello"]'
	other_bundle fails '.process.args = ["sh", "-c", "exit 7"]'
	other_bundle killed '.process.args = ["sh", "-c", "kill -9 $$"] | .linux.namespaces -= [{"type": "pid"}]'
	other_bundle missing '.process.args = ["no-such-program"]'
	other_bundle forbidden '.process.args = ["/etc/passwd"]'
	other_bundle nowhere '.root.path = "no-such-rootfs"'
	other_bundle broken '.'
	echo '{"ociVersion": ' >"$TEMPLATE/broken/config.json"
	mkdir "$TEMPLATE/empty"
	touch "$TEMPLATE/bad.json"
	cp "$TEMPLATE/config.json" "$TEMPLATE/other.json"
	jq '.process | .args = ["sh", "-c", "exit 3"]' "$TEMPLATE/config.json" >"$TEMPLATE/process.json"
	jq '.args = ["no-such-program"]' "$TEMPLATE/process.json" >"$TEMPLATE/process-missing.json"
	jq '.terminal = true' "$TEMPLATE/process.json" >"$TEMPLATE/process-tty.json"
	echo '{"pids": {"limit": 20}, "memory": {"limit": 67108864}}' >"$TEMPLATE/resources.json"
}

# answers_alike STATE: the calls of the table that are made in that state. crun does not work where a cgroup2 stands
# beside version 1: it gets a mount namespace without that.
answers_alike() {
	local argv=$BATS_TEST_DIRNAME/argv
	mkdir "$SCRATCH/$1"
	unshare --mount sh -c '! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified; exec "$@"' sh \
		"$argv/compare.py" "$argv/calls.table" "$1" "$SCRATCH/template" "$SCRATCH/$1" "$SCRATCH/cloche" "$(command -v crun)" "$(command -v runc)" 3>&-
}

@test "argv: without a container" { answers_alike absent; }
@test "argv: a container that is created" { answers_alike created; }
@test "argv: a container that runs" { answers_alike running; }
@test "argv: a container that is paused" { answers_alike paused; }
@test "argv: a container that has stopped" { answers_alike stopped; }
