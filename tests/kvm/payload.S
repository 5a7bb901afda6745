/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guests of a page each, in one image: an ELF file with a PVH note, entered in 32-bit protected mode without paging.
 * The first letter of the command line says which of them it is. What they find they write to the serial port.
 */
	.code32

	.section .note.pvh, "a", @note
	.balign	4
	.long	4, 8, 18		/* name's length, descriptor's length, XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.quad	entry

	.set	SERIAL, 0x3f8
	.set	START_INFO_CMDLINE, 24
	.set	STACK, 0x180000
	.set	DEVICES, 0xd0000000
	.set	LOCAL_APIC, 0xfee00000
	.set	TRAMPOLINE, 0x8000
	.set	MAILBOX, 0x500

	.section .text, "ax", @progbits
	.globl	entry
entry:
	mov	$STACK, %esp
	mov	START_INFO_CMDLINE(%ebx), %eax
	movzbl	(%eax), %eax
	mov	$guests, %esi
1:	cmpb	%al, (%esi)
	je	2f
	cmpb	$0, (%esi)
	je	2f
	add	$8, %esi
	jmp	1b
2:	call	*4(%esi)
	/* who comes back is done: the keyboard controller's reset line */
	mov	$0xfe, %al
	out	%al, $0x64
	hlt

	.macro	guest letter, label
	.byte	\letter, 0, 0, 0
	.long	\label
	.endm
	.balign	8
guests:
	guest	'h', hello
	guest	's', string
	guest	'm', mmio
	guest	'n', nobody
	guest	'c', cpuid_leaf
	guest	'e', memory_end
	guest	'f', triple_fault
	guest	'o', power_off
	guest	'p', panic
	guest	'l', loop
	guest	'i', idle
	guest	'2', second
	guest	0, unknown

unknown:
	mov	$text_unknown, %esi
	jmp	print

hello:
	mov	$text_hello, %esi
	jmp	print

/* many bytes by one instruction */
string:
	mov	$text_hello, %esi
	mov	$text_hello_end - text_hello - 1, %ecx
	mov	$SERIAL, %edx
	rep outsb
	ret

/* a virtio device's registers: magic, version, device; then a register that the guest writes and reads back */
mmio:
	mov	$DEVICES, %edi
	mov	(%edi), %eax
	call	print_number
	mov	4(%edi), %eax
	call	print_number
	mov	8(%edi), %eax
	call	print_number
	movl	$3, 0x70(%edi)
	mov	0x70(%edi), %eax
	jmp	print_number

/* where no device is: memory-mapped, and a port, in each width */
nobody:
	mov	$DEVICES + 0xff000, %edi
	movl	$1, (%edi)
	mov	(%edi), %eax
	call	print_number
	xor	%eax, %eax
	mov	(%edi), %ax
	call	print_number
	mov	$0x1234, %dx
	out	%eax, %dx
	in	%dx, %eax
	call	print_number
	mov	$0x1234, %dx
	xor	%eax, %eax
	in	%dx, %al
	jmp	print_number

cpuid_leaf:
	mov	$1, %eax
	cpuid
	mov	%ecx, %eax
	and	$0x80000000, %eax
	call	print_number
	mov	$1, %eax
	cpuid
	mov	%ebx, %eax
	shr	$16, %eax
	call	print_number
	mov	$0x40000000, %eax
	cpuid
	mov	%ebx, %eax
	jmp	print_number

/* the last word of 16 MiB, and the first after it: not there */
memory_end:
	mov	$0x1000000 - 4, %edi
	movl	$0x12345678, (%edi)
	mov	(%edi), %eax
	call	print_number
	movl	$0x12345678, 4(%edi)
	mov	4(%edi), %eax
	jmp	print_number

triple_fault:
	push	$0
	push	$0
	lidt	(%esp)
	int3

/* ACPI 6.4, 4.8.3.7: SLP_TYP 5, SLP_EN */
power_off:
	mov	$0x600, %dx
	mov	$0x34, %al
	out	%al, %dx
	hlt

panic:
	mov	$text_panic, %esi
	jmp	print

loop:
	mov	$text_loop, %esi
	call	print
1:	jmp	1b

idle:
	mov	$text_loop, %esi
	call	print
1:	hlt
	jmp	1b

/* starts the second processor (Intel SDM 3, 9.4.4): it leaves its APIC's number in the mailbox */
second:
	mov	$trampoline, %esi
	mov	$TRAMPOLINE, %edi
	mov	$trampoline_end - trampoline, %ecx
	rep movsb
	movl	$0, MAILBOX
	mov	$LOCAL_APIC, %edi
	movl	$0x1ff, 0xf0(%edi)
	movl	$0x01000000, 0x310(%edi)
	movl	$0x4500, 0x300(%edi)
	movl	$0x01000000, 0x310(%edi)
	movl	$0x4600 + (TRAMPOLINE >> 12), 0x300(%edi)
1:	pause
	mov	MAILBOX, %eax
	test	%eax, %eax
	jz	1b
	jmp	print_number

	.code16
trampoline:
	mov	$1, %eax
	cpuid
	shr	$24, %ebx
	or	$0x100, %ebx
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ebx, MAILBOX
1:	hlt
	jmp	1b
trampoline_end:
	.code32

/* esi: text */
print:
	mov	$SERIAL, %edx
1:	lodsb
	test	%al, %al
	jz	2f
	out	%al, %dx
	jmp	1b
2:	ret

/* eax: number, written as eight digits and a line's end */
print_number:
	push	%edi
	mov	$SERIAL, %edx
	mov	%eax, %edi
	mov	$8, %ecx
1:	rol	$4, %edi
	mov	%edi, %eax
	and	$15, %eax
	mov	digits(%eax), %al
	out	%al, %dx
	loop	1b
	mov	$'\n', %al
	out	%al, %dx
	pop	%edi
	ret

digits:
	.ascii	"0123456789abcdef"
text_hello:
	.asciz	"hello from the guest\n"
text_hello_end:
text_loop:
	.asciz	"here I stay\n"
text_panic:
	.asciz	"Kernel panic - not syncing: of its own will\n"
text_unknown:
	.asciz	"no such guest\n"

	.section .note.GNU-stack, "", @progbits
