/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: programs that others put on the cgroup. See cgroup_device_bpf.h. */
#include "runtime/isolation/cgroup_device_bpf.h"

#include "base/own.h"
#include "runtime/isolation/cgroup_make.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOG_BYTES = 64 * 1024, ATTACHED_MAX = 64 /* the kernel's BPF_CGROUP_MAX_PROGS */ };

/* By which we know our own program again. */
static const char program_name[BPF_OBJ_NAME_LEN] = "cloche_devices";

static int bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof *attr);
}

static int load(const struct cgroup_device_program *program, char *log, uint32_t log_bytes)
{
	static const char license[] = "Apache-2.0";
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uintptr_t)program->items,
		.insn_cnt = (uint32_t)program->n,
		.license = (uintptr_t)license,
		.log_buf = (uintptr_t)log,
		.log_size = log_bytes,
		.log_level = log_bytes ? 1 : 0,
	};

	memcpy(attr.prog_name, program_name, sizeof program_name);
	return bpf(BPF_PROG_LOAD, &attr);
}

static int not_permitted(int r, struct err *e)
{
	if (r == -EPERM || r == -EACCES)
		(void)snprintf(e->code, sizeof e->code, "no-device-filter");
	return r;
}

/* Once more, with the verifier's words: its last line says what it made of our program. */
static int load_failed(const struct cgroup_device_program *program, struct err *e)
{
	int r = err_sys(e, "load the device filter, %zu instructions", program->n);
	own_mem char *log = calloc(1, LOG_BYTES);
	own_fd fd = -1;
	size_t length;

	if (r == -EPERM || !log)
		return not_permitted(r, e);
	fd = load(program, log, LOG_BYTES);
	for (length = strlen(log); length && log[length - 1] == '\n';)
		log[--length] = '\0';
	if (length)
		(void)err_ctx(e, "the kernel's verifier says '%s'", strrchr(log, '\n') ? strrchr(log, '\n') + 1 : log);
	return r;
}

/* Whether the program is one of ours; its descriptor is in *ret_fd then. */
static bool is_ours(uint32_t id, int *ret_fd)
{
	struct bpf_prog_info info = {0};
	union bpf_attr by_id = {.prog_id = id};
	own_fd fd = bpf(BPF_PROG_GET_FD_BY_ID, &by_id);
	union bpf_attr about = {.info = {.bpf_fd = (uint32_t)fd, .info_len = sizeof info, .info = (uintptr_t)&info}};

	if (fd < 0 || bpf(BPF_OBJ_GET_INFO_BY_FD, &about) < 0 ||
		strncmp(info.name, program_name, sizeof program_name) != 0)
		return false;
	*ret_fd = give_fd(&fd);
	return true;
}

/* The program we put there before, or -1: none, or the kernel does not tell. */
static int find_ours(int cgroup)
{
	uint32_t ids[ATTACHED_MAX];
	union bpf_attr query = {.query = {.target_fd = (uint32_t)cgroup,
					.attach_type = BPF_CGROUP_DEVICE,
					.prog_ids = (uintptr_t)ids,
					.prog_cnt = ATTACHED_MAX}};
	int fd = -1;

	if (bpf(BPF_PROG_QUERY, &query) < 0)
		return -1;
	for (uint32_t i = 0; i < query.query.prog_cnt && i < ATTACHED_MAX; i++)
		if (is_ours(ids[i], &fd))
			return fd;
	return -1;
}

static int attach(int cgroup, int program, int replaced)
{
	union bpf_attr attr = {
		.target_fd = (uint32_t)cgroup,
		.attach_bpf_fd = (uint32_t)program,
		.attach_type = BPF_CGROUP_DEVICE,
		.attach_flags = BPF_F_ALLOW_MULTI | (replaced >= 0 ? BPF_F_REPLACE : 0U),
		.replace_bpf_fd = replaced >= 0 ? (uint32_t)replaced : 0,
	};

	return bpf(BPF_PROG_ATTACH, &attr);
}

static void detach(int cgroup, int program)
{
	union bpf_attr attr = {
		.target_fd = (uint32_t)cgroup, .attach_bpf_fd = (uint32_t)program, .attach_type = BPF_CGROUP_DEVICE};

	(void)bpf(BPF_PROG_DETACH, &attr); /* both must agree meanwhile: the stricter of the two holds */
}

int cgroup_device_attach(const struct cgroup *cgroup, const struct cgroup_device_program *program, struct err *e)
{
	own_fd dir = cgroup_dir_fd(cgroup, e), loaded = -1, old = -1;

	if (dir < 0)
		return dir;
	loaded = load(program, NULL, 0);
	if (loaded < 0)
		return load_failed(program, e);
	old = find_ours(dir);
	if (attach(dir, loaded, old) == 0)
		return 0;
	/* BPF_F_REPLACE needs Linux 5.6 */
	if (old >= 0 && attach(dir, loaded, -1) == 0) {
		detach(dir, old);
		return 0;
	}
	return not_permitted(err_sys(e, "attach the device filter to the service's cgroup"), e);
}
