/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Trace events: everything that happens in a machine, as it happens. An event is facts, in fields;
 * it becomes text when somebody reads it.
 *
 * With no sink set, events cost one predictable branch each. Events hold no pointers, no times
 * and nothing else that could differ between two runs of the same scenario.
 */
#ifndef LUO_TRACE_H
#define LUO_TRACE_H

#include <luo/finding.h>
#include <luo/types.h>

struct lfb_machine;

/** enum lfb_event_kind - what an event is about. */
enum lfb_event_kind {
	LFB_EVENT_BOOT,	    /* a kernel starts, goes through a phase of boot, or ends */
	LFB_EVENT_JUMP,	    /* kexec: the old kernel is gone */
	LFB_EVENT_CALLBACK, /* a handler's, FLB's or module's callback returned */
	LFB_EVENT_AGENT,    /* an agent's call returned */
	LFB_EVENT_LUO,	    /* the orchestrator changed its state */
	LFB_EVENT_KHO,	    /* memory was preserved, unpreserved, restored, or a subtree edited */
	LFB_EVENT_MODULE,   /* a module was loaded, unloaded, pinned or released */
	LFB_EVENT_LOCK,	    /* a lock was taken or released */
	LFB_EVENT_PRINTK,   /* a kernel message */
	LFB_EVENT_WARN,	    /* WARN: something is wrong, the kernel goes on */
	LFB_EVENT_UNSAFE,   /* a real kernel would have touched memory it must not touch */
	LFB_EVENT_BUG,	    /* BUG, a fault or a deadlock: the kernel stops */
	LFB_EVENT_PANIC,    /* panic: the kernel stops */
	LFB_EVENT_FAULT,    /* a fault point was made to fail */
	LFB_EVENT_FINDING,  /* a mistake was found: see luo/finding.h */
	LFB_EVENT_KINDS,
};

/**
 * LFB_HAPPENINGS() - all that can happen
 * @X: called with NAME, KIND, how, subject, action and detail for each
 *
 * How: RESULT and FINE_RESULT have a result. FINE and FINE_RESULT are told only to a sink that
 * asked for everything (lfb_trace_all_to()), as are the beginnings of calls: they are for programs
 * that follow the state step by step, and too many to read.
 *
 * An event about the state is told when it has changed, so that after each event the state is the
 * one that all events so far say; JUMPED and SWITCHED_OFF end a kernel with all that is in it. The
 * next one is handed over PAGES_HANDED_OVER, the FLBs in FLB_HANDED_OVER (in kernels that do not
 * look at them while they boot when they are asked for: FLB_COUNTED), and at the first open the
 * sessions and files that are ADDED.
 *
 * The three texts are what a trace shows of it: a word in braces stands for that field of struct
 * lfb_event, and those are the fields that mean something. Callbacks of files also have the session
 * and the token, LFB_DID_FLB_COUNTED, GOT and PUT all counts.
 */
#define LFB_HAPPENINGS(X)                                                                          \
	X(BOOT_COLD, BOOT, PLAIN, "kernel", "boot cold", "profile={profile}")                      \
	X(BOOT_HANDOVER, BOOT, PLAIN, "kernel", "boot handover", "profile={profile}")              \
	X(BOOTED, BOOT, FINE_RESULT, "kernel", "boot", "profile={profile}")                        \
	X(SWITCHED_OFF, BOOT, PLAIN, "kernel", "off", "")                                          \
	X(JUMPED, JUMP, PLAIN, "kernel", "kexec", "from={profile} to={next_profile}")              \
	/* Callbacks: one returned. */                                                             \
	X(FLB_PRESERVE, CALLBACK, RESULT, "flb {flb}", "preserve", "data={handle}")                \
	X(FLB_UNPRESERVE, CALLBACK, PLAIN, "flb {flb}", "unpreserve", "data={handle}")             \
	X(FLB_RETRIEVE, CALLBACK, RESULT, "flb {flb}", "retrieve", "data={handle}")                \
	X(FLB_FINISH, CALLBACK, PLAIN, "flb {flb}", "finish", "data={handle}")                     \
	X(FILE_PRESERVE, CALLBACK, RESULT, "file {handler}", "preserve", "data={handle}")          \
	X(FILE_UNPRESERVE, CALLBACK, PLAIN, "file {handler}", "unpreserve", "data={handle}")       \
	X(FILE_FREEZE, CALLBACK, RESULT, "file {handler}", "freeze", "data={handle}")              \
	X(FILE_UNFREEZE, CALLBACK, PLAIN, "file {handler}", "unfreeze", "data={handle}")           \
	X(FILE_RETRIEVE, CALLBACK, RESULT, "file {handler}", "retrieve", "data={handle}")          \
	X(FILE_CAN_FINISH, CALLBACK, RESULT, "file {handler}", "can_finish", "data={handle}")      \
	X(FILE_FINISH, CALLBACK, PLAIN, "file {handler}", "finish", "data={handle}")               \
	/* An agent's calls: one returned. */                                                      \
	X(AGENT_OPEN, AGENT, RESULT, "{task}", "open", "")                                         \
	X(AGENT_CLOSE, AGENT, RESULT, "{task}", "close", "fd={fd}")                                \
	X(AGENT_IOCTL, AGENT, RESULT, "{task}", "ioctl", "fd={fd}")                                \
	X(AGENT_CREATE, AGENT, RESULT, "{task}", "create session", "fd={fd} name={session}")       \
	X(AGENT_TAKE, AGENT, RESULT, "{task}", "retrieve session", "fd={fd} name={session}")       \
	X(AGENT_PRESERVE, AGENT, RESULT, "{task}", "preserve", "fd={fd} token={token}")            \
	X(AGENT_RETRIEVE, AGENT, RESULT, "{task}", "retrieve", "fd={fd} token={token}")            \
	X(AGENT_FINISH, AGENT, RESULT, "{task}", "finish", "fd={fd}")                              \
	X(AGENT_GET_NAME, AGENT, RESULT, "{task}", "get name", "fd={fd}")                          \
	X(AGENT_INSTALL, AGENT, RESULT, "{task}", "install", "")                                   \
	/* The orchestrator. */                                                                    \
	X(LUO_READY, LUO, PLAIN, "luo", "ready", "update={count}")                                 \
	X(HANDLER_REGISTERED, LUO, PLAIN, "{handler}", "register-handler", "")                     \
	X(HANDLER_UNREGISTERED, LUO, PLAIN, "{handler}", "unregister-handler", "")                 \
	X(FLB_REGISTERED, LUO, PLAIN, "{flb}", "register-flb", "handler={handler}")                \
	X(FLB_UNREGISTERED, LUO, PLAIN, "{flb}", "unregister-flb", "handler={handler}")            \
	X(FLB_COUNTED, LUO, FINE, "{flb}", "count", "{side} {count_before} -> {count}, {reason}")  \
	X(FLB_GOT, LUO, FINE, "{flb}", "get", "{side} references={references}")                    \
	X(FLB_PUT, LUO, FINE, "{flb}", "put", "{side} references={references}")                    \
	X(FLB_LOCKED, LUO, FINE, "{flb}", "lock", "{side}")                                        \
	X(FLB_UNLOCKED, LUO, FINE, "{flb}", "unlock", "{side}")                                    \
	X(FLB_SERIALIZED, LUO, FINE, "{flb}", "serialize", "files={count} data={handle}")          \
	X(FLB_HANDED_OVER, LUO, FINE, "{flb}", "hand-over", "files={count} data={handle}")         \
	X(SESSION_CREATED, LUO, PLAIN, "{session}", "create-session", "")                          \
	X(SESSION_ENDED, LUO, PLAIN, "{session}", "end-session", "")                               \
	X(SESSION_ADDED, LUO, FINE, "{session}", "add", "{side}")                                  \
	X(SESSION_REMOVED, LUO, FINE, "{session}", "remove", "{side}")                             \
	X(SESSION_RETRIEVED, LUO, FINE, "{session}", "retrieve", "")                               \
	X(SESSION_GIVEN_BACK, LUO, FINE, "{session}", "give-back", "{reason}")                     \
	X(SESSION_FROZEN, LUO, FINE_RESULT, "{session}", "freeze", "")                             \
	X(SESSION_UNFROZEN, LUO, FINE, "{session}", "unfreeze", "")                                \
	X(SESSION_SERIALIZED, LUO, FINE, "{session}", "serialize", "files={count}")                \
	X(FILE_ADDED, LUO, FINE, "{session}", "add-file", "token={token} {handler} data={handle}") \
	X(FILE_DATA, LUO, FINE, "{session}", "set-data", "token={token} data={handle}")            \
	X(FILE_RETRIEVED, LUO, FINE_RESULT, "{session}", "retrieve-file", "token={token}")         \
	X(FILE_DROPPED, LUO, FINE, "{session}", "drop-file", "token={token}")                      \
	X(REBOOT, LUO, FINE_RESULT, "luo", "reboot", "")                                           \
	X(SESSIONS_SERIALIZED, LUO, PLAIN, "luo", "serialize", "sessions={count}")                 \
	X(SESSIONS_RESTORED, LUO, RESULT, "luo", "restore", "sessions={count}")                    \
	X(TASK_BLOCKED, LUO, PLAIN, "{task}", "block", "{reason}: waits for {lock}")               \
	/* Memory that is handed over. */                                                          \
	X(KHO_BOOTED, KHO, PLAIN, "kho", "boot", "root={phys} pages={pages}")                      \
	X(KHO_PRESERVE_FOLIO, KHO, RESULT, "kho", "preserve-folio", "phys={phys} order={order}")   \
	X(KHO_UNPRESERVE_FOLIO, KHO, PLAIN, "kho", "unpreserve-folio",                             \
	  "phys={phys} order={order}")                                                             \
	X(KHO_PRESERVE_PAGES, KHO, RESULT, "kho", "preserve-pages", "phys={phys} pages={pages}")   \
	X(KHO_UNPRESERVE_PAGES, KHO, PLAIN, "kho", "unpreserve-pages",                             \
	  "phys={phys} pages={pages}")                                                             \
	X(KHO_ALLOC_PRESERVE, KHO, RESULT, "kho", "alloc-preserve", "phys={phys} order={order}")   \
	X(KHO_UNPRESERVE_FREE, KHO, PLAIN, "kho", "unpreserve-free", "phys={phys} order={order}")  \
	X(KHO_PRESERVE_VMALLOC, KHO, RESULT, "kho", "preserve-vmalloc", "pages={pages}")           \
	X(KHO_UNPRESERVE_VMALLOC, KHO, PLAIN, "kho", "unpreserve-vmalloc", "pages={pages}")        \
	X(KHO_RESTORE_FOLIO, KHO, PLAIN, "kho", "restore-folio", "phys={phys} order={order}")      \
	X(KHO_RESTORE_PAGES, KHO, PLAIN, "kho", "restore-pages", "phys={phys} pages={pages}")      \
	X(KHO_RESTORE_FREE, KHO, PLAIN, "kho", "restore-free", "phys={phys} pages={pages}")        \
	X(KHO_RESTORE_VMALLOC, KHO, PLAIN, "kho", "restore-vmalloc", "pages={pages}")              \
	X(KHO_FINALIZE, KHO, RESULT, "kho", "finalize", "blocks={count}")                          \
	X(KHO_ADD_SUBTREE, KHO, RESULT, "kho", "add-subtree", "{subtree} phys={phys}")             \
	X(KHO_REMOVE_SUBTREE, KHO, PLAIN, "kho", "remove-subtree", "phys={phys}")                  \
	X(KHO_RETRIEVE_SUBTREE, KHO, RESULT, "kho", "retrieve-subtree", "{subtree}")               \
	X(PAGES_MARKED, KHO, FINE, "kho", "mark", "phys={phys} pages={pages} {owner}")             \
	X(PAGES_UNMARKED, KHO, FINE, "kho", "unmark", "phys={phys} pages={pages}")                 \
	X(PAGES_HANDED_OVER, KHO, FINE, "kho", "hand-over", "phys={phys} pages={pages} {owner}")   \
	X(PAGES_CLAIMED, KHO, FINE, "kho", "claim", "phys={phys} pages={pages}")                   \
	/* Modules. */                                                                             \
	X(MODULE_INIT, MODULE, RESULT, "{module}", "init", "")                                     \
	X(MODULE_EXIT, MODULE, PLAIN, "{module}", "exit", "")                                      \
	X(MODULE_GET, MODULE, PLAIN, "{module}", "get", "refcnt {count}")                          \
	X(MODULE_PUT, MODULE, PLAIN, "{module}", "put", "refcnt {count}")                          \
	/* Locks, by their class: there may be several of a name. */                               \
	X(LOCK_TAKEN, LOCK, FINE, "{lock}", "take", "{reason}")                                    \
	X(LOCK_RELEASED, LOCK, FINE, "{lock}", "release", "{reason}")                              \
	/* Messages, complaints, injected failures and findings: sentences. */                     \
	X(PRINTED, PRINTK, PLAIN, "{where}", "print", "{message}")                                 \
	X(WARNED, WARN, PLAIN, "{where}", "warn", "{message}")                                     \
	X(TOUCHED, UNSAFE, PLAIN, "{where}", "touch", "{message}")                                 \
	X(STOPPED, BUG, PLAIN, "{where}", "stop", "{message}")                                     \
	X(PANICKED, PANIC, PLAIN, "{where}", "panic", "{message}")                                 \
	X(FAILED, FAULT, PLAIN, "{where}", "fail", "{message}")                                    \
	X(FOUND, FINDING, PLAIN, "{where}", "{finding}", "{message}")                              \
	/* Where tasks run beside each other: one begins with a line of the scenario. */           \
	X(TASK_DOES, AGENT, FINE, "{task}", "begin", "{message}")

/** enum lfb_happening - what happened: LFB_DID_BOOT_COLD … */
enum lfb_happening {
#define LFB_ENUMERATE(name, kind, result, subject, action, detail) LFB_DID_##name,
	LFB_HAPPENINGS(LFB_ENUMERATE)
#undef LFB_ENUMERATE
	LFB_HAPPENINGS_NR,
};

/** enum lfb_event_edge - calls have a beginning and an end, in the order of a stack. */
enum lfb_event_edge {
	LFB_EDGE_NONE,	/* it has neither */
	LFB_EDGE_BEGIN, /* fine; there is no result yet */
	LFB_EDGE_END,	/* not there when the kernel dies, or a task waits for ever */
};

/**
 * struct lfb_event - one thing that happened, in fields
 * @number: 1 for the machine's first event; counts only while a sink is set
 * @parent: the number of the beginning it happened in, of an end that of its beginning; 0: none, or
 *	the sink does not ask for everything
 * @operation: the operation it happened in, counted as in struct lfb_finding
 * @doing: that operation in a word, or the scenario's line; ""
 * @task: who was at work; "nobody"
 * @boot: the kernel it happened in, 0 for the first
 * @kind: what it is about
 * @happening: what happened
 * @edge: is it a beginning or an end?
 * @has_result: @result means something
 * @result: what was returned
 * @session: a session's name
 * @handler: a file handler's compatible string
 * @flb: an FLB's
 * @module: a module's name
 * @lock: a lock's
 * @subtree: the name of a tree in the root tree
 * @profile: the kernel's profile
 * @next_profile: that of the kernel jumped to
 * @reason: why, in words
 * @owner: whose memory it is: a callback ("flb iommu-v1 preserve"), "luo", "kho" or a task
 * @where: whom a message or complaint comes from, or what it is about
 * @message: its sentence
 * @finding: which finding
 * @incoming: it is about what was handed over, not about what will be
 * @fd: a descriptor
 * @order: of a block of pages
 * @token: of a file in its session
 * @handle: what a callback left to hand over; addresses as lfb_dump() shows them
 * @phys: a physical address
 * @pages: how many
 * @count: how many there are now: references of a module, files of an FLB or session, sessions,
 *	blocks; which update
 * @count_before: how many there were
 * @references: of an FLB, now
 * @references_before: how many there were
 *
 * A field that an event has not is NULL or 0 (LFB_HAPPENINGS() says which it has). Strings are good
 * for the time of the call only.
 */
struct lfb_event {
	unsigned long number;
	unsigned long parent;
	unsigned long operation;
	const char *doing;
	const char *task;
	unsigned int boot;
	enum lfb_event_kind kind;
	enum lfb_happening happening;
	enum lfb_event_edge edge;
	bool has_result;
	long result;

	const char *session;
	const char *handler;
	const char *flb;
	const char *module;
	const char *lock;
	const char *subtree;
	const char *profile;
	const char *next_profile;
	const char *reason;
	const char *owner;
	const char *where;
	const char *message;

	enum lfb_finding_id finding;
	bool incoming;
	int fd;
	unsigned int order;
	u64 token;
	u64 handle;
	u64 phys;
	u64 pages;
	u64 count;
	u64 count_before;
	u64 references;
	u64 references_before;
};

/** typedef lfb_trace_fn - receives each event; may not call into the machine. */
typedef void (*lfb_trace_fn)(void *context, const struct lfb_event *event);

/**
 * lfb_trace_to() - send a machine's events to a function
 * @machine: the machine
 * @sink: called for each event; NULL switches tracing off
 * @context: handed to @sink
 *
 * Return: 0, or -EINVAL for something that is no machine.
 */
LFB_API int lfb_trace_to(struct lfb_machine *machine, lfb_trace_fn sink, void *context);

/** lfb_trace_all_to() - lfb_trace_to(), with what is FINE in LFB_HAPPENINGS(), and beginnings. */
LFB_API int lfb_trace_all_to(struct lfb_machine *machine, lfb_trace_fn sink, void *context);

/** lfb_event_kind_name() - Return: a kind's name as traces show it ("callback"). */
LFB_API const char *lfb_event_kind_name(enum lfb_event_kind kind);

/**
 * lfb_event_subject() - what an event is about, as traces show it ("flb iommu-v1")
 * @event: the event
 * @text: where to write it, always terminated when @size is not 0
 * @size: bytes at @text
 *
 * Return: the length of the whole text, which is cut to @size - 1 bytes.
 */
LFB_API size_t lfb_event_subject(const struct lfb_event *event, char *text, size_t size);

/** lfb_event_action() - Return: what was done, in a word ("preserve"); the id of a finding. */
LFB_API const char *lfb_event_action(const struct lfb_event *event);

/** lfb_event_detail() - more in words, "" when there is no more; like lfb_event_subject(). */
LFB_API size_t lfb_event_detail(const struct lfb_event *event, char *text, size_t size);

/**
 * lfb_event_format() - an event as the line a trace shows
 * @event: the event
 * @line: where to write it, always terminated when @size is not 0
 * @size: bytes at @line
 *
 * Number, boot, kind, subject and action stand in columns, then the detail and the result:
 *
 *	   12 k1 agent    session vm-1                 preserve         token 7 -> -EEXIST
 *
 * Control characters become '?'; there is no newline at the end.
 *
 * Return: the length of the whole line, which is cut to @size - 1 bytes.
 */
LFB_API size_t lfb_event_format(const struct lfb_event *event, char *line, size_t size);

/**
 * lfb_event_count() - how often a kind of complaint happened since the machine was created
 * @machine: the machine
 * @kind: LFB_EVENT_WARN, LFB_EVENT_UNSAFE, LFB_EVENT_BUG, LFB_EVENT_PANIC, LFB_EVENT_FAULT or
 *	LFB_EVENT_FINDING
 *
 * Counted with and without a sink.
 * Return: the count; 0 for kinds that are only counted by a sink and for what is no machine.
 */
LFB_API unsigned long lfb_event_count(struct lfb_machine *machine, enum lfb_event_kind kind);

/**
 * lfb_last_complaint() - the newest WARN, UNSAFE, BUG or PANIC
 * @machine: the machine
 *
 * Kept with and without a sink. Return: "SUBJECT: detail", "" if there was none.
 */
LFB_API const char *lfb_last_complaint(struct lfb_machine *machine);

#endif
