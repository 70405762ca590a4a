/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the simulator asks of its host besides the C library: memory and digests (map.h), faults
 * (arm.h, for who handles them). Assertions. Where in the program something was called from; what
 * is behind an address of it; shared objects that are loaded into it. And host containers: a list
 * that grows and a table that finds, for what the simulator remembers. They lie in host memory,
 * which no simulated kernel notices, and start as all zero. Without memory they say so and are as
 * they were. Nothing in them depends on addresses, nothing is in the order of a hash. Uses libc and
 * nothing of the library.
 */
#ifndef SIM_KERNEL_HOST_HOST_H
#define SIM_KERNEL_HOST_HOST_H

#include <string.h>

#include <luo/types.h>

#include "sim/kernel/host/fiber.h"
#include "sim/kernel/host/map.h"

/* For what is seldom needed: the common way through its callers stays short. */
#define LFB_OUT_OF_LINE __attribute__((noinline))

/*
 * Of a variable that is asked for at every call: without a call also in the shared library, where
 * there is room for few of them.
 */
#define LFB_THREAD_LOCAL _Thread_local __attribute__((tls_model("initial-exec")))

/* assert.c: what must hold inside the simulator */

struct lfb_assertion {
	const char *file;
	unsigned int line;
	const char *condition;
};

/*
 * States what must hold whatever users do, unless the simulator itself is wrong; always on. Broken,
 * it ends the machine that is served as LFB-SIMULATOR-BUG; where there is no kernel code to leave,
 * it goes on. So code of the host that would do harm asks: it returns whether it holds.
 */
#define LFB_ASSERT(what)                                                                           \
	({                                                                                         \
		static const struct lfb_assertion lfb_assertion_ = { __FILE__, __LINE__, #what };  \
		const bool lfb_holds_ = !!(what);                                                  \
                                                                                                   \
		if (__builtin_expect(!lfb_holds_, 0))                                              \
			lfb__assert_failed(&lfb_assertion_);                                       \
		lfb_holds_;                                                                        \
	})

void lfb__assert_failed(const struct lfb_assertion *broken) __attribute__((cold, noinline));
/* Hands down what ends a machine; it is the same function for all of them. */
void lfb__assert_tell(void (*end)(const struct lfb_assertion *broken));
/* The first that broke in this process, NULL: none. */
const struct lfb_assertion *lfb__assert_first(void);
/* "lib/file.c:12: count > 0 does not hold" */
void lfb__assert_text(const struct lfb_assertion *broken, char *text, size_t size);

/* where.c: where in the user's program this is */

#define LFB_FRAMES_MAX 32

/*
 * For a function that modules call to make or free memory: who called it can be told cheaply. All
 * of the library keeps frame pointers for that.
 */
#define LFB_ENTRY __attribute__((section("lfb_entry"), noinline))

/* The name of this thread, of the first one that of the program. */
void lfb__thread_name(char *name, size_t size);
/* The return addresses that led here, the innermost first. Returns how many. */
unsigned int lfb__frames_here(void **frames, unsigned int max);
/* Where the LFB_ENTRY function that runs was called from; NULL: none runs, or nobody knows. */
void *lfb__caller(void);
/*
 * Those of them that are the user's as lines "my_module.c:42 my_preserve", or "my_module.so+0x1234"
 * where it is not known. Returns the length of what is written.
 */
size_t lfb__frames_text(void *const *frames, unsigned int count, char *text, size_t size);

/* list.c */

struct lfb_list {
	void *items;		/* all of one size, which each call is told */
	size_t count;
	size_t capacity;
};

/*
 * @items, an array of *@capacity items of @size bytes, with room for @more behind the first @count:
 * itself or a larger one in its place. NULL: no memory, and @items still is what it was.
 */
void *lfb__room(void *items, size_t count, size_t more, size_t *capacity, size_t size);
/* A new item at the end, zeroed. NULL without memory. */
void *lfb__list_add(struct lfb_list *list, size_t size);
void lfb__list_free(struct lfb_list *list);

/* shared.c: shared objects that are loaded as modules */

/* What the host calls the files they are loaded from. */
#define LFB_SHARED_FILE "lfb-module"

struct lfb_shared {
	struct lfb_shared *next;	/* of all that are loaded */
	const char *path;		/* the caller's: what it was read from */
	int fd;				/* its bytes, as they are loaded */
	void *handle;
	char *start;			/* where it lies, … */
	size_t size;
	char *code;			/* … and in it what is closed; NULL: there is none */
	size_t code_size;
	char *data;			/* what can be written */
	size_t data_size;
	size_t counters, counters_size;	/* in it, where; a fuzzer's: never set back */
	char *kept;			/* its bytes at lfb__shared_keep() */
	struct lfb_list imports;	/* what it needs and the process does not have */
	bool says_accesses;		/* its code was compiled for thread checking */
	bool closed;
};

/* NULL: it cannot be, @why says the reason. It is open. */
struct lfb_shared *lfb__shared_load(const void *bytes, size_t size, const char *path, char *why,
				    size_t why_size);
void lfb__shared_free(struct lfb_shared *shared);
/* Its own of that name; NULL: it has none. */
void *lfb__shared_symbol(const struct lfb_shared *shared, const char *name);
/* The same, if there is an EXPORT_SYMBOL() of it. */
void *lfb__shared_exported(const struct lfb_shared *shared, const char *name);
/* The data as it is now is what lfb__shared_reset() makes it again. False without memory. */
bool lfb__shared_keep(struct lfb_shared *shared);
void lfb__shared_reset(const struct lfb_shared *shared);
/* To and from @bytes, of which there are as many as of data. It is open. */
void lfb__shared_read(const struct lfb_shared *shared, void *bytes);
void lfb__shared_write(const struct lfb_shared *shared, const void *bytes);
/* From here on code and data can be used; or whoever touches them has a fault. */
void lfb__shared_open(struct lfb_shared *shared);
void lfb__shared_close(struct lfb_shared *shared);
/* The one that @address lies in; NULL: in none. */
struct lfb_shared *lfb__shared_at(const void *address);

/* symbols.c: what they have for each other */

/* "table+0x8", in its data. False: @address is in no variable that the file has a name for. */
bool lfb__shared_variable(const struct lfb_shared *shared, const void *address, char *name,
			  size_t size);

/* A shared object of these bytes can be loaded where something is missing that it needs. */
void lfb__shared_allow_missing(char *bytes, size_t size);
/* Where a fuzzer's code in it counts; @bytes were loaded, and moved by @bias. */
void lfb__shared_find_counters(struct lfb_shared *shared, uintptr_t bias, const char *bytes,
			       size_t size);
/* What that is. False without memory. */
bool lfb__shared_find_imports(struct lfb_shared *shared);
/*
 * It is where @find says; NULL: nowhere. With @only_look nothing is told of it. Returns the first
 * that must not be missing and is.
 */
const char *lfb__shared_bind(const struct lfb_shared *shared, bool only_look,
			     void *(*find)(void *context, const char *name), void *context);
/* Was it told of something of @other's? */
bool lfb__shared_uses(const struct lfb_shared *shared, const struct lfb_shared *other);

/*
 * table.c: finds the caller's items, which have numbers, by a hash and what the caller says is the
 * same. Only their numbers are in the table: the items lie in a list.
 */

struct lfb_table_slot {
	u32 hash;
	u32 number;		/* + 1; 0: nothing is here */
};

struct lfb_table {
	struct lfb_table_slot *slots;
	u32 nr_slots;		/* a power of two, or 0 */
	u32 count;
};

#define LFB_TABLE_NONE UINT32_MAX

/* A hash of @hash and @value together. Callers' hashes need not be better than that. */
static inline u64 lfb__hash_mix(u64 hash, u64 value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
	return hash ^ hash >> 29;
}

static inline u32 lfb__table_hash(u64 hash)
{
	return (u32)(lfb__hash_mix(hash, hash >> 32) >> 32);
}

/*
 * The number with @hash of which @same(@items, number, @key) holds, else LFB_TABLE_NONE. Inline, so
 * that @same is.
 */
static inline u32 lfb__table_find(const struct lfb_table *table, u64 hash,
				  bool (*same)(const void *items, u32 number, const void *key),
				  const void *items, const void *key)
{
	const u32 wanted = lfb__table_hash(hash);

	for (u32 at = wanted; table->count; at++) {
		const struct lfb_table_slot *slot = &table->slots[at & (table->nr_slots - 1)];

		if (!slot->number)
			break;
		if (slot->hash == wanted && same(items, slot->number - 1, key))
			return slot->number - 1;
	}
	return LFB_TABLE_NONE;
}

/* 0 or -ENOMEM. Never fails for as many numbers as were once in the table. */
int lfb__table_add(struct lfb_table *table, u64 hash, u32 number);
/* @number must have been added with @hash. */
void lfb__table_remove(struct lfb_table *table, u64 hash, u32 number);
/* Empties the table; its memory stays. */
void lfb__table_clear(struct lfb_table *table);
void lfb__table_free(struct lfb_table *table);

/* saved.c: host memory as it was, to be put back */

struct lfb_saved {
	struct lfb_list parts;
	struct lfb_list bytes;	/* of all of them */
	bool failed;		/* no memory: some are missing */
};

/* Bytes that stay where they are. */
void lfb__save(struct lfb_saved *saved, void *at, size_t size);
/* The members of a structure from @first to @last. */
#define lfb__save_members(saved, object, first, last)                         \
	lfb__save(saved, &(object)->first,                                    \
		  (size_t)((char *)(&(object)->last + 1) - (char *)&(object)->first))
/*
 * A block of malloc()'s with room for @room bytes, of which @used are in use; @at is the pointer to
 * it. When it is put back there must be one of at least @room bytes, or none.
 */
void lfb__save_block(struct lfb_saved *saved, void *at, size_t used, size_t room);
/* A list of items of @size bytes, a table. Of a list its room decides nothing. */
void lfb__save_list(struct lfb_saved *saved, struct lfb_list *list, size_t size);
void lfb__save_table(struct lfb_saved *saved, struct lfb_table *table);
/* Asked before anything is put back, and told what it answered when all of it is. */
void lfb__save_hook(struct lfb_saved *saved, void *self, size_t (*before)(void *self),
		    void (*after)(void *self, size_t before));
/*
 * Members of the structure that was saved last, or of the first of the members: they decide nothing
 * of what comes, because they are only told, or are saved and compared by who knows what they are.
 */
#define lfb__saved_told(saved, object, start, first, last)                      \
	lfb__saved_skip(saved, (size_t)((char *)&(object)->first - (char *)(start)), \
			(size_t)((char *)(&(object)->last + 1) - (char *)&(object)->first))
void lfb__saved_skip(struct lfb_saved *saved, size_t from, size_t size);
/* The u64 at @from is the number of a call, of those that each kernel counts. */
void lfb__saved_call(struct lfb_saved *saved, size_t from);
/*
 * Does @b decide the same as @a of what comes? Calls with numbers above @last may have been later
 * ones by @later.
 */
bool lfb__saved_alike(const struct lfb_saved *a, const struct lfb_saved *b, u64 last, u64 later);
/* What may fail of putting back; lfb__saved_put_back() must follow. False without memory. */
bool lfb__saved_prepare(struct lfb_saved *saved);
void lfb__saved_put_back(struct lfb_saved *saved);
void lfb__saved_free(struct lfb_saved *saved);

/* behind.c */

/*
 * Where addresses of this process may be: what the host maps lies up here, where it places the
 * program itself as well (but for programs that are linked to lie at a fixed place).
 */
#define LFB_ADDRESSES_START (1ull << 37)
#define LFB_ADDRESSES_END (1ull << 48)

enum lfb_behind {
	LFB_BEHIND_NOTHING,
	LFB_BEHIND_CODE,	/* of the program or a shared object */
	LFB_BEHIND_DATA,	/* … its static data, constant or not */
	LFB_BEHIND_STACK,	/* this thread's or the main one's */
	LFB_BEHIND_HEAP,	/* whatever else the process may write to and is no file's */
};

/* Adds what this process has mapped now to @map, which is empty. What is not known is not there. */
void lfb__behind_read(struct lfb_list *map);
enum lfb_behind lfb__behind(const struct lfb_list *map, u64 value);
/* "module data 'limits'+0x4"; without the name where the dynamic linker does not know it. */
void lfb__behind_name(enum lfb_behind what, u64 value, char *text, size_t size);

#endif
