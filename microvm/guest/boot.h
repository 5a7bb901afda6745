/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an initramfs to a system that services can be launched in. In this order:
 *
 *	boot_root()      a tmpfs with /dev, /proc, /sys and what is on them, made beside the initramfs
 *	boot_modules()   the kernel's modules, from the initramfs
 *	boot_enter()     the tmpfs is "/". The initramfs itself is no root that pivot_root(2) takes away, and who joins
 *a mount namespace would land in it boot_share()     the host's files
 */
#pragma once

#include "base/err.h"

struct say;

/* Where "/" is until it is entered. */
#define BOOT_NEW "/.new"

/* Where the guest finds what the host shares, and by which name (docs/microvm.md, "fs"). */
#define BOOT_DIRECTORY "/run/cloche"
#define BOOT_SHARE     BOOT_DIRECTORY "/share"
#define BOOT_SHARE_TAG "cloche"
#define BOOT_VOLUMES   BOOT_DIRECTORY "/volume"

int boot_root(struct err *e);

/* One that cannot be loaded is told of; what misses it will say so. Where there are none, nothing is done. */
void boot_modules(const struct say *say);

int boot_enter(struct err *e);
int boot_share(struct err *e);

/* Writes back and lets go of what is the host's. */
void boot_unshare(void);
