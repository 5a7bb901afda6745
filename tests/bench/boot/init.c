/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's first process of the bench: its first instruction ends the machine, or with the kernel parameter `linger`
 * it waits to be looked at. No C library: what is measured is the machine, not the loading of a program.
 */
#include <linux/reboot.h>
#include <sys/syscall.h>

struct seconds {
	long s, ns;
};

static long call(long number, const long arguments[4])
{
	register long fourth __asm__("r10") = arguments[3];
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(arguments[0]), "S"(arguments[1]), "d"(arguments[2]), "r"(fourth)
			 : "rcx", "r11", "memory");
	return result;
}

/* The stack as the kernel leaves it: the number of arguments, then they. What the kernel does not know it hands on to
 * init. */
__attribute__((used)) void init(const long *stack)
{
	const char *const *arguments = (const char *const *)(stack + 1);
	const struct seconds wait = {3, 0};

	for (long i = 1; i < stack[0]; i++)
		if (arguments[i][0] == 'l')
			call(SYS_nanosleep, (const long[4]){(long)&wait});
	call(SYS_reboot, (const long[4]){(long)LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART});
	for (;;)
		;
}

__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall init\n");
