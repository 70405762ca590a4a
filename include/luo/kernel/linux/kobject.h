/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: names, references and a release(); no tree, sysfs or events. */
#ifndef LUO_LINUX_KOBJECT_H
#define LUO_LINUX_KOBJECT_H

#include <luo/kernel/linux/kref.h>
#include <luo/kernel/linux/list.h>
#include <luo/kernel/linux/slab.h>
#include <luo/kernel/linux/sprintf.h>
#include <luo/kernel/linux/sysfs.h>
#include <luo/kernel/linux/types.h>

struct kobject;

/** struct kobj_type - what objects of a kind have in common. */
struct kobj_type {
	void (*release)(struct kobject *kobj);
	const struct sysfs_ops *sysfs_ops;
	const struct attribute_group **default_groups;
};

/** struct kobject - what has a name and references. */
struct kobject {
	const char *name;
	struct list_head entry;
	struct kobject *parent;
	const struct kobj_type *ktype;
	struct kref kref;
	bool state_initialized;
	bool state_in_sysfs;
};

/** struct kobj_attribute - a file of sysfs; nobody reads it here but who calls it. */
struct kobj_attribute {
	struct attribute attr;
	ssize_t (*show)(struct kobject *kobj, struct kobj_attribute *attr, char *buf);
	ssize_t (*store)(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			 size_t count);
};

static inline const char *kobject_name(const struct kobject *kobj)
{
	return kobj->name;
}

/** kobject_init() - the first reference is the caller's. */
static inline void kobject_init(struct kobject *kobj, const struct kobj_type *ktype)
{
	WARN(kobj->state_initialized, "kobject %s is initialised again", kobj->name);
	kref_init(&kobj->kref);
	INIT_LIST_HEAD(&kobj->entry);
	kobj->ktype = ktype;
	kobj->state_initialized = true;
}

/** kobject_set_name() - Return: 0; -ENOMEM. */
LFB_PRINTF(2, 3)
static inline int kobject_set_name(struct kobject *kobj, const char *format, ...)
{
	va_list args;
	char *name;

	va_start(args, format);
	name = kvasprintf(GFP_KERNEL, format, args);
	va_end(args);
	if (!name)
		return -ENOMEM;
	kfree(kobj->name);
	kobj->name = name;
	return 0;
}

static inline struct kobject *kobject_get(struct kobject *kobj)
{
	if (kobj) {
		WARN(!kobj->state_initialized, "kobject_get() of what is not initialised");
		kref_get(&kobj->kref);
	}
	return kobj;
}

static inline void lfb_kobject_release(struct kref *kref)
{
	struct kobject *kobj = container_of(kref, struct kobject, kref);
	struct kobject *parent = kobj->parent;
	const char *name = kobj->name;

	if (kobj->ktype && kobj->ktype->release)
		kobj->ktype->release(kobj);
	kfree(name);
	if (parent)
		kref_put(&parent->kref, lfb_kobject_release);
}

/** kobject_put() - one reference less; after the last one it is released. */
static inline void kobject_put(struct kobject *kobj)
{
	if (kobj) {
		WARN(!kobj->state_initialized, "kobject_put() of what is not initialised");
		kref_put(&kobj->kref, lfb_kobject_release);
	}
}

/** kobject_add() - it has a name, and holds its parent. Return: 0; -ENOMEM. */
#define kobject_add(kobj, above, ...)                                                              \
	__extension__({                                                                            \
		struct kobject *lfb_kobj_ = (kobj);                                                \
		const int lfb_err_ = kobject_set_name(lfb_kobj_, __VA_ARGS__);                     \
		if (!lfb_err_) {                                                                   \
			lfb_kobj_->parent = kobject_get(above);                                    \
			lfb_kobj_->state_in_sysfs = true;                                          \
		}                                                                                  \
		lfb_err_;                                                                          \
	})
#define kobject_init_and_add(kobj, type, above, ...)                                               \
	(kobject_init(kobj, type), kobject_add(kobj, above, __VA_ARGS__))

static inline void kobject_del(struct kobject *kobj)
{
	struct kobject *parent = kobj ? kobj->parent : NULL;

	if (!kobj)
		return;
	kobj->state_in_sysfs = false;
	kobj->parent = NULL;
	kobject_put(parent);
}

static inline void lfb_kobject_free(struct kobject *kobj)
{
	kfree(kobj);
}

/** kobject_create_and_add() - Return: an object of no type, NULL. */
static inline struct kobject *kobject_create_and_add(const char *name, struct kobject *parent)
{
	static const struct kobj_type type = { lfb_kobject_free, NULL, NULL };
	struct kobject *kobj = kzalloc_obj(*kobj);

	if (!kobj)
		return NULL;
	kobject_init(kobj, &type);
	if (kobject_add(kobj, parent, "%s", name)) {
		kobject_put(kobj);
		return NULL;
	}
	return kobj;
}

#endif
