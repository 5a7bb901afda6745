/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/volumes.h"

#include "base/own.h"
#include "runtime/isolation/mount.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whose sources the host has named so (runtime/service/microvm_disks.h). */
#define VOLUMES_DEVICE "/dev/vd"

static bool volume_is_on_disk(const struct mount_request *request)
{
	return request->kind == MOUNT_FILESYSTEM && request->source &&
	       strncmp(request->source, VOLUMES_DEVICE, strlen(VOLUMES_DEVICE)) == 0;
}

static int volume_mount(const struct mount_request *request, const char *directory, struct err *e)
{
	own_fd mount = mount_make(request, e), at = -1;
	char name[24];

	if (mount < 0)
		return mount;
	(void)snprintf(name, sizeof name, "%zu", request->index); /* fits */
	if (mkdir(directory, 0755) < 0 && errno != EEXIST)
		return err_sys(e, "make '%s'", directory);
	at = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at < 0 || mkdirat(at, name, 0755) < 0)
		return err_sys(e, "make '%s/%s'", directory, name);
	return mount_attach_at(at, name, request, mount, e);
}

/* Its flags are the mount's already. */
static int volume_bind(struct spec_mount *mount, size_t index, const char *directory, struct arena *a, struct err *e)
{
	const char **options = arena_array(a, 1, sizeof *options);

	mount->source = arena_format(a, "%s/%zu", directory, index);
	if (!options || !mount->source)
		return err_nomem(e);
	options[0] = "bind";
	mount->type = "bind";
	mount->options = (struct strings){.set = true, .n = 1, .items = options};
	return 0;
}

int volumes_mount(struct spec *spec, const char *directory, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < spec->mounts_n && r == 0; i++) {
		struct mount_request request = {0};

		r = mount_request_from_spec(&spec->mounts[i], i, &spec->arena, &request, e);
		if (r < 0 || !volume_is_on_disk(&request))
			continue;
		r = volume_mount(&request, directory, e);
		r = r ? r : volume_bind(&spec->mounts[i], i, directory, &spec->arena, e);
	}
	return r;
}

/* The filesystem itself becomes read-only: the service's mount of it may take a moment longer to go. */
static void volume_settle(const char *directory, const char *name)
{
	char path[256 + NAME_MAX];

	(void)snprintf(path, sizeof path, "%s/%s", directory, name); /* fits: the directory is ours */
	(void)mount(NULL, path, NULL, MS_REMOUNT | MS_RDONLY, NULL); /* refused: it has a journal, which is written */
	(void)umount2(path, MNT_DETACH);                             /* it was one */
}

void volumes_settle(const char *directory)
{
	own_dir dir = opendir(directory);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			volume_settle(directory, entry->d_name);
}
