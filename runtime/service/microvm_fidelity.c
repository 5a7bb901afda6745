/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/microvm_fidelity.h"

#include "base/own.h"
#include "runtime/isolation/mount_request.h"
#include "runtime/service/microvm_disks.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define NOT_IN_MICROVM "not-in-microvm"

const struct fidelity_row *microvm_fidelity_find(const char *path)
{
	for (size_t i = 0; i < microvm_fidelity_rows_n; i++)
		if (fidelity_row_covers(&microvm_fidelity_rows[i], path))
			return &microvm_fidelity_rows[i];
	return fidelity_find(path);
}

/* Whether this wall has rows of its own for what the other's row is for. */
static bool row_is_replaced(const struct fidelity_row *row)
{
	for (size_t i = 0; i < microvm_fidelity_rows_n; i++)
		if (fidelity_row_covers(row, microvm_fidelity_rows[i].path))
			return true;
	return false;
}

static void refused_rows_are_not_set(const struct spec *spec, int bundle, struct report *report)
{
	(void)bundle;
	for (size_t i = 0; i < microvm_fidelity_rows_n; i++)
		if (microvm_fidelity_rows[i].how == FIDELITY_REFUSED)
			fidelity_refuse_row(&microvm_fidelity_rows[i], NOT_IN_MICROVM, spec, report);
	for (size_t i = 0; i < fidelity_rows_n; i++)
		if (fidelity_rows[i].how == FIDELITY_REFUSED && !row_is_replaced(&fidelity_rows[i]))
			fidelity_refuse_row(&fidelity_rows[i], NOT_IN_MICROVM, spec, report);
}

static void namespaces_are_not_the_hosts(const struct spec *spec, int bundle, struct report *report)
{
	bool network = false;

	(void)bundle;
	for (size_t i = 0; spec->linux && i < spec->linux->namespaces_n; i++) {
		const struct spec_namespace *namespace = &spec->linux->namespaces[i];
		char pointer[64];

		network = network || namespace->type == SPEC_NS_NETWORK;
		(void)snprintf(pointer, sizeof pointer, "/linux/namespaces/%zu/path", i); /* fits */
		if (namespace->path && namespace->type != SPEC_NS_NETWORK)
			report_refuse(report, NOT_IN_MICROVM, pointer,
				"a machine cannot join a namespace of the host's, but for the network: leave 'path' "
				"out");
	}
	if (!network)
		report_refuse(report, NOT_IN_MICROVM, "/linux/namespaces",
			"a machine cannot share the host's network: add {\"type\": \"network\"}");
}

/* What a guest's kernel mounts by itself, or from a disk of the machine's. */
static bool mount_is_of_guest(const struct mount_request *request)
{
	static const char *const types[] = {"ramfs", "securityfs", "cgroup2", "binfmt_misc", "hugetlbfs"};

	if (request->kind != MOUNT_FILESYSTEM || microvm_disk_is_needed(request))
		return true;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(request->type, types[i]) == 0)
			return true;
	return false;
}

static void mount_is_within_reach(const struct mount_request *request, struct report *report)
{
	char pointer[64];

	(void)snprintf(pointer, sizeof pointer, "/mounts/%zu/type", request->index); /* fits */
	if (!mount_is_of_guest(request))
		report_refuse(report, NOT_IN_MICROVM, pointer,
			"a guest cannot reach what a filesystem of type '%s' is on: mount it on the host, and bind it",
			request->type);
}

/* A guest has the name, and its own kernel behind it: nobody is at the other end. */
static void mount_needs_no_other_end(const struct mount_request *request, int bundle, struct report *report)
{
	struct stat st;
	char pointer[64];

	if (request->kind != MOUNT_BIND || fstatat(bundle, request->source, &st, 0) < 0)
		return; /* what is not there is missed when it is mounted */
	(void)snprintf(pointer, sizeof pointer, "/mounts/%zu/source", request->index); /* fits */
	if (S_ISSOCK(st.st_mode) || S_ISFIFO(st.st_mode))
		report_refuse(report, NOT_IN_MICROVM, pointer,
			"a guest cannot reach who is at the other end of this %s: leave it out, and use the network",
			S_ISSOCK(st.st_mode) ? "socket" : "pipe");
}

static void mounts_are_of_guest_or_files(const struct spec *spec, int bundle, struct report *report)
{
	own_arena arena = {0};

	for (size_t i = 0; i < spec->mounts_n; i++) {
		struct mount_request request = {0};
		struct err e = ERR_NONE;
		char pointer[64];

		(void)snprintf(pointer, sizeof pointer, "/mounts/%zu/type", i); /* fits */
		if (mount_request_from_spec(&spec->mounts[i], i, &arena, &request, &e) < 0) {
			report_refuse_err(report, pointer, &e);
			continue;
		}
		mount_is_within_reach(&request, report);
		mount_needs_no_other_end(&request, bundle, report);
	}
}

typedef void microvm_rule(const struct spec *spec, int bundle, struct report *report);

static microvm_rule *const rules[] = {
	refused_rows_are_not_set,
	namespaces_are_not_the_hosts,
	mounts_are_of_guest_or_files,
};

void microvm_fidelity_check(const struct spec *spec, const char *bundle, struct report *report)
{
	own_fd directory = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC); /* -1: relative sources are not found */

	report->tree = spec->tree;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		rules[i](spec, directory, report);
}
