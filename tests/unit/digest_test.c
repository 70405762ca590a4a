// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The digest of a host without libcrypto is libcrypto's. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/kernel_fixture.h"

#include "sim/kernel/host/host.h"

/* The plain host's beside the one that is linked. */
#define lfb__digest plain_digest
bool plain_digest(const void *bytes, size_t size, u8 digest[32]);
#include "sim/kernel/host/plain/digest.c"
#undef lfb__digest

#define LONGEST 4100

static void both_digests_are_the_same_at_every_length(void **state)
{
	u8 *bytes = malloc(LONGEST);

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < LONGEST; i++)
		bytes[i] = (u8)(i * 167 + i / 256);
	for (size_t size = 0; size <= LONGEST; size += size < 300 ? 1 : 97) {
		u8 one[32], other[32];

		assert_true(lfb__digest(bytes, size, one));
		assert_true(plain_digest(bytes, size, other));
		assert_memory_equal(one, other, sizeof(one));
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_digests_are_the_same_at_every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
