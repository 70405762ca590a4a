/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: messages become trace events. */
#ifndef LUO_LINUX_DEV_PRINTK_H
#define LUO_LINUX_DEV_PRINTK_H

#include <luo/kernel/linux/printk.h>

struct device;
static inline const char *dev_name(const struct device *dev);

#define LFB_DEV_PRINTK_(level, dev, format, ...)                                                   \
	lfb_printk(level, "%s: " format, dev_name(dev), ##__VA_ARGS__)
#define dev_emerg(dev, ...) LFB_DEV_PRINTK_(LFB_LEVEL_EMERG, dev, __VA_ARGS__)
#define dev_crit(dev, ...) LFB_DEV_PRINTK_(LFB_LEVEL_CRIT, dev, __VA_ARGS__)
#define dev_err(dev, ...) LFB_DEV_PRINTK_(LFB_LEVEL_ERR, dev, __VA_ARGS__)
#define dev_warn(dev, ...) LFB_DEV_PRINTK_(LFB_LEVEL_WARNING, dev, __VA_ARGS__)
#define dev_notice(dev, ...) LFB_DEV_PRINTK_(LFB_LEVEL_NOTICE, dev, __VA_ARGS__)
#define dev_info(dev, ...) LFB_DEV_PRINTK_(LFB_LEVEL_INFO, dev, __VA_ARGS__)
#define dev_dbg(dev, ...) LFB_DEV_PRINTK_(LFB_LEVEL_DEBUG, dev, __VA_ARGS__)
#define dev_err_once dev_err
#define dev_warn_once dev_warn
#define dev_info_once dev_info
#define dev_err_ratelimited dev_err
#define dev_warn_ratelimited dev_warn
/** dev_err_probe() - a message, and its errno again. */
#define dev_err_probe(dev, error, format, ...)                                                     \
	(lfb_printk(LFB_LEVEL_ERR, "%s: error %d: " format, dev_name(dev), (int)(error),           \
		    ##__VA_ARGS__), (int)(error))
#define dev_WARN(dev, format, ...) WARN(1, "%s: " format, dev_name(dev), ##__VA_ARGS__)

#include <luo/kernel/linux/device.h>

#endif
