/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: into a buffer; whoever reads brings it. */
#ifndef LUO_LINUX_SEQ_FILE_H
#define LUO_LINUX_SEQ_FILE_H

#include <stdarg.h>
#include <string.h>
#include <luo/kernel/linux/sprintf.h>
#include <luo/kernel/linux/types.h>

/** struct seq_file - @count bytes of @buf, which has room for @size. */
struct seq_file {
	char *buf;
	size_t size;
	size_t count;
	void *private_data;
};

/** seq_has_overflowed() - Return: whether there was more to say. */
static inline bool seq_has_overflowed(struct seq_file *m)
{
	return m->count == m->size;
}

static inline int seq_write(struct seq_file *m, const void *data, size_t length)
{
	if (m->count + length >= m->size) {
		m->count = m->size;
		return -1;
	}
	memcpy(m->buf + m->count, data, length);
	m->count += length;
	return 0;
}

static inline void seq_puts(struct seq_file *m, const char *s)
{
	seq_write(m, s, strlen(s));
}

static inline void seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

LFB_PRINTF(2, 0)
static inline void seq_vprintf(struct seq_file *m, const char *format, va_list args)
{
	const size_t room = m->size - m->count;
	const int length = room ? lfb_vsnprintf(m->buf + m->count, room, format, args) : 0;

	if (length < 0 || (size_t)length >= room)
		m->count = m->size;
	else
		m->count += (size_t)length;
}

LFB_PRINTF(2, 3)
static inline void seq_printf(struct seq_file *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	seq_vprintf(m, format, args);
	va_end(args);
}

#endif
