/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Findings: mistakes, named.
 *
 * A machine watches the kernels that run in it (enum lfb_checks) and writes down what is wrong with
 * them: each mistake has an id that stays the same for ever, a sentence, and says where it happened
 * and what led there. A finding changes nothing: the kernel goes on as a real one would.
 *
 * "lfb explain ID" and docs/findings/ say what each means on a real kernel, show the shortest
 * scenario that has it and how to mend it.
 */
#ifndef LUO_FINDING_H
#define LUO_FINDING_H

#include <luo/finding_ids.h>
#include <luo/types.h>

struct lfb_machine;

/** enum lfb_severity - how bad a finding is. */
enum lfb_severity {
	LFB_SEVERITY_NOTE,    /* legal, and perhaps not what was meant */
	LFB_SEVERITY_WARNING, /* wrong, and harmless as long as everybody else is lucky */
	LFB_SEVERITY_ERROR,   /* memory or state is lost, wrong, or given to somebody else */
	LFB_SEVERITY_FATAL,   /* the kernel stops */
};

/**
 * enum lfb_finding_id - the catalogue
 *
 * New ids are added at the end of their area: use the names where a number would be kept.
 */
enum lfb_finding_id {
#define LFB_ENUMERATE(name, id, severity, sentence) LFB_FINDING_##name,
	LFB_FINDING_IDS(LFB_ENUMERATE)
#undef LFB_ENUMERATE
	LFB_FINDINGS_NR,
};

/**
 * struct lfb_place - where in the user's program
 * @what: "at": the calls that led to the finding. Of memory that it is about "allocated at", "freed
 *	at", "preserved at" and "restored at", as far as they are known: the caller, with
 *	LFB_CHECKS_GUARD with its callers
 * @frames: how many addresses there are at @at
 * @at: return addresses, the innermost first, the library's among them, as backtrace() gives them.
 *	lfb_finding_format() says which lines of the program they are
 */
struct lfb_place {
	const char *what;
	unsigned int frames;
	void *const *at;
};

/**
 * struct lfb_finding - one mistake
 * @id: which
 * @times: how often it was seen on this object in this kernel
 * @operation: the operation it was first seen in, counted from 1 since power on: a boot, an
 *	agent's call, a call of module code, a reboot. In a scenario, the line's place among the
 *	operations
 * @doing: that operation in words ("preserve token 7 of session vm-a"), or the scenario's line
 * @boot: the kernel, 0 for the first
 * @profile: what kernel that is ("linux-7.3")
 * @task: who was at work: "boot", an agent's name, or in a C program that calls module code the
 *	thread's; that of the first thread is the program's
 * @callback: the callback that ran ("flb iommu-v1 preserve"), "" outside of callbacks
 * @object: what it is about ("flb iommu-v1", "session vm-1", "phys 0x12000")
 * @text: what happened
 * @history: the last events that concern the object, oldest first, a line each; ""
 * @nr_places: how many there are at @places; 0 in a scenario, whose callbacks are no code
 * @places: where in the program
 */
struct lfb_finding {
	enum lfb_finding_id id;
	unsigned long times;
	unsigned long operation;
	const char *doing;
	unsigned int boot;
	const char *profile;
	const char *task;
	const char *callback;
	const char *object;
	const char *text;
	const char *history;
	unsigned int nr_places;
	const struct lfb_place *places;
};

/** lfb_finding_name() - Return: an id in words ("LFB-FLB-PUT-WITHOUT-GET"), NULL for no id. */
LFB_API const char *lfb_finding_name(enum lfb_finding_id id);
/** lfb_finding_sentence() - Return: what an id means, in one sentence; "" for no id. */
LFB_API const char *lfb_finding_sentence(enum lfb_finding_id id);
/** lfb_finding_severity() - Return: how bad it is. */
LFB_API enum lfb_severity lfb_finding_severity(enum lfb_finding_id id);
/** lfb_severity_name() - Return: a severity in a word ("error"). */
LFB_API const char *lfb_severity_name(enum lfb_severity severity);
/** lfb_finding_by_name() - Return: the id of a name, in any case; -ENOENT. */
LFB_API int lfb_finding_by_name(const char *name);

/**
 * lfb_simulator_bug() - has the simulator found itself to be wrong?
 *
 * An assertion of the simulator that breaks ends the machine it was at work for, for good: it is
 * LFB_PANICKED and does not boot again. The finding LFB-SIMULATOR-BUG says where; it is there with
 * checks off too, cannot be silenced, and is that machine's last. Where no machine is at work,
 * a line on standard error says it. The tool ends with status 99.
 *
 * Return: the file, line and condition of the first one in this process, in this thread's memory;
 * NULL when none broke.
 */
LFB_API const char *lfb_simulator_bug(void);

/**
 * lfb_finding_count() - how many findings a machine has
 * @machine: the machine
 *
 * All since it was created or lfb_findings_clear(), over all its kernels. The same mistake on the
 * same object of the same kernel is one finding. Return: the count, 0 for what is no machine.
 */
LFB_API size_t lfb_finding_count(struct lfb_machine *machine);
/**
 * lfb_findings_lost() - how often something was found and not written down
 * @machine: the machine
 *
 * The first 1024 findings are kept, and beyond them the first of each id, so that an id that was
 * found is always there. Return: what was not kept, also what the host had no memory for; each time
 * counts.
 */
LFB_API unsigned long lfb_findings_lost(struct lfb_machine *machine);
/**
 * lfb_finding_at() - one of them
 * @machine: the machine
 * @index: 0 for the oldest
 *
 * Return: the finding, good until lfb_findings_clear() or the machine is destroyed; NULL when
 * there are not so many.
 */
LFB_API const struct lfb_finding *lfb_finding_at(struct lfb_machine *machine, size_t index);
/** lfb_findings_of() - Return: how many findings have this id. */
LFB_API size_t lfb_findings_of(struct lfb_machine *machine, enum lfb_finding_id id);
/** lfb_findings_clear() - forget all findings; what is silenced stays so. */
LFB_API void lfb_findings_clear(struct lfb_machine *machine);

/**
 * lfb_findings_print() - print findings that nobody has looked at
 * @on: true for print; false, as at the beginning, for not
 *
 * A machine that is destroyed with findings that nobody asked for since they were made (counted,
 * looked at or cleared) prints them on standard error, notes aside; one that is never destroyed
 * does so when the process exits. So a fault is named in tests that know nothing of findings, too.
 * <luo/cmocka.h> switches it on for the programs that include it. The environment variable
 * LFB_FINDINGS (print, quiet) takes the place of what a program says.
 *
 * It is for the whole process: call it before there are threads. A child of fork() that ends by
 * _exit() prints nothing.
 */
LFB_API void lfb_findings_print(bool on);

/**
 * lfb_finding_silence() - do not write down an id, or do so again
 * @machine: the machine
 * @id: which
 * @silent: true for silence
 *
 * Return: 0, -EINVAL no machine or no id.
 */
LFB_API int lfb_finding_silence(struct lfb_machine *machine, enum lfb_finding_id id, bool silent);

/**
 * lfb_finding_format() - a finding as text for humans, several lines
 * @finding: the finding
 * @text: where to write it, always terminated when @size is not 0
 * @size: bytes at @text
 *
 *	LFB-FLB-OBJ-NOT-FREED (error): the object is still allocated when the FLB is done with
 *	  where:  operation 9 (close session vm-1), kernel 0 (reference), task vmm, in flb iommu-v1
 *		  unpreserve
 *	  object: flb iommu-v1
 *	  what:   its object, 128 bytes from kmalloc, is still allocated
 *	  at:     my_module.c:42 my_unpreserve
 *	          my_test.c:70 my_test
 *	  allocated at: my_module.c:17 my_preserve
 *	  before: k0 callback flb iommu-v1 preserve data=0x13000 -> 0
 *
 * "at" are the calls that led there in the user's program, when it runs any: the file and the line
 * where elfutils' libdw (libdw.so.1) is installed and the program has debug information (-g), else
 * the object and the offset in it, for addr2line: "my_test+0x1234". Without libdw these are the
 * library's own too in a program that is linked with the static library. A function whose last act
 * is the call may not be there: an optimising compiler jumps (-fno-optimize-sibling-calls).
 *
 * Return: the length of the whole text, which is cut to @size - 1 bytes.
 */
LFB_API size_t lfb_finding_format(const struct lfb_finding *finding, char *text, size_t size);

/**
 * lfb_machine_settle() - look for what should be over by now
 * @machine: a machine with a running kernel
 *
 * Reports what was handed over to this kernel and nobody finished, restored or freed, references
 * that were not given back, and locks still held. A jump does so by itself for what it would lose;
 * call this at the end of a test. Return: 0, -EINVAL, -ESHUTDOWN no kernel runs.
 */
LFB_API int lfb_machine_settle(struct lfb_machine *machine);

/**
 * lfb_shared() - say that an object is shared on purpose
 * @ptr: where it begins: memory from kmalloc() or vmalloc(), pages, what was preserved; anything
 *	else is ignored
 *
 * What a callback makes is its file's or its FLB's, whose callbacks have to give it back; when a
 * file goes and others of its handler are left, theirs. What lives longer, or goes with something
 * else, would be taken for forgotten (LFB-FILE-LEFT-BEHIND, LFB-FLB-LEFT-BEHIND): after this call
 * nobody is asked for it. To be called when it was made and, if it is, preserved.
 *
 *	pool = kzalloc(sizeof(*pool), GFP_KERNEL);
 *	lfb_shared(pool);
 *
 * Context: kernel code that was called by an entered machine; does nothing elsewhere.
 */
LFB_API void lfb_shared(const void *ptr);

#endif
