/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: guards, scopes, classes and pointers that are let go at the end of their scope. */
#ifndef LUO_LINUX_CLEANUP_H
#define LUO_LINUX_CLEANUP_H

#include <luo/kernel/linux/compiler_types.h>
#include <luo/kernel/linux/err.h>
#include <luo/types.h>

#ifndef __cleanup
#define __cleanup(function) __attribute__((__cleanup__(function)))
#endif

/** DEFINE_FREE() - what __free(name) does with a pointer _T at the end of its scope. */
#define DEFINE_FREE(name, type, free_it)                                                           \
	static inline __maybe_unused void __free_##name(void *variable)                            \
	{                                                                                          \
		type _T = *(type *)variable;                                                       \
		free_it;                                                                           \
	}
#define __free(name) __cleanup(__free_##name)

#ifdef __cplusplus
#define LFB_TYPED_ auto
#else
#define LFB_TYPED_ __auto_type
#endif
/** no_free_ptr() - the pointer in a __free() variable, which lets it go. */
#define no_free_ptr(variable)                                                                      \
	__extension__({                                                                            \
		LFB_TYPED_ lfb_kept_ = (variable);                                                 \
		(variable) = NULL;                                                                 \
		lfb_kept_;                                                                         \
	})
#define return_ptr(variable) return no_free_ptr(variable)
#define retain_and_null_ptr(variable) ((void)no_free_ptr(variable))

/*
 * A class NAME: what its constructor returns, of TYPE, is given to its destructor as _T at the end
 * of the scope, however that comes.
 */
#define DEFINE_CLASS(name, type, exit_it, init_it, ...)                                            \
	typedef type class_##name##_t;                                                             \
	static inline __maybe_unused void class_##name##_destructor(type *lfb_it_)                 \
	{                                                                                          \
		type _T = *lfb_it_;                                                                \
		exit_it;                                                                           \
	}                                                                                          \
	static inline __maybe_unused type class_##name##_constructor(__VA_ARGS__)                  \
	{                                                                                          \
		type lfb_it_ = init_it;                                                            \
		return lfb_it_;                                                                    \
	}
#define EXTEND_CLASS(name, ext, init_it, ...)                                                      \
	typedef class_##name##_t class_##name##ext##_t;                                            \
	static inline __maybe_unused void class_##name##ext##_destructor(class_##name##_t *lfb_it_)\
	{                                                                                          \
		class_##name##_destructor(lfb_it_);                                                \
	}                                                                                          \
	static inline __maybe_unused class_##name##_t class_##name##ext##_constructor(__VA_ARGS__) \
	{                                                                                          \
		class_##name##_t lfb_it_ = init_it;                                                \
		return lfb_it_;                                                                    \
	}
#define CLASS(name, variable)                                                                      \
	class_##name##_t variable __maybe_unused __cleanup(class_##name##_destructor) =            \
		class_##name##_constructor

/* A guard is a class that is told what it holds; an errno in its place: it holds nothing. */
#define LFB_GUARD_HOLDS_(name, held)                                                               \
	static inline __maybe_unused void *class_##name##_lock_ptr(class_##name##_t *_T)           \
	{                                                                                          \
		void *lfb_ptr_ = (void *)(uintptr_t)(held);                                        \
		return IS_ERR(lfb_ptr_) ? NULL : lfb_ptr_;                                         \
	}                                                                                          \
	static inline __maybe_unused int class_##name##_lock_err(class_##name##_t *_T)             \
	{                                                                                          \
		const long lfb_held_ = (long)(uintptr_t)(held);                                    \
		return !lfb_held_ ? -EBUSY : lfb_held_ >= -MAX_ERRNO && lfb_held_ < 0 ?            \
		       (int)lfb_held_ : 0;                                                         \
	}

/** DEFINE_GUARD() - a guard that is the pointer to the lock, _T. */
#define DEFINE_GUARD(name, type, lock_it, unlock_it)                                               \
	DEFINE_CLASS(name, type, if (!IS_ERR_OR_NULL(_T)) { unlock_it; },                          \
		     __extension__({ lock_it; _T; }), type _T)                                     \
	LFB_GUARD_HOLDS_(name, *_T)

/* 1 or a truth: it was taken; an errno: why it was not. */
#define LFB_GUARD_COND_(name, ext, lock_it, condition, ...)                                        \
	EXTEND_CLASS(name, ext, __extension__({                                                    \
			     const int _RET = (lock_it);                                           \
			     if (!(condition))                                                     \
				     _T = (class_##name##_t)ERR_PTR(_RET < 0 ? _RET : -EBUSY);     \
			     _T;                                                                   \
		     }), class_##name##_t _T)                                                      \
	LFB_GUARD_HOLDS_(name##ext, *_T)
/** DEFINE_GUARD_COND() - one that may not get its lock; _RET is what was said, or @condition. */
#define DEFINE_GUARD_COND(name, ext, ...) LFB_GUARD_COND_(name, ext, __VA_ARGS__, _RET, )

/** DEFINE_LOCK_GUARD_1() - a guard with a structure of its own: _T->lock, and members. */
#define DEFINE_LOCK_GUARD_1(name, type, lock_it, unlock_it, ...)                                   \
	typedef struct {                                                                           \
		type *lock;                                                                        \
		__VA_ARGS__;                                                                       \
	} class_##name##_t;                                                                        \
	static inline __maybe_unused void class_##name##_destructor(class_##name##_t *_T)          \
	{                                                                                          \
		if (!IS_ERR_OR_NULL(_T->lock)) {                                                   \
			unlock_it;                                                                 \
		}                                                                                  \
	}                                                                                          \
	static inline __maybe_unused class_##name##_t class_##name##_constructor(type *lfb_lock_)  \
	{                                                                                          \
		class_##name##_t lfb_it_, *_T = &lfb_it_;                                          \
		__builtin_memset(_T, 0, sizeof(*_T));                                              \
		_T->lock = lfb_lock_;                                                              \
		lock_it;                                                                           \
		return lfb_it_;                                                                    \
	}                                                                                          \
	LFB_GUARD_HOLDS_(name, _T->lock)
/** DEFINE_LOCK_GUARD_0() - a guard of what there is one of alone. */
#define DEFINE_LOCK_GUARD_0(name, lock_it, unlock_it, ...)                                         \
	typedef struct {                                                                           \
		void *lock;                                                                        \
		__VA_ARGS__;                                                                       \
	} class_##name##_t;                                                                        \
	static inline __maybe_unused void class_##name##_destructor(class_##name##_t *_T)          \
	{                                                                                          \
		if (_T->lock) {                                                                    \
			unlock_it;                                                                 \
		}                                                                                  \
	}                                                                                          \
	static inline __maybe_unused class_##name##_t class_##name##_constructor(void)             \
	{                                                                                          \
		class_##name##_t lfb_it_, *_T = &lfb_it_;                                          \
		__builtin_memset(_T, 0, sizeof(*_T));                                              \
		_T->lock = (void *)1;                                                              \
		lock_it;                                                                           \
		return lfb_it_;                                                                    \
	}                                                                                          \
	LFB_GUARD_HOLDS_(name, _T->lock)

#define LFB_PASTE2_(a, b) a##b
#define LFB_PASTE_(a, b) LFB_PASTE2_(a, b)

/** guard() - guard(mutex)(&lock): held to the end of the block. */
#define guard(name) CLASS(name, LFB_PASTE_(lfb_guard_, __COUNTER__))
/** ACQUIRE() - a guard with a name: ACQUIRE_ERR() says whether it has its lock. */
#define ACQUIRE(name, variable) CLASS(name, variable)
#define ACQUIRE_ERR(name, variable) class_##name##_lock_err(variable)

#define LFB_SCOPE_(name, scope, done, ...)                                                         \
	for (CLASS(name, scope)(__VA_ARGS__), *done = NULL;                                        \
	     !done && class_##name##_lock_ptr(&scope); done = &scope)
/** scoped_guard() - held for the statement that follows, also when that returns. */
#define scoped_guard(name, ...)                                                                    \
	LFB_SCOPE_(name, LFB_PASTE_(lfb_scope_, __COUNTER__),                                      \
		   LFB_PASTE_(lfb_done_, __COUNTER__), __VA_ARGS__)
#define LFB_COND_SCOPE_(name, otherwise, scope, done, ...)                                         \
	for (CLASS(name, scope)(__VA_ARGS__), *done = NULL; !done; done = &scope)                  \
		if (!class_##name##_lock_ptr(&scope)) {                                            \
			otherwise;                                                                 \
		} else
/** scoped_cond_guard() - the same; without the lock @otherwise is done. */
#define scoped_cond_guard(name, otherwise, ...)                                                    \
	LFB_COND_SCOPE_(name, otherwise, LFB_PASTE_(lfb_scope_, __COUNTER__),                      \
			LFB_PASTE_(lfb_done_, __COUNTER__), __VA_ARGS__)
/** scoped_class() - an object of a class for the statement that follows. */
#define scoped_class(name, variable, ...)                                                          \
	for (CLASS(name, variable)(__VA_ARGS__), *LFB_PASTE_(lfb_once_, variable) = NULL;          \
	     !LFB_PASTE_(lfb_once_, variable); LFB_PASTE_(lfb_once_, variable) = &variable)

#endif
