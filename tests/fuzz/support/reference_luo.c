// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* LUO's state, of each generation: docs/facts.md 8.1 and 8.2. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/support/reference_parts.h"

/* How the generations with a tree differ. */
struct arrays {
	const char *compatible;
	unsigned int header;		/* bytes; the number of sessions is the last 8 */
	unsigned int session;		/* bytes; the number of files is the last 8 */
	bool pages;			/* said in header and session */
	unsigned int sessions;		/* at most */
};

struct session {
	char name[64];
	u64 files;
	u64 count;
};

struct sessions {
	struct session *items;
	size_t count;
};

static bool add_session(struct ref *ref, struct sessions *all, const struct session *session)
{
	if (!memchr(session->name, 0, sizeof(session->name)))
		return ref_refuse(ref, REF_RECORDS, "a session's name does not end");
	for (size_t i = 0; i < all->count; i++) {
		if (!strcmp(all->items[i].name, session->name))
			return ref_refuse(ref, REF_RECORDS, "two sessions of one name");
	}
	all->items = ref_grow(all->items, all->count, sizeof(*all->items));
	all->items[all->count++] = *session;
	return true;
}

static void say_session(struct ref *ref, const struct session *session)
{
	fprintf(ref->listing, "session ");
	ref_say_name(ref->listing, session->name, sizeof(session->name));
	fprintf(ref->listing, " files %llu\n", session->count);
}

/* A file's entry is the same everywhere: char name[48]; u64 data, token. */
static bool read_file(struct ref *ref, const u8 *entry)
{
	if (!memchr(entry, 0, 48))
		return ref_refuse(ref, REF_RECORDS, "a handler's name does not end");
	fprintf(ref->listing, "file %llu ", ref_number(entry + 56, 8));
	ref_say_name(ref->listing, (const char *)entry, 48);
	fprintf(ref->listing, " 0x%llx\n", ref_number(entry + 48, 8));
	return true;
}

/* Arrays */

static bool read_session(struct ref *ref, const struct arrays *arrays, u64 at,
			 struct session *session)
{
	u8 entry[88];

	if (!ref_get(ref, at, entry, arrays->session))
		return ref_refuse(ref, REF_RECORDS, "no session at 0x%llx", at);
	memcpy(session->name, entry, sizeof(session->name));
	session->files = ref_number(entry + 64, 8);
	session->count = ref_number(entry + arrays->session - 8, 8);
	if (arrays->pages && ref_number(entry + 72, 8) != (session->files ? 2 : 0))
		return ref_refuse(ref, REF_RECORDS, "files on other than 2 pages");
	if (session->count > 128)
		return ref_refuse(ref, REF_RECORDS, "more than 128 files");
	return true;
}

static bool read_session_array(struct ref *ref, const struct arrays *arrays, u64 at,
			       struct sessions *sessions)
{
	u8 header[16];
	u64 count;

	if (!ref_get(ref, at, header, arrays->header))
		return ref_refuse(ref, REF_RECORDS, "no sessions at 0x%llx", at);
	ref_own(ref, at, 16);
	count = ref_number(header + arrays->header - 8, 8);
	if (arrays->pages && ref_number(header, 8) != 16)
		return ref_refuse(ref, REF_RECORDS, "sessions on other than 16 pages");
	if (count > arrays->sessions)
		return ref_refuse(ref, REF_RECORDS, "more than %u sessions", arrays->sessions);
	at += arrays->header;
	for (u64 i = 0; i < count; i++, at += arrays->session) {
		struct session session;

		if (!read_session(ref, arrays, at, &session) ||
		    !add_session(ref, sessions, &session))
			return false;
	}
	return true;
}

static bool read_file_array(struct ref *ref, const struct session *session)
{
	/* The kernel gives both pages back, files or not. */
	if (session->files && session->files % REF_PAGE == 0)
		ref_own(ref, session->files, 2);
	if (session->count && (!session->files || session->files % REF_PAGE))
		return ref_refuse(ref, REF_RECORDS, "files at 0x%llx", session->files);
	for (u64 i = 0; i < session->count; i++) {
		u8 entry[64];

		if (!ref_get(ref, session->files + 64 * i, entry, sizeof(entry)))
			return ref_refuse(ref, REF_RECORDS, "file %llu is not there", i);
		if (!read_file(ref, entry))
			return false;
	}
	return true;
}

/* Blocks */

struct chain {
	struct ref_list at;		/* of its blocks */
	u64 entries;
};

static bool read_chain(struct ref *ref, u64 at, unsigned int capacity, struct chain *chain)
{
	u8 header[16];

	for (u64 count; at; at = ref_number(header, 8)) {
		if (at % REF_PAGE || !ref_has(ref, at, REF_PAGE) || !ref_get(ref, at, header, 16))
			return ref_refuse(ref, REF_RECORDS, "no block at 0x%llx", at);
		if (ref_list_has(&chain->at, at) || chain->at.count == 10000)
			return ref_refuse(ref, REF_RECORDS, "blocks run in a circle");
		count = ref_number(header + 8, 8);
		if (!count || count > capacity)
			return ref_refuse(ref, REF_RECORDS, "block of %llu entries", count);
		ref_list_add(&chain->at, at);
		chain->entries += count;
		ref_own(ref, at, 1);
	}
	return true;
}

/* Entry @index of a chain that was read. */
static void get_entry(const struct ref *ref, const struct chain *chain, u64 index, void *entry,
		      unsigned int size)
{
	u8 header[16];
	size_t block = 0;

	while (ref_get(ref, chain->at.items[block], header, sizeof(header)) &&
	       index >= ref_number(header + 8, 8)) {
		index -= ref_number(header + 8, 8);
		block++;
	}
	ref_get(ref, chain->at.items[block] + 16 + index * size, entry, size);
}

static bool read_session_blocks(struct ref *ref, const struct chain *chain,
				struct sessions *sessions)
{
	for (u64 i = 0; i < chain->entries; i++) {
		struct session session;
		u8 entry[80];

		get_entry(ref, chain, i, entry, sizeof(entry));
		memcpy(session.name, entry, sizeof(session.name));
		session.files = ref_number(entry + 64, 8);
		session.count = ref_number(entry + 72, 8);
		if (!add_session(ref, sessions, &session))
			return false;
	}
	return true;
}

static bool read_file_blocks(struct ref *ref, const struct session *session)
{
	struct chain chain = { 0 };
	bool sound = read_chain(ref, session->files, 63, &chain);

	if (sound && chain.entries != session->count)
		sound = ref_refuse(ref, REF_RECORDS, "%llu files, and %llu in blocks",
				   session->count, chain.entries);
	for (u64 i = 0; sound && i < chain.entries; i++) {
		u8 entry[64];

		get_entry(ref, &chain, i, entry, sizeof(entry));
		sound = read_file(ref, entry);
	}
	free(chain.at.items);
	return sound;
}

/* FLBs: a page of { u64 pages, count } and { char name[48]; u64 data, count } */

static bool read_flb(struct ref *ref, const u8 *page, u64 index)
{
	const u8 *entry = page + 16 + 64 * index;
	const u64 count = ref_number(entry + 56, 8);

	if (!memchr(entry, 0, 48))
		return ref_refuse(ref, REF_FLBS, "an FLB's name does not end");
	if (!count || count >= 1ull << 31)
		return ref_refuse(ref, REF_FLBS, "an FLB is needed by %llu files", count);
	for (u64 i = 0; i < index; i++) {
		if (!strcmp((const char *)page + 16 + 64 * i, (const char *)entry))
			return ref_refuse(ref, REF_FLBS, "two FLBs of one name");
	}
	fprintf(ref->listing, "flb ");
	ref_say_name(ref->listing, (const char *)entry, 48);
	fprintf(ref->listing, " 0x%llx %llu\n", ref_number(entry + 48, 8), count);
	return true;
}

static bool read_flbs(struct ref *ref, u64 at)
{
	u8 page[REF_PAGE];

	if (!ref_get(ref, at, page, sizeof(page)))
		return ref_refuse(ref, REF_FLBS, "no FLBs at 0x%llx", at);
	ref_own(ref, at, 1);
	if (ref_number(page, 8) != 1)
		return ref_refuse(ref, REF_FLBS, "FLBs on other than a page");
	if (ref_number(page + 8, 8) > 63)
		return ref_refuse(ref, REF_FLBS, "more than 63 FLBs");
	for (u64 i = 0; i < ref_number(page + 8, 8); i++) {
		if (!read_flb(ref, page, i))
			return false;
	}
	return true;
}

/* The head */

static bool read_records(struct ref *ref, const struct sessions *sessions, bool blocks, u64 flbs)
{
	for (size_t i = 0; i < sessions->count; i++) {
		const struct session *session = &sessions->items[i];

		say_session(ref, session);
		if (!(blocks ? read_file_blocks(ref, session) : read_file_array(ref, session)))
			return false;
	}
	return read_flbs(ref, flbs);
}

/* luo-v5: char compatible[8]; u64 number, sessions, flbs */
static bool read_v5(struct ref *ref, u64 luo, const u8 *head)
{
	const u64 flbs = ref_number(head + 24, 8);
	struct sessions sessions = { 0 };
	struct chain chain = { 0 };
	bool sound;

	if (flbs % REF_PAGE || !ref_has(ref, flbs, REF_PAGE))
		return ref_refuse(ref, REF_HEAD, "no FLBs at 0x%llx", flbs);
	ref_own(ref, luo, 1);
	fprintf(ref->listing, "luo-v5 number %llu\n", ref_number(head + 8, 8));
	sound = read_chain(ref, ref_number(head + 16, 8), 51, &chain) &&
		read_session_blocks(ref, &chain, &sessions) &&
		read_records(ref, &sessions, true, flbs);
	free(sessions.items);
	free(chain.at.items);
	return sound;
}

static bool read_address(struct ref *ref, const struct ref_tree *tree, u32 node,
			 const char *property, unsigned int size, u64 *address)
{
	if (!node || !ref_tree_u64(tree, node, property, address))
		return ref_refuse(ref, REF_HEAD, "no %s of 8 bytes", property);
	if (*address % REF_PAGE || !ref_has(ref, *address, size))
		return ref_refuse(ref, REF_HEAD, "%s is 0x%llx", property, *address);
	return true;
}

static bool read_tree(struct ref *ref, const struct ref_tree *tree)
{
	static const struct arrays generations[] = {
		{ "luo-session-v1", 16, 88, true, 744 },
		{ "luo-session-v2", 8, 80, false, 819 },
	};
	const u32 root = ref_tree_root(tree), of = ref_tree_child_named(tree, "luo-session");
	const u32 flb_node = ref_tree_child_named(tree, "luo-flb");
	const struct arrays *arrays = generations;
	struct sessions all = { 0 };
	u64 number, sessions, flbs;
	bool sound;

	if (!ref_tree_is(tree, root, "luo-v1") ||
	    !ref_tree_u64(tree, root, "liveupdate-number", &number))
		return ref_refuse(ref, REF_HEAD, "the tree is no luo-v1 with a number");
	if (of && ref_tree_is(tree, of, generations[1].compatible))
		arrays++;
	if (!of || !ref_tree_is(tree, of, arrays->compatible) || !flb_node ||
	    !ref_tree_is(tree, flb_node, "luo-flb-v1"))
		return ref_refuse(ref, REF_HEAD, "sessions or FLBs of no format that is known");
	if (!read_address(ref, tree, of, "luo-session-header", arrays->header, &sessions) ||
	    !read_address(ref, tree, flb_node, "luo-flb-header", 16, &flbs))
		return false;
	fprintf(ref->listing, "luo-v1/%s number %llu\n", arrays->compatible, number);
	sound = read_session_array(ref, arrays, sessions, &all) &&
		read_records(ref, &all, false, flbs);
	free(all.items);
	return sound;
}

bool ref_luo(struct ref *ref, u64 luo, u64 size)
{
	struct ref_tree tree;
	const char *flaw;
	u8 head[32];

	if (size >= sizeof(head) && ref_get(ref, luo, head, sizeof(head)) &&
	    !memcmp(head, "luo-v5", sizeof("luo-v5")))
		return read_v5(ref, luo, head);
	flaw = ref_tree_read(ref, luo, size, &tree);
	if (flaw)
		return ref_refuse(ref, REF_HEAD, "the tree %s", flaw);
	ref_own(ref, luo, 1);
	return read_tree(ref, &tree);
}
