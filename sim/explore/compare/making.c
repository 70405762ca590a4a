// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What all that make scenarios up have in common: chance, lines, what is known when one begins. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/compare/making.h"

const char *const lfb__made_names[LFB_MADE_NAMES] = {
	"a", "b", "c", "d", "\"\"",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
};

static const char *const tokens[] = {
	"1", "2", "3", "4", "5", "6", "0", "18446744073709551615",
};

unsigned int lfb__below(struct lfb_making *m, unsigned int bound)
{
	u64 z = m->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (unsigned int)((z ^ (z >> 31)) % bound);
}

bool lfb__percent(struct lfb_making *m, unsigned int chance)
{
	return lfb__below(m, 100) < chance;
}

void lfb__put(struct lfb_making *m, const char *format, ...)
{
	va_list args;
	int length;

	if (m->room - m->size < 256) {
		char *more = realloc(m->text, m->room * 2);

		if (!more) {
			m->no_memory = true;
			return;
		}
		m->text = more;
		m->room *= 2;
	}
	va_start(args, format);
	length = vsnprintf(m->text + m->size, m->room - m->size - 1, format, args);
	va_end(args);
	m->size += (size_t)length;
	m->text[m->size++] = '\n';
	m->text[m->size] = '\0';
}

const char *lfb__some_token(struct lfb_making *m)
{
	return tokens[lfb__percent(m, 6) ? lfb__below(m, ARRAY_SIZE(tokens)) : lfb__below(m, 4)];
}

void lfb__begin_kernel(struct lfb_making *m)
{
	memset(m->registered, 0, sizeof(m->registered));
	memset(m->outgoing, 0, sizeof(m->outgoing));
	memset(m->incoming, 0, sizeof(m->incoming));
	m->open = false;
	m->ino = 1;
}
