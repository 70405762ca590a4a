/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: options that are not set are not defined. */
#ifndef LUO_LINUX_KCONFIG_H
#define LUO_LINUX_KCONFIG_H

/* Of 1 something with a comma, of anything else something without. */
#define LFB_COMMA_1 0,
#define LFB_SECOND_(first, second, ...) second
#define LFB_SET3_(comma_or_not) LFB_SECOND_(comma_or_not 1, 0, )
#define LFB_SET2_(value) LFB_SET3_(LFB_COMMA_##value)
#define LFB_SET_(option) LFB_SET2_(option)

/** IS_BUILTIN() - 1 if CONFIG_X is 1. */
#define IS_BUILTIN(option) LFB_SET_(option)
#define LFB_MODULAR_(option) LFB_SET_(option)
/** IS_MODULE() - 1 if CONFIG_X_MODULE is. */
#define IS_MODULE(option) LFB_MODULAR_(option##_MODULE)
#define IS_ENABLED(option) (IS_BUILTIN(option) || IS_MODULE(option))
#define IS_REACHABLE(option) IS_ENABLED(option)

#endif
