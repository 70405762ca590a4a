/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: devices with names, data, references and resources; no buses, drivers or sysfs. */
#ifndef LUO_LINUX_DEVICE_H
#define LUO_LINUX_DEVICE_H

#include <luo/kernel/linux/cleanup.h>
#include <luo/kernel/linux/dev_printk.h>
#include <luo/kernel/linux/gfp.h>
#include <luo/kernel/linux/kobject.h>
#include <luo/kernel/linux/list.h>
#include <luo/kernel/linux/mutex.h>
#include <luo/kernel/linux/overflow.h>
#include <luo/kernel/linux/slab.h>
#include <luo/kernel/linux/sprintf.h>
#include <luo/kernel/linux/types.h>

struct bus_type;
struct device_driver;
struct class;

/** struct device - a device; @release frees it after the last reference. */
struct device {
	struct kobject kobj;
	struct device *parent;
	const char *init_name;
	const struct bus_type *bus;
	struct device_driver *driver;
	const struct class *class;
	void *platform_data;
	void *driver_data;
	struct mutex mutex;
	struct list_head devres_head;
	void (*release)(struct device *dev);
};

#define kobj_to_dev(ptr) container_of(ptr, struct device, kobj)

/** struct device_attribute - a file of sysfs; nobody reads it here but who calls it. */
struct device_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device *dev, struct device_attribute *attr, char *buf);
	ssize_t (*store)(struct device *dev, struct device_attribute *attr, const char *buf,
			 size_t count);
};

#define DEVICE_ATTR(name, file_mode, show_it, store_it)                                            \
	struct device_attribute dev_attr_##name = { { #name, file_mode }, show_it, store_it }
#define DEVICE_ATTR_RO(name) DEVICE_ATTR(name, 0444, name##_show, NULL)
#define DEVICE_ATTR_RW(name) DEVICE_ATTR(name, 0644, name##_show, name##_store)
#define DEVICE_ATTR_WO(name) DEVICE_ATTR(name, 0200, NULL, name##_store)

static inline const char *dev_name(const struct device *dev)
{
	return dev->init_name ? dev->init_name : kobject_name(&dev->kobj);
}

#define dev_set_name(dev, ...) kobject_set_name(&(dev)->kobj, __VA_ARGS__)

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

/* What a device owns: freed, or called, when it goes, newest first. */
struct lfb_devres {
	struct list_head entry;
	void (*action)(void *data);
	void *data;
};

static inline void lfb_devres_end(struct device *dev)
{
	while (!list_empty(&dev->devres_head)) {
		struct lfb_devres *res =
			list_first_entry(&dev->devres_head, struct lfb_devres, entry);

		list_del(&res->entry);
		if (res->action)
			res->action(res->data);
		kfree(res);
	}
}

static inline void lfb_device_release(struct kobject *kobj)
{
	struct device *dev = kobj_to_dev(kobj);

	lfb_devres_end(dev);
	if (dev->release)
		dev->release(dev);
	else
		WARN(1, "device %s has no release(): it is never freed", dev_name(dev));
}

static inline const struct kobj_type *lfb_device_ktype(void)
{
	static const struct kobj_type type = { lfb_device_release, NULL, NULL };

	return &type;
}

/** device_initialize() - the first reference is the caller's. */
static inline void device_initialize(struct device *dev)
{
	kobject_init(&dev->kobj, lfb_device_ktype());
	mutex_init(&dev->mutex);
	INIT_LIST_HEAD(&dev->devres_head);
}

static inline struct device *get_device(struct device *dev)
{
	if (dev)
		kobject_get(&dev->kobj);
	return dev;
}

static inline void put_device(struct device *dev)
{
	if (dev)
		kobject_put(&dev->kobj);
}

DEFINE_FREE(put_device, struct device *, if (_T) put_device(_T))

/** device_add() - it can be seen; it has a name. Return: 0; -EINVAL. */
static inline int device_add(struct device *dev)
{
	int err = 0;

	if (dev->init_name) {
		err = dev_set_name(dev, "%s", dev->init_name);
		dev->init_name = NULL;
	}
	if (err || !kobject_name(&dev->kobj))
		return err ? err : -EINVAL;
	get_device(dev->parent);
	dev->kobj.state_in_sysfs = true;
	get_device(dev);
	return 0;
}

static inline bool device_is_registered(struct device *dev)
{
	return dev->kobj.state_in_sysfs;
}

static inline void device_del(struct device *dev)
{
	dev->kobj.state_in_sysfs = false;
	lfb_devres_end(dev);
	put_device(dev->parent);
	put_device(dev);
}

static inline int device_register(struct device *dev)
{
	device_initialize(dev);
	return device_add(dev);
}

static inline void device_unregister(struct device *dev)
{
	device_del(dev);
	put_device(dev);
}

static inline void device_lock(struct device *dev)
{
	mutex_lock(&dev->mutex);
}

static inline int device_trylock(struct device *dev)
{
	return mutex_trylock(&dev->mutex);
}

static inline void device_unlock(struct device *dev)
{
	mutex_unlock(&dev->mutex);
}

DEFINE_GUARD(device, struct device *, device_lock(_T), device_unlock(_T))

/** devm_add_action() - @action when @dev goes. Return: 0; -ENOMEM. */
static inline int devm_add_action(struct device *dev, void (*action)(void *data), void *data)
{
	struct lfb_devres *res = kzalloc_obj(*res);

	if (!res)
		return -ENOMEM;
	res->action = action;
	res->data = data;
	list_add(&res->entry, &dev->devres_head);
	return 0;
}

static inline int devm_add_action_or_reset(struct device *dev, void (*action)(void *data),
					   void *data)
{
	const int err = devm_add_action(dev, action, data);

	if (err)
		action(data);
	return err;
}

/** devm_remove_action() - it is not called. */
static inline void devm_remove_action(struct device *dev, void (*action)(void *data), void *data)
{
	struct lfb_devres *res;

	list_for_each_entry(res, &dev->devres_head, entry) {
		if (res->action == action && res->data == data) {
			list_del(&res->entry);
			kfree(res);
			return;
		}
	}
	WARN(1, "%s has no such action", dev_name(dev));
}

static inline void devm_release_action(struct device *dev, void (*action)(void *data), void *data)
{
	devm_remove_action(dev, action, data);
	action(data);
}

static inline void lfb_devm_free(void *data)
{
	kfree(data);
}

/** devm_kmalloc() - memory that goes with @dev. */
static inline void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp)
{
	void *data = kmalloc(size, gfp);

	return data && devm_add_action_or_reset(dev, lfb_devm_free, data) ? NULL : data;
}

static inline void *devm_kzalloc(struct device *dev, size_t size, gfp_t gfp)
{
	return devm_kmalloc(dev, size, gfp | __GFP_ZERO);
}

static inline void *devm_kmalloc_array(struct device *dev, size_t n, size_t size, gfp_t gfp)
{
	return devm_kmalloc(dev, size_mul(n, size), gfp);
}

static inline void *devm_kcalloc(struct device *dev, size_t n, size_t size, gfp_t gfp)
{
	return devm_kmalloc_array(dev, n, size, gfp | __GFP_ZERO);
}

static inline char *devm_kstrdup(struct device *dev, const char *s, gfp_t gfp)
{
	char *copy = kstrdup(s, gfp);

	return copy && devm_add_action_or_reset(dev, lfb_devm_free, copy) ? NULL : copy;
}

static inline void devm_kfree(struct device *dev, const void *data)
{
	if (data)
		devm_release_action(dev, lfb_devm_free, (void *)data);
}

static inline int device_create_file(struct device *dev, const struct device_attribute *attr)
{
	return dev && attr ? 0 : -EINVAL;
}

static inline void device_remove_file(struct device *dev, const struct device_attribute *attr)
{
	(void)dev;
	(void)attr;
}

#endif
