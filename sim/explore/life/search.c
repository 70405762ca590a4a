// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * All lives, by length. The nodes of a layer are shared by processes, as a module's data is there
 * once in each; what they tried comes back in files without a name and is put together in the order
 * of the layer, so that nothing depends on how many they are.
 */
#define _GNU_SOURCE /* memfd_create() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/explore/life/life.h"

#define CHUNK 8u	/* nodes a process takes at a time */
#define WATCH_US 10000	/* between two looks at how far they are */

/* A process, or this one; what it found. */
struct worker {
	pid_t pid;
	int fd;
	u64 sequences;
	struct lfb_list nodes;	/* struct lfb_life_node, whose parents go up */
	struct lfb_list raised;
};

static const struct lfb_life_node *node_at(const struct lfb_life *life, u32 id)
{
	LFB_ASSERT(id < life->nodes.count);
	return (const struct lfb_life_node *)life->nodes.items + id;
}

unsigned int lfb__life_word(const struct lfb_life *life, u32 node, struct lfb_agent_act *word)
{
	unsigned int length = 0;

	for (u32 at = node; at; at = node_at(life, at)->parent)
		length++;
	for (unsigned int i = length; i--; node = node_at(life, node)->parent)
		word[i] = node_at(life, node)->act;
	return length;
}

/* One life, behind a node's. *@hit: it was another one than without its failure. */
static int try_act(struct lfb_life *life, struct worker *worker, struct lfb_agent_act *word,
		   bool *hit)
{
	struct lfb_life_node tried = {
		.state = node_at(life, life->now.parent)->state,
		.parent = life->now.parent,
		.order = life->now.order + 1,
		.act = life->now.act,
	};
	struct lfb_life_node *added;
	int err;

	word[life->depth] = tried.act;
	life->now.order++;
	life->now.length = life->depth + 1;
	life->seat->now = life->now;
	err = lfb__life_try(life, word, life->depth + 1, &tried.state, &worker->raised);
	*hit = life->hit;
	if (err || (tried.act.fails && !*hit))
		return err;
	worker->sequences++;
	if (life->dead || life->depth + 1 == life->what.length)
		return 0;
	added = lfb__list_add(&worker->nodes, sizeof(*added));
	if (!added)
		return lfb__error(NULL, -ENOMEM, "no memory for a search");
	*added = tried;
	return 0;
}

/* An act as it is, then with one callback after the other failing in it. */
static int try_all(struct lfb_life *life, struct worker *worker, struct lfb_agent_act *word,
		   const struct lfb_agent_act *act)
{
	bool fails = lfb__life_fallible(act) && !life->what.no_failures, hit = fails;
	int err;

	if (!lfb__life_does(life, &node_at(life, life->now.parent)->state, act))
		return 0;
	life->now.act = *act;
	err = try_act(life, worker, word, &hit);
	for (hit = fails; !err && hit && life->now.act.fails < UINT8_MAX;) {
		life->now.act.fails++;
		err = try_act(life, worker, word, &hit);
	}
	return err;
}

static int expand(struct lfb_life *life, struct worker *worker, u32 id)
{
	struct lfb_agent_act word[LFB_EXHAUST_LENGTH_MAX];
	int err = 0;

	lfb__life_word(life, id, word);
	life->now = (struct lfb_life_raised){ .parent = id };
	for (unsigned int verb = 0; verb < LFB_AGENT_VERBS; verb++) {
		bool of_session;
		unsigned int files = lfb__life_ways(life, verb, &of_session);
		unsigned int sessions = of_session ? life->what.sessions : 1;

		for (unsigned int i = 0; !err && i < files * sessions; i++) {
			const struct lfb_agent_act act = {
				.verb = (u8)verb,
				.session = (u8)(i / files),
				.file = (u8)(i % files),
			};

			err = try_all(life, worker, word, &act);
		}
	}
	return err;
}

/* Tells how far all of them are. */
static void tell(struct lfb_life *life, const struct lfb_life_seat *seats)
{
	struct lfb_progress progress = {
		.sz = sizeof(progress),
		.total = life->layer_end - life->layer,
		.length = life->depth + 1,
		.longest = life->what.length,
		.tried = life->result.sequences,
	};

	for (unsigned int i = 0; i < life->what.jobs; i++) {
		progress.done += __atomic_load_n(&seats[i].done, __ATOMIC_RELAXED);
		progress.tried += __atomic_load_n(&seats[i].sequences, __ATOMIC_RELAXED);
	}
	if (life->what.progress)
		life->ended = !life->what.progress(life->what.progress_context, &progress);
}

/*
 * Who takes which nodes does not depend on who is fast: what a module keeps outside of its data
 * then comes from the same lives each time. In the last layer shards come first.
 */
static bool takes(const struct lfb_life *life, u32 at, unsigned int number)
{
	const bool last = life->depth + 1 == life->what.length;
	const unsigned int shards = last && life->what.shards ? life->what.shards : 1;
	const u32 chunk = (at - life->layer) / CHUNK;

	return (shards == 1 || chunk % shards + 1 == life->what.shard) &&
	       chunk / shards % life->what.jobs == number;
}

static int work(struct lfb_life *life, struct worker *worker, unsigned int number)
{
	struct lfb_life_seat *seat = life->seat;
	int err = 0;

	for (u32 at = life->layer; !err && at < life->layer_end; at++) {
		if (!takes(life, at, number))
			continue;
		if (life->ended || __atomic_load_n(&seat->stops, __ATOMIC_RELAXED))
			break;
		err = expand(life, worker, at);
		__atomic_store_n(&seat->sequences, worker->sequences, __ATOMIC_RELAXED);
		__atomic_fetch_add(&seat->done, 1, __ATOMIC_RELAXED);
		if (life->what.jobs == 1)
			tell(life, seat);
	}
	lfb__life_forget_branches(life);
	return err;
}

/* A child's life: its machine is its own. The sentence of an error goes where the findings go. */
static void work_and_tell(struct lfb_life *life, struct worker *worker, unsigned int number)
{
	int err = lfb__life_machine(life);
	FILE *file = fdopen(worker->fd, "w");
	s64 counts[4];

	if (!err)
		err = work(life, worker, number);
	counts[0] = err;
	counts[1] = (s64)worker->sequences;
	counts[2] = (s64)worker->nodes.count;
	counts[3] = (s64)worker->raised.count;
	if (!file)
		_exit(1);
	fwrite(counts, sizeof(counts), 1, file);
	fprintf(file, "%-511.511s", err ? lfb_error_text(NULL) : "");
	fputc('\0', file);
	if (worker->nodes.count)
		fwrite(worker->nodes.items, sizeof(struct lfb_life_node), worker->nodes.count,
		       file);
	if (worker->raised.count)
		fwrite(worker->raised.items, sizeof(struct lfb_life_raised), worker->raised.count,
		       file);
	_exit(fflush(file) ? 1 : 0);
}

/* Reads items of one size from where the file is. */
static int read_list(FILE *file, struct lfb_list *list, size_t count, size_t size)
{
	list->items = count ? malloc(count * size) : NULL;
	if (count && (!list->items || fread(list->items, size, count, file) != count))
		return lfb__error(NULL, -ENOMEM, "no memory for a search");
	list->count = list->capacity = count;
	return 0;
}

static int listen(struct worker *worker)
{
	FILE *file = fdopen(worker->fd, "r");
	char text[512];
	s64 counts[4];
	int err;

	if (!file)
		return lfb__error(NULL, -ENOMEM, "no memory for a search");
	worker->fd = -1;
	rewind(file);
	if (fread(counts, sizeof(counts), 1, file) != 1 || fread(text, sizeof(text), 1, file) != 1)
		err = lfb__error(NULL, -EIO, "a process of the search said nothing");
	else if (counts[0])
		err = lfb__error(NULL, (int)counts[0], "%.*s", (int)sizeof(text) - 1, text);
	else
		err = read_list(file, &worker->nodes, (size_t)counts[2],
				sizeof(struct lfb_life_node));
	if (!err)
		err = read_list(file, &worker->raised, (size_t)counts[3],
				sizeof(struct lfb_life_raised));
	worker->sequences = err ? 0 : (u64)counts[1];
	fclose(file);
	return err;
}

/* A process that a module's code ended, which is the module's mistake: in the life it was at. */
static int note_death(struct lfb_life *life, struct worker *worker, int status,
		      const struct lfb_life_raised *now)
{
	struct lfb_life_raised *raised;

	if (!life->wanted[LFB_FINDINGS_NR])
		return 0;
	raised = lfb__list_add(&worker->raised, sizeof(*raised));
	if (!raised)
		return lfb__error(NULL, -ENOMEM, "no memory for a search");
	*raised = *now;
	raised->id = LFB_FINDINGS_NR;
	snprintf(raised->text, sizeof(raised->text), WIFSIGNALED(status) ?
		 "the process that tried it was ended by signal %d\n" :
		 "the process that tried it ended with status %d\n",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return 0;
}

static bool is_running(const struct worker *worker)
{
	siginfo_t info = { .si_pid = 0 };

	return worker->pid > 0 && !waitid(P_PID, (id_t)worker->pid, &info,
					  WEXITED | WNOHANG | WNOWAIT) && !info.si_pid;
}

/* Until the last of them is done. */
static void watch(struct lfb_life *life, const struct worker *workers, struct lfb_life_seat *seats)
{
	for (unsigned int i = 0; i < life->what.jobs;) {
		if (!is_running(&workers[i])) {
			i++;
			continue;
		}
		usleep(WATCH_US);
		if (!life->ended)
			tell(life, seats);
		for (unsigned int j = 0; life->ended && j < life->what.jobs; j++)
			__atomic_store_n(&seats[j].stops, true, __ATOMIC_RELAXED);
	}
}

static int fork_all(struct lfb_life *life, struct worker *workers, struct lfb_life_seat *seats)
{
	int err = 0;

	fflush(NULL);
	for (unsigned int i = 0; i < life->what.jobs; i++) {
		workers[i].fd = memfd_create("lfb-exhaust", MFD_CLOEXEC);
		workers[i].pid = workers[i].fd < 0 ? -1 : fork();
		if (!workers[i].pid) {
			life->seat = &seats[i];
			work_and_tell(life, &workers[i], i);
		}
		if (workers[i].pid < 0)
			err = lfb__error(NULL, -EAGAIN, "no process for a search");
	}
	if (life->what.progress)
		watch(life, workers, seats);
	for (unsigned int i = 0; i < life->what.jobs; i++) {
		int status = 0, failed = 0;

		if (workers[i].pid > 0 && waitpid(workers[i].pid, &status, 0) == workers[i].pid)
			failed = status ? note_death(life, &workers[i], status, &seats[i].now) :
					  listen(&workers[i]);
		err = err ? err : failed;
		if (workers[i].fd >= 0)
			close(workers[i].fd);
	}
	return err;
}

static bool is_before(const struct lfb_life_raised *one, const struct lfb_life_raised *other)
{
	return one->parent != other->parent ? one->parent < other->parent :
					      one->order < other->order;
}

/* Of each finding the first life of the layer that raises it. */
static int merge_raised(struct lfb_life *life, const struct worker *worker)
{
	const struct lfb_life_raised *found = worker->raised.items;

	for (size_t i = 0; i < worker->raised.count; i++, found++) {
		struct lfb_life_raised *known = life->raised.items;
		size_t at = 0;

		while (at < life->raised.count && known[at].id != found->id)
			at++;
		if (at < life->raised.count && !is_before(found, &known[at]))
			continue;
		if (at == life->raised.count && !lfb__list_add(&life->raised, sizeof(*known)))
			return lfb__error(NULL, -ENOMEM, "no memory for a search");
		known = life->raised.items;
		known[at] = *found;
	}
	return 0;
}

static int by_life(const void *one, const void *other)
{
	const struct lfb_life_node *a = one, *b = other;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static int merge(struct lfb_life *life, struct worker *workers, unsigned int count)
{
	int err = 0;

	for (unsigned int i = 0; i < count && !err; i++) {
		const struct lfb_life_node *node = workers[i].nodes.items;

		life->result.sequences += workers[i].sequences;
		err = merge_raised(life, &workers[i]);
		for (size_t j = 0; !err && j < workers[i].nodes.count; j++) {
			struct lfb_life_node *added = lfb__list_add(&life->nodes, sizeof(*added));

			if (!added)
				err = lfb__error(NULL, -ENOMEM, "no memory for a search");
			else
				*added = node[j];
		}
	}
	life->layer = life->layer_end;
	life->layer_end = (u32)life->nodes.count;
	if (life->layer_end > life->layer)
		qsort((struct lfb_life_node *)life->nodes.items + life->layer,
		      life->layer_end - life->layer, sizeof(struct lfb_life_node), by_life);
	return err;
}

/* All lives that are longer by one. */
static int run_layer(struct lfb_life *life, struct worker *workers, struct lfb_life_seat *seats)
{
	const unsigned int jobs = life->what.jobs;
	int err;

	memset(workers, 0, jobs * sizeof(*workers));
	memset(seats, 0, jobs * sizeof(*seats));
	life->seat = seats;
	if (jobs == 1)
		err = work(life, workers, 0);
	else
		err = fork_all(life, workers, seats);
	if (!err)
		err = merge(life, workers, jobs);
	for (unsigned int i = 0; i < jobs; i++) {
		lfb__list_free(&workers[i].nodes);
		lfb__list_free(&workers[i].raised);
	}
	/* One that was ended early counts only if it has shown something. */
	life->depth += !life->ended || life->raised.count;
	if (life->depth < life->what.length)
		life->result.shorter = life->result.sequences;
	return err;
}

bool lfb__life_branches(const struct lfb_life *life)
{
	const struct lfb_exhaust_modules *what = &life->what;

	return !what->from_power_on &&
	       (what->all_in_data || (!what->modules && !what->make_file && !what->use));
}

int lfb__life_search(struct lfb_life *life)
{
	size_t size = life->what.jobs * sizeof(struct lfb_life_seat);
	struct lfb_life_seat *seats = mmap(NULL, size, PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct worker *workers = calloc(life->what.jobs, sizeof(*workers));
	int err = 0;

	if (seats == MAP_FAILED || !workers || !lfb__list_add(&life->nodes,
							       sizeof(struct lfb_life_node)))
		err = lfb__error(NULL, -ENOMEM, "no memory for a search");
	life->layer_end = 1;
	life->branches = lfb__life_branches(life);
	while (!err && life->depth < life->what.length && life->layer < life->layer_end &&
	       !life->raised.count && !life->ended)
		err = run_layer(life, workers, seats);
	if (!err && life->ended)
		err = lfb__error(NULL, -EINTR, "the search of %.160s was ended after %llu "
				 "sequences", life->what.name, life->result.sequences);
	life->result.length = life->depth;
	free(workers);
	if (seats != MAP_FAILED)
		munmap(seats, size);
	return err;
}
