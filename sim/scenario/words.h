/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The words of the language: verbs, and the steps that the recorded module can be told to do
 * inside a callback, or at once. docs/scenarios.md says what each of them means.
 */
#ifndef SIM_SCENARIO_WORDS_H
#define SIM_SCENARIO_WORDS_H

#include <luo/types.h>

/* What is special about a verb. */
enum lfb_verb_flag {
	/* Success goes without saying. */
	LFB_QUIET_VERB = 1u << 0,
	/* It has nothing to return in kernels that unlink by themselves. */
	LFB_VOID_VERB = 1u << 1,
	/* It answers with an FLB's object. */
	LFB_OBJECT_VERB = 1u << 2,
	/* It is about what was handed over, where the other of the pair is not. */
	LFB_INCOMING_VERB = 1u << 3,
	/* It needs an open session. */
	LFB_SESSION_VERB = 1u << 4,
	/* It says what the module does or is, as its source would. */
	LFB_DEFINING_VERB = 1u << 5,
};

/*
 * X(verb, name, arguments, function, flags), a list for each who performs. Each letter of the
 * arguments is one of:
 *	H handler number, X the same or a compatible string, F FLB number, Z the same or such a
 *	string, N session name, T token, I inode number, P fault plan,
 *	R "into PROFILE" "with FILE for MODULE" "without WHAT",
 *	C whose callback, O which callback, S step,
 *	B a compatible string, K which callback that can fail, E errno, M how many times,
 *	D what is damaged, A at which offset, V with which value, L how long a file is, G which of
 *	its pages are written, W the seed of what is in them, J what identifies a file, U what is
 *	wrong with a request's structure, Y "as" inode number
 */

/* The recorded module, as code of the kernel. */
#define LFB_MODULE_VERBS(X)                                                                        \
	X(HANDLER, "handler", "H", register_it, 0)                                                 \
	X(UNHANDLER, "unhandler", "H", unregister_it, LFB_VOID_VERB)                               \
	X(FLB, "flb", "HF", register_it, 0)                                                        \
	X(UNFLB, "unflb", "HF", unregister_it, LFB_VOID_VERB)                                      \
	X(GETIN, "getin", "Z", get_object, LFB_OBJECT_VERB | LFB_INCOMING_VERB)                    \
	X(GETOUT, "getout", "Z", get_object, LFB_OBJECT_VERB)                                      \
	X(HOLDIN, "holdin", "F", hold_object, LFB_OBJECT_VERB | LFB_INCOMING_VERB)                 \
	X(HOLDOUT, "holdout", "F", hold_object, LFB_OBJECT_VERB)                                   \
	X(PUTIN, "putin", "F", put_object, LFB_QUIET_VERB | LFB_INCOMING_VERB)                     \
	X(PUTOUT, "putout", "F", put_object, LFB_QUIET_VERB)                                       \
	X(DO, "do", "S", do_step, 0)

/* Who wrote the module. */
#define LFB_AUTHOR_VERBS(X)                                                                        \
	X(FAIL, "fail", "CKEM", fail, LFB_QUIET_VERB)                                              \
	X(WHEN, "when", "COS", when, LFB_QUIET_VERB | LFB_DEFINING_VERB)                           \
	X(FORGET, "forget", "CO", forget, LFB_QUIET_VERB | LFB_DEFINING_VERB)                      \
	X(COMPATIBLE, "compatible", "CB", rename, LFB_QUIET_VERB | LFB_DEFINING_VERB)              \
	X(IDENTITY, "identity", "HJ", identify, LFB_QUIET_VERB | LFB_DEFINING_VERB)

/* Who loads it. */
#define LFB_LOADER_VERBS(X)                                                                        \
	X(MODULE, "module", "", become_module, LFB_DEFINING_VERB)                                  \
	X(INSMOD, "insmod", "", insmod, 0)                                                         \
	X(RMMOD, "rmmod", "", rmmod, 0)

/* The agent. */
#define LFB_AGENT_VERBS(X)                                                                         \
	X(OPEN, "open", "", open_device, 0)                                                        \
	X(SESSION, "session", "N", create_session, 0)                                              \
	X(RSESSION, "rsession", "N", retrieve_session, 0)                                          \
	X(PRESERVE, "preserve", "NTXI", preserve, LFB_SESSION_VERB)                                \
	X(AGAIN, "again", "NTI", preserve_again, LFB_SESSION_VERB)                                 \
	X(RETRIEVE, "retrieve", "NTY", retrieve, LFB_SESSION_VERB)                                 \
	X(FINISH, "finish", "N", finish, LFB_SESSION_VERB)                                         \
	X(CLOSE, "close", "N", close_session, LFB_QUIET_VERB | LFB_SESSION_VERB)                   \
	X(ARGUMENT, "argument", "U", spoil_argument, LFB_QUIET_VERB)

/* The agent, with files in memory. */
#define LFB_MEMFD_VERBS(X)                                                                         \
	X(MEMFD, "memfd", "ILGW", make_memfd, 0)                                                   \
	X(CHECK, "check", "ILGW", check_memfd, 0)

/* The world outside: power, kexec, and what goes wrong. */
#define LFB_MACHINE_VERBS(X)                                                                       \
	X(REBOOT, "reboot", "R", reboot, 0)                                                        \
	X(PREPARE, "prepare", "", prepare, 0)                                                      \
	X(JUMP, "jump", "R", jump, 0)                                                              \
	X(COLD, "cold", "", power_cycle, LFB_QUIET_VERB)                                           \
	X(DAMAGE, "damage", "DAV", damage, LFB_QUIET_VERB)                                         \
	X(FAULT, "fault", "P", arm_fault, LFB_QUIET_VERB)                                          \
	X(PANIC, "panic", "", die, LFB_QUIET_VERB)

#define LFB_ALL_VERBS(X)                                                                           \
	LFB_MODULE_VERBS(X) LFB_AUTHOR_VERBS(X) LFB_LOADER_VERBS(X) LFB_AGENT_VERBS(X)             \
	LFB_MEMFD_VERBS(X) LFB_MACHINE_VERBS(X)

enum lfb_verb {
#define LFB_VERB_NAMED(verb, ...) LFB_VERB_##verb,
	LFB_ALL_VERBS(LFB_VERB_NAMED)
#undef LFB_VERB_NAMED
	LFB_VERBS,
};

struct lfb_verb_words {
	const char *name;
	const char *arguments;
	unsigned int flags;
};

extern const struct lfb_verb_words lfb__verbs[LFB_VERBS];

/* The recorder's callbacks that can be told to fail. */
enum lfb_recorded_op {
	LFB_RECORDED_PRESERVE,
	LFB_RECORDED_RETRIEVE,
	LFB_RECORDED_FREEZE,		/* handlers only, as the next */
	LFB_RECORDED_CAN_FINISH,
	LFB_RECORDED_OPS,
};

/* All of them, as programs are kept for. */
enum lfb_callback {
	LFB_CALLBACK_PRESERVE,
	LFB_CALLBACK_UNPRESERVE,
	LFB_CALLBACK_RETRIEVE,
	LFB_CALLBACK_FINISH,
	LFB_CALLBACK_CAN_PRESERVE,	/* handlers only, as the next */
	LFB_CALLBACK_FREEZE,
	LFB_CALLBACK_UNFREEZE,
	LFB_CALLBACK_CAN_FINISH,
	LFB_CALLBACKS,
};

extern const char *const lfb__recorded_ops[LFB_RECORDED_OPS];
extern const char *const lfb__callbacks[LFB_CALLBACKS];

/* What "damage" writes to. */
enum lfb_damaged { LFB_DAMAGED_FLB, LFB_DAMAGED_SESSION, LFB_DAMAGED_TREE, LFB_DAMAGED };

extern const char *const lfb__damaged[LFB_DAMAGED];

/* What a handler says identifies a file: nothing; or a number, which follows as the value. */
enum lfb_identity {
	LFB_IDENTITY_NONE,	/* it has no get_id */
	LFB_IDENTITY_INODE,
	LFB_IDENTITY_CHANGING,	/* another one each time it is asked */
	LFB_IDENTITIES,
	LFB_IDENTITY_CONSTANT = LFB_IDENTITIES,
};

extern const char *const lfb__identities[LFB_IDENTITIES];

/* Where an operation can wait: all that the kernel passes. */
#define LFB_POINTS 20

extern const char *const lfb__points[LFB_POINTS];

/* Steps */

/*
 * What a step takes and another gives back; when a callback fails, what its steps took and still
 * have goes back.
 */
enum lfb_holding {
	LFB_HOLD_NONE,
	LFB_HOLD_MEMORY,
	LFB_HOLD_FOLIO,
	LFB_HOLD_PAGES,
	LFB_HOLD_AREA,
	LFB_HOLD_SUBTREE,
	LFB_HOLD_MUTEX,
	LFB_HOLD_SPIN,
	LFB_HOLD_READ,
	LFB_HOLD_WRITE,
	LFB_HOLD_INCOMING,
	LFB_HOLD_OUTGOING,
	LFB_HOLD_INCOMING_LOCK,
	LFB_HOLD_OUTGOING_LOCK,
	LFB_HOLD_MODULE,
	LFB_HOLDINGS,
};

/*
 * X(function, name, arguments, what it takes, what it gives back). Each letter of the arguments is
 * one of:
 *	S slot, s slot that it fills, N number, V slot or number, L lock, F FLB, H handler, E errno,
 *	A field of the arguments, W word
 */
#define LFB_STEPS(X)                                                                               \
	X(kmalloc, "kmalloc", "sN", MEMORY, NONE)                                                  \
	X(kfree, "kfree", "S", NONE, MEMORY)                                                       \
	X(pages, "pages", "sN", MEMORY, NONE)                                                      \
	X(free_pages, "free-pages", "SN", NONE, MEMORY)                                            \
	X(folio, "folio", "sN", MEMORY, NONE)                                                      \
	X(raw_folio, "raw-folio", "sN", MEMORY, NONE)                                              \
	X(folio_put, "folio-put", "S", NONE, MEMORY)                                               \
	X(vmalloc, "vmalloc", "sN", MEMORY, NONE)                                                  \
	X(vmalloc_huge, "vmalloc-huge", "sN", MEMORY, NONE)                                        \
	X(vmalloc_user, "vmalloc-user", "sN", MEMORY, NONE)                                        \
	X(vfree, "vfree", "S", NONE, MEMORY)                                                       \
	X(free, "free", "S", NONE, MEMORY)                                                         \
	X(kho, "kho", "sN", MEMORY, NONE)                                                          \
	X(kho_unpreserve_free, "kho-unpreserve-free", "S", NONE, MEMORY)                           \
	X(kho_restore_free, "kho-restore-free", "S", NONE, MEMORY)                                 \
	X(preserve_folio, "preserve-folio", "S", FOLIO, NONE)                                      \
	X(unpreserve_folio, "unpreserve-folio", "S", NONE, FOLIO)                                  \
	X(restore_folio, "restore-folio", "S", NONE, NONE)                                         \
	X(preserve_pages, "preserve-pages", "SN", PAGES, NONE)                                     \
	X(unpreserve_pages, "unpreserve-pages", "SN", NONE, PAGES)                                 \
	X(restore_pages, "restore-pages", "SN", NONE, NONE)                                        \
	X(preserve_vmalloc, "preserve-vmalloc", "SS", AREA, NONE)                                  \
	X(unpreserve_vmalloc, "unpreserve-vmalloc", "S", NONE, AREA)                               \
	X(restore_vmalloc, "restore-vmalloc", "sS", NONE, NONE)                                    \
	X(preserve_scratch, "preserve-scratch", "", NONE, NONE)                                    \
	X(add_subtree, "add-subtree", "WS", SUBTREE, NONE)                                         \
	X(remove_subtree, "remove-subtree", "S", NONE, SUBTREE)                                    \
	X(retrieve_subtree, "retrieve-subtree", "Ws", NONE, NONE)                                  \
	X(data, "data", "V", NONE, NONE)                                                           \
	X(data_pointer, "data-pointer", "S", NONE, NONE)                                           \
	X(obj, "obj", "V", NONE, NONE)                                                             \
	X(private, "private", "V", NONE, NONE)                                                     \
	X(no_data, "no-data", "", NONE, NONE)                                                      \
	X(no_obj, "no-obj", "", NONE, NONE)                                                        \
	X(no_file, "no-file", "", NONE, NONE)                                                      \
	X(take, "take", "s", NONE, NONE)                                                           \
	X(take_pointer, "take-pointer", "s", NONE, NONE)                                           \
	X(take_obj, "take-obj", "s", NONE, NONE)                                                   \
	X(take_private, "take-private", "s", NONE, NONE)                                           \
	X(set_arg, "set-arg", "AN", NONE, NONE)                                                    \
	X(write, "write", "SNN", NONE, NONE)                                                       \
	X(read, "read", "SN", NONE, NONE)                                                          \
	X(expect, "expect", "SNN", NONE, NONE)                                                     \
	X(stamp, "stamp", "S", NONE, NONE)                                                         \
	X(check_stamp, "check-stamp", "S", NONE, NONE)                                             \
	X(store, "store", "SNS", NONE, NONE)                                                       \
	X(store_phys, "store-phys", "SNS", NONE, NONE)                                             \
	X(store_phys32, "store-phys32", "SNS", NONE, NONE)                                         \
	X(store_code, "store-code", "SN", NONE, NONE)                                              \
	X(store_data, "store-data", "SN", NONE, NONE)                                              \
	X(load, "load", "SNs", NONE, NONE)                                                         \
	X(load_phys, "load-phys", "SNs", NONE, NONE)                                               \
	X(follow, "follow", "SN", NONE, NONE)                                                      \
	X(follow_phys, "follow-phys", "SN", NONE, NONE)                                            \
	X(lock, "lock", "L", MUTEX, NONE)                                                          \
	X(trylock, "trylock", "L", MUTEX, NONE)                                                    \
	X(unlock, "unlock", "L", NONE, MUTEX)                                                      \
	X(spin_lock, "spin-lock", "L", SPIN, NONE)                                                 \
	X(spin_unlock, "spin-unlock", "L", NONE, SPIN)                                             \
	X(down_read, "down-read", "L", READ, NONE)                                                 \
	X(up_read, "up-read", "L", NONE, READ)                                                     \
	X(down_write, "down-write", "L", WRITE, NONE)                                              \
	X(up_write, "up-write", "L", NONE, WRITE)                                                  \
	X(get_incoming, "get-incoming", "Fs", INCOMING, NONE)                                      \
	X(get_outgoing, "get-outgoing", "Fs", OUTGOING, NONE)                                      \
	X(put_incoming, "put-incoming", "F", NONE, INCOMING)                                       \
	X(put_outgoing, "put-outgoing", "F", NONE, OUTGOING)                                       \
	X(lock_incoming, "lock-incoming", "Fs", INCOMING_LOCK, NONE)                               \
	X(lock_outgoing, "lock-outgoing", "Fs", OUTGOING_LOCK, NONE)                               \
	X(unlock_incoming, "unlock-incoming", "FV", NONE, INCOMING_LOCK)                           \
	X(unlock_outgoing, "unlock-outgoing", "FV", NONE, OUTGOING_LOCK)                           \
	X(register_handler, "register-handler", "H", NONE, NONE)                                   \
	X(unregister_handler, "unregister-handler", "H", NONE, NONE)                               \
	X(register_flb, "register-flb", "HF", NONE, NONE)                                          \
	X(unregister_flb, "unregister-flb", "HF", NONE, NONE)                                      \
	X(get_token, "get-token", "", NONE, NONE)                                                  \
	X(get_file, "get-file", "N", NONE, NONE)                                                   \
	X(module_get, "module-get", "", MODULE, NONE)                                              \
	X(module_put, "module-put", "", NONE, MODULE)                                              \
	X(answer, "answer", "E", NONE, NONE)                                                       \
	X(answer_once, "answer-once", "E", NONE, NONE)                                             \
	X(no_unwind, "no-unwind", "", NONE, NONE)                                                  \
	X(sleep, "sleep", "", NONE, NONE)                                                          \
	X(lock_fresh, "lock-fresh", "", NONE, NONE)                                                \
	X(lock_freed, "lock-freed", "", NONE, NONE)                                                \
	X(warn, "warn", "", NONE, NONE)                                                            \
	X(bug, "bug", "", NONE, NONE)                                                              \
	X(panic, "panic-now", "", NONE, NONE)                                                      \
	X(null, "null", "", NONE, NONE)                                                            \
	X(recurse, "recurse", "", NONE, NONE)

enum lfb_step_code {
#define LFB_STEP_NAMED(function, ...) LFB_STEP_##function,
	LFB_STEPS(LFB_STEP_NAMED)
#undef LFB_STEP_NAMED
	LFB_STEP_CODES,
};

struct lfb_step_words {
	const char *name;
	const char *arguments;
	enum lfb_holding takes;
	enum lfb_holding gives;
};

extern const struct lfb_step_words lfb__steps[LFB_STEP_CODES];

#define LFB_STEP_SLOTS 2	/* at most, in one step */
#define LFB_STEP_NUMBERS 2

/*
 * X(field, of whose arguments, which of its bits), what set-arg can write to. Compilers do not make
 * pointers that are not aligned, and their sanitizers rely on it.
 */
#define LFB_STEP_FIELDS(X)                                                                         \
	X(handler, file, ~15ull)                                                                   \
	X(session, file, ~15ull)                                                                   \
	X(retrieved, file, ~0ull)                                                                  \
	X(retrieve_status, file, ~0ull)                                                            \
	X(file, file, ~15ull)                                                                      \
	X(serialized_data, file, ~0ull)                                                            \
	X(private_data, file, ~0ull)                                                               \
	X(flb, flb, ~15ull)                                                                        \
	X(data, flb, ~0ull)                                                                        \
	X(obj, flb, ~0ull)

enum lfb_step_field {
#define LFB_FIELD_NAMED(field, ...) LFB_FIELD_##field,
	LFB_STEP_FIELDS(LFB_FIELD_NAMED)
#undef LFB_FIELD_NAMED
	LFB_FIELDS,
};

extern const char *const lfb__step_fields[LFB_FIELDS];

struct lfb_step {
	enum lfb_step_code code;
	enum lfb_step_field field;
	struct {
		u32 name;		/* equal names have equal numbers, from 0 */
		bool of_module;		/* written with ':' */
	} slots[LFB_STEP_SLOTS];
	unsigned int nr_slots;
	u64 numbers[LFB_STEP_NUMBERS];
	unsigned int nr_numbers;
	unsigned int lock;
	unsigned int flb;
	unsigned int handler;
	int error;
	const char *word;
};

#define LFB_STEP_LOCKS 10

#endif
