/* SPDX-License-Identifier: Apache-2.0 */
/* What this build calls itself. The values come from meson.build. */
#pragma once

#define CLOCHE_OCI_VERSION "1.3.0"

#ifndef CLOCHE_VERSION
#error "CLOCHE_VERSION comes from the build"
#endif
