/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: images that were carried here from elsewhere. criu reads them as root: they are believed (cloche-restore(1)).
 */
#include "runtime/service/checkpoint_images.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/path.h"
#include "config/json.h"
#include "config/json_write.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define STREAMS_FILE "descriptors.json"

enum { STREAMS_MAX = 4096 };

/* What criu restores in a user namespace looks for images there too, and must be told that one is not there. */
enum { IMAGES_MODE = 0711 };

static int images_directory(const char *path, bool make, struct err *e)
{
	int fd;

	if (make && mkdir(path, IMAGES_MODE) < 0 && errno != EEXIST)
		return err_sys(e, "make the directory '%s'", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, "open the directory '%s'", path) : fd;
}

static int images_add_name(struct checkpoint_images *images, const char *name, struct err *e)
{
	if (images->n == images->room) {
		const char **grown =
			arena_array_grow(&images->arena, images->names, &images->room, sizeof *images->names);

		if (!grown)
			return err_nomem(e);
		images->names = grown;
	}
	images->names[images->n] = arena_string(&images->arena, name);
	return images->names[images->n++] ? 0 : err_nomem(e);
}

/* Visits every name in the directory of images. */
typedef int images_visit(struct checkpoint_images *images, const char *name, struct err *e);

static int images_each(struct checkpoint_images *images, images_visit *visit, struct err *e)
{
	own_fd copy = openat(images->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	own_dir entries = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	int r = 0;

	if (!entries)
		return err_sys(e, "read the directory of images");
	(void)give_fd(&copy); /* the stream owns it */
	while (r == 0 && (entry = readdir(entries)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = visit(images, entry->d_name, e);
	return r;
}

static int images_open(const struct checkpoint *c, bool make, struct checkpoint_images *images, struct err *e)
{
	const char *work = c->work_path ? c->work_path : c->image_path;

	images->dir = images_directory(c->image_path, make, e);
	images->work = images->dir < 0 ? -1 : images_directory(work, true, e);
	if (images->work < 0)
		return -e->no;
	images->log = make ? "dump.log" : "restore.log";
	images->log_path = arena_format(&images->arena, "%s/%s", work, images->log);
	return images->log_path ? 0 : err_nomem(e);
}

int checkpoint_images_make(const struct checkpoint *checkpoint, struct checkpoint_images *ret, struct err *e)
{
	own_checkpoint_images images = CHECKPOINT_IMAGES_NONE;
	int r = images_open(checkpoint, true, &images, e);

	r = r ? r : images_each(&images, images_add_name, e);
	if (r < 0)
		return r;
	*ret = images;
	images = CHECKPOINT_IMAGES_NONE;
	return 0;
}

int checkpoint_images_open(const struct checkpoint *checkpoint, struct checkpoint_images *ret, struct err *e)
{
	own_checkpoint_images images = CHECKPOINT_IMAGES_NONE;
	int r = images_open(checkpoint, false, &images, e);

	if (r < 0)
		return err_ctx(e, "the images to restore from");
	*ret = images;
	images = CHECKPOINT_IMAGES_NONE;
	return 0;
}

static int images_enter(int *directory, pid_t pid, struct err *e)
{
	const struct fd_path ours = path_of_fd(*directory);
	char path[PATH_MAX], theirs[PATH_MAX + 32];
	ssize_t n = readlink(ours.text, path, sizeof path - 1);
	int fd;

	if (n < 0)
		return err_sys(e, "read the name of a directory of images");
	path[n] = '\0';
	(void)snprintf(theirs, sizeof theirs, "/proc/%d/root%s", pid, path); /* fits */
	fd = open(theirs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "open '%s' where criu sees it", path);
	own_release_fd(directory);
	*directory = fd;
	return 0;
}

int checkpoint_images_enter(struct checkpoint_images *images, pid_t pid, struct err *e)
{
	int r = images_enter(&images->dir, pid, e);

	return r ? r : images_enter(&images->work, pid, e);
}

static int images_discard_name(struct checkpoint_images *images, const char *name, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < images->n; i++)
		if (strcmp(images->names[i], name) == 0)
			return 0;
	if (strcmp(name, images->log) != 0)
		(void)unlinkat(images->dir, name, 0); /* the failure before is the one to tell */
	return 0;
}

void checkpoint_images_discard(const struct checkpoint_images *images)
{
	struct checkpoint_images copy = *images;
	struct err ignored;

	(void)images_each(&copy, images_discard_name, &ignored); /* as above */
}

int checkpoint_streams_write(const struct checkpoint_images *images,
	const struct checkpoint_stream streams[CHECKPOINT_STREAMS], struct err *e)
{
	own_text text = {0};
	struct json_writer w = {.out = &text};

	json_write_begin_array(&w);
	for (size_t i = 0; i < CHECKPOINT_STREAMS; i++)
		json_write_string(&w, streams[i].key);
	json_write_end_array(&w);
	if (text.failed)
		return err_nomem(e);
	return file_replace(images->dir, STREAMS_FILE, text.data, text.length, 0600, e);
}

static int streams_parse(const struct text *text, struct checkpoint_stream ret[CHECKPOINT_STREAMS], struct err *e)
{
	const struct json_source source = {.text = text_string(text), .length = text->length, .name = STREAMS_FILE};
	own_arena arena = {0};
	const struct json *tree = NULL, *item;
	int r = json_parse(&source, &arena, &tree, e);
	size_t i = 0;

	if (r < 0)
		return r;
	for (item = tree->kind == JSON_ARRAY ? tree->first : NULL; item && i < CHECKPOINT_STREAMS;
		item = item->next, i++)
		if (item->kind != JSON_STRING ||
			snprintf(ret[i].key, sizeof ret[i].key, "%s", item->text) >= (int)sizeof ret[i].key)
			return err_set(e, EINVAL, "images-broken", STREAMS_FILE " of the images: /%zu is no stream", i);
	return 0;
}

int checkpoint_streams_read(
	const struct checkpoint_images *images, struct checkpoint_stream ret[CHECKPOINT_STREAMS], struct err *e)
{
	own_text text = {0};
	int r = file_read(images->dir, STREAMS_FILE, STREAMS_MAX, &text, e);

	memset(ret, 0, CHECKPOINT_STREAMS * sizeof *ret);
	if (r < 0)
		return err_ctx(e, "the images are not of a whole checkpoint");
	return streams_parse(&text, ret, e);
}

void checkpoint_images_close(struct checkpoint_images *images)
{
	own_release_fd(&images->dir);
	own_release_fd(&images->work);
	arena_free(&images->arena);
}
