/* SPDX-License-Identifier: Apache-2.0 */
/* systemd's driver: asking systemd, through cloche-systemd, for the unit that is a service's home. */
#pragma once

#include "runtime/isolation/systemd_property.h"

enum systemd_verb {
	SYSTEMD_START, /* makes the unit, with the process in it, and waits until it is there */
	SYSTEMD_SET,   /* changes its properties */
	SYSTEMD_STOP,  /* ends it; one that is not there has ended */
};

struct systemd_call {
	enum systemd_verb verb;
	const char *unit;
	const struct systemd_properties *properties; /* NULL: none */
	bool user;                                   /* the caller's own manager, for rootless services */
};

/* Runs `helper` and waits for it. The error is what it says. -ENOENT: the helper is not installed. */
int systemd_call(const char *helper, const struct systemd_call *call, struct err *e);
