# SPDX-License-Identifier: Apache-2.0
# probe, kernel: what this host can do, and what a guest would boot.
load helpers
setup_file() { only_namespaces "it is said of both walls"; }
setup() { begin_test; }
teardown() { end_test; }

@test "probe: says of each wall whether it can be used" {
	run_cloche probe
	[ "$status" -eq 0 ]
	[[ $output == *"namespace: can be used here"* ]]
	[[ $output == *"microvm: can"*" be used here"* ]]
	[[ $output == *"/dev/kvm"* ]]
}

@test "probe --json: the wall can be used where nothing is missing" {
	run_cloche probe --json
	[ "$status" -eq 0 ]
	jq -e 'keys == ["microvm", "namespace"]' <<<"$output"
	jq -e 'all(.[]; .usable == all(.findings[]; .verdict != "missing"))' <<<"$output"
}

@test "probe: programs that are not there are missing, with their names" {
	mkdir "$BATS_TEST_TMPDIR/none"
	CLOCHE_LIBEXEC=$BATS_TEST_TMPDIR/none run_cloche probe --json
	jq -e '.microvm.usable == false' <<<"$output"
	jq -er '.microvm.findings[] | select(.what == "programs") | .text' <<<"$output" | grep "'cloche-vmm' is not in '$BATS_TEST_TMPDIR/none'"
}

@test "kernel: the one that is named is chosen, or nothing" {
	touch "$BATS_TEST_TMPDIR/vmlinux"
	CLOCHE_GUEST_KERNEL=$BATS_TEST_TMPDIR/vmlinux run_cloche kernel --json
	[ "$status" -eq 0 ]
	jq -e --arg path "$BATS_TEST_TMPDIR/vmlinux" '. == [{source: "variable", path: $path, chosen: true}]' <<<"$output"
	CLOCHE_GUEST_KERNEL=$BATS_TEST_TMPDIR/none run_cloche kernel
	[ "$status" -eq 0 ]
	[[ $output == *"none: No such file or directory"* ]]
}

@test "kernel: a package's has its modules beside it, with an index" {
	local package=$BATS_TEST_TMPDIR/package
	mkdir -p "$package/boot" "$package/lib/modules/6.1"
	touch "$package/boot/vmlinuz-6.1"
	CLOCHE_GUEST_KERNEL=$package/boot/vmlinuz-6.1 run_cloche kernel
	[[ $output == *"no modules.dep: run depmod"* ]]
	touch "$package/lib/modules/6.1/modules.dep"
	CLOCHE_GUEST_KERNEL=$package/boot/vmlinuz-6.1 run_cloche kernel
	[[ $output == "*"*", with modules from $package/boot/../lib/modules/6.1"* ]]
}
