/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The life of an FLB in one kernel, the old one or the new one, with two tasks beside each other:
 * first and last file, get and put, retrieve when somebody asks, finish. What must hold is asserted;
 * with -DFLB_LAZY_INIT_RACE or -DFLB_GET_UNCOUNTED it does not. docs/schedules.md says how to run it.
 *
 * A task prints the line of a scenario that it does ("> TASK LINE"), and the callbacks it comes to
 * ("- TASK CALLBACK"), so that a counterexample can be done by the library: replay.sh.
 */

bool old;		/* which kernel this is */
bool ready;		/* the FLB was set up */
bool locked;		/* its lock */
bool alive;		/* it has an object */
bool retrieved;		/* the new kernel: it had one */
byte files;		/* that need it */
byte references;	/* that hold it */
byte done;		/* tasks */

inline take()
{
	atomic { !locked -> locked = true }
}

inline give()
{
	locked = false
}

/* At its first use. Two tasks may come here at once. */
inline set_up()
{
#ifdef FLB_LAZY_INIT_RACE
	if
	:: ready
	:: !ready ->
		skip;			/* somebody else goes on */
		assert(!ready);		/* LFB-FLB-INITIALIZED-TWICE */
		ready = true
	fi
#else
	ready = true
#endif
}

/* With the lock held: is there anybody left who needs it? */
inline end_if_unused()
{
	if
	:: files + references == 0 ->
		if
		:: old -> printf("- %d flb0.unpreserve\n", me)
		:: !old && !retrieved -> printf("- %d flb0.retrieve\n", me); retrieved = true; alive = true;
			printf("- %d flb0.finish\n", me)
		:: !old && retrieved -> printf("- %d flb0.finish\n", me)
		fi;
		assert(alive);		/* it ends once */
		alive = false
	:: else
	fi
}

inline preserve()
{
	take();
	if
	:: files + references == 0 -> printf("- %d flb0.preserve\n", me); assert(!alive); alive = true
	:: else -> assert(alive)
	fi;
	files++;
	give()
}

/* The old kernel's file is unpreserved, the new kernel's is finished. */
inline drop()
{
	take();
	assert(files > 0);
	files--;
	end_if_unused();
	give()
}

/* Sets @has. */
inline get()
{
	set_up();
	take();
	if
	:: !old && !retrieved && files > 0 -> printf("- %d flb0.retrieve\n", me); retrieved = true; alive = true
	:: else
	fi;
	has = alive;
#ifndef FLB_GET_UNCOUNTED
	references = references + has;
#endif
	give()
}

inline put()
{
#ifndef FLB_GET_UNCOUNTED
	take();
	references--;
	end_if_unused();
	give()
#else
	skip
#endif
}

inline use()
{
	if
	:: old -> printf("> %d do get-outgoing 0 SLOT\n", me)
	:: else -> printf("> %d do get-incoming 0 SLOT\n", me)
	fi;
	get();
	if
	:: has ->
		printf("> %d do kmalloc tTASK 64\n", me);	/* it may sleep */
		printf("> %d do read SLOT 0\n", me);
		assert(alive);			/* LFB-FLB-USED-AFTER-PUT */
		if
		:: old -> printf("> %d do put-outgoing 0\n", me)
		:: else -> printf("> %d do put-incoming 0\n", me)
		fi;
		put()
	:: else
	fi
}

proctype task(byte me)
{
	bool has;

	if
	:: old ->
		printf("> %d flb TASK 0\n", me);
		set_up();
		printf("> %d preserve sTASK 1 TASK 10TASK\n", me);
		preserve();
		if :: true :: true -> use() fi;
		if :: true :: true -> printf("> %d close sTASK\n", me); drop() fi
	:: else ->
		if :: true :: true -> use() fi;
		if :: true :: true -> printf("> %d finish sTASK\n", me); drop() fi;
		if :: true :: true -> use() fi
	fi;
	done++
}

init
{
	atomic {
		if
		:: old = true
		:: old = false; ready = true; files = 2
		fi;
		run task(0);
		run task(1)
	}
	done == 2;
	assert(!references);
	assert(!old || alive == (files > 0));
	assert(old || files > 0 || (retrieved && !alive));
	assert(old || files == 0 || alive == retrieved)
}
