// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Lives in which nearly everything goes well: what is preserved is retrieved and finished, by one
 * or several files, sessions and kernels. What a change breaks far behind shows there.
 */
#include "sim/explore/compare/making.h"

#define SESSIONS 2
#define FILES 3			/* of a session */

struct life {
	struct lfb_making *m;
	unsigned int sessions;
	unsigned int files[SESSIONS];
	unsigned int handler[SESSIONS][FILES];
	bool linked[LFB_MADE_HANDLERS][LFB_MADE_FLBS];
	bool there[SESSIONS];		/* handed over, and not over yet */
};

static const char *name_of(unsigned int session)
{
	return lfb__made_names[session];
}

/* FLBs are asked for, each perhaps. */
static void ask(struct life *life, unsigned int chance, const char *verb)
{
	for (unsigned int flb = 0; flb < life->m->flbs; flb++) {
		if (lfb__percent(life->m, chance))
			lfb__put(life->m, "%s %u", verb, flb);
	}
}

/* Something else, at times. */
static void stray(struct life *life)
{
	if (lfb__percent(life->m, 4))
		lfb__say_any(life->m);
}

static void choose(struct life *life)
{
	struct lfb_making *m = life->m;

	m->handlers = 1 + lfb__below(m, 2);
	m->flbs = 1 + lfb__below(m, 2);
	for (unsigned int h = 0; h < m->handlers; h++) {
		for (unsigned int flb = 0; flb < m->flbs; flb++)
			life->linked[h][flb] = lfb__percent(m, 75);
	}
}

/* What FLBs are, or do not have. */
static void be_odd(struct lfb_making *m)
{
	static const char *const how[] = { "no-obj", "no-obj", "no-data", "obj 64", "data 4660" };
	const char *is = how[lfb__below(m, ARRAY_SIZE(how))];

	lfb__put(m, "when flb %u preserve %s", lfb__below(m, m->flbs), is);
}

/* Modules come up, as a rule as in the kernel before. */
static void come_up(struct life *life)
{
	struct lfb_making *m = life->m;
	const unsigned int first = lfb__percent(m, 20) ? m->handlers - 1 : 0;

	for (unsigned int i = 0; i < m->handlers; i++) {
		if (!lfb__percent(m, 3))
			lfb__say_handler(m, (first + i) % m->handlers);
	}
	for (unsigned int h = 0; h < m->handlers; h++) {
		for (unsigned int flb = 0; flb < m->flbs; flb++) {
			if (m->registered[h] && (life->linked[h][flb] ? !lfb__percent(m, 4) :
									lfb__percent(m, 4)))
				lfb__put(m, "flb %u %u", h, flb);
		}
	}
	ask(life, 20, "getin");
	ask(life, 5, "getout");
	lfb__say_open(m);
}

static void preserve(struct life *life, unsigned int session)
{
	struct lfb_making *m = life->m;
	const unsigned int token = life->files[session];
	const unsigned int handler = lfb__below(m, m->handlers);

	lfb__put(m, "preserve %s %u %u %u", name_of(session), token, handler, m->ino++);
	life->handler[session][token] = handler;
	life->files[session]++;
}

static void preserve_all(struct life *life)
{
	struct lfb_making *m = life->m;
	unsigned int most[SESSIONS];

	life->sessions = 1 + lfb__below(m, SESSIONS);
	for (unsigned int s = 0; s < life->sessions; s++) {
		lfb__put(m, "session %s", name_of(s));
		m->outgoing[s] = true;
		most[s] = 1 + lfb__below(m, FILES);
		life->files[s] = 0;
	}
	for (unsigned int i = 0; i < FILES; i++) {
		for (unsigned int s = 0; s < life->sessions; s++) {
			stray(life);
			if (life->files[s] < most[s])
				preserve(life, s);
			ask(life, 15, "getout");
		}
	}
	/* One is taken back, and perhaps made again. */
	if (lfb__percent(m, 20)) {
		lfb__put(m, "close %s", name_of(0));
		ask(life, 50, "getout");
		life->files[0] = 0;
		m->outgoing[0] = false;
		if (lfb__percent(m, 50)) {
			lfb__put(m, "session %s", name_of(0));
			m->outgoing[0] = true;
			preserve(life, 0);
		}
	}
	ask(life, 10, "holdout");
}

static void go_on(struct life *life)
{
	struct lfb_making *m = life->m;

	ask(life, 5, "putout");
	if (lfb__percent(m, 10)) {
		lfb__put(m, "fail h 0 freeze -5 1");
		lfb__put(m, "prepare");
	}
	if (lfb__percent(m, 15)) {
		lfb__put(m, "prepare");
		ask(life, 40, "getout");
		lfb__put(m, "jump");
	} else {
		lfb__put(m, "reboot");
	}
	for (unsigned int s = 0; s < SESSIONS; s++) {
		life->there[s] = life->there[s] || m->outgoing[s];
		m->handed[s] = life->there[s];
		m->outgoing[s] = m->incoming[s] = false;
	}
	lfb__begin_kernel(m);
}

static void retrieve_all(struct life *life)
{
	struct lfb_making *m = life->m;

	for (unsigned int s = 0; s < life->sessions; s++) {
		if (!life->there[s] || lfb__percent(m, 5))
			continue;
		lfb__put(m, "rsession %s", name_of(s));
		m->incoming[s] = true;
		for (unsigned int token = 0; token < life->files[s]; token++) {
			stray(life);
			if (!lfb__percent(m, 12))
				lfb__put(m, "retrieve %s %u", name_of(s), token);
		}
		ask(life, 25, "getin");
	}
	ask(life, 10, "holdin");
}

/* Finished, or closed, which is the same; or left for the next kernel to have. */
static void finish_all(struct life *life)
{
	struct lfb_making *m = life->m;
	const unsigned int first = lfb__below(m, SESSIONS);

	for (unsigned int i = 0; i < SESSIONS; i++) {
		const unsigned int s = (first + i) % SESSIONS;

		if (!m->incoming[s] || lfb__percent(m, 8))
			continue;
		if (lfb__percent(m, 70))
			lfb__put(m, "finish %s", name_of(s));
		lfb__put(m, "close %s", name_of(s));
		life->there[s] = m->incoming[s] = false;
		ask(life, 35, "getin");
		stray(life);
	}
	ask(life, 5, "putin");
	if (lfb__percent(m, 20))
		lfb__say_link(m, lfb__percent(m, 50) ? "unflb" : "flb");
}

void lfb__make_life(struct lfb_making *m)
{
	struct life life = { .m = m };
	const unsigned int kernels = 2 + lfb__below(m, 2);

	m->theme = LFB_THEME_PLAIN;
	choose(&life);
	lfb__begin_kernel(m);
	if (lfb__percent(m, 10))
		lfb__say_when(m);
	else if (lfb__percent(m, 20))
		be_odd(m);
	for (unsigned int k = 0; k < kernels; k++) {
		come_up(&life);
		if (k) {
			retrieve_all(&life);
			finish_all(&life);
		}
		if (k + 1 < kernels || lfb__percent(m, 25))
			preserve_all(&life);
		if (k + 1 < kernels)
			go_on(&life);
	}
}
