/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/microvm_prepare.h"

#include "runtime/service/libexec.h"
#include "runtime/service/microvm_fidelity.h"

#include <errno.h>
#include <inttypes.h>

static int prepare_place(const struct service_request *request, struct microvm_prepared *p, struct err *e)
{
	struct libexec_path vmm, fs;
	int r = libexec_find(MICROVM_PROGRAM_VMM, &vmm, e);

	r = r ? r : libexec_find(MICROVM_PROGRAM_FS, &fs, e);
	if (r < 0)
		return r;
	p->place = (struct microvm_place){
		.vmm = arena_string(&p->arena, vmm.text),
		.fs = arena_string(&p->arena, fs.text),
		.vmm_root = arena_format(&p->arena, "%s/%s/" MICROVM_VMM_ROOT, request->root, request->id),
		.fs_root = arena_format(&p->arena, "%s/%s/" MICROVM_FS_ROOT, request->root, request->id),
		.privileged = request->privileged,
	};
	return p->place.vmm && p->place.fs && p->place.vmm_root && p->place.fs_root ? 0 : err_nomem(e);
}

static int prepare_specs(const struct service_request *request, struct microvm_prepared *p, struct err *e)
{
	int r = microvm_size(request->spec, &p->size, e);

	r = r ? r : prepare_place(request, p, e);
	r = r ? r : microvm_spec_vmm(request->spec, &p->place, &p->vmm_spec, e);
	r = r ? r : microvm_spec_fs(request->spec, &p->place, &p->fs_spec, e);
	r = r ? r : microvm_spec_guest(request->spec, request->privileged, &p->guest_spec, e);
	p->vmm_request = *request;
	p->vmm_request.spec = &p->vmm_spec;
	p->vmm_request.bare = true;
	p->vmm_request.wait_start = false; /* it is the service in it that waits */
	p->vmm_request.preserve_fds = p->vmm_request.listen_fds = 0;
	return r;
}

/* The same cgroup, which the VMM's launch has made. */
static int prepare_fs(struct microvm_prepared *p, struct err *e)
{
	struct plan_setting setting = prepare_setting(&p->vmm_request, &p->vmm);

	setting.cgroup_made = true;
	setting.systemd_cgroup = false;
	return plan_for_service(&p->fs_spec, &setting, &p->fs, e);
}

/* As cloche-init plans it, which has a machine and a version 2 of its own. */
static int prepare_guest(const struct service_request *request, struct microvm_prepared *p, struct err *e)
{
	const struct cgroup_host host = cgroup_host_fixed(CGROUP_MODE_V2);
	const struct plan_setting setting = plan_setting_in_guest(&host, request->id, request->no_new_keyring);

	return plan_for_service(&p->guest_spec, &setting, &p->guest, e);
}

int microvm_prepare_plan(const struct service_request *request, struct microvm_prepared *ret, struct err *e)
{
	int r = prepare_specs(request, ret, e);

	r = r ? r : prepare_plan(&ret->vmm_request, &ret->vmm, e);
	r = r ? r : prepare_fs(ret, e);
	return r ? r : prepare_guest(request, ret, e);
}

static int prepare_check(const struct service_request *request, struct err *e)
{
	own_report report = {.file = request->spec->file};

	if (request->preserve_fds)
		return err_set(
			e, EOPNOTSUPP, "wall-cannot", "a service in a microVM cannot have descriptors of the host's");
	microvm_fidelity_check(request->spec, request->bundle, &report);
	return report_error(&report, e);
}

int microvm_prepare(const struct service_request *request, struct microvm_prepared *ret, struct err *e)
{
	int r = prepare_check(request, e);

	r = r ? r : prepare_specs(request, ret, e);
	r = r ? r : prepare_service(&ret->vmm_request, &ret->vmm, e);
	r = r ? r : prepare_fs(ret, e);
	return r ? r : prepare_guest(request, ret, e);
}

int microvm_prepared_text(const struct microvm_prepared *prepared, struct text *out, struct err *e)
{
	int r;

	text_format(out, "machine: %" PRIu64 " MiB, %u vCPUs\n\nVMM, on the host:\n", prepared->size.memory_bytes >> 20,
		prepared->size.vcpus);
	r = plan_print_text(&prepared->vmm.plan, out, e);
	text_add(out, "\nfile server, on the host:\n");
	r = r ? r : plan_print_text(&prepared->fs, out, e);
	text_add(out, "\nservice, in the guest:\n");
	return r ? r : plan_print_text(&prepared->guest, out, e);
}

int microvm_prepared_json(const struct microvm_prepared *prepared, struct text *out, struct err *e)
{
	int r;

	text_format(out,
		"{\"machine\": {\"memory\": %" PRIu64 ", \"vcpus\": %u},\n\"vmm\": ", prepared->size.memory_bytes,
		prepared->size.vcpus);
	r = plan_print_json(&prepared->vmm.plan, out, e);
	text_add(out, ", \"fs\": ");
	r = r ? r : plan_print_json(&prepared->fs, out, e);
	text_add(out, ", \"guest\": ");
	r = r ? r : plan_print_json(&prepared->guest, out, e);
	text_add(out, "}\n");
	return r;
}

void microvm_prepared_free(struct microvm_prepared *prepared)
{
	plan_free(&prepared->guest);
	plan_free(&prepared->fs);
	prepared_free(&prepared->vmm);
	spec_free(&prepared->guest_spec);
	spec_free(&prepared->fs_spec);
	spec_free(&prepared->vmm_spec);
	arena_free(&prepared->arena);
}
