/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/microvm_parts.h"

#include "base/own.h"
#include "base/unix_socket.h"
#include "runtime/service/initramfs.h"
#include "runtime/service/kernel.h"
#include "runtime/service/libexec.h"
#include "runtime/service/microvm.h"
#include "runtime/service/processor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#define KVM_PATH     "/dev/kvm"
#define PROGRAM_INIT "cloche-init"

static int parts_open_kvm(struct microvm_parts *p, struct err *e)
{
	p->kvm = open(KVM_PATH, O_RDWR | O_CLOEXEC);
	if (p->kvm >= 0)
		return 0;
	if (errno == ENOENT)
		return err_set(e, ENOENT, "no-kvm",
			"there is no '%s': load kvm_intel or kvm_amd, or use --isolation namespace", KVM_PATH);
	return err_sys(e, "open '%s' (a member of the group 'kvm' may)", KVM_PATH);
}

static int parts_open_initrd(
	const struct service_request *request, const struct kernel *kernel, struct microvm_parts *p, struct err *e)
{
	const struct spec_vm_kernel *asked = request->spec->vm ? request->spec->vm->kernel : NULL;
	struct libexec_path init;
	int r = libexec_find(PROGRAM_INIT, &init, e);

	if (r < 0)
		return r;
	p->initrd = initramfs_build(
		&(struct initramfs_parts){
			.init = init.text, .modules = kernel->modules, .first = asked ? asked->initrd : NULL},
		e);
	return p->initrd < 0 ? p->initrd : 0;
}

static int parts_open_kernel(const struct service_request *request, struct microvm_parts *p, struct err *e)
{
	const struct spec_vm_kernel *asked = request->spec->vm ? request->spec->vm->kernel : NULL;
	own_kernel_list list = {0};
	const struct kernel *kernel;
	int r = kernel_list(asked ? asked->path : NULL, &list, e);

	r = r ? r : kernel_choose(&list, &kernel, e);
	if (r < 0)
		return r;
	p->kernel = open(kernel->path, O_RDONLY | O_CLOEXEC);
	if (p->kernel < 0)
		return err_sys(e, "open the guest's kernel '%s'", kernel->path);
	p->no_acpi = kernel->no_acpi;
	return parts_open_initrd(request, kernel, p, e);
}

static int parts_pair(int *ret_one, int *ret_other, struct err *e)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	*ret_one = pair[0];
	*ret_other = pair[1];
	return 0;
}

int microvm_parts_open(
	const struct service_request *request, const struct service *s, struct microvm_parts *ret, struct err *e)
{
	int r = parts_open_kvm(ret, e);

	r = r ? r : parts_open_kernel(request, ret, e);
	r = r ? r : microvm_disks_open(request->spec, request->bundle, &ret->disks, e);
	r = r ? r : parts_pair(&ret->machine_host, &ret->machine_vmm, e);
	r = r ? r : parts_pair(&ret->fs_vmm, &ret->fs_server, e);
	if (r < 0)
		return r;
	ret->emulated = processor_is_emulated();
	ret->vsock = unix_listen(s->dir, MICROVM_VSOCK_SOCKET, SOCK_STREAM, e);
	if (ret->vsock < 0)
		return ret->vsock;
	ret->log = openat(s->dir, MICROVM_GUEST_LOG, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return ret->log < 0 ? err_sys(e, "make the guest's log") : 0;
}

void microvm_parts_close(struct microvm_parts *parts)
{
	int *const all[] = {&parts->kvm, &parts->kernel, &parts->initrd, &parts->vsock, &parts->log,
		&parts->machine_host, &parts->machine_vmm, &parts->fs_vmm, &parts->fs_server, &parts->terminal,
		&parts->tap};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		own_release_fd(all[i]);
	microvm_disks_close(&parts->disks);
}
