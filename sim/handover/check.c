// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What is wrong with a handover, problem by problem: what the inspection came across, and what it
 * has no reason to look at, since it can be read all the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/check.h>

#include "lib/orchestrator.h"
#include "sim/handover/inspect.h"

struct check {
	lfb_check_fn tell;
	void *context;
	bool no_addresses;	/* what is looked at has none */
	int errors;
};

static int tell(struct check *check, const struct lfb_problem *problem, phys_addr_t address,
		u64 offset)
{
	const struct lfb_check_problem told = {
		.sz = sizeof(told),
		.id = problem->id,
		.severity = lfb_check_severity(problem->id),
		.address = address,
		.offset = offset,
		.path = problem->path,
		.text = problem->what,
	};
	int result;

	if (told.severity >= LFB_SEVERITY_ERROR)
		check->errors++;
	result = check->tell(check->context, &told);
	return result < 0 ? result : 0;
}

static int tell_found(struct check *check, const struct lfb_inspection *found,
		      const struct lfb_problem *problem)
{
	if (check->no_addresses)
		return tell(check, problem, LFB_CHECK_NOWHERE, LFB_CHECK_NOWHERE);
	return tell(check, problem, problem->where, lfb__found_offset(found, problem->where));
}

/* Sessions */

static int by_name(const void *a, const void *b)
{
	const struct lfb_found_session *const *left = a, *const *right = b;
	const int order = strcmp((*left)->record.name, (*right)->record.name);

	return order ? order : (*left > *right) - (*left < *right);
}

static int by_token(const void *a, const void *b)
{
	const struct lfb_found_file *const *left = a, *const *right = b;
	const u64 one = (*left)->record.token, other = (*right)->record.token;

	return one != other ? (one > other) - (one < other) : (*left > *right) - (*left < *right);
}

/* Pointers to @count items of @size bytes from @first on, in an order. NULL: no memory. */
static const void **sorted(const void *first, size_t count, size_t size,
			   int (*order)(const void *, const void *))
{
	const void **all = calloc(count + 1, sizeof(*all));

	for (size_t i = 0; all && i < count; i++)
		all[i] = (const u8 *)first + i * size;
	if (all)
		qsort(all, count, sizeof(*all), order);
	return all;
}

static int check_name(struct check *check, const struct lfb_inspection *found,
		      const struct lfb_found_session *session,
		      const struct lfb_found_session *before)
{
	const struct lfb_found_session *first = found->sessions.items;
	struct lfb_problem problem = { .where = session->where };
	const u64 index = (u64)(session - first);
	int err = 0;

	if (!session->record.name[0]) {
		lfb__problem_name(&problem, LFB_FOUND(SESSION_NAME_EMPTY, "luo/session[#]/name",
						      index));
		snprintf(problem.what, sizeof(problem.what), "session %llu has no name", index);
		err = tell_found(check, found, &problem);
	}
	if (err || !before || strcmp(before->record.name, session->record.name))
		return err;
	lfb__problem_name(&problem, LFB_FOUND(SESSION_NAME_TWICE, "luo/session[#]/name", index));
	snprintf(problem.what, sizeof(problem.what), "session %.64s is there before, as session "
		 "%llu", session->record.name, (u64)(before - first));
	return tell_found(check, found, &problem);
}

static int check_names(struct check *check, const struct lfb_inspection *found)
{
	const size_t count = found->sessions.count;
	const void **all = sorted(found->sessions.items, count, sizeof(struct lfb_found_session),
				  by_name);
	int err = all ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && !err; i++)
		err = check_name(check, found, all[i], i ? all[i - 1] : NULL);
	free(all);
	return err;
}

static int check_token(struct check *check, const struct lfb_inspection *found, size_t session,
		       const struct lfb_found_file *file, const struct lfb_found_file *before)
{
	const struct lfb_found_session *of = found->sessions.items;
	const struct lfb_found_file *first = found->files.items;
	struct lfb_problem problem = { .where = file->where, .id = LFB_CHECK_FILE_TOKEN_TWICE };

	if (before->record.token != file->record.token)
		return 0;
	first += of[session].first_file;
	snprintf(problem.path, sizeof(problem.path), "luo/session[%zu]/file[%zu]/token", session,
		 (size_t)(file - first));
	snprintf(problem.what, sizeof(problem.what), "token %llu of session %.64s is there before, "
		 "as file %zu", file->record.token, of[session].record.name,
		 (size_t)(before - first));
	return tell_found(check, found, &problem);
}

static int check_tokens(struct check *check, const struct lfb_inspection *found, size_t session)
{
	const struct lfb_found_session *of =
		(const struct lfb_found_session *)found->sessions.items + session;
	const void **all;
	int err = 0;

	if (of->nr_files < 2)
		return 0;
	all = sorted((const struct lfb_found_file *)found->files.items + of->first_file,
		     of->nr_files, sizeof(struct lfb_found_file), by_token);
	if (!all)
		return -ENOMEM;
	for (size_t i = 1; i < of->nr_files && !err; i++)
		err = check_token(check, found, session, all[i], all[i - 1]);
	free(all);
	return err;
}

/* Around them */

/* What is not known here is not looked into; but somebody will. */
static int check_entries(struct check *check, const struct lfb_inspection *found)
{
	const struct lfb_found_entry *entries = found->entries.items;
	phys_addr_t start;
	unsigned int order;
	int err = 0;

	if (!found->sorted || !lfb__found_map(found))
		return 0;
	for (size_t i = 0; i < found->entries.count && !err; i++) {
		struct lfb_problem problem = { .where = entries[i].address };

		if (entries[i].kind != LFB_ENTRY_UNKNOWN ||
		    lfb__found_block(found, entries[i].address, &start, &order))
			continue;
		lfb__problem_name(&problem, LFB_FOUND(ENTRY_AWAY, "kho/entry[#]/address", i));
		snprintf(problem.what, sizeof(problem.what), "entry %.64s points to 0x%llx, which "
			 "is not preserved", entries[i].name, entries[i].address);
		err = tell_found(check, found, &problem);
	}
	return err;
}

/* Of all that is in one place twice the first is told. */
static int check_owned(struct check *check, const struct lfb_inspection *found)
{
	const struct lfb_list *lists[] = { &found->areas, &found->owned };
	const size_t count = found->areas.count + found->owned.count;
	struct lfb_found_area *all = calloc(count + 1, sizeof(*all));
	struct lfb_problem problem = { .id = LFB_CHECK_OWNED_TWICE, .path = "luo" };
	size_t filled = 0, i = 1;
	int err = 0;

	if (!all)
		return -ENOMEM;
	for (size_t n = 0; n < 2; n++) {
		if (lists[n]->count)
			memcpy(all + filled, lists[n]->items, lists[n]->count * sizeof(*all));
		filled += lists[n]->count;
	}
	qsort(all, count, sizeof(*all), lfb__by_address);
	while (i < count && all[i].address >= all[i - 1].address + all[i - 1].size)
		i++;
	if (i < count) {
		problem.where = all[i].address;
		snprintf(problem.what, sizeof(problem.what), "two lead to the memory at 0x%llx: "
			 "who comes second finds it given up", problem.where);
		err = tell_found(check, found, &problem);
	}
	free(all);
	return err;
}

static int check_profile(struct check *check, const struct lfb_inspection *found)
{
	struct lfb_problem problem = { .where = LFB_BLOB_PROFILE_AT };

	if (!found->blob || luo_profile_find(found->blob->profile))
		return 0;
	lfb__problem_name(&problem, LFB_FOUND(BLOB_PROFILE, "blob/profile", 0));
	snprintf(problem.what, sizeof(problem.what), "there is no profile \"%s\" here",
		 found->blob->profile);
	return tell(check, &problem, LFB_CHECK_NOWHERE, LFB_BLOB_PROFILE_AT);
}

static int check_found(void *context, struct lfb_inspection *found)
{
	const struct lfb_problem *problems = found->problems.items;
	struct check *check = context;
	int err = check_profile(check, found);

	for (size_t i = 0; i < found->problems.count && !err; i++)
		err = tell_found(check, found, &problems[i]);
	if (!err)
		err = check_entries(check, found);
	if (!err)
		err = check_names(check, found);
	for (size_t i = 0; i < found->sessions.count && !err; i++)
		err = check_tokens(check, found, i);
	if (!err)
		err = check_owned(check, found);
	if (err == -ENOMEM)
		lfb__error(NULL, err, "no memory to check a handover");
	return err;
}

static int answer(const struct check *check, int err)
{
	return err ? err : check->errors;
}

static int nobody_to_tell(const char *call)
{
	return lfb__error(NULL, -EINVAL, "%s: nobody to tell", call);
}

int lfb_check_blob(const struct lfb_blob *blob, lfb_check_fn tell_it, void *context)
{
	struct check check = { .tell = tell_it, .context = context };

	if (!lfb__blob_valid(blob))
		return -EINVAL;
	if (!tell_it)
		return nobody_to_tell("lfb_check_blob()");
	return answer(&check, lfb__inspect_blob(blob, check_found, &check));
}

int lfb_check_bytes(const void *bytes, size_t size, lfb_check_fn tell_it, void *context)
{
	struct check check = { .tell = tell_it, .context = context };
	struct lfb_problem problem = { .id = LFB_CHECKS_NR };
	struct lfb_blob *blob;
	int err;

	if (!tell_it)
		return nobody_to_tell("lfb_check_bytes()");
	if (!bytes && size)
		return lfb__error(NULL, -EINVAL, "lfb_check_bytes(): no bytes");
	err = lfb__blob_copy(bytes, size, &blob, &problem);
	if (!err) {
		err = lfb__inspect_blob(blob, check_found, &check);
		lfb_blob_free(blob);
	} else if (problem.id != LFB_CHECKS_NR) {
		err = tell(&check, &problem, LFB_CHECK_NOWHERE, problem.where);
	}
	return answer(&check, err);
}

int lfb_check_memory(const void *image, size_t size, phys_addr_t luo, const char *profile,
		     lfb_check_fn tell_it, void *context)
{
	struct check check = { .tell = tell_it, .context = context };

	if (!tell_it)
		return nobody_to_tell("lfb_check_memory()");
	return answer(&check, lfb__inspect_memory(image, size, luo, profile, check_found, &check));
}

int lfb_check_image(const char *path, const struct lfb_image_options *options,
		    lfb_check_fn tell_it, void *context)
{
	struct check check = { .tell = tell_it, .context = context };

	if (!tell_it)
		return nobody_to_tell("lfb_check_image()");
	return answer(&check, lfb__inspect_image(path, options, check_found, &check));
}

int lfb_check_debugfs(const char *path, lfb_check_fn tell_it, void *context)
{
	struct check check = { .tell = tell_it, .context = context, .no_addresses = true };

	if (!tell_it)
		return nobody_to_tell("lfb_check_debugfs()");
	if (!path)
		return lfb__error(NULL, -EINVAL, "lfb_check_debugfs(): no path");
	return answer(&check, lfb__inspect_debugfs(path, check_found, &check));
}
