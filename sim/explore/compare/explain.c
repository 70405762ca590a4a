// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Which known defect makes a difference: a profile that does what one of two kernels does is given
 * each defect that it lacks, and each that it has is taken away, until it does what the other does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/profile.h>

#include "sim/explore/compare/compare.h"

/* A profile with one quirk more or less. */
struct variant {
	const char *quirk;
	struct lfb_machine_options machine;
	char lists[2][512];
};

static unsigned int count_quirks(void)
{
	unsigned int count = 0;

	while (lfb_quirk_name(count))
		count++;
	return count;
}

/* Is @name in a list of names? */
static bool lists(const char *list, const char *name)
{
	const size_t length = strlen(name);

	while (list && *list) {
		const size_t word = strcspn(list, " ,");

		if ((word == length && !strncmp(list, name, length)) ||
		    (word == 3 && !strncmp(list, "all", word)))
			return true;
		list += word + (list[word] != '\0');
	}
	return false;
}

static bool has(const struct lfb_machine_options *machine, const char *quirk)
{
	const char *profile = machine->profile ? machine->profile : LFB_PROFILE_DEFAULT;

	return lists(machine->quirks_on, quirk) ||
	       (lfb_profile_has_quirk(profile, quirk) && !lists(machine->quirks_off, quirk));
}

/* The list @from without @name, or with it. */
static const char *edit(char *to, size_t size, const char *from, const char *name, bool with)
{
	size_t length = 0;

	to[0] = '\0';
	while (from && *from && length < size) {
		const size_t word = strcspn(from, " ,");

		if (word != strlen(name) || strncmp(from, name, word))
			length += (size_t)snprintf(to + length, size - length, "%.*s ", (int)word,
						   from);
		from += word + (from[word] != '\0');
	}
	if (with && length < size)
		snprintf(to + length, size - length, "%s", name);
	return to;
}

static void vary(struct variant *variant, const struct lfb_machine_options *machine,
		 const char *quirk)
{
	const bool before = has(machine, quirk);

	variant->quirk = quirk;
	variant->machine = *machine;
	variant->machine.quirks_on = edit(variant->lists[0], sizeof(variant->lists[0]),
					  machine->quirks_on, quirk, !before);
	variant->machine.quirks_off = edit(variant->lists[1], sizeof(variant->lists[1]),
					   machine->quirks_off, quirk, before);
}

/* A profile's defects are known: what both have makes no difference between them. */
static bool may_be(const struct lfb_compare_kernel *ours, const struct lfb_compare_kernel *theirs,
		   const char *quirk)
{
	const bool known = ours->machine && theirs->machine && ours->like == ours->machine &&
			   theirs->like == theirs->machine;

	return !known || has(ours->like, quirk) != has(theirs->like, quirk);
}

struct question {
	struct lfb_compare_limits *limits;
	const struct lfb_compare_run *ours, *theirs;
	struct lfb_compare_run *runs;	/* one for each quirk */
	struct variant *variants;
	unsigned int count;
};

/* Goes through the quirks. The one with which the profile says @wanted; NULL: none. */
static int try_all(const struct question *asked, const struct lfb_compare_run *like,
		   const char *wanted, const char **quirk)
{
	unsigned int count = 0;
	int err;

	/* What it has is likelier than what another kernel has. */
	for (unsigned int i = 0; i < 2 * asked->count; i++) {
		const char *name = lfb_quirk_name(i % asked->count);

		if (has(like->machine, name) != (i < asked->count) ||
		    !may_be(asked->ours->kernel, asked->theirs->kernel, name))
			continue;
		vary(&asked->variants[count], like->machine, name);
		asked->runs[count] = *like;
		asked->runs[count].machine = &asked->variants[count].machine;
		count++;
	}
	err = lfb__compare_run(asked->limits, asked->runs, count);
	for (unsigned int i = 0; i < count && !err && !*quirk; i++) {
		if (!asked->runs[i].told->error && !strcmp(asked->runs[i].text, wanted))
			*quirk = asked->variants[i].quirk;
	}
	lfb__compare_free(asked->runs, count);
	return err;
}

/* What the profile @machine says of it. */
static int explain_by(const struct question *asked, const struct lfb_machine_options *machine,
		      const char **quirk, bool *in_ours)
{
	const char *ours = asked->ours->text, *theirs = asked->theirs->text;
	struct lfb_compare_run like = { .kernel = asked->ours->kernel, .machine = machine,
					.scenario = asked->ours->scenario };
	struct lfb_compare_run plain = like;
	bool as_ours = false, as_theirs = false;
	int err = lfb__compare_run(asked->limits, &plain, 1);

	if (!err && !plain.told->error) {
		as_ours = !strcmp(plain.text, ours);
		as_theirs = !strcmp(plain.text, theirs);
	}
	lfb__compare_free(&plain, 1);
	if (!err && as_ours != as_theirs)
		err = try_all(asked, &like, as_ours ? theirs : ours, quirk);
	if (*quirk)
		*in_ours = has(machine, *quirk) == as_ours;
	return err;
}

int lfb__compare_explain(struct lfb_compare_limits *limits,
			 const struct lfb_compare_run *ours, const struct lfb_compare_run *theirs,
			 const char **quirk, bool *in_ours)
{
	struct question asked = { .limits = limits, .ours = ours, .theirs = theirs };
	int err = 0;

	*quirk = NULL;
	asked.count = count_quirks();
	asked.runs = calloc(asked.count, sizeof(*asked.runs));
	asked.variants = calloc(asked.count, sizeof(*asked.variants));
	if (!asked.runs || !asked.variants)
		err = lfb__error(NULL, -ENOMEM, "no memory to compare kernels");
	if (!err && ours->kernel->like)
		err = explain_by(&asked, ours->kernel->like, quirk, in_ours);
	if (!err && !*quirk && theirs->kernel->like)
		err = explain_by(&asked, theirs->kernel->like, quirk, in_ours);
	free(asked.runs);
	free(asked.variants);
	return err;
}
