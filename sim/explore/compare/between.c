// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What a second thread does in a made-up kernel. */
#include "sim/explore/compare/making.h"

/* Another thread, in the middle of something. */
void lfb__say_between(struct lfb_making *m, const char *point)
{
	const unsigned int nth = 1 + lfb__below(m, 3), ino = m->ino++;
	const char *name = lfb__made_names[lfb__below(m, 3)], *token = lfb__some_token(m);

	switch (lfb__below(m, 8)) {
	case 0:
		lfb__put(m, "at %s %u session %s", point, nth, name);
		break;
	case 1:
		lfb__put(m, "at %s %u rsession %s", point, nth, name);
		break;
	case 2:
		lfb__put(m, "at %s %u preserve %s %s %u %u", point, nth, name, token,
			 lfb__below(m, m->handlers), ino);
		break;
	case 3:
		lfb__put(m, "at %s %u retrieve %s %s", point, nth, name, token);
		break;
	case 4:
		lfb__put(m, "at %s %u finish %s", point, nth, name);
		break;
	case 5:
		lfb__put(m, "at %s %u close %s", point, nth, name);
		break;
	case 6:
		lfb__put(m, "at %s %u %s %u", point, nth, lfb__percent(m, 50) ? "getin" : "getout",
		    lfb__below(m, m->flbs));
		break;
	default:
		lfb__put(m, "at %s %u handler %u", point, nth, lfb__below(m, m->handlers));
		break;
	}
}
