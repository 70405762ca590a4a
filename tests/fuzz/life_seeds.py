#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""life_seeds.py FOLDER: writes the seeds of the fuzz target "life", always the same ones."""

import os
import sys

# As in life_fuzzer.c: enum op, and profiles from the last one down.
OPS = ("create preserve again twice reopen retrieve finish close use-in use-out kexec into "
       "losing halves alloc fault").split()
KERNELS = "reference linux-7.3 linux-7.2 linux-7.0 rfc-v6".split()
BY_NUMBER = KERNELS[::-1]  # as "into" counts them
FAULTS = ("kho module flb-preserve flb-retrieve preserve freeze retrieve can-finish user-read "
          "user-write").split()
LOSING = "off no-kho plain".split()

# A word is op-session-file, "!" before it: also where it makes no sense.
SEEDS = {
    "update": "create-a preserve-a-0 preserve-a-2 use-out kexec reopen-a use-in retrieve-a-0 "
              "retrieve-a-2 finish-a close-a",
    "two": "create-a create-b preserve-a-0 preserve-b-1 preserve-b-3 kexec reopen-b retrieve-b-3 "
           "finish-b reopen-a finish-a",
    "again": "create-a preserve-a-0 preserve-a-2 kexec reopen-a retrieve-a-0 retrieve-a-2 finish-a "
             "create-b again-b-0 again-b-2 kexec reopen-b retrieve-b-2",
    "taken-back": "create-a preserve-a-0 preserve-a-2 use-out close-a create-b preserve-b-0 "
                  "twice-b-0",
    "aborted": "create-a preserve-a-0 preserve-a-2 fault-freeze kexec kexec",
    "aborted-late": "create-a create-b preserve-a-0 preserve-b-1 fault-freeze-2 kexec kexec",
    "alloc": "create-a alloc-1 preserve-a-0 alloc-3 preserve-a-2 alloc-5 preserve-a-2 preserve-a-0 "
             "kexec alloc-1 reopen-a alloc-2 retrieve-a-0",
    "refused": "create-a fault-flb-preserve preserve-a-0 fault-preserve preserve-a-2 fault-kho "
               "preserve-a-0 preserve-a-0 kexec reopen-a fault-can-finish finish-a fault-retrieve "
               "retrieve-a-0 finish-a",
    "user": "fault-user-write create-a create-a fault-user-read preserve-a-0 fault-user-write "
            "preserve-a-0 kexec fault-user-write reopen-a reopen-a fault-user-write retrieve-a-0",
    "halves": "create-a create-b preserve-a-0 preserve-b-2 halves-a-1 reopen-a",
    "losing": "create-a preserve-a-0 losing-off kexec create-a preserve-a-2 losing-plain create-b",
    "wild": "!finish-a create-a !retrieve-a-0 preserve-a-0 !finish-a !reopen-b kexec !create-a "
            "reopen-a !preserve-a-1 !close-a !close-a",
    "skew": "create-a preserve-a-0 preserve-a-2 into-linux-7.3 reopen-a retrieve-a-2 finish-a "
            "create-b preserve-b-1 into-reference",
    "skew-lost": "create-a preserve-a-0 into-rfc-v6 create-a preserve-a-0 into-linux-7.3",
}


def act(word):
    """The two bytes of a word."""
    wild = 0x80 if word[0] == "!" else 0
    word = word.lstrip("!")
    op = max((op for op in OPS if (word + "-").startswith(op + "-")), key=len)
    rest = word[len(op) + 1:]
    second = 0
    if op == "into":
        second = BY_NUMBER.index(rest)
    elif op == "losing":
        second = LOSING.index(rest)
    elif op == "alloc":
        second = int(rest) - 1
    elif op == "fault":
        rest, _, nth = rest.rpartition("-") if rest[-1].isdigit() else (rest, "", "1")
        second = FAULTS.index(rest) + len(FAULTS) * (int(nth) - 1)
    elif rest:
        session, _, file = rest.partition("-")
        second = "ab".index(session) | int(file or 0) << 1
    return bytes([wild | OPS.index(op), second])


def main():
    for name, words in SEEDS.items():
        for number, kernel in enumerate(KERNELS):
            # Wild acts and faults are the reference's alone.
            if number and ("!" in words or "fault" in words or "alloc" in words or "skew" in name):
                continue
            path = os.path.join(sys.argv[1], name + (number and "-" + kernel or ""))
            acts = b"".join(map(act, words.split()))
            with open(path, "wb") as file:
                file.write(bytes([number]) + acts)
            # Once more, but what is preserved at the end is taken back.
            if not number:
                with open(path + "-back", "wb") as file:
                    file.write(bytes([0x80]) + acts)


main()
