// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Runs the KUnit suites it is linked with; its argument is a glob. Fails where a case does. */
#include <luo/kunit.h>
#include <luo/module.h>

struct module __this_module = { .name = "kunit" };

struct kunit_suite *const *lfb_kunit_suites(size_t *count);

int main(int argc, char **argv)
{
	struct lfb_kunit_counts counts;
	size_t count;
	struct kunit_suite *const *suites = lfb_kunit_suites(&count);
	int err = lfb_kunit_run(NULL, suites, count, argc > 1 ? argv[1] : NULL, stdout, &counts);

	if (err)
		fprintf(stderr, "kunit: %s\n", lfb_errno_name(err));
	return err || counts.failed;
}
