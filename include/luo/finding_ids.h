/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The catalogue of findings: X(name, id, severity, sentence).
 */
#ifndef LUO_FINDING_IDS_H
#define LUO_FINDING_IDS_H

#define LFB_FINDING_IDS(X)                                                                         \
	LFB_FINDING_IDS_FLB(X)                                                                     \
	LFB_FINDING_IDS_FILE(X)                                                                    \
	LFB_FINDING_IDS_SESSION(X)                                                                 \
	LFB_FINDING_IDS_KHO(X)                                                                     \
	LFB_FINDING_IDS_MEM(X)                                                                     \
	LFB_FINDING_IDS_LOCK(X)                                                                    \
	LFB_FINDING_IDS_MODULE(X)                                                                  \
	LFB_FINDING_IDS_KERNEL(X)                                                                  \
	LFB_FINDING_IDS_STEP(X)                                                                    \
	LFB_FINDING_IDS_SIMULATOR(X)

#define LFB_FINDING_IDS_FLB(X)                                                                     \
	X(FLB_PRESERVE_WITHOUT_DATA, "LFB-FLB-PRESERVE-WITHOUT-DATA", ERROR,                       \
	  "preserve succeeded without setting a handle, and retrieve needs one")                   \
	X(FLB_RETRIEVE_WITHOUT_OBJ, "LFB-FLB-RETRIEVE-WITHOUT-OBJ", WARNING,                       \
	  "retrieve succeeded without setting an object")                                          \
	X(FLB_OBJ_NOT_FREED, "LFB-FLB-OBJ-NOT-FREED", ERROR,                                       \
	  "the object is still allocated after the callback that ends it")                         \
	X(FLB_LEFT_BEHIND, "LFB-FLB-LEFT-BEHIND", ERROR,                                           \
	  "unpreserve or finish left something behind")                                            \
	X(FLB_PRESERVE_NOT_UNDONE, "LFB-FLB-PRESERVE-NOT-UNDONE", ERROR,                           \
	  "preserve failed without undoing its own work")                                          \
	X(FLB_RETRIEVE_NOT_UNDONE, "LFB-FLB-RETRIEVE-NOT-UNDONE", ERROR,                           \
	  "retrieve failed without undoing its own work")                                          \
	X(FLB_GET_NOT_PUT, "LFB-FLB-GET-NOT-PUT", ERROR,                                           \
	  "a reference to the object was taken and never given back")                              \
	X(FLB_PUT_WITHOUT_GET, "LFB-FLB-PUT-WITHOUT-GET", ERROR,                                   \
	  "a reference to the object was given back that nobody had taken")                        \
	X(FLB_USED_AFTER_PUT, "LFB-FLB-USED-AFTER-PUT", ERROR,                                     \
	  "the object was used after the callback that ended it")                                  \
	X(FLB_UNLOCK_OTHER_OBJECT, "LFB-FLB-UNLOCK-OTHER-OBJECT", ERROR,                           \
	  "unlock was given another object than lock had returned")                                \
	X(FLB_OBJECT_REPLACED, "LFB-FLB-OBJECT-REPLACED", ERROR,                                   \
	  "unlock silently replaced the object by its argument")                                   \
	X(FLB_SELF_DEADLOCK, "LFB-FLB-SELF-DEADLOCK", FATAL,                                       \
	  "a callback asked for its own FLB, whose lock is held around it")                        \
	X(FLB_GET_WRONG_PHASE, "LFB-FLB-GET-WRONG-PHASE", WARNING,                                 \
	  "the object was asked for when there is none to give")                                   \
	X(FLB_GET_NULL, "LFB-FLB-GET-NULL", ERROR,                                                 \
	  "asking for the object succeeded and gave NULL")                                         \
	X(FLB_OTHER_UNDER_COMPATIBLE, "LFB-FLB-OTHER-UNDER-COMPATIBLE", ERROR,                     \
	  "another FLB uses the compatible string of one that was handed over")                    \
	X(FLB_NOBODY_REGISTERED, "LFB-FLB-NOBODY-REGISTERED", ERROR,                               \
	  "an FLB was handed over and nobody registered it in the new kernel")                     \
	X(FLB_FINISH_NEVER_REACHED, "LFB-FLB-FINISH-NEVER-REACHED", ERROR,                         \
	  "all files are finished, and finish of their FLB never ran")                             \
	X(FLB_COMPATIBLE, "LFB-FLB-COMPATIBLE", ERROR,                                             \
	  "the FLB's compatible string does not end within its field")                             \
	X(FLB_RETRIEVED_AFTER_FINISH, "LFB-FLB-RETRIEVED-AFTER-FINISH", ERROR,                     \
	  "retrieve ran again on memory that finish had freed")                                    \
	X(FLB_RETRIEVED_AGAIN, "LFB-FLB-RETRIEVED-AGAIN", ERROR,                                   \
	  "retrieve ran again after it had failed")                                                \
	X(FLB_FINISHED_BEFORE_FILE, "LFB-FLB-FINISHED-BEFORE-FILE", ERROR,                         \
	  "the FLB was finished before the last file that needs it")                               \
	X(FLB_FAILED_RETRIEVE_LEAKED, "LFB-FLB-FAILED-RETRIEVE-LEAKED", ERROR,                     \
	  "retrieve failed, so finish never ran and what was handed over leaked")                  \
	X(FLB_COUNT_TOO_HIGH, "LFB-FLB-COUNT-TOO-HIGH", ERROR,                                     \
	  "more users were handed over than there are files to finish")                            \
	X(FLB_COUNT_LEAKED, "LFB-FLB-COUNT-LEAKED", ERROR,                                         \
	  "a file was not preserved, and its FLBs stayed counted")                                 \
	X(FLB_UNREGISTERED_WHILE_PRESERVED, "LFB-FLB-UNREGISTERED-WHILE-PRESERVED", ERROR,         \
	  "an FLB was unregistered while preserved")                                               \
	X(FLB_SERIALIZED_TRUSTED, "LFB-FLB-SERIALIZED-TRUSTED", ERROR,                             \
	  "a handed-over FLB page that makes no sense was believed")                               \
	X(FLB_HANDLER_UNREGISTERED, "LFB-FLB-HANDLER-UNREGISTERED", ERROR,                         \
	  "an FLB was linked to a handler that is not registered")                                 \
	X(FLB_INITIALIZED_TWICE, "LFB-FLB-INITIALIZED-TWICE", ERROR,                               \
	  "an FLB in use was initialized again")                                                   \
	X(FLB_DISCARDED_WRITE, "LFB-FLB-DISCARDED-WRITE", WARNING,                                 \
	  "a callback wrote to an argument that the kernel discards")                              \
	X(FLB_LINKED_WHILE_PRESERVED, "LFB-FLB-LINKED-WHILE-PRESERVED", ERROR,                     \
	  "an FLB was linked to a handler whose files are preserved already")                      \
	X(FLB_RETRIEVE_REFUSED, "LFB-FLB-RETRIEVE-REFUSED", WARNING,                               \
	  "retrieve refused what was handed over, so finish had no object")                        \
	X(FLB_COUNT_SATURATED, "LFB-FLB-COUNT-SATURATED", ERROR,                                   \
	  "the count of an FLB went below 0, and sticks for good")                                 \
	X(FLB_ENDED_WHILE_HELD, "LFB-FLB-ENDED-WHILE-HELD", ERROR,                                 \
	  "unpreserve or finish ran while somebody held a reference")                              \
	X(FLB_UNPRESERVED_AFTER_SERIALIZE, "LFB-FLB-UNPRESERVED-AFTER-SERIALIZE", ERROR,           \
	  "unpreserve ran after the FLBs were serialized")                                         \
	X(FLB_UNLINKED_BEFORE_FINISH, "LFB-FLB-UNLINKED-BEFORE-FINISH", ERROR,                     \
	  "an FLB was unregistered after it was retrieved and before it was finished")             \
	X(FLB_GET_REFUSED, "LFB-FLB-GET-REFUSED", WARNING,                                         \
	  "an FLB is preserved without an object, and asking for it says that it is not")          \
	X(FLB_DROPPED_UNCOUNTED, "LFB-FLB-DROPPED-UNCOUNTED", ERROR,                               \
	  "a file gave back an FLB that had not been counted for it")                              \
	X(FLB_PAGE_LEAKED, "LFB-FLB-PAGE-LEAKED", WARNING,                                         \
	  "the page in which FLBs are handed over is left behind by the kernel")

#define LFB_FINDING_IDS_FILE(X)                                                                    \
	X(FILE_PRESERVE_NOT_UNDONE, "LFB-FILE-PRESERVE-NOT-UNDONE", ERROR,                         \
	  "preserve failed without undoing its own work")                                          \
	X(FILE_RETRIEVE_NOT_UNDONE, "LFB-FILE-RETRIEVE-NOT-UNDONE", ERROR,                         \
	  "retrieve failed without undoing its own work")                                          \
	X(FILE_RETRIEVE_WITHOUT_FILE, "LFB-FILE-RETRIEVE-WITHOUT-FILE", ERROR,                     \
	  "retrieve succeeded without setting a file")                                             \
	X(FILE_NULL_FOLLOWED, "LFB-FILE-NULL-FOLLOWED", ERROR,                                     \
	  "a file that retrieve did not set was used")                                             \
	X(FILE_TWO_HANDLERS, "LFB-FILE-TWO-HANDLERS", WARNING,                                     \
	  "two handlers say of one file that it is theirs")                                        \
	X(FILE_FREEZE_CHANGED_AND_FAILED, "LFB-FILE-FREEZE-CHANGED-AND-FAILED", WARNING,           \
	  "freeze changed the handle and failed: the change is discarded")                         \
	X(FILE_DISCARDED_WRITE, "LFB-FILE-DISCARDED-WRITE", WARNING,                               \
	  "a callback wrote to an argument that the kernel discards")                              \
	X(FILE_LEFT_BEHIND, "LFB-FILE-LEFT-BEHIND", ERROR,                                         \
	  "unpreserve, unfreeze or finish left something behind")                                  \
	X(FILE_PRIVATE_NOT_FREED, "LFB-FILE-PRIVATE-NOT-FREED", ERROR,                             \
	  "private_data is still allocated after unpreserve")                                      \
	X(FILE_COMPATIBLE, "LFB-FILE-COMPATIBLE", ERROR,                                           \
	  "the handler's compatible string does not end within its field")                         \
	X(FILE_HANDLE_CHANGED, "LFB-FILE-HANDLE-CHANGED", ERROR,                                   \
	  "a callback was given another handle than the one last set")                             \
	X(FILE_RETRIEVED_AGAIN, "LFB-FILE-RETRIEVED-AGAIN", ERROR,                                 \
	  "retrieve ran again after it had failed")                                                \
	X(FILE_INCOMING_IN_OLD_KERNEL, "LFB-FILE-INCOMING-IN-OLD-KERNEL", ERROR,                   \
	  "retrieve or finish ran in the kernel that preserved the file")                          \
	X(FILE_UNKNOWN_TOKEN, "LFB-FILE-UNKNOWN-TOKEN", ERROR,                                     \
	  "an unknown token made the kernel read a list's head as a file")                         \
	X(FILE_CAN_FINISH_ACTED, "LFB-FILE-CAN-FINISH-ACTED", ERROR,                               \
	  "can_finish, which may be asked again, freed or restored memory")                        \
	X(FILE_KEPT_AFTER_ERROR, "LFB-FILE-KEPT-AFTER-ERROR", ERROR,                               \
	  "a file stays preserved although its agent was told that it is not")                     \
	X(FILE_IDENTITY_CHANGED, "LFB-FILE-IDENTITY-CHANGED", ERROR,                               \
	  "get_id says something else of a file than before")                                      \
	X(FILE_IDENTITY_STAYS, "LFB-FILE-IDENTITY-STAYS", ERROR,                                   \
	  "the identity of a file that is gone counts as preserved for ever")                      \
	X(FILE_IDENTITY_TAKEN, "LFB-FILE-IDENTITY-TAKEN", WARNING,                                 \
	  "a retrieved file has the identity of another one")                                      \
	X(FILE_ENTRY_LOST, "LFB-FILE-ENTRY-LOST", ERROR,                                           \
	  "nothing says any more that a retrieved file cannot be preserved yet")

#define LFB_FINDING_IDS_SESSION(X)                                                                 \
	X(SESSION_NEVER_FINISHED, "LFB-SESSION-NEVER-FINISHED", ERROR,                             \
	  "a session was handed over and never finished")                                          \
	X(SESSION_CLOSED_UNRETRIEVED, "LFB-SESSION-CLOSED-UNRETRIEVED", WARNING,                   \
	  "a session was closed with files nobody had retrieved")                                  \
	X(SESSION_FILE_TWICE, "LFB-SESSION-FILE-TWICE", ERROR,                                     \
	  "one file is preserved twice")                                                           \
	X(SESSION_NAME_TRUNCATED, "LFB-SESSION-NAME-TRUNCATED", WARNING,                           \
	  "a session's name was cut")                                                              \
	X(SESSION_NAMELESS, "LFB-SESSION-NAMELESS", WARNING, "a session has no name")              \
	X(SESSION_FILES_MISSING, "LFB-SESSION-FILES-MISSING", ERROR,                               \
	  "a session was restored without all of its files")                                       \
	X(SESSION_HALF_RESTORED, "LFB-SESSION-HALF-RESTORED", ERROR,                               \
	  "the device opened although restoring the sessions had failed")                          \
	X(SESSION_USED_AFTER_CLOSE, "LFB-SESSION-USED-AFTER-CLOSE", ERROR,                         \
	  "a session was closed while it was being retrieved")                                     \
	X(SESSION_CHANGED_AFTER_SERIALIZE, "LFB-SESSION-CHANGED-AFTER-SERIALIZE", ERROR,           \
	  "a session was changed after it had been serialized")                                    \
	X(SESSION_STUCK, "LFB-SESSION-STUCK", ERROR,                                               \
	  "a session was closed unfinished and can never be finished")                             \
	X(SESSION_EMPTY_BLOCK, "LFB-SESSION-EMPTY-BLOCK", ERROR,                                   \
	  "an empty block of sessions is handed over")                                             \
	X(SESSION_LOST, "LFB-SESSION-LOST", ERROR,                                                 \
	  "a session was finished that its agent never got")                                       \
	X(SESSION_LOST_AT_BOOT, "LFB-SESSION-LOST-AT-BOOT", ERROR,                                 \
	  "a failed allocation at boot lost all sessions")                                         \
	X(SESSION_WILD_BLOCK, "LFB-SESSION-WILD-BLOCK", FATAL,                                     \
	  "a handed-over address was followed to where there is no memory")                        \
	X(SESSION_NOT_HANDED_OVER, "LFB-SESSION-NOT-HANDED-OVER", ERROR,                           \
	  "sessions were serialized for a kernel that is given no handover")                       \
	X(SESSION_NAME_TWICE, "LFB-SESSION-NAME-TWICE", ERROR,                                     \
	  "two sessions of one name were handed over")

#define LFB_FINDING_IDS_KHO(X)                                                                     \
	X(KHO_NEVER_RESTORED, "LFB-KHO-NEVER-RESTORED", ERROR,                                     \
	  "memory was handed over and neither restored nor freed")                                 \
	X(KHO_RESTORED_TWICE, "LFB-KHO-RESTORED-TWICE", ERROR,                                     \
	  "memory was restored a second time")                                                     \
	X(KHO_RESTORE_NOT_PRESERVED, "LFB-KHO-RESTORE-NOT-PRESERVED", ERROR,                       \
	  "memory was restored that was never preserved")                                          \
	X(KHO_RESTORE_MISMATCH, "LFB-KHO-RESTORE-MISMATCH", ERROR,                                 \
	  "memory was restored with another order, kind or count than preserved")                  \
	X(KHO_UNPRESERVE_MISMATCH, "LFB-KHO-UNPRESERVE-MISMATCH", ERROR,                           \
	  "memory was unpreserved with other arguments than preserved")                            \
	X(KHO_PRESERVED_TWICE, "LFB-KHO-PRESERVED-TWICE", WARNING,                                 \
	  "memory was preserved a second time: it is one bit, not a count")                        \
	X(KHO_SCRATCH, "LFB-KHO-SCRATCH", ERROR,                                                   \
	  "memory in scratch cannot be preserved")                                                 \
	X(KHO_FREED_WHILE_PRESERVED, "LFB-KHO-FREED-WHILE-PRESERVED", ERROR,                       \
	  "memory was freed while preserved")                                                      \
	X(KHO_SLAB_PRESERVED, "LFB-KHO-SLAB-PRESERVED", ERROR,                                     \
	  "slab memory cannot be preserved")                                                       \
	X(KHO_NOT_ALLOCATED, "LFB-KHO-NOT-ALLOCATED", ERROR,                                       \
	  "what was to be preserved is not allocated memory")                                      \
	X(KHO_WRITTEN_AFTER_SERIALIZE, "LFB-KHO-WRITTEN-AFTER-SERIALIZE", ERROR,                   \
	  "preserved memory was written to after it had been serialized")                          \
	X(KHO_CUT_AT_NODES, "LFB-KHO-CUT-AT-NODES", ERROR,                                         \
	  "pages preserved across the border of two nodes were restored in part")                  \
	X(KHO_LEFT_MARKED, "LFB-KHO-LEFT-MARKED", ERROR,                                           \
	  "memory stays preserved after preserving it failed")

#define LFB_FINDING_IDS_MEM(X)                                                                     \
	X(MEM_NOT_PRESERVED, "LFB-MEM-NOT-PRESERVED", ERROR,                                       \
	  "memory of the old kernel is used that was not preserved")                               \
	X(MEM_SLAB_HANDED_OVER, "LFB-MEM-SLAB-HANDED-OVER", ERROR,                                 \
	  "a slab object of the old kernel is used")                                               \
	X(MEM_POINTER_HANDED_OVER, "LFB-MEM-POINTER-HANDED-OVER", WARNING,                         \
	  "a virtual address is handed over: it means nothing in the next kernel")                 \
	X(MEM_STALE_POINTER, "LFB-MEM-STALE-POINTER", FATAL,                                       \
	  "a virtual address of an earlier kernel was followed")                                   \
	X(MEM_USE_AFTER_FREE, "LFB-MEM-USE-AFTER-FREE", FATAL, "freed memory was used")            \
	X(MEM_OVERRUN, "LFB-MEM-OVERRUN", FATAL, "memory behind an object was used")               \
	X(MEM_BAD_FREE, "LFB-MEM-BAD-FREE", FATAL,                                                 \
	  "what was freed is not allocated, or not by that allocator")                             \
	X(MEM_WILD_POINTER, "LFB-MEM-WILD-POINTER", FATAL, "a pointer to nothing was followed")    \
	X(MEM_NEVER_WRITTEN, "LFB-MEM-NEVER-WRITTEN", WARNING,                                     \
	  "bytes are handed over that nobody wrote")                                               \
	X(MEM_HANDLE_CUT, "LFB-MEM-HANDLE-CUT", ERROR,                                             \
	  "a physical address was cut to 32 bits")

#define LFB_FINDING_IDS_LOCK(X)                                                                    \
	X(LOCK_INVERSION, "LFB-LOCK-INVERSION", ERROR,                                             \
	  "two locks are taken in both orders: two tasks can wait for each other")                 \
	X(LOCK_HELD_AT_RETURN, "LFB-LOCK-HELD-AT-RETURN", ERROR,                                   \
	  "a callback or system call returned with a lock held")                                   \
	X(LOCK_HELD_ACROSS_KEXEC, "LFB-LOCK-HELD-ACROSS-KEXEC", ERROR,                             \
	  "a lock was held when the kernel jumped")                                                \
	X(LOCK_SLEEP_UNDER_SPINLOCK, "LFB-LOCK-SLEEP-UNDER-SPINLOCK", ERROR,                       \
	  "something that may sleep was done under a spinlock")                                    \
	X(LOCK_DEADLOCK, "LFB-LOCK-DEADLOCK", FATAL,                                               \
	  "a task waits for a lock that will never be released")                                   \
	X(LOCK_NOT_HELD, "LFB-LOCK-NOT-HELD", ERROR,                                               \
	  "a lock was released by a task that does not hold it")                                   \
	X(LOCK_UNINITIALIZED, "LFB-LOCK-UNINITIALIZED", ERROR,                                     \
	  "a lock was used before it was initialized, or after it was destroyed")                  \
	X(LOCK_REGISTRY_CHANGED, "LFB-LOCK-REGISTRY-CHANGED", ERROR,                               \
	  "handlers or FLBs changed while their list was walked without a lock")                   \
	X(LOCK_FREED, "LFB-LOCK-FREED", ERROR,                                                     \
	  "memory was freed in which a lock lies that somebody has or is about to take")           \
	X(RACE, "LFB-RACE", ERROR,                                                                 \
	  "two tasks touched the same memory, one of them wrote, and nothing said who is first")

#define LFB_FINDING_IDS_MODULE(X)                                                                  \
	X(MODULE_REFERENCE_LEAKED, "LFB-MODULE-REFERENCE-LEAKED", ERROR,                           \
	  "a reference on a module was never dropped")                                             \
	X(MODULE_PUT_TWICE, "LFB-MODULE-PUT-TWICE", ERROR,                                         \
	  "a reference on a module was dropped that nobody held")                                  \
	X(MODULE_GONE, "LFB-MODULE-GONE", FATAL, "code of an unloaded module was called")          \
	X(MODULE_LEFT_REGISTERED, "LFB-MODULE-LEFT-REGISTERED", ERROR,                             \
	  "a module went, or failed to load, with its handlers or FLBs registered")                \
	X(MODULE_PINNED_IDLE, "LFB-MODULE-PINNED-IDLE", WARNING,                                   \
	  "a module that does nothing cannot be unloaded")                                         \
	X(MODULE_DATA_UNMARKED, "LFB-MODULE-DATA-UNMARKED", ERROR,                                 \
	  "an FLB or handler is no data of its module: it survived a kexec")                       \
	X(MODULE_BAD_REGISTRATION, "LFB-MODULE-BAD-REGISTRATION", ERROR,                           \
	  "what was to be registered or unregistered is not there")

#define LFB_FINDING_IDS_KERNEL(X)                                                                  \
	X(KERNEL_WARN, "LFB-KERNEL-WARN", WARNING, "kernel code complained")                       \
	X(KERNEL_BUG, "LFB-KERNEL-BUG", FATAL, "kernel code stopped the kernel")                   \
	X(KERNEL_PANIC, "LFB-KERNEL-PANIC", FATAL, "the kernel panicked")                          \
	X(KERNEL_NO_SUCH_FUNCTION, "LFB-KERNEL-NO-SUCH-FUNCTION", ERROR,                           \
	  "a function was called that this kernel does not have")                                  \
	X(KERNEL_BAD_ANSWER, "LFB-KERNEL-BAD-ANSWER", ERROR,                                       \
	  "a callback answered neither 0 nor a negative errno")                                    \
	X(KERNEL_NOT_ENTERED, "LFB-KERNEL-NOT-ENTERED", ERROR,                                     \
	  "a kernel's function was called outside of every kernel")                                \
	X(KERNEL_STACK_EXHAUSTED, "LFB-KERNEL-STACK-EXHAUSTED", FATAL,                             \
	  "kernel code used up its stack")                                                         \
	X(KERNEL_ANSWER_TAKEN, "LFB-KERNEL-ANSWER-TAKEN", ERROR,                                   \
	  "a positive answer of a callback was taken for success")

/* What only a sweep sees: a step in which something was made to fail. */
#define LFB_FINDING_IDS_STEP(X)                                                                    \
	X(STEP_HALF_DONE, "LFB-STEP-HALF-DONE", ERROR,                                             \
	  "something failed in a step that answers success and is not done")                       \
	X(STEP_NOT_UNDONE, "LFB-STEP-NOT-UNDONE", ERROR,                                           \
	  "a step failed and left something behind")                                               \
	X(STEP_NOT_REPEATED, "LFB-STEP-NOT-REPEATED", ERROR,                                       \
	  "a failure is over, and what comes after it is not as it would have been")

#define LFB_FINDING_IDS_SIMULATOR(X)                                                               \
	X(SIMULATOR_BUG, "LFB-SIMULATOR-BUG", FATAL,                                               \
	  "the simulator itself is wrong, not what runs in it")

#endif
