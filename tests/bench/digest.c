// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What the SHA-256 over a handover costs, against libcrypto's own on the same bytes.
 */
#include <openssl/evp.h>

#include <luo/lfb.h>

#include "tests/bench/common/bench.h"

#define BLOCKS 48 /* of 4 MiB */
#define MIB (BLOCKS * 4.0)

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

static void measure(struct lfb_machine *machine, double *captured, double *digested)
{
	u8 digest[LFB_DIGEST_SIZE];
	size_t size;

	/* The first also has the host find the memory. */
	lfb_blob_free(capture(machine, &captured[0]));
	for (int round = 0; round < BENCH_ROUNDS; round++) {
		struct lfb_blob *blob = capture(machine, &captured[round]);
		const void *bytes = lfb_blob_bytes(blob, &size);
		double begin = bench_now();

		EVP_Digest(bytes, size, digest, NULL, EVP_sha256(), NULL);
		digested[round] = bench_now() - begin;
		lfb_blob_free(blob);
	}
}

/* Returns the median, in seconds. */
static double print(const char *what, double *took)
{
	struct bench_figures figures = bench_figures(took, BENCH_ROUNDS);

	printf("  %-38s %10.0f %10.1f %10.1f %7.0f%%\n", what, MIB / figures.median,
	       figures.median * 1e3, figures.minimum * 1e3, figures.spread * 100);
	return figures.median;
}

int main(void)
{
	struct lfb_machine_options options = { .sz = sizeof(options), .memory = 256 << 20 };
	double captured[BENCH_ROUNDS], digested[BENCH_ROUNDS], both, alone;
	struct lfb_machine *machine;

	must(lfb_machine_create(&options, &machine), "create");
	must(lfb_machine_boot(machine), "boot");
	lfb_machine_enter(machine);
	for (int i = 0; i < BLOCKS; i++) {
		if (IS_ERR(kho_alloc_preserve(PAGE_SIZE << MAX_PAGE_ORDER)))
			must(-1, "kho_alloc_preserve");
	}
	must(lfb_machine_prepare(machine), "prepare");
	measure(machine, captured, digested);
	printf("a handover of %.0f MiB, made into a blob and digested; medians of %d runs\n", MIB,
	       BENCH_ROUNDS);
	printf("  %-38s %10s %10s %10s %8s\n", "", "MiB/s", "ms", "minimum", "spread");
	both = print("capture, digest included", captured);
	alone = print("libcrypto's SHA-256 of the same bytes", digested);
	printf("  %-38s %10.2f\n", "ratio", alone / both);
	lfb_machine_destroy(machine);
	return 0;
}
