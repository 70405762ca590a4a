/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Profiles, inside: a kernel as a constant table. lib/ has one flow; where kernels differ it asks
 * the profile.
 */
#ifndef LIB_LUO_PROFILE_H
#define LIB_LUO_PROFILE_H

#include <luo/profile.h>
#include <luo/types.h>

struct kho_abi;
struct luo_codec;

/*
 * docs/facts.md section 9: X(name, who has it, what happens). R rfc-v6, Z linux-7.0,
 * T linux-7.2 and linux-7.3.
 */
#define LUO_QUIRKS(X)                                                                              \
	X(FLB_FINISH_NEEDS_GET, R | Z | T,                                                         \
	  "an FLB nobody asked for in the new kernel is never finished")                           \
	X(FLB_RETRIEVE_AFTER_FINISH, R,                                                            \
	  "asking for a finished FLB runs retrieve again, on freed memory")                        \
	X(FLB_FINISH_BEFORE_FILE, R,                                                               \
	  "the FLB is finished before the last file that needs it")                                \
	X(FLB_UNLOCK_STORES_OBJ, R,                                                                \
	  "unlock stores its argument as the new object instead of checking it")                   \
	X(FLB_GET_UNCOUNTED, R | Z,                                                                \
	  "the incoming object is handed out without a reference")                                 \
	X(FLB_RETRIEVE_RETRIED, R | Z,                                                             \
	  "after a failed retrieve the next one who asks runs it again")                           \
	X(FLB_FAILED_RETRIEVE_LEAKS, R | Z | T,                                                    \
	  "an FLB whose retrieve failed is never finished, its data leaks")                        \
	X(FLB_GET_OUTGOING_NULL, Z,                                                                \
	  "get_outgoing with nothing preserved succeeds with a NULL object")                       \
	X(FLB_COUNT_INCLUDES_GETS, T,                                                              \
	  "references held across the reboot are handed over as files nobody will finish")         \
	X(FLB_UNREGISTER_WHILE_PRESERVED, T,                                                       \
	  "an FLB unregistered while preserved is not handed over and never unpreserved")          \
	X(FLB_TRUST_SERIALIZED, R | Z | T,                                                         \
	  "count and names of the handed-over FLB page are not checked")                           \
	X(FLB_REGISTER_UNCHECKED_HANDLER, R | Z | T,                                               \
	  "a zeroed handler passes the check for registered ones, a NULL list is walked")          \
	X(FLB_LAZY_INIT_RACE, Z, "two threads using a fresh FLB initialize it twice")              \
	X(FLB_LINK_UNREGISTERED_HANDLER, T,                                                        \
	  "an FLB is linked to a handler that was unregistered, and the link lost later")          \
	X(FLB_LINK_WHILE_PRESERVED, T,                                                             \
	  "files that were preserved before an FLB was linked drop it all the same")               \
	X(FLB_LINKS_COUNT_NOT_FILES, R | Z | T,                                                    \
	  "handlers linked in the new kernel, not files, say when an FLB is finished")             \
	X(FLB_PUT_AFTER_SERIALIZE, T,                                                              \
	  "the last put after the FLBs were serialized unpreserves what is handed over")           \
	X(FLB_INCOMING_UNLINK, T,                                                                  \
	  "an FLB unregistered between retrieve and finish is never finished")                     \
	X(FLB_PAGE_NEVER_RESTORED, R | Z | T,                                                      \
	  "the page of handed-over FLBs stays reserved until the next kexec")                      \
	X(FLB_GET_OUTGOING_NEEDS_OBJ, T,                                                           \
	  "get_outgoing says of an FLB preserved without an object that it is not")                \
	X(FLB_COUNT_SATURATES, T,                                                                  \
	  "a count dropped below 0 sticks as \"preserved\": neither preserve nor finish runs")     \
	X(LATE_INIT_LEAKS_FLB_PAGE, T,                                                             \
	  "live update that could not be prepared leaves the page for FLBs preserved")             \
	X(FILE_UNFREEZE_CLEARS_DATA, R, "unfreeze sets the file's handle to 0")                    \
	X(FILE_RETRIEVE_RETRIED, R, "a file whose retrieve failed is retrieved again")             \
	X(FILE_PRESERVED_TWICE, R | Z, "one file may be preserved twice; its memory is one bit")   \
	X(FILE_FLB_LEAK_ON_ENOMEM, R,                                                              \
	  "no memory for the file's record leaves its FLBs counted")                               \
	X(FILE_INCOMING_OPS_ON_OUTGOING, R | Z,                                                    \
	  "retrieve and finish work on a session of the kernel that preserved it")                 \
	X(FILE_TOKEN_NOT_FOUND_WILD, R, "an unknown token makes the list head be read as a file")  \
	X(FILE_RETRIEVE_WITHOUT_FILE, R | Z | T,                                                   \
	  "a retrieve that returns 0 without a file makes NULL be followed")                       \
	X(SESSION_NAME_UNCHECKED, R | Z, "empty and unterminated names are accepted and cut")      \
	X(SESSION_DESERIALIZE_IGNORES_FILES, R | Z,                                                \
	  "a session is restored without the files whose handler is missing")                      \
	X(SESSION_DESERIALIZE_NOT_LATCHED, Z,                                                      \
	  "after a first open failed for want of memory the second succeeds on half the sessions") \
	X(SESSION_RETRIEVE_RACE, R | Z, "retrieve by name races with close")                       \
	X(SESSION_MUTATE_WHILE_REBOOTING, R | Z,                                                   \
	  "the agent may change sessions that are serialized already")                             \
	X(SESSION_STUCK_AFTER_FAILED_CLOSE, R | Z | T,                                             \
	  "a session whose close could not finish it can never be finished")                       \
	X(SESSION_DUPLICATE_LEAVES_EMPTY_BLOCK, T,                                                 \
	  "refusing a taken name when the blocks are full leaves an empty one to hand over")       \
	X(REGISTRY_UNLOCKED, R | Z, "handlers and FLBs are listed without a lock")                 \
	X(MODULE_PINNED_FROM_REGISTRATION, R | Z,                                                  \
	  "a registered module can never be unloaded, used or not")                                \
	X(SESSION_RETRIEVE_EFAULT_FINISHES, T,                                                     \
	  "a session whose retrieval cannot be answered is finished, and all of it lost")          \
	X(PRESERVE_EFAULT_KEEPS, T,                                                                \
	  "what cannot be answered is done all the same: a file stays preserved")                  \
	X(FILE_GET_ID_CHANGES, T,                                                                  \
	  "what identifies a file is asked anew when it goes: the old answer stays taken")         \
	X(FILE_ENTRY_LOST_ON_ENOMEM, T,                                                            \
	  "no memory to enter a retrieved file: it can be preserved before it is finished")        \
	X(FILES_POINTER_ZERO_ACCEPTED, T,                                                          \
	  "a session that has files, and no address of them, is restored without")                 \
	X(SESSION_TRUST_SERIALIZED, T,                                                             \
	  "addresses of blocks and the ends of names that were handed over are not checked")       \
	X(CALLBACK_POSITIVE_IS_SUCCESS, T,                                                         \
	  "a positive answer of a callback is an error here and a success there")                  \
	X(BOOT_ENOMEM_PANICS, T,                                                                   \
	  "no memory for the record of a block of sessions at boot ends the kernel")               \
	X(KHO_RESTORE_PAGES_NUMA, T,                                                               \
	  "pages preserved in pieces, one a node, are restored as one: the others stay behind")    \
	X(KHO_VMALLOC_ROLLBACK_ORDER, T,                                                           \
	  "a failed kho_preserve_vmalloc() leaves the huge blocks it had come to preserved")

enum luo_quirk {
#define LUO_QUIRK_NUMBER(name, profiles, about) LUO_QUIRK_##name,
	LUO_QUIRKS(LUO_QUIRK_NUMBER) LUO_QUIRKS_NR,
};

#define LUO_QUIRKS_ALL ((1ull << LUO_QUIRKS_NR) - 1)

/* Which family of accessors for FLB objects a kernel has. */
enum luo_accessors { LUO_ACCESSORS_LOCKED, LUO_ACCESSORS_GET };

/* When registering and unregistering is refused. */
enum luo_register_until {
	LUO_REGISTER_UNTIL_OPENED,
	LUO_REGISTER_WITHOUT_SESSIONS,
	LUO_REGISTER_ALWAYS,
};

/* When preserving finds out that there is no room: around the check of the descriptor. */
enum luo_room {
	LUO_ROOM_AFTER_FD,
	LUO_ROOM_BEFORE_FD,	   /* its memory after the descriptor all the same */
	LUO_ROOM_AND_MEMORY_BEFORE_FD,
};

/* What becomes of an incoming state that cannot be understood. */
enum luo_bad_state { LUO_BAD_STATE_DISABLES, LUO_BAD_STATE_PANICS };

struct luo_profile {
	const char *name;
	const char *about;
	const struct kho_abi *kho;
	const char *release;		/* what the next kernel is told by KHO, NULL: nothing */
	const struct luo_codec *codec;
	u64 quirks;			/* bit per enum luo_quirk */

	bool has_init_flb;		/* liveupdate_init_flb(), required */
	bool has_unregister;
	bool trusts_callers;		/* (un)registering follows what it is given */
	bool has_session_lookup;	/* get_token_outgoing, get_file_incoming */
	bool args_have_session;
	bool args_have_retrieve_status;	/* else "retrieved" */
	enum luo_accessors accessors;
	enum luo_register_until register_until;
	enum luo_bad_state bad_state;
	bool flb_null_object_is_error;	/* retrieve returning 0 without obj: WARN, -EIO */
	enum luo_room room;
	bool preserve_needs_outgoing;	/* -EINVAL for a session that was handed over */
	bool has_get_name;		/* ioctl */
	bool finish_checks_reserved;	/* ioctl */
	bool unregister_unlinks;	/* unregistering a handler unlinks its FLBs */
	bool failed_restore_is_io_error; /* first open failed: -EIO, for ever; else ignored */
	int session_full_error;
	bool finalizes_kho;		/* the reboot call writes the memory map */
	unsigned int kho_rules;		/* of enum kho_rule */
};

#endif
