/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The library's version. The blob format has its own, LFB_BLOB_VERSION.
 */
#ifndef LUO_VERSION_H
#define LUO_VERSION_H

#define LFB_VERSION "0.1.0"

#endif
