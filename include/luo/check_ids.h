/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What a handover is checked for: X(name, id, severity, sentence). An id stays the same for ever.
 */
#ifndef LUO_CHECK_IDS_H
#define LUO_CHECK_IDS_H

#define LFB_CHECK_IDS(X)                                                                           \
	LFB_CHECK_IDS_BLOB(X)                                                                      \
	LFB_CHECK_IDS_KHO(X)                                                                       \
	LFB_CHECK_IDS_MAP(X)                                                                       \
	LFB_CHECK_IDS_LUO(X)                                                                       \
	LFB_CHECK_IDS_FLB(X)                                                                       \
	LFB_CHECK_IDS_PAYLOAD(X)                                                                   \
	LFB_CHECK_IDS_SOURCE(X)

/* The file, before anything in it is looked at */
#define LFB_CHECK_IDS_BLOB(X)                                                                      \
	X(BLOB_MAGIC, "blob-magic", ERROR,                                                         \
	  "the file does not begin as a blob does")                                                \
	X(BLOB_CUT, "blob-cut", ERROR,                                                             \
	  "the file ends within the header")                                                       \
	X(BLOB_VERSION, "blob-version", ERROR,                                                     \
	  "the format has a version that is not read here")                                        \
	X(BLOB_SIZE, "blob-size", ERROR,                                                           \
	  "the header says another size than the file has")                                        \
	X(BLOB_DIGEST, "blob-digest", ERROR,                                                       \
	  "the SHA-256 is not that of the bytes before it")                                        \
	X(BLOB_HEADER_SIZE, "blob-header-size", ERROR,                                             \
	  "the header says another size than a header has")                                        \
	X(BLOB_NAME, "blob-name", ERROR,                                                           \
	  "a name in the header is empty, not printable or not terminated")                        \
	X(BLOB_MEMORY, "blob-memory", ERROR,                                                       \
	  "memory has a size or a start that no machine has")                                      \
	X(BLOB_SCRATCH, "blob-scratch", ERROR,                                                     \
	  "a scratch area is not in memory, or there are too many")                                \
	X(BLOB_BOOTS, "blob-boots", ERROR,                                                         \
	  "no kernel was booted before it was written")                                            \
	X(BLOB_RESERVED, "blob-reserved", ERROR,                                                   \
	  "a reserved byte of the header is not 0")                                                \
	X(BLOB_RANGES, "blob-ranges", ERROR,                                                       \
	  "there are more ranges than fit in the file")                                            \
	X(BLOB_REST, "blob-rest", ERROR,                                                           \
	  "bytes of the file belong to no range")                                                  \
	X(BLOB_NO_ROOT, "blob-no-root", ERROR,                                                     \
	  "no range holds the root tree")                                                          \
	X(BLOB_COMPATIBLE, "blob-compatible", ERROR,                                               \
	  "the header and the root tree name different generations of KHO")                        \
	X(BLOB_PROFILE, "blob-profile", WARNING,                                                   \
	  "a kernel that is not modelled here has written it")                                     \
	X(RANGE_EMPTY, "range-empty", ERROR,                                                       \
	  "a range has no pages")                                                                  \
	X(RANGE_OUTSIDE, "range-outside", ERROR,                                                   \
	  "a range lies where no page is given out")                                               \
	X(RANGE_IN_SCRATCH, "range-in-scratch", ERROR,                                             \
	  "a range lies in scratch")                                                               \
	X(RANGE_KIND, "range-kind", ERROR,                                                         \
	  "a range is of no kind that is known")                                                   \
	X(RANGE_ROOT, "range-root", ERROR,                                                         \
	  "a range is called the root tree and is not its page")                                   \
	X(RANGE_ORDER, "range-order", ERROR,                                                       \
	  "a range overlaps the one before it, or lies below it")                                  \
	X(RANGE_SPLIT, "range-split", ERROR,                                                       \
	  "a range is a part of the one before it")                                                \
	X(RANGE_CUT, "range-cut", ERROR,                                                           \
	  "the pages of a range are not all in the file")

/* The root tree and what it names */
#define LFB_CHECK_IDS_KHO(X)                                                                       \
	X(ROOT_AWAY, "root-away", ERROR,                                                           \
	  "the root tree is at no page that was handed over")                                      \
	X(ROOT_TREE, "root-tree", ERROR,                                                           \
	  "the root tree is no sound device tree")                                                 \
	X(ROOT_MAP, "root-map", ERROR,                                                             \
	  "the root tree does not say where the memory map is")                                    \
	X(ROOT_COMPATIBLE, "root-compatible", ERROR,                                               \
	  "the root tree is of a generation that is not known")                                    \
	X(ENTRY_ADDRESS, "entry-address", ERROR,                                                   \
	  "an entry of the root tree has no address, or no size, of 8 bytes")                      \
	X(ENTRY_AWAY, "entry-away", WARNING,                                                       \
	  "an entry that is not known here points to memory nobody preserved")                     \
	X(METADATA_SIZE, "metadata-size", ERROR,                                                   \
	  "kexec-metadata is too short")                                                           \
	X(METADATA_VERSION, "metadata-version", ERROR,                                             \
	  "kexec-metadata has a version that is not known")                                        \
	X(METADATA_AWAY, "metadata-away", ERROR,                                                   \
	  "kexec-metadata lies where no memory was handed over")                                   \
	X(ROOT_UNPRESERVED, "root-unpreserved", ERROR,                                             \
	  "the map does not have the page of the root tree")

/* The memory map */
#define LFB_CHECK_IDS_MAP(X)                                                                       \
	X(MAP_PAGE, "map-page", ERROR,                                                             \
	  "the map leads to what is no page of it")                                                \
	X(MAP_ORDER, "map-order", ERROR,                                                           \
	  "the map has blocks larger than any a kernel gives")                                     \
	X(MAP_COUNT, "map-count", ERROR,                                                           \
	  "a page of the map has more elements than fit in it")                                    \
	X(MAP_TOO_MANY, "map-too-many", ERROR,                                                     \
	  "the map has more than this memory could take")                                          \
	X(MAP_START, "map-start", ERROR,                                                           \
	  "a bitmap of the map begins between two")                                                \
	X(MAP_BEYOND, "map-beyond", ERROR,                                                         \
	  "the map has blocks beyond the end of memory")                                           \
	X(MAP_CIRCLE, "map-circle", ERROR,                                                         \
	  "a page is in the map twice")                                                            \
	X(MAP_BLOCK_AWAY, "map-block-away", ERROR,                                                 \
	  "a preserved block was not handed over")                                                 \
	X(MAP_TWICE, "map-twice", ERROR,                                                           \
	  "memory is preserved twice, in blocks of two orders")                                    \
	X(MAP_IN_SCRATCH, "map-in-scratch", ERROR,                                                 \
	  "a preserved block reaches into scratch, where the next kernel boots")                   \
	X(MAP_MISSING, "map-missing", ERROR,                                                       \
	  "there is no map, so the next kernel takes nothing over")

/* The orchestrator's state */
#define LFB_CHECK_IDS_LUO(X)                                                                       \
	X(LUO_AWAY, "luo-away", ERROR,                                                             \
	  "the LUO state is not in memory that was handed over")                                   \
	X(LUO_TREE, "luo-tree", ERROR,                                                             \
	  "the LUO tree is no sound device tree")                                                  \
	X(LUO_SIZE, "luo-size", ERROR,                                                             \
	  "the LUO state is too short")                                                            \
	X(LUO_COMPATIBLE, "luo-compatible", ERROR,                                                 \
	  "the LUO state is of a format that is not known")                                        \
	X(LUO_NUMBER, "luo-number", ERROR,                                                         \
	  "the LUO tree does not say the number of the update")                                    \
	X(LUO_NODE, "luo-node", ERROR,                                                             \
	  "the LUO tree does not say where sessions or FLBs are")                                  \
	X(LUO_ADDRESS, "luo-address", ERROR,                                                       \
	  "sessions or FLBs are said to be where nothing was handed over")                         \
	X(BOOT_PANIC, "boot-panic", ERROR,                                                         \
	  "the next kernel panics as it boots, for what was said before")                          \
	X(SESSIONS_AWAY, "sessions-away", ERROR,                                                   \
	  "the sessions are not in memory that was handed over")                                   \
	X(SESSIONS_PAGES, "sessions-pages", ERROR,                                                 \
	  "the sessions take another number of pages than they say")                               \
	X(SESSION_COUNT, "session-count", ERROR,                                                   \
	  "there are more sessions than a kernel takes")                                           \
	X(SESSION_NAME_UNTERMINATED, "session-name-unterminated", ERROR,                           \
	  "the name of a session does not end")                                                    \
	X(SESSION_NAME_EMPTY, "session-name-empty", WARNING,                                       \
	  "a session has no name")                                                                 \
	X(SESSION_NAME_TWICE, "session-name-twice", ERROR,                                         \
	  "two sessions have the same name")                                                       \
	X(FILES_AWAY, "files-away", ERROR,                                                         \
	  "the files of a session are not in memory that was handed over")                         \
	X(FILES_PAGES, "files-pages", ERROR,                                                       \
	  "the files of a session take another number of pages than it says")                      \
	X(FILE_COUNT, "file-count", ERROR,                                                         \
	  "a session has more files than a kernel takes")                                          \
	X(FILE_TOTAL, "file-total", ERROR,                                                         \
	  "a session has another number of files than its blocks hold")                            \
	X(FILE_COMPATIBLE_UNTERMINATED, "file-compatible-unterminated", ERROR,                     \
	  "the name of a file's handler does not end")                                             \
	X(FILE_TOKEN_TWICE, "file-token-twice", WARNING,                                           \
	  "two files of a session have the same token: one is out of reach")                       \
	X(BLOCK_AWAY, "block-away", ERROR,                                                         \
	  "a block of sessions or files was not handed over")                                      \
	X(BLOCK_COUNT, "block-count", ERROR,                                                       \
	  "a block of sessions or files is empty, or says it holds too many")                      \
	X(BLOCK_CHAIN, "block-chain", ERROR,                                                       \
	  "there are more blocks than a kernel takes, or they run in a circle")                    \
	X(LUO_UNPRESERVED, "luo-unpreserved", ERROR,                                               \
	  "the map does not have a page of LUO's state")

/* The FLB page */
#define LFB_CHECK_IDS_FLB(X)                                                                       \
	X(FLBS_AWAY, "flbs-away", ERROR,                                                           \
	  "the FLB page is not in memory that was handed over")                                    \
	X(FLBS_PAGES, "flbs-pages", ERROR,                                                         \
	  "the FLBs take another number of pages than they say")                                   \
	X(FLB_COUNT, "flb-count", ERROR,                                                           \
	  "there are more FLBs than fit in the page")                                              \
	X(FLB_NAME_UNTERMINATED, "flb-name-unterminated", ERROR,                                   \
	  "the name of an FLB does not end")                                                       \
	X(FLB_NEEDED, "flb-needed", ERROR,                                                         \
	  "no file needs an FLB, or more files than there could be")                               \
	X(FLB_TWICE, "flb-twice", ERROR,                                                           \
	  "two FLBs have the same name")

/* What subsystems handed over */
#define LFB_CHECK_IDS_PAYLOAD(X)                                                                   \
	X(MEMBLOCK_AWAY, "memblock-away", ERROR,                                                   \
	  "the tree of reserve_mem= is not there")                                                 \
	X(MEMBLOCK_TREE, "memblock-tree", ERROR,                                                   \
	  "the tree of reserve_mem= is no sound device tree")                                      \
	X(MEMBLOCK_COMPATIBLE, "memblock-compatible", ERROR,                                       \
	  "the tree of reserve_mem= is of a format that is not known")                             \
	X(MEMBLOCK_REGION, "memblock-region", ERROR,                                               \
	  "a region of reserve_mem= has no start or no size")                                      \
	X(MEMFD_AWAY, "memfd-away", ERROR,                                                         \
	  "the payload of a memfd is not there, or not preserved")                                 \
	X(MEMFD_SEALS, "memfd-seals", ERROR,                                                       \
	  "a memfd has seals that no kernel knows")                                                \
	X(MEMFD_FOLIO, "memfd-folio", ERROR,                                                       \
	  "a folio of a memfd is no preserved block")                                              \
	X(MEMFD_FOLIO_MISSING, "memfd-folio-missing", ERROR,                                       \
	  "a memfd has more folios than are described")                                            \
	X(VMALLOC_SIZE, "vmalloc-size", ERROR,                                                     \
	  "a vmalloc area is larger than all that was preserved")                                  \
	X(VMALLOC_BLOCK, "vmalloc-block", ERROR,                                                   \
	  "a page of a vmalloc area is no preserved block of its order")                           \
	X(VMALLOC_CHUNK, "vmalloc-chunk", ERROR,                                                   \
	  "a list of a vmalloc area's pages is not there, not preserved, or does not end")         \
	X(VMALLOC_SHORT, "vmalloc-short", ERROR,                                                   \
	  "pages of a vmalloc area are missing")                                                   \
	X(OWNED_TWICE, "owned-twice", ERROR,                                                       \
	  "two lead to the same memory: who comes second finds it given up")

/* Memory of a real machine */
#define LFB_CHECK_IDS_SOURCE(X)                                                                    \
	X(IMAGE_ROOTS, "image-roots", ERROR,                                                       \
	  "there are more root trees than are looked at")                                          \
	X(DEBUGFS_LUO, "debugfs-luo", ERROR,                                                       \
	  "debugfs shows no LUO state of a format that is known")                                  \
	X(DEBUGFS_SCRATCH, "debugfs-scratch", ERROR,                                               \
	  "debugfs shows scratch areas without a size, or the other way round")

#endif
