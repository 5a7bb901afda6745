/* SPDX-License-Identifier: Apache-2.0 */
/* The spec's vm object (OCI runtime-spec config-vm.md). */
#pragma once

#include "config/spec_types.h"

struct spec_vm_hypervisor {
	const char *path;
	struct strings parameters;
};

struct spec_vm_kernel {
	const char *path;
	struct strings parameters;
	const char *initrd;
};

enum spec_vm_image_format {
	SPEC_VM_IMAGE_UNSET,
	SPEC_VM_IMAGE_RAW,
	SPEC_VM_IMAGE_QCOW2,
	SPEC_VM_IMAGE_VDI,
	SPEC_VM_IMAGE_VMDK,
	SPEC_VM_IMAGE_VHD,
};

struct spec_vm_image {
	const char *path;
	enum spec_vm_image_format format;
};

struct spec_vm_iomem {
	struct opt_uint first_gfn;
	uint64_t first_mfn, mfns_n; /* machine frame numbers, 4 KiB each */
};

struct spec_vm_hw_config {
	const char *device_tree;
	struct opt_uint vcpus;
	struct opt_uint memory_bytes;
	struct strings dtdevs;
	size_t iomems_n;
	struct spec_vm_iomem *iomems;
	size_t irqs_n;
	uint64_t *irqs;
};

struct spec_vm {
	struct spec_vm_hypervisor *hypervisor;
	struct spec_vm_kernel *kernel;
	struct spec_vm_image *image;
	struct spec_vm_hw_config *hw_config;
};
