# SPDX-License-Identifier: Apache-2.0
# The build of the guest's kernel: what is made is made once, whole, and named by what it is made from. Here with a
# recipe of ours in place of the one that takes ten minutes.
KERNEL=$BATS_TEST_DIRNAME/../../microvm/kernel

setup() {
	PLACE=$BATS_TEST_TMPDIR
	cp "$KERNEL/build" "$KERNEL/guest.config" "$PLACE/"
	export XDG_CACHE_HOME=$PLACE/cache MADE=$PLACE/made
	CACHE=$XDG_CACHE_HOME/cloche/kernel
	recipe_is 'echo kernel >"$3/vmlinux"; echo config >"$3/config"'
	# every package there is, in one version
	mkdir "$PLACE/bin"
	script "$PLACE/bin/dpkg-query" 'case $* in *Status*) echo installed ;; *) echo 6.1.0-1 ;; esac'
	export PATH=$PLACE/bin:$PATH
}

script() { printf '#!/bin/sh\n%s\n' "$2" >"$1" && chmod +x "$1"; }
recipe_is() { script "$PLACE/recipe" 'echo made >>"$MADE"; '"$1"; }
times_made() { wc -l <"$MADE"; }
build() { run --separate-stderr "$PLACE/build" "$@"; }
kernels() { find "$CACHE" -name vmlinux; }

bats_require_minimum_version 1.5.0

@test "kernel: it is built once, and its path is what is printed" {
	build --print
	[ "$status" = 1 ]
	[[ $stderr == *"is not built yet"* ]]
	build
	[ "$status" = 0 ]
	[ "$(cat "$output")" = kernel ]
	first=$output
	build
	[ "$output" = "$first" ]
	build --print
	[ "$output" = "$first" ]
	[ "$(times_made)" = 1 ]
}

@test "kernel: another configuration is another kernel, another comment is not" {
	build
	first=$output
	sed -i '1i # a word more' "$PLACE/guest.config"
	build
	[ "$output" = "$first" ]
	echo CONFIG_BTRFS_FS=y >>"$PLACE/guest.config"
	build
	[ "$status" = 0 ]
	[ "$output" != "$first" ]
	[ "$(times_made)" = 2 ]
}

@test "kernel: another version of the source is another kernel" {
	build
	first=$output
	script "$PLACE/bin/dpkg-query" 'case $* in *Status*) echo installed ;; *) echo 6.1.0-2 ;; esac'
	build
	[ "$output" != "$first" ]
}

@test "kernel: a build that fails says why, leaves none, and is tried again" {
	recipe_is 'echo half >"$3/vmlinux"; echo no such option; exit 3'
	build
	[ "$status" = 1 ]
	[[ $stderr == *"no such option"*"the build failed"* ]]
	[ -z "$(kernels)" ]
	recipe_is 'echo kernel >"$3/vmlinux"; echo config >"$3/config"'
	build
	[ "$(cat "$output")" = kernel ]
}

@test "kernel: a build that is killed leaves nothing that a later one believes" {
	recipe_is 'echo half >"$3/vmlinux"; kill -KILL $PPID'
	build
	[ "$status" = 137 ]
	build --print
	[ "$status" = 1 ]
	recipe_is 'echo kernel >"$3/vmlinux"; echo config >"$3/config"'
	build
	[ "$(cat "$output")" = kernel ]
	[ "$(kernels | wc -l)" = 1 ]
}

@test "kernel: of builds that begin at once one builds, and all have the kernel" {
	recipe_is 'sleep 0.5; echo kernel >"$3/vmlinux"; echo config >"$3/config"'
	for number in 1 2 3 4; do
		"$PLACE/build" >"$PLACE/out.$number" 2>/dev/null &
	done
	wait
	for number in 1 2 3 4; do
		[ "$(cat "$(cat "$PLACE/out.$number")")" = kernel ]
	done
	[ "$(times_made)" = 1 ]
}

@test "kernel: what is missing for a build is named" {
	script "$PLACE/bin/dpkg-query" 'case $* in *Status*flex) exit 1 ;; *Status*) echo installed ;; *) echo 6.1.0-1 ;; esac'
	build
	[ "$status" = 1 ]
	[[ $stderr == *"needs flex: tests/setup kernel installs them"* ]]
}

@test "kernel: an option that Kconfig drops or changes is named" {
	printf 'CONFIG_A=y\nCONFIG_B=n\nCONFIG_C=n\nCONFIG_D=64\nCONFIG_E="x"\n' >"$PLACE/asked"
	printf 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_D=64\nCONFIG_E="x"\nCONFIG_F=y\n' >"$PLACE/got"
	run "$KERNEL/lost" "$PLACE/asked" "$PLACE/got"
	[ "$status" = 0 ]
	printf '# CONFIG_A is not set\nCONFIG_B=y\nCONFIG_D=8\n' >"$PLACE/got"
	run "$KERNEL/lost" "$PLACE/asked" "$PLACE/got"
	[ "$status" = 1 ]
	[ "$output" = 'lost: CONFIG_A=y became n
lost: CONFIG_B=n became y
lost: CONFIG_D=64 became 8
lost: CONFIG_E="x" became n' ]
}
