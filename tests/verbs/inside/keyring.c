/* SPDX-License-Identifier: Apache-2.0 */
/* Runs in a service: prints its session keyring as "type;uid;gid;permissions;name" (keyctl_describe(3)). */
#include <linux/keyctl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	char text[512] = "";

	if (syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text, sizeof text - 1) < 0) {
		perror("keyctl");
		return 1;
	}
	puts(text);
	return 0;
}
