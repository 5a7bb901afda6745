/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The short form, for people: a spec without ociVersion gets every obvious default that
 * it left out. A spec with ociVersion is literal: nothing is added to it.
 *
 *	ociVersion        1.3.0
 *	root.path         rootfs
 *	process           args sh, cwd /, env PATH (and TERM for a terminal), user 0:0, noNewPrivileges,
 *	                  a modest list of capabilities, RLIMIT_NOFILE 1024
 *	mounts            /proc /dev /dev/pts /dev/shm /dev/mqueue /sys /sys/fs/cgroup; an own mount
 *	                  with the same destination takes the place of a default one
 *	linux             namespaces pid network ipc uts mount cgroup; masked and read-only paths;
 *	                  resources.devices: none but those that every service has
 *
 * Lists are merged where noted (mounts, env); else an own value replaces the default.
 * linux.seccomp is not ours: its default comes from seccomp/.
 */
#pragma once

#include "base/err.h"
#include "config/spec.h"

/* For a caller without privileges (as `runc spec --rootless`): a user namespace with the caller as root in it,
 * the host's network, /sys bound, no groups that are not mapped, no device rules. */
struct expand_options {
	bool rootless;
	uint32_t uid, gid; /* the caller's, for rootless */
};

/* Whether defaults will be filled in. */
bool spec_is_short(const struct spec *spec);

/* Fills in the defaults of a short spec; does nothing to a literal one. */
int spec_expand(struct spec *spec, struct err *e);
int spec_expand_for(struct spec *spec, const struct expand_options *options, struct err *e);

/* What `cloche spec` prints: the expansion of an empty spec. */
int spec_default(struct spec *ret, struct err *e);
int spec_default_for(const struct expand_options *options, struct spec *ret, struct err *e);
