// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* One life tried, and what is found in it. */
#include <stdio.h>
#include <string.h>

#include "sim/explore/life/life.h"

static int raise(struct lfb_life *life, u32 id, const char *text, struct lfb_list *raised)
{
	const struct lfb_life_raised *known = raised->items;
	struct lfb_life_raised *added;

	for (size_t i = 0; i < raised->count; i++) {
		if (known[i].id == id)
			return 0;
	}
	added = lfb__list_add(raised, sizeof(*added));
	if (!added)
		return lfb__error(NULL, -ENOMEM, "no memory for a search");
	*added = life->now;
	added->id = id;
	snprintf(added->text, sizeof(added->text), "%s", text);
	return 0;
}

int lfb__life_collect(struct lfb_life *life, const struct lfb_agent_state *state,
		      struct lfb_list *raised)
{
	const struct lfb_finding *finding;
	char text[1500];
	int err = 0;

	for (size_t i = 0; !err && (finding = lfb_finding_at(life->machine, i)) != NULL; i++) {
		if (!life->wanted[finding->id] ||
		    lfb__agent_excuses(state, finding->id))
			continue;
		lfb_finding_format(finding, text, sizeof(text));
		err = raise(life, finding->id, text, raised);
	}
	if (!err && life->dead && life->wanted[LFB_FINDINGS_NR] &&
	    !lfb_finding_count(life->machine))
		err = raise(life, LFB_FINDINGS_NR, "the kernel died, and nothing was found\n",
			    raised);
	return err;
}

/* Sets life->hit, dead, error. Returns the last answer. */
static long perform(struct lfb_life *life, const struct lfb_agent_act *word, unsigned int length)
{
	long answer;

	life->hit = life->dead = false;
	answer = lfb__life_go_to(life, word, length ? length - 1 : 0);
	if (!life->agent)
		return answer;
	if (!length)
		lfb__life_look_at_registry(life);
	else if (!lfb__life_is_dead(life))
		answer = lfb__life_act(life, word, length - 1);
	lfb__life_end(life, length);
	return answer;
}

int lfb__life_try(struct lfb_life *life, const struct lfb_agent_act *word, unsigned int length,
		  struct lfb_agent_state *state, struct lfb_list *raised)
{
	long answer = perform(life, word, length);

	if (life->error)
		return life->error;
	if (length)
		lfb__agent_learns(state, &word[length - 1], answer >= 0);
	/* A failure that nobody came past is the life without it, which is tried too. */
	if (length && word[length - 1].fails && !life->hit)
		return 0;
	return lfb__life_collect(life, state, raised);
}
