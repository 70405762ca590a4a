// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What can be typed: operations of docs/scenarios.md, and words of the shell itself. */
#include <string.h>

#include "shell.h"

const struct shell_word shell_operations[] = {
	{ "handler", "H", "register file handler H" },
	{ "unhandler", "H", "unregister it" },
	{ "flb", "H F", "link FLB F to handler H" },
	{ "unflb", "H F", "unlink it" },
	{ "open", "", "open /dev/liveupdate" },
	{ "session", "NAME", "make a session" },
	{ "rsession", "NAME", "take over a session that was handed over" },
	{ "preserve", "NAME TOKEN TYPE INO", "preserve file INO of handler TYPE in session NAME" },
	{ "again", "NAME TOKEN INO", "preserve file INO once more" },
	{ "retrieve", "NAME TOKEN [as INO]", "retrieve a file" },
	{ "finish", "NAME", "finish a session" },
	{ "close", "NAME", "close a session's descriptor" },
	{ "memfd", "INO SIZE PAGES SEED", "make a file in memory" },
	{ "check", "INO SIZE PAGES SEED", "is that in file INO?" },
	{ "argument", "unreadable|read-only|short|long|tail", "spoil the next request" },
	{ "getin", "F", "ask for FLB F as it was handed over" },
	{ "getout", "F", "ask for FLB F as it will be" },
	{ "holdin", "F", "take a reference, and keep it" },
	{ "holdout", "F", "the same of what will be handed over" },
	{ "putin", "F", "give the reference back" },
	{ "putout", "F", "the same of what will be handed over" },
	{ "fail", "flb|h N OP ERRNO TIMES", "the next TIMES calls of a callback fail" },
	{ "fault", "KIND N [forever] | off", "the Nth fault point of a kind fails" },
	{ "when", "flb|h N OP STEP …", "what a callback does" },
	{ "forget", "flb|h N OP", "it does nothing any more" },
	{ "do", "STEP …", "module code does a step at once" },
	{ "compatible", "flb|h N STRING", "rename an FLB or a handler" },
	{ "identity", "H none|inode|changing|NUMBER", "what identifies a handler's files" },
	{ "module", "", "the recorded code is a loadable module" },
	{ "insmod", "", "load it" },
	{ "rmmod", "", "unload it" },
	{ "reboot", "[into PROFILE] [with FILE for MODULE] [without WHAT]",
	  "kexec into the next kernel" },
	{ "prepare", "", "the first half of a reboot" },
	{ "jump", "[into PROFILE] [without WHAT]", "the second half" },
	{ "damage", "flb|session|tree OFFSET VALUE", "overwrite 8 bytes between the halves" },
	{ "at", "POINT [N] OPERATION", "do an operation inside a later one" },
	{ "parallel", "[SCHEDULE] {", "tasks beside each other: } { begins the next, } ends them" },
	{ "panic", "", "the kernel panics" },
	{ "cold", "", "power off and on: nothing is handed over" },
	{ 0 },
};

const struct shell_word shell_commands[] = {
	{ "state", "", "sessions, files, FLBs and pages, in full" },
	{ "why", "[FINDING]", "why the last operation failed; what a finding means" },
	{ "findings", "", "what was found, in full" },
	{ "undo", "", "take the last operation back" },
	{ "save", "FILE", "write the lines as a scenario; -: print them" },
	{ "help", "[WORD]", "this list, or a line of it" },
	{ "quit", "", "leave, as the end of the input does" },
	{ 0 },
};

static void print_word(const struct shell_word *word)
{
	char text[96];

	snprintf(text, sizeof(text), "%s%s%s", word->name, word->arguments[0] ? " " : "",
		 word->arguments);
	/* "…" is three bytes wide. */
	printf("  %-*s  %s\n", strstr(text, "…") ? 40 : 38, text, word->about);
}

static bool print_of(const struct shell_word *words, const char *name)
{
	bool found = false;

	for (; words->name; words++) {
		if (name && strcmp(words->name, name))
			continue;
		print_word(words);
		found = true;
	}
	return found;
}

int shell_help(const char *word)
{
	if (word && !print_of(shell_commands, word) && !print_of(shell_operations, word))
		return cli_failed("help: there is no \"%s\"", word);
	if (word)
		return CLI_OK;
	print_of(shell_commands, NULL);
	puts("\nOperations, which docs/scenarios.md explains; \"= RESULT\" behind one says what\n"
	     "it must answer:");
	print_of(shell_operations, NULL);
	return CLI_OK;
}
