/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: devices without drivers. */
#ifndef LUO_KUNIT_DEVICE_H
#define LUO_KUNIT_DEVICE_H

#include <luo/kernel/kunit/test.h>
#include <luo/kernel/linux/device.h>

static inline void lfb_kunit_device_release(struct device *dev)
{
	kfree(dev);
}

static inline void lfb_kunit_device_end(void *context)
{
	device_unregister((struct device *)context);
}

/** kunit_device_register() - Return: a device that goes with the case; an error pointer. */
static inline struct device *kunit_device_register(struct kunit *test, const char *name)
{
	struct device *dev = kzalloc_obj(*dev);
	int err;

	if (!dev)
		return (struct device *)ERR_PTR(-ENOMEM);
	dev->release = lfb_kunit_device_release;
	device_initialize(dev);
	err = dev_set_name(dev, "%s", name);
	if (!err)
		err = device_add(dev);
	if (err) {
		put_device(dev);
		return (struct device *)ERR_PTR(err);
	}
	err = kunit_add_action_or_reset(test, lfb_kunit_device_end, dev);
	return err ? (struct device *)ERR_PTR(err) : dev;
}

static inline void kunit_device_unregister(struct kunit *test, struct device *dev)
{
	kunit_release_action(test, lfb_kunit_device_end, dev);
}

#endif
