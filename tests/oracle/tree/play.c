// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A scenario, performed on the tree's own code; what it says is a golden transcript. */
#include <stdlib.h>
#include <string.h>

#include <linux/kho/abi/luo.h>

#include "host.h"

#define NAMES 128
#define INODES 4096

/* What a process knows of what it has opened, by the words of the scenario. */
static struct {
	int device;
	char *name[NAMES];
	int session[NAMES];
	u64 ino[INODES];
	int file[INODES];
	int nr_names, nr_inodes;
} agent;

/* Of a kernel that is about to jump. */
static phys_addr_t tree_at, flbs_at;

struct call {
	const struct world_line *line;
	void *object;
};

static u64 number_in(const struct world_line *line, int word)
{
	return word < line->nr_words ? strtoull(line->words[word], NULL, 0) : 0;
}

static void agent_begin(void)
{
	memset(&agent, 0, sizeof(agent));
	agent.device = -1;
}

static int *session_of(const char *name)
{
	int i = 0;

	while (i < agent.nr_names && strcmp(agent.name[i], name))
		i++;
	if (i == NAMES)
		exit(98);
	if (i == agent.nr_names) {
		agent.name[agent.nr_names++] = (char *)name;
		agent.session[i] = -1;
	}
	return &agent.session[i];
}

static int *file_of(u64 ino)
{
	int i = 0;

	while (i < agent.nr_inodes && agent.ino[i] != ino)
		i++;
	if (i == INODES)
		exit(98);
	if (i == agent.nr_inodes) {
		agent.ino[agent.nr_inodes++] = ino;
		agent.file[i] = -1;
	}
	return &agent.file[i];
}

#define TAIL 64

/* All begin so. */
struct request {
	u32 size;
	u8 rest[sizeof(struct liveupdate_ioctl_create_session) + TAIL];
};

/* A request of the agent's, from wherever and of whichever size it was told to have it. */
static long call_ioctl(int fd, unsigned int cmd, void *arg)
{
	const char *wrong = world->argument ? world->argument : "";
	struct file *file = world_fd(fd);
	const u32 size = *(const u32 *)arg;
	struct request other = { .size = size };
	void *const mine = arg;
	long ret;

	world->argument = NULL;
	if (world->waits)
		return WAITS;
	if (!file)
		return -EBADF;
	if (!strcmp(wrong, "unreadable"))
		arg = NULL;
	if (!strcmp(wrong, "short") || !strcmp(wrong, "long") || !strcmp(wrong, "tail")) {
		memcpy(&other, arg, size);
		other.size = *wrong == 's' ? size - 1 : size + TAIL;
		((u8 *)&other)[size + TAIL - 1] = *wrong == 't';
		arg = &other;
	}
	world->read_only = !strcmp(wrong, "read-only");
	/* Whoever closes it meanwhile does not take it away. */
	get_file(file);
	ret = file->f_op->unlocked_ioctl(file, cmd, (unsigned long)arg);
	fput(file);
	world->read_only = false;
	other.size = size;
	if (arg == &other)
		memcpy(mine, &other, size);
	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}

/* The agent's calls; each is a call of the kernel's. */

static long do_open(void)
{
	struct file *file;
	int fd;

	if (world->waits)
		return WAITS;
	fd = get_unused_fd_flags(0);
	if (fd < 0)
		return fd;
	file = world_open_device();
	if (IS_ERR(file)) {
		put_unused_fd((unsigned int)fd);
		return PTR_ERR(file);
	}
	fd_install((unsigned int)fd, file);
	agent.device = fd;
	return 0;
}

static long do_session(const char *name, unsigned int cmd)
{
	struct liveupdate_ioctl_create_session arg = { .size = sizeof(arg), .fd = -1 };
	int *session = session_of(name);
	long err;

	if (!strcmp(name, "\"\""))
		name = "";
	memcpy(arg.name, name, strnlen(name, sizeof(arg.name)));
	err = call_ioctl(agent.device, cmd, &arg);
	if (!err)
		*session = arg.fd;
	return err;
}

static long do_preserve(int session, int fd, u64 token)
{
	struct liveupdate_session_preserve_fd arg = {
		.size = sizeof(arg), .fd = fd, .token = token,
	};

	return call_ioctl(session, LIVEUPDATE_SESSION_PRESERVE_FD, &arg);
}

static long do_preserve_new(const struct world_line *line, int session)
{
	const u64 ino = number_in(line, 4);
	struct file *file = module_file((unsigned int)number_in(line, 3), ino);
	int fd;

	if (IS_ERR(file))
		return PTR_ERR(file);
	if (world->waits)
		return WAITS;
	fd = world_install(file);
	if (fd < 0)
		return fd;
	*file_of(ino) = fd;
	return do_preserve(session, fd, number_in(line, 2));
}

/* retrieve NAME TOKEN [as INO] */
static long do_retrieve(const struct world_line *line, int session)
{
	struct liveupdate_session_retrieve_fd arg = {
		.size = sizeof(arg), .fd = -1, .token = number_in(line, 2),
	};
	long err = call_ioctl(session, LIVEUPDATE_SESSION_RETRIEVE_FD, &arg);

	if (!err && line->nr_words > 4)
		*file_of(number_in(line, 4)) = arg.fd;
	return err;
}

static long do_finish(int session)
{
	struct liveupdate_session_finish arg = { .size = sizeof(arg) };

	return call_ioctl(session, LIVEUPDATE_SESSION_FINISH, &arg);
}

static long do_in_session(const struct world_line *line)
{
	const char *verb = line->words[0];
	int *kept = session_of(line->words[1]);
	const int session = *kept;

	if (session < 0)
		return -EBADFD;
	if (!strcmp(verb, "close"))
		*kept = -1;
	if (world->waits && !strcmp(verb, "close"))
		return WAITS;
	if (!strcmp(verb, "preserve"))
		return do_preserve_new(line, session);
	if (!strcmp(verb, "again"))
		return do_preserve(session, *file_of(number_in(line, 3)), number_in(line, 2));
	if (!strcmp(verb, "retrieve"))
		return do_retrieve(line, session);
	if (!strcmp(verb, "finish"))
		return do_finish(session);
	world_close(session);
	return 0;
}

static long in_kernel(void *argument)
{
	struct call *call = argument;
	const char *verb = call->line->words[0];

	if (!strcmp(verb, "open"))
		return do_open();
	if (!strcmp(verb, "session"))
		return do_session(call->line->words[1], LIVEUPDATE_IOCTL_CREATE_SESSION);
	if (!strcmp(verb, "rsession"))
		return do_session(call->line->words[1], LIVEUPDATE_IOCTL_RETRIEVE_SESSION);
	if (!strcmp(verb, "preserve") || !strcmp(verb, "again") || !strcmp(verb, "retrieve") ||
	    !strcmp(verb, "finish") || !strcmp(verb, "close"))
		return do_in_session(call->line);
	return module_perform(call->line, &call->object);
}

/* The same, of a kernel whose code runs already. */
long play_in_kernel(const struct world_line *line, void **object)
{
	struct call call = { .line = line };
	const long result = in_kernel(&call);

	*object = call.object;
	return result;
}

/* The halves of a reboot, and what can happen in between */

static long call_reboot(void *argument)
{
	long err;

	(void)argument;
	world->rebooting = true;
	err = liveupdate_reboot();
	world->rebooting = false;
	return err;
}

static const struct luo_ser *outgoing_tree(void)
{
	for (int i = 0; i < WORLD_SUBTREES; i++) {
		if (!strcmp(world->out_tree[i].name, LUO_KHO_ENTRY_NAME))
			return world_page(world->out_tree[i].phys);
	}
	return NULL;
}

static const char *lack(const struct world_line *line)
{
	return line->nr_words > 2 ? line->words[2] : "";
}

static long prepare(void)
{
	const struct luo_ser *tree;
	long err;

	if (world->prepared)
		return -EBUSY;
	if (world->no_image)
		return -EINVAL;
	err = world_run(call_reboot, NULL);
	if (err)
		return err;
	world->prepared = true;
	tree = outgoing_tree();
	tree_at = tree ? virt_to_phys(tree) : 0;
	flbs_at = tree ? tree->flbs_pa : 0;
	return 0;
}

static long boot(bool kho, bool liveupdate)
{
	long err;

	world->kho = kho;
	world->liveupdate = liveupdate;
	err = world_boot();
	agent_begin();
	return err;
}

static long jump(const struct world_line *line, const char **booted)
{
	const bool kho = strcmp(lack(line), "kho") != 0;
	const bool handover = kho && strcmp(lack(line), "handover") != 0;

	if (!world->prepared)
		return -EBUSY;
	if (world->no_image)
		return -EINVAL;
	*booted = !strcmp(lack(line), "handover") ? "cold" : "handover";
	world_memory_jump(handover);
	return boot(kho, kho && strcmp(lack(line), "liveupdate") != 0);
}

static long damage(const struct world_line *line)
{
	const u64 offset = number_in(line, 2), value = number_in(line, 3);
	phys_addr_t phys = tree_at;
	u8 *page;

	if (!world->prepared)
		return -EBUSY;
	if (!strcmp(line->words[1], "flb"))
		phys = flbs_at;
	page = world_page(phys);
	if (page && !strcmp(line->words[1], "session"))
		page = world_page(((const struct luo_ser *)page)->sessions_pa);
	if (!page)
		return -ENODATA;
	if (offset > PAGE_SIZE - sizeof(value))
		return -EINVAL;
	memcpy(page + offset, &value, sizeof(value));
	return 0;
}

/* Code, and so for longer than a kernel. */
static long learn(const struct world_line *line)
{
	if (world->nr_lines == WORLD_LINES)
		exit(98);
	world->lines[world->nr_lines++] = *line;
	return 0;
}

static long forget(const struct world_line *line)
{
	int to = 0;

	for (int i = 0; i < world->nr_lines; i++) {
		const struct world_line *kept = &world->lines[i];

		if (strcmp(kept->words[1], line->words[1]) ||
		    strcmp(kept->words[3], line->words[3]) ||
		    number_in(kept, 2) != number_in(line, 2))
			world->lines[to++] = *kept;
	}
	world->nr_lines = to;
	return 0;
}

static long perform(const struct world_line *line, void **object, const char **booted)
{
	struct call call = { .line = line };
	const char *verb = line->words[0];
	long result;

	if (!strcmp(verb, "cold")) {
		world_memory_jump(false);
		*booted = "cold";
		return boot(true, true);
	}
	if (!strcmp(verb, "reboot") || !strcmp(verb, "jump"))
		world->no_image = !strcmp(lack(line), "image");
	if (!strcmp(verb, "prepare")) {
		world->no_image = false;
		return prepare();
	}
	if (!strcmp(verb, "reboot")) {
		result = prepare();
		return result ? result : jump(line, booted);
	}
	if (!strcmp(verb, "jump"))
		return jump(line, booted);
	if (!strcmp(verb, "argument")) {
		world->argument = line->words[1];
		return 0;
	}
	if (!strcmp(verb, "damage"))
		return damage(line);
	if (!strcmp(verb, "when"))
		return learn(line);
	if (!strcmp(verb, "forget"))
		return forget(line);
	if (!strcmp(verb, "fault"))
		return fault_plan(line);
	if (!strcmp(verb, "module") || !strcmp(verb, "insmod") || !strcmp(verb, "rmmod"))
		return insmod_perform(verb);
	result = world_run(in_kernel, &call);
	*object = call.object;
	return result;
}

/* What has nothing to say when it succeeds, or ever. */
static bool is_silent(const char *verb, long result)
{
	static const char *const quiet[] = { "putin", "putout", "fail", "fault", "when", "forget",
					     "compatible", "identity", "argument", "close", "cold",
					     "damage" };

	for (size_t i = 0; !result && i < ARRAY_SIZE(quiet); i++) {
		if (!strcmp(verb, quiet[i]))
			return true;
	}
	return !strcmp(verb, "unhandler") || !strcmp(verb, "unflb");
}

void play_show(const char *text, const char *verb, long result, const void *object)
{
	if (is_silent(verb, result))
		fprintf(world->out, "> %s\n", text);
	else if (strstr(verb, "get") == verb || strstr(verb, "hold") == verb)
		fprintf(world->out, "> %s = %ld obj=%lx\n", text, result,
			result ? 0 : (unsigned long)object);
	else
		fprintf(world->out, "> %s = %ld\n", text, result);
}

static void show_death(void)
{
	static const char *const how[] = { NULL, "panic", "oops", "hung" };

	if (how[world->death])
		fprintf(world->out, "== %s\n", how[world->death]);
}

/* Words of a line, cut where they lie. */
static struct world_line words_of(char *text)
{
	struct world_line line = { .nr_words = 0 };

	for (char *word = strtok(text, " "); word && line.nr_words < WORLD_WORDS;
	     word = strtok(NULL, " "))
		line.words[line.nr_words++] = word;
	return line;
}

static void play_line(const char *text)
{
	const struct world_line line = words_of(strdup(text));
	const char *booted = NULL;
	enum world_death before = world->death;
	void *object = NULL;
	long result;

	if (!line.nr_words || (world->death && strcmp(line.words[0], "cold")))
		return;
	if (!strcmp(line.words[0], "at")) {
		point_wait(&line, text);
		return;
	}
	point_begin();
	result = perform(&line, &object, &booted);
	point_died(result);
	play_show(text, line.words[0], result, object);
	if (booted)
		fprintf(world->out, "== boot %s\n", booted);
	if (world->death != before)
		show_death();
	fflush(world->out);
}

/* oracle_play() - what is said to a scenario, to a file; of this process nothing else is left. */
LFB_API void oracle_play(const char *text, FILE *out);
LFB_API void oracle_play(const char *text, FILE *out)
{
	char *copy = strdup(text);
	struct world *made = calloc(1, sizeof(*made));

	if (!copy || !made)
		exit(98);
	world_image_note();
	world = made;
	world->out = out;
	world_memory_make();
	fputs("== boot cold\n", out);
	boot(true, true);
	for (char *line = copy, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		play_line(line);
	}
	fputs("== end\n", out);
	fflush(out);
}
