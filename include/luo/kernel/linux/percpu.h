/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: one CPU, whose data are variables; what is done to them cannot be interrupted. */
#ifndef LUO_LINUX_PERCPU_H
#define LUO_LINUX_PERCPU_H

#include <luo/kernel/linux/slab.h>
#include <luo/kernel/linux/smp.h>
#include <luo/kernel/linux/types.h>

#define __percpu
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name
#define DEFINE_PER_CPU(type, name) __typeof__(type) name
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) DEFINE_PER_CPU(type, name)

/* There is no other CPU. */
#define per_cpu_ptr(ptr, cpu) ((void)(cpu), (ptr))
#define per_cpu(var, cpu) (*per_cpu_ptr(&(var), cpu))
#define this_cpu_ptr(ptr) per_cpu_ptr(ptr, smp_processor_id())
#define raw_cpu_ptr(ptr) this_cpu_ptr(ptr)
#define get_cpu_ptr(ptr) this_cpu_ptr(ptr)
#define put_cpu_ptr(ptr) ((void)(ptr))
#define get_cpu_var(var) (*this_cpu_ptr(&(var)))
#define put_cpu_var(var) ((void)(var))

#define this_cpu_read(var) (var)
#define this_cpu_write(var, value) ((void)((var) = (value)))
#define this_cpu_add(var, value) ((void)((var) += (value)))
#define this_cpu_sub(var, value) ((void)((var) -= (value)))
#define this_cpu_and(var, value) ((void)((var) &= (value)))
#define this_cpu_or(var, value) ((void)((var) |= (value)))
#define this_cpu_inc(var) this_cpu_add(var, 1)
#define this_cpu_dec(var) this_cpu_sub(var, 1)
#define this_cpu_add_return(var, value) ((var) += (value))
#define this_cpu_sub_return(var, value) ((var) -= (value))
#define this_cpu_inc_return(var) this_cpu_add_return(var, 1)
#define this_cpu_dec_return(var) this_cpu_sub_return(var, 1)
/** this_cpu_xchg() - Return: what was there before @value. */
#define this_cpu_xchg(var, value)                                                                  \
	__extension__({                                                                            \
		__typeof__(var) lfb_was_ = (var);                                                  \
		(var) = (value);                                                                   \
		lfb_was_;                                                                          \
	})
/** this_cpu_cmpxchg() - @value, where @old is. Return: what was there. */
#define this_cpu_cmpxchg(var, old, value)                                                          \
	__extension__({                                                                            \
		__typeof__(var) lfb_was_ = (var);                                                  \
		if (lfb_was_ == (old))                                                             \
			(var) = (value);                                                           \
		lfb_was_;                                                                          \
	})
#define __this_cpu_read(var) this_cpu_read(var)
#define __this_cpu_write(var, value) this_cpu_write(var, value)
#define __this_cpu_add(var, value) this_cpu_add(var, value)
#define __this_cpu_sub(var, value) this_cpu_sub(var, value)
#define __this_cpu_inc(var) this_cpu_inc(var)
#define __this_cpu_dec(var) this_cpu_dec(var)

/** alloc_percpu() - Return: zeroed memory for each CPU, for free_percpu(); NULL. */
#define alloc_percpu(type) ((__typeof__(type) *)kzalloc(sizeof(type), GFP_KERNEL))
#define alloc_percpu_gfp(type, gfp) ((__typeof__(type) *)kzalloc(sizeof(type), gfp))

static inline void free_percpu(void *ptr)
{
	kfree(ptr);
}

#endif
