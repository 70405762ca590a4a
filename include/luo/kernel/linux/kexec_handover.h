/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: the same calls; struct kho_vmalloc holds plain physical addresses. */
#ifndef LUO_LINUX_KEXEC_HANDOVER_H
#define LUO_LINUX_KEXEC_HANDOVER_H

#include <luo/kexec_handover.h>

#endif
