/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What emscripten's C library has not, of what the library and the tool use of GNU's. */
#ifndef TESTS_PORT_WASM_GNU_H
#define TESTS_PORT_WASM_GNU_H

#define _IOC_NR(command) ((command) & 0xff)
#define SEEK_DATA 3
#define GLOB_BRACE 0
#define strerrordesc_np strerror
#define TEMP_FAILURE_RETRY(call)                                  \
	({                                                        \
		ssize_t done_;                                    \
                                                                  \
		do                                                \
			done_ = (call);                           \
		while (done_ < 0 && errno == EINTR);              \
		done_;                                            \
	})

#endif
