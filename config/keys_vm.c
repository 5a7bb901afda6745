/* SPDX-License-Identifier: Apache-2.0 */
/* OCI runtime-spec config-vm.md. The kernel is not required: without one, the microVM brings its own. */
#include "config/keys_rows.h"

static const struct key hypervisor_keys[] = {
	KEY("path", spec_vm_hypervisor, path, .required = true),
	KEY("parameters", spec_vm_hypervisor, parameters),
};
static const struct key_table hypervisor_table = KEYS_TABLE(spec_vm_hypervisor, hypervisor_keys);

static const struct key kernel_keys[] = {
	KEY("path", spec_vm_kernel, path, .required = true),
	KEY("parameters", spec_vm_kernel, parameters),
	KEY("initrd", spec_vm_kernel, initrd),
};
static const struct key_table kernel_table = KEYS_TABLE(spec_vm_kernel, kernel_keys);

static const struct key image_keys[] = {
	KEY("path", spec_vm_image, path, .required = true),
	KEY_AS(KEY_ENUM, "format", spec_vm_image, format, .names = &names_vm_image, .required = true),
};
static const struct key_table image_table = KEYS_TABLE(spec_vm_image, image_keys);

static const struct key iomem_keys[] = {
	KEY("firstGFN", spec_vm_iomem, first_gfn),
	KEY("firstMFN", spec_vm_iomem, first_mfn, .required = true),
	KEY("nrMFNs", spec_vm_iomem, mfns_n, .required = true),
};
static const struct key_table iomem_table = KEYS_TABLE(spec_vm_iomem, iomem_keys);

static const struct key hw_config_keys[] = {
	KEY("deviceTree", spec_vm_hw_config, device_tree),
	KEY("vcpus", spec_vm_hw_config, vcpus, .range = &key_range_uint32),
	KEY("memory", spec_vm_hw_config, memory_bytes, .unit = "bytes"),
	KEY("dtdevs", spec_vm_hw_config, dtdevs),
	KEY_AS(KEY_OBJECTS, "iomems", spec_vm_hw_config, iomems,
		.count_at = offsetof(struct spec_vm_hw_config, iomems_n), .table = &iomem_table),
	KEY_AS(KEY_NUMBERS, "irqs", spec_vm_hw_config, irqs, .count_at = offsetof(struct spec_vm_hw_config, irqs_n),
		.range = &key_range_uint32),
};
static const struct key_table hw_config_table = KEYS_TABLE(spec_vm_hw_config, hw_config_keys);

static const struct key vm_keys[] = {
	KEY_AS(KEY_OBJECT, "hypervisor", spec_vm, hypervisor, .table = &hypervisor_table),
	KEY_AS(KEY_OBJECT, "kernel", spec_vm, kernel, .table = &kernel_table),
	KEY_AS(KEY_OBJECT, "image", spec_vm, image, .table = &image_table),
	KEY_AS(KEY_OBJECT, "hwConfig", spec_vm, hw_config, .table = &hw_config_table),
};
const struct key_table keys_vm = KEYS_TABLE(spec_vm, vm_keys);
