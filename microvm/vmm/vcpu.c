/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/vcpu.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

/* A device's work on a vCPU's thread needs little; pages that nobody touches are not there. */
enum { STACK_BYTES = 256 << 10, KICK = SIGUSR1 };

/* The signal is there to break off KVM_RUN; nothing has to be done. */
static void kicked(int signo)
{
	(void)signo;
}

int vcpu_setup(struct err *e)
{
	const struct sigaction action = {.sa_handler = kicked};

	return sigaction(KICK, &action, NULL) < 0 ? err_sys(e, "handle the signal that stops vCPUs") : 0;
}

int vcpu_open(const struct kvm *kvm, const struct vcpu_machine *shared, uint32_t index, struct vcpu *ret, struct err *e)
{
	*ret = (struct vcpu){.kvm = {.fd = -1}, .shared = shared, .index = index};
	return kvm_vcpu_open(kvm, index, &ret->kvm, e);
}

/* Each: 0, or 1 when the vCPU does not go on. */

static int end(const struct vcpu *vcpu, enum vcpu_end how, const struct err *why)
{
	vcpu->shared->ended(vcpu->shared->machine, how, why);
	return 1;
}

static int exit_io(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->kvm.run;
	uint8_t *data = (uint8_t *)run + run->io.data_offset;

	for (uint32_t i = 0; i < run->io.count; i++, data += run->io.size) {
		uint64_t value = 0;

		if (run->io.direction == KVM_EXIT_IO_OUT) {
			memcpy(&value, data, run->io.size);
			bus_write(vcpu->shared->ports, run->io.port, run->io.size, value);
		} else {
			value = bus_read(vcpu->shared->ports, run->io.port, run->io.size);
			memcpy(data, &value, run->io.size);
		}
	}
	return 0;
}

static int exit_mmio(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->kvm.run;
	const uint32_t length = run->mmio.len <= sizeof run->mmio.data ? run->mmio.len : 0;
	uint64_t value = 0;

	if (run->mmio.is_write) {
		memcpy(&value, run->mmio.data, length);
		bus_write(vcpu->shared->mmio, run->mmio.phys_addr, length, value);
	} else {
		value = bus_read(vcpu->shared->mmio, run->mmio.phys_addr, length);
		memcpy(run->mmio.data, &value, length);
	}
	return 0;
}

static int exit_shutdown(struct vcpu *vcpu)
{
	return end(vcpu, VCPU_RESET, &ERR_NONE);
}

static int exit_system_event(struct vcpu *vcpu)
{
	const bool off = vcpu->kvm.run->system_event.type == KVM_SYSTEM_EVENT_SHUTDOWN;

	return end(vcpu, off ? VCPU_POWER_OFF : VCPU_RESET, &ERR_NONE);
}

static int exit_internal_error(struct vcpu *vcpu)
{
	struct err e = ERR_NONE;

	(void)err_set(&e, EIO, "vm-kvm", "vCPU %u: KVM cannot go on (internal error %u)", vcpu->index,
		vcpu->kvm.run->internal.suberror);
	return end(vcpu, VCPU_FAILED, &e);
}

static int exit_fail_entry(struct vcpu *vcpu)
{
	struct err e = ERR_NONE;

	(void)err_set(&e, EIO, "vm-kvm", "vCPU %u: the processor does not take the guest's state (reason 0x%llx)",
		vcpu->index, (unsigned long long)vcpu->kvm.run->fail_entry.hardware_entry_failure_reason);
	return end(vcpu, VCPU_FAILED, &e);
}

/* With the interrupt controllers in the kernel, a halted vCPU never leaves it: no KVM_EXIT_HLT. */
static int (*const exits[])(struct vcpu *vcpu) = {
	[KVM_EXIT_IO] = exit_io,
	[KVM_EXIT_MMIO] = exit_mmio,
	[KVM_EXIT_SHUTDOWN] = exit_shutdown,
	[KVM_EXIT_SYSTEM_EVENT] = exit_system_event,
	[KVM_EXIT_INTERNAL_ERROR] = exit_internal_error,
	[KVM_EXIT_FAIL_ENTRY] = exit_fail_entry,
};

static int answer(struct vcpu *vcpu)
{
	const uint32_t reason = vcpu->kvm.run->exit_reason;
	struct err e = ERR_NONE;

	vcpu->exits++;
	if (reason < sizeof exits / sizeof *exits && exits[reason])
		return exits[reason](vcpu);
	(void)err_set(&e, EIO, "vm-kvm", "vCPU %u: an exit of a kind that should not be (%u)", vcpu->index, reason);
	return end(vcpu, VCPU_FAILED, &e);
}

static int run(struct vcpu *vcpu)
{
	const int r = kvm_vcpu_run(&vcpu->kvm);
	struct err e = ERR_NONE;

	if (r == 0)
		return answer(vcpu);
	if (r == -EINTR || r == -EAGAIN) /* EAGAIN: a vCPU that waited for its start was woken */
		return 0;
	(void)err_set(&e, -r, "vm-kvm", "vCPU %u: run the guest: %s", vcpu->index, strerror(-r));
	return end(vcpu, VCPU_FAILED, &e);
}

/* For who looks at the VMM from outside. */
static void name_thread(uint32_t index)
{
	char name[16];

	(void)snprintf(name, sizeof name, "vcpu%u", index); /* fits: there are at most 64 */
	(void)prctl(PR_SET_NAME, name);
}

static void *main_of_thread(void *self)
{
	struct vcpu *vcpu = self;
	struct err e = ERR_NONE;

	name_thread(vcpu->index);
	if (vcpu->shared->enter && vcpu->shared->enter(&e) < 0) {
		(void)end(vcpu, VCPU_FAILED, &e);
		return NULL;
	}
	while (!atomic_load(&vcpu->stop) && run(vcpu) == 0)
		;
	return NULL;
}

/* Only the signal that stops vCPUs reaches their threads: all others are the I/O thread's. */
static int make_thread(struct vcpu *vcpu, const pthread_attr_t *attributes)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	(void)sigdelset(&all, KICK);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* fails only for an unknown first argument */
	r = pthread_create(&vcpu->thread, attributes, main_of_thread, vcpu);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

int vcpu_start(struct vcpu *vcpu, struct err *e)
{
	pthread_attr_t attributes;
	int r;

	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setstacksize(&attributes, STACK_BYTES); /* fails below PTHREAD_STACK_MIN */
	r = make_thread(vcpu, &attributes);
	(void)pthread_attr_destroy(&attributes);
	if (r < 0)
		return err_set(e, -r, "vm-thread", "start the thread of vCPU %u: %s", vcpu->index, strerror(-r));
	vcpu->has_thread = true;
	return 0;
}

void vcpu_stop(struct vcpu *vcpu)
{
	if (!vcpu->has_thread)
		return;
	atomic_store(&vcpu->stop, true);
	vcpu->kvm.run->immediate_exit = 1;      /* for one that is about to enter the guest */
	(void)pthread_kill(vcpu->thread, KICK); /* for one that is in it */
}

void vcpu_join(struct vcpu *vcpu)
{
	if (vcpu->has_thread)
		(void)pthread_join(vcpu->thread, NULL); /* ours, joined once */
	vcpu->has_thread = false;
}

void vcpu_close(struct vcpu *vcpu)
{
	kvm_vcpu_close(&vcpu->kvm);
}
