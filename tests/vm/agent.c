// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The agent in a real kernel: the first process of a virtual machine, which runs a script line
 * by line with real system calls and writes to the console what each answered, in the form of
 * "lfb run --agent"; docs/agent.md is the language. After a reboot the next kernel goes on at
 * the next line: the command line says which one that is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent.h"

/* linux/reboot.h has it as LINUX_REBOOT_CMD_KEXEC; the C library has no name for it. */
#define LFB_REBOOT_KEXEC 0x45584543

void lfb__say(const char *format, ...)
{
	char text[1024];
	va_list list;
	int length;

	va_start(list, format);
	length = vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if (write(STDOUT_FILENO, text, (size_t)length) < 0) {
		_exit(1);
	}
}

/* The number that stands behind @name on the kernel's command line, 0 if none does. */
static unsigned int handed_on(const char *name)
{
	char text[1024] = "";
	int fd = open("/proc/cmdline", O_RDONLY);
	ssize_t length = read(fd, text, sizeof(text) - 1);
	const char *found = length > 0 ? strstr(text, name) : NULL;

	close(fd);
	return found ? (unsigned int)strtoul(found + strlen(name), NULL, 10) : 0;
}

/* Goes to the next kernel, which is this one again. Returns only if that is refused. */
static int jump(unsigned int stage, unsigned int line)
{
	char command[256];
	int kernel = open("/bzImage", O_RDONLY);
	int root = lfb__pack_root();
	long answer;

	snprintf(command, sizeof(command), "%s lfb.stage=%u lfb.line=%u", LFB_COMMAND_LINE, stage,
		 line);
	answer = syscall(SYS_kexec_file_load, kernel, root, strlen(command) + 1, command, 0ul);
	if (answer == 0) {
		close(kernel);
		close(root);
		answer = reboot(LFB_REBOOT_KEXEC);
	}
	return answer < 0 ? -errno : 0;
}

static void perform(char *text, unsigned int stage, unsigned int line)
{
	char *words[LFB_WORDS + 1] = { NULL }, copy[512];
	struct lfb_line all = { .words = words };
	char *rest;
	int error;

	if (!strncmp(text, "say ", 4)) {
		lfb__say("@@%3u: %s\n", line, text);
		return;
	}
	snprintf(copy, sizeof(copy), "%s", text);
	for (char *word = strtok_r(copy, " \t", &rest); word && all.count < LFB_WORDS;
	     word = strtok_r(NULL, " \t", &rest)) {
		words[all.count++] = word;
	}
	if (all.count == 0) {
		return;
	}
	if (!strcmp(words[0], "reboot!")) {
		lfb__say("@@%3u: %s = ...\n", line, text);
		error = jump(stage + 1, line + 1);
	} else if (!strcmp(words[0], "reboot")) {
		error = reboot(LFB_REBOOT_KEXEC) < 0 ? -errno : 0;
	} else {
		error = lfb__act(&all);
	}
	if (error < 0) {
		lfb__say("@@%3u: %s = -%s\n", line, text, strerrorname_np(-error));
	} else {
		lfb__say("@@%3u: %s = ok%s\n", line, text, all.more);
	}
}

static void mount_all(void)
{
	static const char *const mounts[][2] = {
		{ "proc", "/proc" },
		{ "devtmpfs", "/dev" },
		{ "debugfs", "/debugfs" },
		{ "tmpfs", "/tmp" },
	};
	int console;

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i][1], 0755);
		mount(mounts[i][0], mounts[i][1], mounts[i][0], 0, NULL);
	}
	console = open("/dev/console", O_RDWR);
	for (int i = 0; i < 3; i++) {
		dup2(console, i);
	}
}

int main(void)
{
	unsigned int stage, from, line = 0;
	char text[512];
	FILE *script;

	mount_all();
	stage = handed_on("lfb.stage=");
	from = handed_on("lfb.line=");
	stage = stage ? stage : 1;
	lfb__say("\n@@STAGE %u\n", stage);
	script = fopen("/script", "re");
	while (script && fgets(text, sizeof(text), script)) {
		text[strcspn(text, "\n")] = '\0';
		if (++line >= from) {
			perform(text, stage, line);
		}
	}
	lfb__say("@@SCRIPT DONE\n");
	reboot(RB_AUTOBOOT);
	return 1;
}
