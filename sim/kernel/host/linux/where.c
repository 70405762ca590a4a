// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Where in the user's program: return addresses, and later the lines they stand for. Lines are
 * what elfutils' libdw finds, which is looked for when the first one is wanted; without it, and in
 * programs without debug information, the object and the offset say it to other tools. The
 * library's own frames are left out, and what is around the user's main().
 */
#define _GNU_SOURCE /* dladdr(), dl_iterate_phdr(), pthread_getattr_np() */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#include <unwind.h>

#include "sim/kernel/host/host.h"

#define LINES_MAX 8

void lfb__thread_name(char *name, size_t size)
{
	if (gettid() == getpid() || pthread_getname_np(pthread_self(), name, size))
		snprintf(name, size, "%s", program_invocation_short_name);
}

struct frames {
	void **at;
	unsigned int max, count;
};

/* Behind the first function of a thread there may be one at no address. */
static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *argument)
{
	struct frames *frames = argument;
	void *at = (void *)(uintptr_t)_Unwind_GetIP(context);

	if (!at || frames->count == frames->max)
		return _URC_END_OF_STACK;
	frames->at[frames->count++] = at;
	return _URC_NO_REASON;
}

/*
 * Lies in the section so that there is one where no memory is linked. Not by backtrace(), for which
 * the C library loads another library the first time.
 */
LFB_ENTRY unsigned int lfb__frames_here(void **at, unsigned int max)
{
	struct frames frames = { at, max, 0 };

	_Unwind_Backtrace(add_frame, &frames);
	return frames.count;
}

/* This thread's, empty until somebody asks for it. */
static _Thread_local struct {
	uintptr_t bottom, top;
} stack;

static LFB_OUT_OF_LINE void find_stack(void)
{
	pthread_attr_t attributes;
	size_t size = 0;
	void *bottom = NULL;

	stack.top = 1;
	if (pthread_getattr_np(pthread_self(), &attributes))
		return;
	if (!pthread_attr_getstack(&attributes, &bottom, &size) && size) {
		stack.bottom = (uintptr_t)bottom;
		stack.top = stack.bottom + size;
	}
	pthread_attr_destroy(&attributes);
}

/* The linker knows where the section begins and ends. */
extern const char entry_begins[] __asm__("__start_lfb_entry") __attribute__((visibility("hidden")));
extern const char entry_ends[] __asm__("__stop_lfb_entry") __attribute__((visibility("hidden")));

/*
 * A frame begins with the address of its caller's and where it returns to. Those of entries lie
 * behind no frame but the library's own; another stack than the thread's is not looked at.
 */
__attribute__((noinline)) void *lfb__caller(void)
{
	uintptr_t at = (uintptr_t)__builtin_frame_address(0);
	bool in_entry = false;

	if (!stack.top)
		find_stack();
	for (int i = 0; i < LFB_FRAMES_MAX; i++) {
		const uintptr_t *const frame = (const uintptr_t *)at;
		uintptr_t from;

		if (at < stack.bottom || at >= stack.top - 2 * sizeof(*frame) ||
		    at % sizeof(*frame))
			break;
		from = frame[1];
		if (from - (uintptr_t)entry_begins <= (uintptr_t)(entry_ends - entry_begins))
			in_entry = true;
		else if (in_entry)
			return (void *)from;
		if (frame[0] <= at)
			break;
		at = frame[0];
	}
	return NULL;
}

/* Libdw's, in as much as is used here: its header need not be installed. */
struct dwfl_callbacks {
	int (*find_elf)(void *module, void **user, const char *name, unsigned long long base,
			char **file, void **elf);
	int (*find_debuginfo)(void);
	int (*section_address)(void);
	char **debuginfo_path;
};

/* What it describes, and one thing that is said of it. */
struct dw_die {
	void *address, *unit, *form;
	long unused;
};
struct dw_attribute {
	unsigned int code, form;
	void *value, *unit;
};

/* Their numbers in the format. */
enum { DW_INLINED = 0x1d, DW_CALL_FILE = 0x58, DW_CALL_LINE = 0x59 };

static struct {
	pthread_mutex_t lock;
	bool looked_for;
	void *session;
	unsigned long long objects;	/* loaded and unloaded when the session began */
	void *(*begin)(const struct dwfl_callbacks *callbacks);
	void (*end)(void *dwfl);
	int (*report)(void *dwfl, pid_t pid);
	int (*report_end)(void *dwfl, void *removed, void *argument);
	void *(*module)(void *dwfl, unsigned long long address);
	const char *(*symbol)(void *module, unsigned long long address);
	void *(*unit)(void *module, void *before, unsigned long long *bias);
	int (*has)(void *unit, unsigned long long address);
	void *(*line)(void *unit, unsigned long long address);
	int (*number)(void *line, int *number);
	const char *(*source)(void *line, void *mtime, void *length);
	int (*scopes)(void *unit, unsigned long long address, struct dw_die **scopes);
	int (*around)(struct dw_die *die, struct dw_die **scopes);
	int (*tag)(struct dw_die *die);
	struct dw_attribute *(*attribute)(struct dw_die *die, unsigned int code,
					  struct dw_attribute *found);
	int (*value)(struct dw_attribute *attribute, unsigned long long *value);
	int (*files)(void *unit, void **files, size_t *count);
	const char *(*file)(void *files, size_t number, void *mtime, void *length);
	int (*find_elf)(void *module, void **user, const char *name, unsigned long long base,
			char **file, void **elf);
	struct dwfl_callbacks callbacks;
} dw = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* What is in the object itself must do: looking elsewhere can mean asking a server. */
static int no_other_file(void)
{
	return -1;
}

/* Of a module the file has no name any more. */
static int find_elf(void *module, void **user, const char *name, unsigned long long base,
		    char **file, void **elf)
{
	const struct lfb_shared *shared = lfb__shared_at((const void *)(uintptr_t)base);
	char path[40];

	if (!shared)
		return dw.find_elf(module, user, name, base, file, elf);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", shared->fd);
	*file = strdup(shared->path);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int count_objects(struct dl_phdr_info *info, size_t size, void *count)
{
	(void)size;
	*(unsigned long long *)count = info->dlpi_adds + info->dlpi_subs;
	return 1;
}

static bool find_libdw(void)
{
	void *library;

	if (dw.looked_for)
		return dw.source != NULL;
	dw.looked_for = true;
	library = dlopen("libdw.so.1", RTLD_LAZY | RTLD_LOCAL);
	if (!library)
		return false;
	*(void **)&dw.begin = dlsym(library, "dwfl_begin");
	*(void **)&dw.end = dlsym(library, "dwfl_end");
	*(void **)&dw.report = dlsym(library, "dwfl_linux_proc_report");
	*(void **)&dw.report_end = dlsym(library, "dwfl_report_end");
	*(void **)&dw.module = dlsym(library, "dwfl_addrmodule");
	*(void **)&dw.symbol = dlsym(library, "dwfl_module_addrname");
	*(void **)&dw.unit = dlsym(library, "dwfl_module_nextcu");
	*(void **)&dw.has = dlsym(library, "dwarf_haspc");
	*(void **)&dw.line = dlsym(library, "dwarf_getsrc_die");
	*(void **)&dw.number = dlsym(library, "dwarf_lineno");
	*(void **)&dw.find_elf = dlsym(library, "dwfl_linux_proc_find_elf");
	*(void **)&dw.scopes = dlsym(library, "dwarf_getscopes");
	*(void **)&dw.around = dlsym(library, "dwarf_getscopes_die");
	*(void **)&dw.tag = dlsym(library, "dwarf_tag");
	*(void **)&dw.attribute = dlsym(library, "dwarf_attr");
	*(void **)&dw.value = dlsym(library, "dwarf_formudata");
	*(void **)&dw.files = dlsym(library, "dwarf_getsrcfiles");
	*(void **)&dw.file = dlsym(library, "dwarf_filesrc");
	dw.callbacks.find_elf = find_elf;
	dw.callbacks.find_debuginfo = no_other_file;
	if (dw.begin && dw.end && dw.report && dw.report_end && dw.module && dw.symbol &&
	    dw.unit && dw.has && dw.line && dw.number && dw.find_elf && dw.scopes &&
	    dw.around && dw.tag && dw.attribute && dw.value && dw.files && dw.file)
		*(void **)&dw.source = dlsym(library, "dwarf_linesrc");
	return dw.source != NULL;
}

/* Knows all objects that are loaded now. */
static bool begin_session(void)
{
	unsigned long long objects = 0;

	if (!find_libdw())
		return false;
	dl_iterate_phdr(count_objects, &objects);
	if (dw.session && dw.objects == objects)
		return true;
	if (dw.session)
		dw.end(dw.session);
	dw.objects = objects;
	dw.session = dw.begin(&dw.callbacks);
	if (dw.session && !dw.report(dw.session, getpid()) &&
	    !dw.report_end(dw.session, NULL, NULL))
		return true;
	if (dw.session)
		dw.end(dw.session);
	dw.session = NULL;
	return false;
}

struct place {
	const char *function;	/* NULL: not known */
	const char *source;	/* NULL: not known */
	int line;
};

/* The library's headers have functions that compilers put into those that call them. */
static bool is_header(const char *source)
{
	return source && strstr(source, "/include/luo/");
}

static unsigned long long said_of(struct dw_die *die, unsigned int code)
{
	struct dw_attribute found;
	unsigned long long value;

	return dw.attribute(die, code, &found) && !dw.value(&found, &value) ? value : 0;
}

/* Where the one that @pc is in was called from, in a source that is not the library's. */
static void leave_headers(void *unit, unsigned long long pc, struct place *place)
{
	struct dw_die *innermost = NULL, *scopes = NULL;
	/* What is around it where it was written; where it was put there may be more like it. */
	const int count = dw.scopes(unit, pc, &innermost) > 0 ? dw.around(innermost, &scopes) : 0;
	size_t nr_files;
	void *files;

	for (int i = 0; i < count && is_header(place->source); i++) {
		if (dw.tag(&scopes[i]) != DW_INLINED || dw.files(unit, &files, &nr_files))
			continue;
		place->source = dw.file(files, said_of(&scopes[i], DW_CALL_FILE), NULL, NULL);
		place->line = (int)said_of(&scopes[i], DW_CALL_LINE);
	}
	free(scopes);
	free(innermost);
}

static struct place place_of(const void *address)
{
	const unsigned long long pc = (uintptr_t)address;
	struct place place = { NULL, NULL, 0 };
	void *const module = dw.session ? dw.module(dw.session, pc) : NULL;
	unsigned long long bias = 0;
	void *unit = NULL, *line;

	if (!module)
		return place;
	place.function = dw.symbol(module, pc);
	/* Not all compilers write the table that tells at once which unit has an address. */
	do {
		unit = dw.unit(module, unit, &bias);
	} while (unit && dw.has(unit, pc - bias) <= 0);
	line = unit ? dw.line(unit, pc - bias) : NULL;
	if (line && !dw.number(line, &place.line))
		place.source = dw.source(line, NULL, NULL);
	if (is_header(place.source))
		leave_headers(unit, pc - bias, &place);
	return place;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Where the library's sources were when it was built: the length of what comes before "sim/". */
static size_t length_of_root(const char *source)
{
	const size_t length = source ? strlen(source) : 0;
	const size_t tail = strlen("sim/kernel/host/linux/where.c");

	return length > tail ? length - tail : 0;
}

static bool begins(const char *text, const char *beginning)
{
	return !strncmp(text, beginning, strlen(beginning));
}

static bool same_object(const Dl_info *object, const void *address)
{
	Dl_info other;

	return dladdr(address, &other) && other.dli_fbase == object->dli_fbase;
}

/*
 * In a program that is linked with the static library only sources tell what is ours: unless
 * @unsourced, what has none is.
 */
static bool is_ours(const Dl_info *object, const char *source, bool unsourced)
{
	const void *const self = (const void *)(uintptr_t)lfb__frames_text;
	const char *const own = place_of(self).source;
	const size_t root = length_of_root(own);

	if (same_object(object, self) &&
	    (!same_object(object, (const void *)getauxval(AT_PHDR)) || (!source && !unsourced)))
		return true;
	/* A sanitizer may be linked in. */
	return source && (is_header(source) || strstr(source, "/sanitizer_common/") ||
			  (root && !strncmp(source, own, root) &&
			   (begins(source + root, "lib/") || begins(source + root, "sim/"))));
}

/* Not the user's, though not the library's either. */
static bool is_around(const char *object)
{
	static const char *const names[] = { "libc.so", "libc-", "libcmocka", "libpthread",
					     "libasan", "libubsan", "ld-linux" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (begins(object, names[i]))
			return true;
	}
	return false;
}

/* A line without its end; 0 for a frame that is not the user's. */
static int print_frame(const void *address, bool unsourced, char *line, size_t size, bool *is_main)
{
	const struct lfb_shared *shared = lfb__shared_at(address);
	const struct place place = place_of(address);
	const char *function = place.function ?: "";
	Dl_info object;
	int length;

	if (!dladdr(address, &object) || !object.dli_fname)
		return 0;
	if (shared)
		object.dli_fname = shared->path;
	if (is_around(last_part(object.dli_fname)) ||
	    is_ours(&object, place.source, unsourced))
		return 0;
	*is_main = !strcmp(function, "main");
	if (place.source)
		length = snprintf(line, size, "%s:%d", last_part(place.source), place.line);
	else
		length = snprintf(line, size, "%s+0x%lx", last_part(object.dli_fname),
				  (unsigned long)((const char *)address -
						  (const char *)object.dli_fbase));
	/* "my_preserve.part.0" is how a compiler cut a function in two. */
	if (*function && length > 0 && (size_t)length < size)
		length += snprintf(line + length, size - (size_t)length, " %.*s",
				   (int)strcspn(function, "."), function);
	return length;
}

static size_t print_frames(void *const *frames, unsigned int count, bool unsourced, char *text,
			   size_t size)
{
	bool is_main = false;
	size_t length = 0;

	for (unsigned int i = 0, lines = 0; i < count && lines < LINES_MAX && !is_main; i++) {
		char line[160];

		/* A call ends before the address it returns to. */
		if (!print_frame((const char *)frames[i] - 1, unsourced, line, sizeof(line),
				 &is_main))
			continue;
		if (length < size)
			snprintf(text + length, size - length, "%s\n", line);
		length += strlen(line) + 1;
		lines++;
	}
	return length;
}

size_t lfb__frames_text(void *const *frames, unsigned int count, char *text, size_t size)
{
	size_t length;

	if (size)
		text[0] = '\0';
	pthread_mutex_lock(&dw.lock);
	begin_session();
	length = print_frames(frames, count, false, text, size);
	if (!length)
		length = print_frames(frames, count, true, text, size);
	pthread_mutex_unlock(&dw.lock);
	return length < size ? length : size ? size - 1 : 0;
}
