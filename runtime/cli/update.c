/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"
#include "config/parse.h"
#include "runtime/cli/open.h"
#include "runtime/cli/update_parts.h"
#include "runtime/cli/verbs.h"
#include "runtime/service/running.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { UPDATE_FILE_LIMIT = 4 * 1024 * 1024 };

static int update_read(const char *file, struct text *out, struct err *e)
{
	if (strcmp(file, "-") == 0)
		return fd_read_all(STDIN_FILENO, "standard input", UPDATE_FILE_LIMIT, out, e);
	return file_read(AT_FDCWD, file, UPDATE_FILE_LIMIT, out, e);
}

static int update_from_file(const char *file, struct arena *a, struct spec_resources *ret, struct err *e)
{
	own_text text = {0};
	own_report report = {0};
	int r = update_read(file, &text, e);
	const struct json_source source = {.text = text_string(&text), .length = text.length, .name = file};

	r = r ? r : resources_parse(&source, a, ret, &report, e);
	return r < 0 ? err_ctx(e, "the resources") : 0;
}

/* What the file says, and over it what the options say. */
static int update_resources(const struct update_options *o, struct update *update, struct err *e)
{
	struct spec_resources *resources = &update->resources;
	int r = o->resources ? update_from_file(o->resources, &update->arena, resources, e) : 0;
	bool any = o->resources != NULL;

	r = r ? r : update_parts(o, update, &any, e);
	if (r == 0 && !any)
		return err_set(e, EINVAL, "usage", "update: nothing to update, want --resources or a limit");
	return r;
}

static int cli_update(const struct cli_call *call, struct err *e)
{
	__attribute__((cleanup(update_free))) struct update update = {0};
	own_service s = SERVICE_NONE;
	int r = update_resources(call->options, &update, e);

	r = r ? r : cli_open(call, true, &s, e);
	return r ? r : service_update(&s, &update.resources, e);
}

#define UPDATE_OPTION(name, letter, field, argument, help)                                                             \
	{                                                                                                              \
		name, letter, CLI_TEXT, offsetof(struct update_options, field), argument, help                         \
	}

static const struct cli_option update_options[] = {
	UPDATE_OPTION("resources", 'r', resources, "FILE", "a resources object as in a spec; - is standard input"),
	UPDATE_OPTION("memory", 0, memory, "BYTES", "memory, as 64m or 1g; -1 is no limit"),
	UPDATE_OPTION("memory-reservation", 0, memory_reservation, "BYTES", "memory that is its own under pressure"),
	UPDATE_OPTION("memory-swap", 0, memory_swap, "BYTES", "memory and swap together; -1 is no limit"),
	UPDATE_OPTION("kernel-memory", 0, kernel_memory, "BYTES", "memory of the kernel for it"),
	UPDATE_OPTION("kernel-memory-tcp", 0, kernel_memory_tcp, "BYTES", "memory of the kernel for its TCP buffers"),
	UPDATE_OPTION("cpu-shares", 0, cpu_shares, "N", "its weight among others, 2 to 262144"),
	UPDATE_OPTION("cpu-share", 0, cpu_shares, "N", "the same"),
	UPDATE_OPTION("cpu-period", 0, cpu_period, "MICROSECONDS", "what the quota is of"),
	UPDATE_OPTION("cpu-quota", 0, cpu_quota, "MICROSECONDS", "time on CPUs in each period; -1 is no limit"),
	UPDATE_OPTION("cpu-burst", 0, cpu_burst, "MICROSECONDS", "unused quota that it may save up"),
	UPDATE_OPTION("cpu-rt-period", 0, cpu_rt_period, "MICROSECONDS", "what the realtime runtime is of"),
	UPDATE_OPTION("cpu-rt-runtime", 0, cpu_rt_runtime, "MICROSECONDS", "realtime on CPUs in each period"),
	UPDATE_OPTION("cpu-idle", 0, cpu_idle, "0|1", "1: only when nobody else wants the CPU"),
	UPDATE_OPTION("cpuset-cpus", 0, cpuset_cpus, "LIST", "the CPUs it may use, as 0-3,7"),
	UPDATE_OPTION("cpuset-mems", 0, cpuset_mems, "LIST", "the memory nodes it may use"),
	UPDATE_OPTION("pids-limit", 0, pids_limit, "N", "processes and threads; -1 is no limit"),
	UPDATE_OPTION("blkio-weight", 0, blkio_weight, "N", "its weight at disks, 10 to 1000"),
};

const struct cli_verb cli_verb_update = {
	.name = "update",
	.synopsis = "[options] ID",
	.summary = "Change the limits of a service",
	.options = update_options,
	.options_n = sizeof update_options / sizeof *update_options,
	.options_size = sizeof(struct update_options),
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 1,
	.run = cli_update,
};
