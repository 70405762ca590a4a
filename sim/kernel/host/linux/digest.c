// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* SHA-256, by OpenSSL. */
#include <openssl/evp.h>
#include <pthread.h>

#include "sim/kernel/host/map.h"

static EVP_MD *sha256;

/* Looked up once: that costs more than the digest of a small blob. Lives as long as the process. */
static void fetch_sha256(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

bool lfb__digest(const void *bytes, size_t size, u8 digest[32])
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, fetch_sha256);
	return sha256 && EVP_Digest(bytes, size, digest, NULL, sha256, NULL);
}
