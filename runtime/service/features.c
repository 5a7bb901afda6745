/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/features.h"

#include "config/names_write.h"
#include "config/version.h"
#include "runtime/isolation/mount_options.h"
#include "runtime/isolation/seccomp_tell.h"
#include "runtime/service/features_linux.h"
#include "runtime/service/wall.h"

#define FEATURES_OCI_VERSION_MIN "1.0.0"

static int features_mount_options(struct json_writer *w, struct err *e)
{
	own_arena arena = {0};
	struct strings options;
	int r = mount_options_names(&arena, &options, e);

	if (r < 0)
		return r;
	json_write_key(w, "mountOptions");
	json_write_begin_array(w);
	for (size_t i = 0; i < options.n; i++)
		json_write_string(w, options.items[i]);
	json_write_end_array(w);
	return 0;
}

static void features_annotations(struct json_writer *w, const char *commit)
{
	json_write_key(w, "annotations");
	json_write_begin_object(w);
	json_write_member_string(w, "io.github.seccomp.libseccomp.version", seccomp_tell_library().text);
	json_write_member_string(w, "run.cloche.commit", commit);
	json_write_member_string(w, "run.cloche.version", CLOCHE_VERSION);
	json_write_end_object(w);
}

int service_features_write(struct json_writer *w, const char *commit, struct err *e)
{
	int r;

	json_write_begin_object(w);
	json_write_member_string(w, "ociVersionMin", FEATURES_OCI_VERSION_MIN);
	json_write_member_string(w, "ociVersionMax", CLOCHE_OCI_VERSION);
	names_write_member(w, "hooks", &names_hook, ~0ULL);
	r = features_mount_options(w, e);
	if (r < 0)
		return r;
	features_linux_write(w);
	features_annotations(w, commit);
	json_write_key(w, "potentiallyUnsafeConfigAnnotations");
	json_write_begin_array(w);
	json_write_string(w, WALL_ANNOTATION);
	json_write_string(w, "org.criu.config");
	json_write_string(w, "org.systemd.property."); /* a prefix */
	json_write_end_array(w);
	json_write_end_object(w);
	return w->out->failed ? err_nomem(e) : 0;
}
