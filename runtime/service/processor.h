/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* Whether the processor is QEMU's TCG: correct but slow, and its SVM does not intercept XSETBV. */
bool processor_is_emulated(void);
