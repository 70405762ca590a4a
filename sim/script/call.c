// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Requests to the device and to sessions, made as a program in userspace makes them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/host/host.h"
#include "sim/script/script.h"

#define RAW_MAX (1ul << 20)	/* bytes of a request */
#define MANY_MAX 100000

/*
 * A request in memory of its own, where nothing comes behind it: who reads more of it than there is
 * gets -EFAULT. What the kernel writes is in @bytes then, if it can write there.
 */
static long send(struct lfb_script *script, int fd, unsigned int cmd, void *bytes, size_t size,
		 bool read_only)
{
	const size_t room = PAGE_ALIGN(size);
	u8 *map = lfb__map_zeroed(room + PAGE_SIZE);
	u8 *at = map + room - size;
	long ret;

	if (!map)
		return -ENOMEM;
	memcpy(at, bytes, size);
	if (lfb__map_access(map + room, PAGE_SIZE, LFB_MAP_CLOSED) ||
	    (read_only && lfb__map_access(map, room, LFB_MAP_READ)))
		ret = -ENOMEM;
	else
		ret = lfb_agent_ioctl(script->agent, fd, cmd, at);
	memcpy(bytes, at, size);
	lfb__map_drop(map, room + PAGE_SIZE);
	return ret;
}

static long request(struct lfb_script *script, const struct lfb_script_line *line,
		    unsigned int cmd, void *request, size_t size)
{
	return send(script, lfb__script_fd(script, line->words[1]), cmd, request, size,
		    line->read_only);
}

long lfb__script_open(struct lfb_script *script, const struct lfb_script_line *line)
{
	return lfb__script_keep(script, line->words[1], lfb_agent_open(script->agent));
}

long lfb__script_close(struct lfb_script *script, const struct lfb_script_line *line)
{
	const long ret = lfb_agent_close(script->agent, lfb__script_fd(script, line->words[1]));

	lfb__script_keep(script, line->words[1], -1);
	return ret;
}

/* Sessions */

/* "@empty", "@63", "@64": a name of that length; the last one is without an end. */
static void fill_name(u8 name[LIVEUPDATE_SESSION_NAME_LENGTH], const char *word)
{
	size_t length = strlen(word);

	if (!strcmp(word, "@empty"))
		return;
	if (!strcmp(word, "@63") || !strcmp(word, "@64"))
		memset(name, 'n', (size_t)atoi(word + 1));
	else
		memcpy(name, word, length < LIVEUPDATE_SESSION_NAME_LENGTH ?
					   length : LIVEUPDATE_SESSION_NAME_LENGTH);
}

static long session(struct lfb_script *script, const struct lfb_script_line *line,
		    unsigned int cmd, const char *name, const char *variable)
{
	struct liveupdate_ioctl_create_session arg = { .size = sizeof(arg), .fd = -1 };
	long ret;

	fill_name(arg.name, name);
	ret = request(script, line, cmd, &arg, sizeof(arg));
	return lfb__script_keep(script, variable, ret ? ret : arg.fd);
}

long lfb__script_create(struct lfb_script *script, const struct lfb_script_line *line)
{
	return session(script, line, LIVEUPDATE_IOCTL_CREATE_SESSION, line->words[2],
		       line->words[3]);
}

long lfb__script_take(struct lfb_script *script, const struct lfb_script_line *line)
{
	return session(script, line, LIVEUPDATE_IOCTL_RETRIEVE_SESSION, line->words[2],
		       line->words[3]);
}

/* "createn D NAME- FIRST COUNT": what failed is counted. */
long lfb__script_create_many(struct lfb_script *script, const struct lfb_script_line *line)
{
	const u64 first = lfb__script_value(line->words[3]);
	const u64 count = lfb__script_value(line->words[4]);
	u64 failures = 0;
	char name[128];

	for (u64 i = 0; i < count && i < MANY_MAX; i++) {
		snprintf(name, sizeof(name), "%s%llu", line->words[2], first + i);
		failures += session(script, line, LIVEUPDATE_IOCTL_CREATE_SESSION, name, NULL) != 0;
	}
	snprintf(script->said, sizeof(script->said), "failures=%llu", failures);
	return 0;
}

long lfb__script_get_name(struct lfb_script *script, const struct lfb_script_line *line)
{
	struct liveupdate_session_get_name arg = { .size = sizeof(arg) };
	long ret;

	arg.reserved = (u32)lfb__script_value(line->words[2]);
	ret = request(script, line, LIVEUPDATE_SESSION_GET_NAME, &arg, sizeof(arg));
	if (!ret)
		snprintf(script->said, sizeof(script->said), "name=%.64s", (char *)arg.name);
	return ret;
}

/* Files in sessions */

long lfb__script_preserve(struct lfb_script *script, const struct lfb_script_line *line)
{
	struct liveupdate_session_preserve_fd arg = { .size = sizeof(arg) };

	arg.fd = lfb__script_fd(script, line->words[2]);
	arg.token = lfb__script_value(line->words[3]);
	return request(script, line, LIVEUPDATE_SESSION_PRESERVE_FD, &arg, sizeof(arg));
}

long lfb__script_get(struct lfb_script *script, const struct lfb_script_line *line)
{
	struct liveupdate_session_retrieve_fd arg = { .size = sizeof(arg), .fd = -1 };
	long ret;

	arg.token = lfb__script_value(line->words[2]);
	ret = request(script, line, LIVEUPDATE_SESSION_RETRIEVE_FD, &arg, sizeof(arg));
	return lfb__script_keep(script, line->words[3], ret ? ret : arg.fd);
}

long lfb__script_finish(struct lfb_script *script, const struct lfb_script_line *line)
{
	struct liveupdate_session_finish arg = { .size = sizeof(arg) };

	arg.reserved = (u32)lfb__script_value(line->words[2]);
	return request(script, line, LIVEUPDATE_SESSION_FINISH, &arg, sizeof(arg));
}

/* Requests byte by byte */

/* A number below 256 is one of live update's, anything else is the request itself. */
static unsigned int command(const char *word)
{
	const u64 value = lfb__script_value(word);

	return value < 0x100 ? _IO(LIVEUPDATE_IOCTL_TYPE, (unsigned int)value) :
			       (unsigned int)value;
}

/* "fd=V": a descriptor at its place; "N=B": byte N. False: that is not in there. */
static bool set_byte(struct lfb_script *script, const char *word, u8 *bytes, u64 size)
{
	const char *value = strchr(word, '=') + 1;
	const s32 fd = lfb__script_fd(script, value);
	const u64 at = strtoull(word, NULL, word[1] == 'x' || word[1] == 'X' ? 16 : 10);

	if (word[0] != 'f' && at < size) {
		bytes[at] = (u8)lfb__script_value(value);
		return true;
	}
	if (word[0] != 'f' || size < 4 + sizeof(fd))
		return false;
	memcpy(bytes + 4, &fd, sizeof(fd));
	return true;
}

/* "raw V NUMBER SIZE BYTES [N=B | fd=V]...": SIZE is what it says of itself. */
long lfb__script_raw(struct lfb_script *script, const struct lfb_script_line *line)
{
	const u64 size = lfb__script_value(line->words[4]);
	const u32 said = (u32)lfb__script_value(line->words[3]);
	long ret = -EINVAL;
	u8 *bytes;

	if (size < sizeof(said) || size > RAW_MAX)
		return -EINVAL;
	bytes = calloc(1, size);
	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, &said, sizeof(said));
	for (unsigned int i = 5; i < line->count; i++) {
		if (!set_byte(script, line->words[i], bytes, size))
			goto out;
	}
	ret = request(script, line, command(line->words[2]), bytes, size);
out:
	free(bytes);
	return ret;
}

long lfb__script_null(struct lfb_script *script, const struct lfb_script_line *line)
{
	return lfb_agent_ioctl(script->agent, lfb__script_fd(script, line->words[1]),
			       command(line->words[2]), NULL);
}
