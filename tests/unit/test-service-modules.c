/* SPDX-License-Identifier: Apache-2.0 */
/* Which modules a guest's kernel loads, and in which order. */
#include "runtime/service/modules.h"

#include "tests/unit/unit.h"

#define NEEDED                                                                                                         \
	"kernel/a/virtio_mmio.ko: kernel/a/virtio.ko kernel/a/virtio_ring.ko\n"                                        \
	"kernel/a/virtio.ko: kernel/a/virtio_ring.ko\n"                                                                \
	"kernel/a/virtio_ring.ko:\n"                                                                                   \
	"kernel/n/vmw_vsock_virtio_transport.ko: kernel/n/vsock.ko kernel/a/virtio.ko kernel/a/virtio_ring.ko\n"       \
	"kernel/n/vsock.ko:\n"                                                                                         \
	"kernel/f/virtiofs.ko: kernel/f/fuse.ko kernel/a/virtio.ko kernel/a/virtio_ring.ko\n"                          \
	"kernel/f/fuse.ko:\n"

static void expect(const char *dep, const char *builtin, const char *const *paths, size_t n)
{
	own_arena arena = {0};
	struct module_order order;
	struct err e = ERR_NONE;
	int r = modules_order(&(struct modules_index){.dep = dep, .builtin = builtin}, &arena, &order, &e);

	assert_string_equal(e.text, "");
	assert_int_equal(r, 0);
	assert_int_equal(order.n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(order.paths[i], paths[i]);
}

static void a_module_comes_after_what_it_needs_and_once(void **state)
{
	static const char *const paths[] = {"kernel/a/virtio_ring.ko", "kernel/a/virtio.ko", "kernel/a/virtio_mmio.ko",
		"kernel/n/vsock.ko", "kernel/n/vmw_vsock_virtio_transport.ko", "kernel/f/fuse.ko",
		"kernel/f/virtiofs.ko"};

	(void)state;
	expect(NEEDED, "", paths, sizeof paths / sizeof *paths);
}

static void what_is_built_in_is_not_loaded(void **state)
{
	static const char *const paths[] = {"kernel/f/virtiofs.ko"};

	(void)state;
	expect("kernel/f/virtiofs.ko:", "kernel/virtio_mmio.ko\nkernel/vmw_vsock_virtio_transport.ko\n", paths, 1);
}

static void dashes_and_underscores_are_the_same(void **state)
{
	static const char *const paths[] = {"a/virtio-rng.ko"};

	(void)state;
	expect("a/virtio-rng.ko:\n", "virtio-mmio.ko\nvmw_vsock_virtio_transport.ko\nvirtiofs.ko\n", paths, 1);
}

static void a_name_that_only_begins_alike_is_another(void **state)
{
	(void)state;
	expect("a/virtio_blk_more.ko:\nb/not_virtio_blk.ko:\n",
		"virtio_mmio.ko\nvmw_vsock_virtio_transport.ko\nvirtiofs.ko\n", NULL, 0);
}

static void refused(const char *dep, const char *code)
{
	own_arena arena = {0};
	struct module_order order;
	struct err e = ERR_NONE;

	assert_true(modules_order(&(struct modules_index){.dep = dep, .builtin = ""}, &arena, &order, &e) < 0);
	assert_string_equal(e.code, code);
}

static void a_kernel_without_what_a_guest_needs_is_refused(void **state)
{
	(void)state;
	refused("", "module-missing");
}

static void a_compressed_module_is_refused(void **state)
{
	(void)state;
	refused("a/virtio_mmio.ko.xz:\n", "module-compressed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_comes_after_what_it_needs_and_once),
		cmocka_unit_test(what_is_built_in_is_not_loaded),
		cmocka_unit_test(dashes_and_underscores_are_the_same),
		cmocka_unit_test(a_name_that_only_begins_alike_is_another),
		cmocka_unit_test(a_kernel_without_what_a_guest_needs_is_refused),
		cmocka_unit_test(a_compressed_module_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
