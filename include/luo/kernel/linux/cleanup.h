/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: guards, scopes and pointers freed at the end of theirs; no conditional guards. */
#ifndef LUO_LINUX_CLEANUP_H
#define LUO_LINUX_CLEANUP_H

#include <luo/types.h>

#ifndef __cleanup
#define __cleanup(function) __attribute__((__cleanup__(function)))
#endif

/*
 * A guard NAME: LOCK takes _T when one is made, UNLOCK lets it go when its scope ends, however it
 * does. As on a kernel the type is a pointer.
 */
#define DEFINE_GUARD(name, type, lock_it, unlock_it)                                               \
	typedef type class_##name##_t;                                                             \
	static inline void class_##name##_destructor(class_##name##_t *taken)                      \
	{                                                                                          \
		class_##name##_t _T = *taken;                                                      \
		if (_T) {                                                                          \
			unlock_it;                                                                 \
		}                                                                                  \
	}                                                                                          \
	static inline class_##name##_t class_##name##_constructor(class_##name##_t _T)             \
	{                                                                                          \
		lock_it;                                                                           \
		return _T;                                                                         \
	}                                                                                          \
	LFB_STATIC_ASSERT(sizeof(class_##name##_t) == sizeof(void *), "guards hold pointers")

#define CLASS(name, variable)                                                                      \
	class_##name##_t variable __cleanup(class_##name##_destructor) = class_##name##_constructor

#define LFB_PASTE2_(a, b) a##b
#define LFB_PASTE_(a, b) LFB_PASTE2_(a, b)

/** guard() - guard(mutex)(&lock): held to the end of the block. */
#define guard(name) CLASS(name, LFB_PASTE_(lfb_guard_, __COUNTER__))

#define LFB_SCOPE_(name, scope, done, ...)                                                         \
	for (CLASS(name, scope)(__VA_ARGS__), *done = NULL; !done; done = (void *)1)
/** scoped_guard() - held for the statement that follows, also when that returns. */
#define scoped_guard(name, ...)                                                                    \
	LFB_SCOPE_(name, LFB_PASTE_(lfb_scope_, __COUNTER__),                                      \
		   LFB_PASTE_(lfb_done_, __COUNTER__), __VA_ARGS__)

/** DEFINE_FREE() - what __free(name) does with a pointer _T at the end of its scope. */
#define DEFINE_FREE(name, type, free_it)                                                           \
	static inline void __free_##name(void *variable)                                           \
	{                                                                                          \
		type _T = *(type *)variable;                                                       \
		free_it;                                                                           \
	}                                                                                          \
	LFB_STATIC_ASSERT(sizeof(type) == sizeof(void *), "what is freed is a pointer")

#define __free(name) __cleanup(__free_##name)

#ifndef __cplusplus
/** no_free_ptr() - the pointer in a __free() variable, which lets it go. */
#define no_free_ptr(variable)                                                                      \
	__extension__({                                                                            \
		__auto_type lfb_kept_ = (variable);                                                \
		(variable) = NULL;                                                                 \
		lfb_kept_;                                                                         \
	})
#define return_ptr(variable) return no_free_ptr(variable)
#endif

#endif
