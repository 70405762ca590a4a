// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The kernel this thread is in, and the one it works for. */
#include "sim/kernel/state/state.h"

_Thread_local struct lfb_kernel *lfb__current;
_Thread_local struct lfb_kernel *lfb__served;
