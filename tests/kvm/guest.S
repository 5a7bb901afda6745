/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probe's guest does, in 64-bit mode with the first 2 MiB mapped: the things that an emulated KVM gets wrong.
 * Says how far it came on port 0x10, then halts. It is copied to an address of its own: everything here is relative.
 */
	.code64
	.section .rodata
	.globl probe_guest, probe_guest_end
probe_guest:
	/* 16 bytes compared and swapped in one go: a hypervisor that emulates instructions often lacks this one */
	lea	area(%rip), %rsi
	xor	%eax, %eax
	xor	%edx, %edx
	mov	$1, %ebx
	mov	$2, %ecx
	lock cmpxchg16b (%rsi)
	jnz	stop
	mov	$1, %al
	out	%al, $0x10

	/* to user space, and back by a system call. STAR: code and stack 0x08 and 0x10 for the kernel, 0x20 and 0x18 for the user */
	mov	$0xc0000081, %ecx
	xor	%eax, %eax
	mov	$0x00100008, %edx
	wrmsr
	/* LSTAR: where a system call leads */
	mov	$0xc0000082, %ecx
	lea	called(%rip), %rax
	xor	%edx, %edx
	wrmsr
	lea	user(%rip), %rcx
	mov	$2, %r11d
	sysretq
user:
	syscall
called:
	mov	$2, %al
	out	%al, $0x10
stop:
	hlt

	.balign	16
area:
	.quad	0, 0
probe_guest_end:

	.section .note.GNU-stack, "", @progbits
