// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The names of lives: short for a command line, and as calls in C. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/life/life.h"

static const struct {
	const char *name;
	bool session, file, link;
	const char *call;	/* with the session and the file, as far as it has them */
} verbs[LFB_AGENT_VERBS] = {
	[LFB_AGENT_CREATE] = { "create", true, false, false,
		"%1$c = lfb_agent_create_session(agent, device, \"%1$c\");" },
	[LFB_AGENT_PRESERVE] = { "preserve", true, true, false,
		"lfb_agent_preserve(agent, %1$c, file%2$u, %2$u);" },
	[LFB_AGENT_AGAIN] = { "again", true, true, false,
		"lfb_agent_preserve(agent, %1$c, retrieved%2$u, %2$u);" },
	[LFB_AGENT_TWICE] = { "twice", true, true, false,
		"lfb_agent_preserve(agent, %1$c, file%2$u, 10%2$u);\t/* it is preserved */" },
	[LFB_AGENT_REOPEN] = { "reopen", true, false, false,
		"%1$c = lfb_agent_retrieve_session(agent, device, \"%1$c\");" },
	[LFB_AGENT_RETRIEVE] = { "retrieve", true, true, false,
		"retrieved%2$u = lfb_agent_retrieve(agent, %1$c, %2$u);" },
	[LFB_AGENT_FINISH] = { "finish", true, false, false, "lfb_agent_finish(agent, %1$c);" },
	[LFB_AGENT_CLOSE] = { "close", true, false, false, "lfb_agent_close(agent, %1$c);" },
	[LFB_AGENT_USE] = { "use", false, false, false, "use(machine, context);" },
	[LFB_AGENT_KEXEC] = { "kexec", false, false, false, "lfb_machine_kexec(machine);" },
	[LFB_AGENT_KEXEC_OFF] = { "kexec-off", false, false, false,
		"lfb_machine_kexec(machine);\t/* to a kernel without live update */" },
	[LFB_AGENT_KEXEC_NO_KHO] = { "kexec-no-kho", false, false, false,
		"lfb_machine_kexec(machine);\t/* to a kernel without KHO */" },
	[LFB_AGENT_KEXEC_PLAIN] = { "kexec-plain", false, false, false,
		"lfb_machine_load(machine, LFB_IMAGE_PLAIN); lfb_machine_kexec(machine);" },
	[LFB_AGENT_KEXEC_WITHOUT] = { "kexec-without", false, false, true,
		"lfb_machine_kexec(machine);\t/* to a kernel that lacks link %2$u */" },
	[LFB_AGENT_KEXEC_WITH] = { "kexec-with", false, false, true,
		"lfb_machine_kexec(machine);\t/* to a kernel with %2$u, a link there was not */" },
};

void lfb__life_name(const struct lfb_agent_act *word, unsigned int length, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < length && used < size; i++) {
		const struct lfb_agent_act *act = &word[i];
		char session[3] = "", file[8] = "", fails[8] = "";

		if (verbs[act->verb].session)
			snprintf(session, sizeof(session), "-%c", 'a' + act->session % 26);
		if (verbs[act->verb].file || verbs[act->verb].link)
			snprintf(file, sizeof(file), "-%u", act->file + 1u);
		if (act->fails)
			snprintf(fails, sizeof(fails), ":%u", act->fails);
		used += (size_t)snprintf(text + used, size - used, "%s%s%s%s%s", i ? "." : "",
					 verbs[act->verb].name, session, file, fails);
	}
}

/* "-3" or ":3" with @mark before it; sets *@text behind. */
static bool number(const char **text, char mark, unsigned int most, u8 *into)
{
	char *end;
	unsigned long value;

	if (**text != mark || (*text)[1] < '1' || (*text)[1] > '9')
		return false;
	value = strtoul(*text + 1, &end, 10);
	*text = end;
	*into = (u8)value;
	return value <= most;
}

static bool parse_act(const char **text, struct lfb_agent_act *act)
{
	const size_t length = strcspn(*text, ".");

	for (unsigned int verb = LFB_AGENT_VERBS; verb--;) {
		const char *rest = *text + strlen(verbs[verb].name);

		if (strncmp(*text, verbs[verb].name, strlen(verbs[verb].name)))
			continue;
		*act = (struct lfb_agent_act){ .verb = (u8)verb };
		if (verbs[verb].session) {
			if (rest[0] != '-' || rest[1] < 'a' ||
			    rest[1] >= (char)('a' + LFB_AGENT_SESSIONS))
				continue;
			act->session = (u8)(rest[1] - 'a');
			rest += 2;
		}
		if (verbs[verb].file || verbs[verb].link) {
			if (!number(&rest, '-', verbs[verb].link ? LFB_LIFE_LINKS : LFB_AGENT_FILES,
				    &act->file))
				continue;
			act->file--;
		}
		if (*rest == ':' && !number(&rest, ':', 99, &act->fails))
			continue;
		if (rest != *text + length)
			continue;
		*text = rest;
		return true;
	}
	return false;
}

bool lfb__life_parse(const char *text, struct lfb_agent_act *word, unsigned int *length)
{
	*length = 0;
	while (*text) {
		if (*length == LFB_EXHAUST_LENGTH_MAX || !parse_act(&text, &word[*length]))
			return false;
		++*length;
		if (*text && !*++text)
			return false;
	}
	return true;
}

static void call_of(const struct lfb_agent_act *act, char *text, size_t size)
{
	size_t used;

	/* Positional arguments may not be left out: each call is given both. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	used = (size_t)snprintf(text, size, verbs[act->verb].call, 'a' + act->session,
				act->file + 1u);
#pragma GCC diagnostic pop
	if (act->fails && used < size)
		snprintf(text + used, size - used, "\t/* callback %u that may fail in it does */",
			 act->fails);
}

char *lfb__life_calls(const struct lfb_agent_act *word, unsigned int length)
{
	char *text = NULL, call[160];
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return NULL;
	fprintf(stream, "    device = lfb_agent_open(agent);\n");
	for (unsigned int i = 0; i < length; i++) {
		call_of(&word[i], call, sizeof(call));
		fprintf(stream, "    %s\n", call);
		if (word[i].verb >= LFB_AGENT_KEXEC && !word[i].fails)
			fprintf(stream, "    device = lfb_agent_open(agent);\n");
	}
	return fclose(stream) ? NULL : text;
}
