# SPDX-License-Identifier: Apache-2.0
# Many services at once: made in batches by podmans that run side by side, then removed. None fails, nothing is left.
bats_require_minimum_version 1.5.0
load podman
setup_file() { begin_podman; }
teardown_file() { end_podman; }
setup() { begin_podman_test; }
teardown() { podman rm --all --force --time 0 >/dev/null 2>&1 || true; }

SERVICES=${CLOCHE_TEST_SERVICES:-200}
BATCH=10

things() {
	cut -d ' ' -f 5 "/proc/$KEEPER/mountinfo" | sed 's/^/mount /'
	find /sys/fs/cgroup -type d -path '*/libpod*' -printf 'cgroup %p\n'
	ls /run/netns | sed 's/^/network namespace /'
	ls /run/cloche | sed 's/^/state of a service /'
	in_keeper ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/interface \1/'
	pgrep -af "conmon.*$SCRATCH" | sed 's/^/process /'
	ls "$SCRATCH/root/vfs-containers" "$SCRATCH/run/vfs-containers" | sed 's/^/file of /'
} 2>/dev/null

# in_batches COMMAND…: once for each service, with its name in front of what follows, BATCH at a time
in_batches() { seq -f "$NAME-%g" "$SERVICES" | xargs -P "$BATCH" -I{} "$@"; }

@test "$SERVICES services in parallel batches of $BATCH: none fails, nothing is left" {
	podman_quietly run --rm --network bridge box true # what the first container of all makes, and podman keeps
	things | sort >"$SCRATCH/before"
	in_batches podman run --detach --network bridge --memory 64m --name {} box sleep 1000 >"$SCRATCH/said" 2>&1
	[ "$(podman ps --quiet | wc -l)" = "$SERVICES" ]
	[ "$(grep -cvE '^[0-9a-f]{64}$' "$SCRATCH/said")" = 0 ] # their ids, and no word of trouble
	in_batches podman rm --force --time 0 {} >"$SCRATCH/said" 2>&1
	[ "$(podman ps --all --quiet | wc -l)" = 0 ]
	wait_until 20 nothing_is_new
}
nothing_is_new() { things | sort >"$SCRATCH/after"; diff "$SCRATCH/before" "$SCRATCH/after"; }
