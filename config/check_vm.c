/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of config-vm.md. */
#include "config/check_rules.h"

static void paths_are_absolute(const struct spec *spec, struct report *report)
{
	const struct spec_vm *vm = spec->vm;

	if (!vm)
		return;
	check_absolute(vm->hypervisor ? vm->hypervisor->path : NULL, "/vm/hypervisor/path", report);
	check_absolute(vm->kernel ? vm->kernel->path : NULL, "/vm/kernel/path", report);
	check_absolute(vm->kernel ? vm->kernel->initrd : NULL, "/vm/kernel/initrd", report);
	check_absolute(vm->image ? vm->image->path : NULL, "/vm/image/path", report);
	check_absolute(vm->hw_config ? vm->hw_config->device_tree : NULL, "/vm/hwConfig/deviceTree", report);
}

static void machine_is_not_empty(const struct spec *spec, struct report *report)
{
	const struct spec_vm_hw_config *hw = spec->vm ? spec->vm->hw_config : NULL;

	if (hw && hw->vcpus.set && hw->vcpus.value == 0)
		report_refuse(report, "spec-range", "/vm/hwConfig/vcpus", "want at least 1");
	if (hw && hw->memory_bytes.set && hw->memory_bytes.value == 0)
		report_refuse(report, "spec-range", "/vm/hwConfig/memory", "want at least 1 byte");
}

static check_rule *const rules[] = {
	paths_are_absolute,
	machine_is_not_empty,
};
const struct check_rules check_vm_rules = CHECK_RULES(rules);
