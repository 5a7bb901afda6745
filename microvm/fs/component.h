/* SPDX-License-Identifier: Apache-2.0 */
/* One step from a directory to what is in it: all paths that the guest's requests ever take. */
#pragma once

/* An O_PATH descriptor of `name` itself, a symbolic link too, or a negative errno. Never leads out of the directory. */
int component_open(int directory, const char *name);
