// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What the SHA-256 over a handover costs, against libcrypto's own on the same bytes.
 */
#include <openssl/evp.h>

#include <luo/lfb.h>

#include "tests/bench/common/bench.h"

#define BLOCKS 48 /* of 4 MiB */

static void must(int ret, const char *what)
{
	if (ret < 0) {
		fprintf(stderr, "bench: %s: %d\n", what, ret);
		exit(1);
	}
}

static struct lfb_blob *capture(struct lfb_machine *machine, double *seconds)
{
	struct lfb_blob *blob;
	double begin = bench_now();

	must(lfb_blob_capture(machine, &blob), lfb_error_text(machine));
	*seconds = bench_now() - begin;
	return blob;
}

/* The best of some rounds, in seconds. */
static void measure(struct lfb_machine *machine, double *captured, double *digested)
{
	u8 digest[LFB_DIGEST_SIZE];
	size_t size;

	*captured = *digested = 1e9;
	for (int round = 0; round < 7; round++) {
		double seconds, begin;
		struct lfb_blob *blob = capture(machine, &seconds);
		const void *bytes = lfb_blob_bytes(blob, &size);

		if (seconds < *captured)
			*captured = seconds;
		begin = bench_now();
		EVP_Digest(bytes, size, digest, NULL, EVP_sha256(), NULL);
		seconds = bench_now() - begin;
		if (seconds < *digested)
			*digested = seconds;
		lfb_blob_free(blob);
	}
}

int main(void)
{
	struct lfb_machine_options options = { .sz = sizeof(options), .memory = 256 << 20 };
	double captured, digested, mib = BLOCKS * 4;
	struct lfb_machine *machine;

	must(lfb_machine_create(&options, &machine), "create");
	must(lfb_machine_boot(machine), "boot");
	lfb_machine_enter(machine);
	for (int i = 0; i < BLOCKS; i++) {
		if (IS_ERR(kho_alloc_preserve(PAGE_SIZE << MAX_PAGE_ORDER)))
			must(-1, "kho_alloc_preserve");
	}
	must(lfb_machine_prepare(machine), "prepare");
	measure(machine, &captured, &digested);
	printf("a handover of %.0f MiB, made into a blob and digested\n", mib);
	printf("  %-36s %10.0f MiB/s\n", "capture, digest included", mib / captured);
	printf("  %-36s %10.0f MiB/s\n", "libcrypto's SHA-256 of the same bytes", mib / digested);
	printf("  %-36s %10.2f\n", "ratio", digested / captured);
	lfb_machine_destroy(machine);
	return 0;
}
