# SPDX-License-Identifier: Apache-2.0
# cloche-vmm with guests of a page each (payload.S): what a machine has, and how it ends. Any KVM can run these.
bats_require_minimum_version 1.5.0

setup() {
	[ -w /dev/kvm ] || skip "needs /dev/kvm"
	VMM=$CLOCHE_BUILD/microvm/cloche-vmm
}

# guest LETTER [OPTION…]: what it says is in $output, what cloche-vmm tells its maker in $stderr, its exit code in $status
guest() {
	local letter=$1
	shift
	run --separate-stderr timeout 60 "$CLOCHE_BUILD/tests/kvm/boot" -m 16 -f serial -a "$letter" "$@" "$VMM" \
		"$CLOCHE_BUILD/tests/kvm/payload" 3>&-
	echo "status $status"
	echo "$output"
	echo "$stderr"
}

# begin_guest LETTER [OPTION…]: one that stays, once it has said so; $VMM_PID is its VMM
begin_guest() {
	local letter=$1
	shift
	SAID=$BATS_TEST_TMPDIR/said
	: >"$SAID"
	"$CLOCHE_BUILD/tests/kvm/boot" -m 16 -f serial -a "$letter" "$@" "$VMM" "$CLOCHE_BUILD/tests/kvm/payload" \
		>"$SAID" 2>&1 3>&- &
	BOOT_PID=$!
	until grep -q "here I stay" "$SAID"; do
		kill -0 $BOOT_PID
		sleep 0.1
	done
	VMM_PID=$(pgrep -P $BOOT_PID)
}

# end_guest: it ends by SIGTERM, orderly
end_guest() {
	local status=0
	kill -TERM "$VMM_PID"
	wait $BOOT_PID || status=$?
	cat "$SAID"
	[ $status -eq 143 ]
	grep -q "^ended orderly " "$SAID"
}

# said LINE…: these and no other lines, before what cloche-vmm adds
said() {
	[ "$(grep -v '^cloche-vmm: ' <<<"$output")" = "$(printf '%s\n' "$@")" ]
}

ended() {
	grep -q "^ended $1 " <<<"$stderr"
}

@test "kvm: a guest's bytes leave by its serial port" {
	guest h
	said "hello from the guest"
}

@test "kvm: many bytes leave by one instruction" {
	guest s
	said "hello from the guest"
}

@test "kvm: a guest reads and writes a device's registers" {
	guest m
	said 74726976 00000002 00000003 00000003
}

@test "kvm: where nobody answers all bits are set" {
	guest n
	said ffffffff 0000ffff ffffffff 000000ff
}

@test "kvm: a guest sees its hypervisor and its own number" {
	guest c
	said 80000000 00000001 4b4d564b
}

@test "kvm: memory ends where it ends" {
	guest e
	said 12345678 ffffffff
}

@test "kvm: a second vCPU starts when the first asks for it" {
	guest 2 -c 2
	said 00000101
}

@test "kvm: a guest that resets without a word has failed" {
	guest h
	[ "$status" -eq 125 ]
	ended triple-fault
	[[ $output == *"cloche-vmm: the guest reset itself before it told how its service ended" ]]
}

@test "kvm: a triple fault ends the machine" {
	"$CLOCHE_BUILD/tests/kvm/probe" >/dev/null || skip "needs a KVM that is whole"
	guest f
	[ "$status" -eq 125 ]
	ended triple-fault
}

@test "kvm: a guest that switches itself off has ended orderly" {
	guest o
	[ "$status" -eq 0 ]
	ended orderly
	[ -z "$output" ]
}

@test "kvm: a panic is told apart from a reset" {
	guest p
	[ "$status" -eq 125 ]
	ended panic
	[[ $output == *"cloche-vmm: the guest's kernel panicked" ]]
}

@test "kvm: a guest that does not boot in time is ended" {
	guest l -t 300
	[ "$status" -eq 125 ]
	ended boot-timeout
	[[ $output == "here I stay"*"cloche-vmm: the guest did not boot in time" ]]
}

@test "kvm: SIGTERM ends a guest that is busy, and one that waits" {
	for letter in l i; do
		begin_guest $letter
		end_guest
	done
}

@test "kvm: sixty-four vCPUs stop together" {
	begin_guest l -c 64
	end_guest
}

@test "kvm: memory from the start, and in huge pages" {
	guest e -f preallocate -f hugepages
	said 12345678 ffffffff
}

@test "kvm: what is no kernel is refused before anything runs" {
	run --separate-stderr "$CLOCHE_BUILD/tests/kvm/boot" "$VMM" "$BATS_TEST_FILENAME" 3>&-
	[ "$status" -eq 125 ]
	[[ $stderr == failed* ]]
	[ -z "$output" ]
}

@test "kvm: more vCPUs and less memory than can be are refused" {
	guest h -c 65
	[ "$status" -eq 125 ]
	[[ $stderr == *"65 vCPUs: a machine has 1 to 64"* ]]
	guest h -m 0
	[ "$status" -eq 125 ]
	[[ $stderr == failed* ]]
}

# the VMM's own pages: not the guest's memory, and not its program, which all VMMs share
private_kib() {
	awk '/^[0-9a-f]+-[0-9a-f]+ / { guest = 0; } /^Size:/ { guest = $2 >= 16384 } /^Private_Dirty:/ && !guest { sum += $2 } END { print sum }' "/proc/$1/smaps"
}

@test "kvm: a machine costs less than 3 MiB of memory beside its guest's" {
	begin_guest i -m 64 -c 4 -d console -d rng -d balloon
	local kib=$(private_kib "$VMM_PID")
	end_guest
	echo "$kib KiB"
	[ "$kib" -gt 0 ]
	[ "$kib" -lt 3072 ]
}

@test "kvm: nothing but the machine's parts stays open" {
	begin_guest i
	local open=$(ls -l "/proc/$VMM_PID/fd")
	end_guest
	echo "$open"
	! grep payload <<<"$open"
}

@test "kvm: a trace says where the time went" {
	guest h -T "$BATS_TEST_TMPDIR/trace"
	(echo '['; sed '$ s/,$//' "$BATS_TEST_TMPDIR/trace"; echo ']') >"$BATS_TEST_TMPDIR/trace.json"
	[ "$(jq -r '[.[] | select(.ph == "X") | .name] | join(" ")' "$BATS_TEST_TMPDIR/trace.json")" = "memory kvm ports devices vcpus sandbox kernel watch guest" ]
	[ "$(jq '.[] | select(.name == "exits") | .args.vcpu0' "$BATS_TEST_TMPDIR/trace.json")" -gt 20 ]
}
