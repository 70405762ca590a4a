/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. Headers of the system count on this name too. */
#ifndef LUO_ASM_BYTEORDER_H
#define LUO_ASM_BYTEORDER_H

/* The system's, which this stands before: what its own asm/byteorder.h includes. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <asm-generic/../linux/byteorder/little_endian.h>
#else
#include <asm-generic/../linux/byteorder/big_endian.h>
#endif

#define cpu_to_le16 __cpu_to_le16
#define cpu_to_le32 __cpu_to_le32
#define cpu_to_le64 __cpu_to_le64
#define le16_to_cpu __le16_to_cpu
#define le32_to_cpu __le32_to_cpu
#define le64_to_cpu __le64_to_cpu
#define cpu_to_be16 __cpu_to_be16
#define cpu_to_be32 __cpu_to_be32
#define cpu_to_be64 __cpu_to_be64
#define be16_to_cpu __be16_to_cpu
#define be32_to_cpu __be32_to_cpu
#define be64_to_cpu __be64_to_cpu
#define le16_to_cpup __le16_to_cpup
#define le32_to_cpup __le32_to_cpup
#define le64_to_cpup __le64_to_cpup
#define be16_to_cpup __be16_to_cpup
#define be32_to_cpup __be32_to_cpup
#define be64_to_cpup __be64_to_cpup
#define swab16 __swab16
#define swab32 __swab32
#define swab64 __swab64

#endif
