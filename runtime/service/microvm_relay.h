/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands on the host for a further process in a guest: a process that hands on its streams and its signals, and
 * ends as it has ended. Whoever waits for the one has waited for the other.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct microvm_relay {
	int control;       /* the connection that asked for the process */
	int signals;       /* another, for AGENT_SIGNAL */
	int streams[3];    /* attached ones, by enum agent_stream; -1: none */
	int terminal;      /* the slave that stands for the process's terminal; -1: the caller's own streams do */
	uint32_t token;    /* the process's */
	bool unprivileged; /* the caller is nobody special, and stays who it is */
};

/* In a process of its own, which has nothing but these descriptors and the standard streams. */
_Noreturn void microvm_relay_run(const struct microvm_relay *relay);
