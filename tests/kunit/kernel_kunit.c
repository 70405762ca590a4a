// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What code meets of the kernel around it: its boot, parameters, devices, files and users. */
#define LFB_BUILTIN
#include <kunit/device.h>
#include <kunit/test.h>
#include <asm/io.h>
#include <asm/page.h>
#include <asm/timex.h>
#include <linux/anon_inodes.h>
#include <linux/device.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/ioctl.h>
#include <linux/kho/abi/block.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/kho/abi/luo.h>
#include <linux/kho/abi/memfd.h>
#include <linux/kobject.h>
#include <linux/libfdt.h>
#include <linux/memblock.h>
#include <linux/memfd.h>
#include <linux/miscdevice.h>
#include <linux/moduleparam.h>
#include <linux/page-flags.h>
#include <linux/panic.h>
#include <linux/seq_file.h>
#include <linux/shmem_fs.h>
#include <linux/stringify.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>
#include <uapi/linux/liveupdate.h>
#include <uapi/linux/memfd.h>
#include <luo/initcalls.h>
#include <luo/params.h>

static char order[16];

static void called(const char *level)
{
	strlcat(order, level, sizeof(order));
}

#define INITCALL(name, level)                                                                      \
	static int __init name##_init(void)                                                        \
	{                                                                                          \
		called(level);                                                                     \
		return 0;                                                                          \
	}

/* Not in their order. */
INITCALL(late, "9")
late_initcall(late_init)
INITCALL(device, "8")
device_initcall(device_init)
INITCALL(early, "0")
early_initcall(early_init)
INITCALL(fs, "6")
fs_initcall(fs_init)
INITCALL(rootfs, "7")
rootfs_initcall(rootfs_init)
INITCALL(subsys, "5")
subsys_initcall(subsys_init)
INITCALL(core, "2")
core_initcall(core_init)
INITCALL(pure, "1")
pure_initcall(pure_init)
INITCALL(postcore, "3")
postcore_initcall(postcore_init)
INITCALL(arch, "4")
arch_initcall(arch_init)

static int __init fails_last(void)
{
	return -ENODEV;
}
late_initcall_sync(fails_last)

static void __exit no_exit(void)
{
}
module_exit(no_exit)

static char said[16];

static int __init parse(char *value)
{
	strscpy(said, value ? value : "(none)");
	return 0;
}
early_param("kho", parse)

static void boots(struct kunit *test)
{
	lfb_tell_early_params("kho", "on");
	KUNIT_EXPECT_STREQ(test, said, "on");
	lfb_tell_early_params("other", NULL);
	KUNIT_EXPECT_STREQ(test, said, "on");
	order[0] = '\0';
	KUNIT_EXPECT_EQ(test, lfb_initcalls(), -ENODEV);
	KUNIT_EXPECT_STREQ(test, order, "0123456789");
}

static int count = 3;
module_param(count, int, 0644);
MODULE_PARM_DESC(count, "how many");
static bool quick;
module_param_named(fast, quick, bool, 0444);
static char *name = "none";
module_param(name, charp, 0);
static ulong big;
module_param(big, ulong, 0);
static u8 small;
module_param(small, byte, 0);
static unsigned int wide;
core_param(wide, wide, uint, 0);

static int set_twice(const char *text, const struct kernel_param *param)
{
	const int err = param_set_int(text, param);

	*(int *)param->arg *= 2;
	return err;
}

/* Set by its own functions, as those of its type are. */
static int set_others(const char *text, const struct kernel_param *param)
{
	const struct kernel_param flag = { .arg = &quick }, word = { .arg = &name };

	return param_set_bool(text, &flag) + param_set_charp(text, &word);
}

static const struct kernel_param_ops twice = { .set = set_twice };
static const struct kernel_param_ops others = { .set = set_others };
module_param_cb(others, &others, &quick, 0);
static int doubled;
module_param_cb(doubled, &twice, &doubled, 0644);

extern const struct lfb_param *const __start_lfb_module_params[], *const __stop_lfb_module_params[];

static int set(const char *param, const char *value)
{
	return lfb_param_set(__start_lfb_module_params, __stop_lfb_module_params, param, value);
}

static void parameters(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set("count", "-5") + set("fast", NULL) + set("name", "x"), 0);
	KUNIT_EXPECT_EQ(test, set("big", "0x10") + set("wide", "7") + set("doubled", "4"), 0);
	KUNIT_EXPECT_EQ(test, set("small", "256"), -ERANGE);
	KUNIT_EXPECT_EQ(test, set("count", "many"), -EINVAL);
	KUNIT_EXPECT_EQ(test, set("none", "1"), -ENOENT);
	KUNIT_EXPECT_TRUE(test, count == -5 && quick && big == 16 && wide == 7 && doubled == 8);
	KUNIT_EXPECT_STREQ(test, name, "x");
	KUNIT_EXPECT_EQ(test, small + set("others", "n"), 0);
	KUNIT_EXPECT_FALSE(test, quick);
	KUNIT_EXPECT_STREQ(test, __stringify(PAGE_SHIFT), "12");
	KUNIT_EXPECT_STREQ(test, module_name(NULL), "kernel");
	__module_get(NULL);
	module_put(NULL);
}
EXPORT_SYMBOL(parameters);
EXPORT_SYMBOL_GPL(boots);

static int ended;

static void end(void *data)
{
	ended++;
}

static ssize_t number_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", *(int *)dev_get_drvdata(dev));
}

static ssize_t number_store(struct device *dev, struct device_attribute *attr, const char *buf,
			    size_t length)
{
	return kstrtoint(buf, 0, (int *)dev_get_drvdata(dev)) ?: (ssize_t)length;
}

static DEVICE_ATTR_RW(number);
static struct attribute *number_attrs[] = { &dev_attr_number.attr, NULL };
ATTRIBUTE_GROUPS(number);

static void devices(struct kunit *test)
{
	struct device *dev = kunit_device_register(test, "device-0"), *again;
	char *page = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);
	int number = 5;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_EXPECT_STREQ(test, dev_name(dev), "device-0");
	KUNIT_EXPECT_TRUE(test, device_is_registered(dev));
	dev_set_drvdata(dev, &number);
	KUNIT_EXPECT_EQ(test, device_create_file(dev, &dev_attr_number), 0);
	KUNIT_EXPECT_EQ(test, device_create_file(dev, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, number_store(dev, &dev_attr_number, "42\n", 3), 3l);
	KUNIT_EXPECT_EQ(test, dev_attr_number.show(dev, &dev_attr_number, page), 3l);
	KUNIT_EXPECT_STREQ(test, page, "42\n");
	device_remove_file(dev, &dev_attr_number);
	KUNIT_EXPECT_EQ(test, sysfs_create_group(&dev->kobj, number_groups[0]), 0);
	sysfs_remove_group(&dev->kobj, &number_group);
	again = get_device(dev);
	KUNIT_EXPECT_EQ(test, kref_read(&dev->kobj.kref), 3u);
	put_device(again);
	scoped_guard(device, dev)
		KUNIT_EXPECT_EQ(test, device_trylock(dev), 0);
	KUNIT_EXPECT_NOT_NULL(test, devm_kzalloc(dev, 5, GFP_KERNEL));
	KUNIT_EXPECT_NOT_NULL(test, devm_kcalloc(dev, 5, 5, GFP_KERNEL));
	KUNIT_EXPECT_STREQ(test, devm_kstrdup(dev, "text", GFP_KERNEL), "text");
	devm_kfree(dev, devm_kmalloc_array(dev, 5, 5, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, devm_add_action(dev, end, NULL), 0);
	KUNIT_EXPECT_EQ(test, devm_add_action_or_reset(dev, end, test), 0);
	devm_remove_action(dev, end, NULL);
	devm_release_action(dev, end, test);
	KUNIT_EXPECT_EQ(test, ended, 1);
	KUNIT_EXPECT_EQ(test, devm_add_action(dev, end, NULL), 0);
	dev_err(dev, "said %d\n", 5);
	dev_info(dev, "alone\n");
	dev_warn(dev, "alone\n");
	dev_dbg(dev, "%s\n", "text");
	KUNIT_EXPECT_EQ(test, dev_err_probe(dev, -EBUSY, "no %s\n", "luck"), -EBUSY);
	kunit_device_unregister(test, dev);
	KUNIT_EXPECT_EQ(test, ended, 2);
}

static void object_release(struct kobject *kobj)
{
	ended++;
	kfree(kobj);
}

static void objects(struct kunit *test)
{
	static const struct kobj_type type = { .release = object_release };
	struct kobject *parent = kobject_create_and_add("parent", NULL);
	struct kobject *kobj = kzalloc_obj(*kobj);
	char page[PAGE_SIZE];

	ended = 0;
	kobject_init(kobj, &type);
	KUNIT_EXPECT_EQ(test, kobject_add(kobj, parent, "child-%d", 3), 0);
	KUNIT_EXPECT_STREQ(test, kobject_name(kobj), "child-3");
	KUNIT_EXPECT_EQ(test, kobject_set_name(kobj, "child-%d", 4), 0);
	kobject_put(kobject_get(kobj));
	kobject_del(kobj);
	KUNIT_EXPECT_EQ(test, kref_read(&parent->kref), 1u);
	KUNIT_EXPECT_EQ(test, sysfs_create_file(kobj, number_attrs[0]), 0);
	sysfs_remove_file(kobj, number_attrs[0]);
	kobject_put(kobj);
	KUNIT_EXPECT_EQ(test, ended, 1);
	kobj = kzalloc_obj(*kobj);
	KUNIT_EXPECT_EQ(test, kobject_init_and_add(kobj, &type, NULL, "other"), 0);
	kobject_put(kobj);
	kobject_put(parent);
	KUNIT_EXPECT_EQ(test, sysfs_emit_at(page, 5, "%s", "text"), 4);
	KUNIT_EXPECT_EQ(test, sysfs_emit_at(page, PAGE_SIZE, "%s", "text"), 0);
}

static void texts(struct kunit *test)
{
	char buf[16];
	struct seq_file m = { .buf = buf, .size = sizeof(buf) };

	seq_printf(&m, "%d:", 12);
	seq_puts(&m, "text");
	seq_putc(&m, '\n');
	KUNIT_EXPECT_EQ(test, m.count, 8ul);
	KUNIT_EXPECT_MEMEQ(test, buf, "12:text\n", 8);
	seq_printf(&m, "%s", "");
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	KUNIT_EXPECT_EQ(test, seq_write(&m, "1", 1), 0);
	KUNIT_EXPECT_EQ(test, seq_write(&m, "12345678", 8), -1);
	KUNIT_EXPECT_TRUE(test, seq_has_overflowed(&m));
	KUNIT_EXPECT_STREQ(test, init_utsname()->sysname, "Linux");
	KUNIT_EXPECT_STREQ(test, utsname()->machine, "x86_64");
	KUNIT_EXPECT_EQ(test, get_cycles(), 0ull);
}

static const struct file_operations no_operations;

static void files(struct kunit *test)
{
	struct file *memory = memfd_alloc_file("memory", MFD_ALLOW_SEALING);
	struct file *file __free(fput) = anon_inode_getfile("file", &no_operations, test, 0);
	int reserved = 7, fd;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, memory);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	KUNIT_EXPECT_TRUE(test, shmem_file(memory) && !shmem_file(file));
	KUNIT_EXPECT_EQ(test, memfd_add_seals(memory, F_SEAL_GROW), 0);
	KUNIT_EXPECT_EQ(test, memfd_get_seals(memory), F_SEAL_GROW);
	fput(memory);
	fd = take_fd(reserved);
	KUNIT_EXPECT_EQ(test, fd * 100 + reserved, 700 - EBADF);
	{
		/* No agent's call is running. */
		CLASS(get_unused_fd, none)(O_CLOEXEC);

		KUNIT_EXPECT_EQ(test, none, -EBADF);
	}
	KUNIT_EXPECT_EQ(test, _IOC_NR(LIVEUPDATE_IOCTL_CREATE_SESSION), 0u);
	KUNIT_EXPECT_EQ(test, MISC_DYNAMIC_MINOR, 255);
}

static void users(struct kunit *test)
{
	struct {
		u32 size, flags;
		u64 more;
	} theirs = { 16, 3, 9 }, ours;
	u32 value = 0;

	KUNIT_EXPECT_EQ(test, get_user(value, &theirs.flags), 0);
	KUNIT_EXPECT_EQ(test, value, 3u);
	KUNIT_EXPECT_EQ(test, put_user(4, &theirs.flags), 0);
	KUNIT_EXPECT_EQ(test, theirs.flags, 4u);
	KUNIT_EXPECT_EQ(test, get_user(value, (u32 __user *)16), -EFAULT);
	KUNIT_EXPECT_EQ(test, value, 0u);
	KUNIT_EXPECT_EQ(test, put_user(value, (u32 __user *)16), -EFAULT);
	KUNIT_EXPECT_EQ(test, copy_from_user(&ours, &theirs, sizeof(ours)), 0ul);
	KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)16, &ours, 5), 5ul);
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(&ours, 8, &theirs, 16), -E2BIG);
	theirs.more = 0;
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(&ours, 8, &theirs, 16), 0);
	ours.more = 1;
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(&ours, 16, &theirs, 8), 0);
	KUNIT_EXPECT_EQ(test, ours.more, 0ull);
	KUNIT_EXPECT_EQ(test, clear_user(&theirs, sizeof(theirs)), 0ul);
	KUNIT_EXPECT_EQ(test, theirs.size, 0u);
	KUNIT_EXPECT_EQ(test, clear_user((void __user *)16, 4), 4ul);
	KUNIT_EXPECT_TRUE(test, access_ok(&theirs, 4));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(boots), KUNIT_CASE(parameters), KUNIT_CASE(devices), KUNIT_CASE(objects),
	KUNIT_CASE(texts), KUNIT_CASE(files), KUNIT_CASE(users), {}
};

static struct kunit_suite suite = { .name = "kernel", .test_cases = cases };
kunit_test_suite(suite);

MODULE_DESCRIPTION("the kernel around code");
MODULE_LICENSE("GPL");
