/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that this libfuse does not know: they are answered beside it. */
#pragma once

#include "microvm/fs/share.h"

/* Whether the request, which message_check() has let pass, was one of these and is answered on the socket. */
bool extra_handle(struct share *share, int socket, const void *message);
