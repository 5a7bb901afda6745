/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program's entry: self_protect() (base/self.h), before the C library starts.
 *
 * To execute the program again costs little; to start the C library twice does not (it asks the processor what it can
 * do, and in a virtual machine each answer is a trap). So what self_protect() does where nothing goes wrong is done
 * here first. Whatever fails here is left to main(), which does not go on before self_protect() is content.
 *
 * Nothing of the C library may be used: no relocation is done, no thread pointer set. So this file is compiled
 * without the stack protector and what else needs them (meson.build).
 */
#include "runtime/cli/entry.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

/* The System V ABI's state at a program's start: the words on the stack, in %rdx what the C library is to call at exit.
 */
__asm__(".globl cloche_entry\n"
	".hidden cloche_entry\n"
	".type cloche_entry, @function\n"
	"cloche_entry:\n"
	"	endbr64\n"
	"	mov %rsp, %rbx\n"
	"	mov %rdx, %r12\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call entry_protect\n"
	"	mov %rbx, %rsp\n"
	"	mov %r12, %rdx\n"
	"	xor %ebp, %ebp\n"
	"	jmp _start\n"
	".size cloche_entry, . - cloche_entry\n");

/* syscall(2) as the kernel has it: a negative errno for a failure. */
static long entry_call(long number, const long arguments[5])
{
	register long r10 __asm__("r10") = arguments[3];
	register long r8 __asm__("r8") = arguments[4];
	long r = number;

	__asm__ volatile("syscall"
			 : "+a"(r)
			 : "D"(arguments[0]), "S"(arguments[1]), "d"(arguments[2]), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return r;
}

#define ENTRY_CALL(number, ...) entry_call(number, (const long[5]){__VA_ARGS__})

/* As self_is_safe() has it of a file. What cannot be asked is left to main(). */
static bool entry_is_safe(long self)
{
	struct statfs filesystem;

	return ENTRY_CALL(SYS_fstatfs, self, (long)&filesystem) < 0 || (filesystem.f_flags & ST_RDONLY);
}

/* The mount of the binary again, read-only, attached nowhere; then the program from there. Returns where that failed.
 */
static void entry_execute_again(long self, char **argv, char **environment)
{
	const struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
	long tree = ENTRY_CALL(SYS_open_tree, self, (long)"", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	if (tree < 0)
		return;
	if (ENTRY_CALL(SYS_mount_setattr, tree, (long)"", AT_EMPTY_PATH, (long)&attributes, sizeof attributes) == 0)
		(void)ENTRY_CALL(SYS_execveat, tree, (long)"", (long)argv, (long)environment,
			AT_EMPTY_PATH);    /* main() sees that it failed */
	(void)ENTRY_CALL(SYS_close, tree); /* an open descriptor */
}

/* stack: argc, argv, NULL, environment, NULL (System V ABI, "Process Initialization"). */
__attribute__((used, visibility("hidden"))) void entry_protect(long *stack);

void entry_protect(long *stack)
{
	char **argv = (char **)(stack + 1);
	int argc = (int)*stack;
	long self;

	if (!entry_launches(argc, argv))
		return;
	self = ENTRY_CALL(SYS_openat, AT_FDCWD, (long)"/proc/self/exe", O_PATH | O_CLOEXEC);
	if (self < 0)
		return;
	if (!entry_is_safe(self))
		entry_execute_again(self, argv, argv + argc + 1);
	(void)ENTRY_CALL(SYS_close, self); /* an open descriptor */
}
