#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Every answer of a real kernel to an agent's script, line by line.

usage: agent_test.py LFB DATA [-v]

LFB is the tool, DATA the folder tests/data/golden/real. Scripts of answers/ and random/ are run
from the beginning, damaged/ in a kernel that boots from base.blob.xz with one change in it.
Compared is what each line answered; times, kernel messages and padding are not.
"""
import hashlib
import lzma
import os
import re
import struct
import subprocess
import sys
import tempfile

LFB, DATA = sys.argv[1:3]
VERBOSE = "-v" in sys.argv
PROFILE = ["--profile", "linux-7.3", "--memory", "256M"]

# What is not modelled, and so answered otherwise: script, lines, why.
DEBUGFS = "there is no debugfs"
ALTERED = "the kernel's state was altered from outside while it ran"
EXCUSED = {
    "answers/s1": ((16, 17, 18, 20), DEBUGFS),
    "answers/k1": ((16, 17, 18, 20), DEBUGFS),
    "answers/t2": ((4, 5, 7), ALTERED),
    "answers/t4": ((8, 9), ALTERED),
}


def answers(text):
    """{line: "operation = answer"} of a transcript."""
    found = {}
    for line in text.splitlines():
        match = re.match(r"@@ *(\d+): (.*)", line)
        if not match:
            continue
        # A message of the kernel's may follow; the call that ends a kernel has no answer.
        said = re.sub(r"\[ *\d+\.\d+\].*|\[t=.*", "", match[2])
        if re.match(r"reboot! *$", said.strip()):
            continue
        operation, equals, answer = said.rpartition(" = ")
        # The recorder's list of errnos lacked this one.
        answer = answer.strip().replace("-38", "-ENOSYS")
        found[int(match[1])] = f"{operation.strip()}{equals}{answer}"
    return found


def run(arguments):
    done = subprocess.run([LFB] + arguments, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"lfb {' '.join(arguments)}: status {done.returncode}\n{done.stderr}")
    return answers(done.stdout)


# How many answers there are to compare; and of them those that are excused.
ANSWERS = 4388
NOT_MODELLED = {"answers/s1": 4, "answers/k1": 4, "answers/t2": 3, "answers/t4": 2}


class Tally:
    def __init__(self):
        self.total = self.wrong = 0
        self.excused = {}

    def complain(self, text):
        self.wrong += 1
        if self.wrong <= 40 or VERBOSE:
            print(text)

    def compare(self, name, wanted, got):
        lines = sorted(set(wanted) | set(got))
        differ = [line for line in lines if wanted.get(line) != got.get(line)]
        excused = EXCUSED.get(name, ((), ""))[0]
        self.total += len(lines)
        for line in excused:
            if line not in differ:
                self.complain(f"{name}: line {line} is as in a kernel: no excuse is needed")
        for line in differ:
            if line in excused:
                self.excused[name] = self.excused.get(name, 0) + 1
            else:
                self.complain(f"{name}: line {line}\n"
                              f"  a kernel: {wanted.get(line, 'nothing')}\n"
                              f"  lfb:      {got.get(line, 'nothing')}")


def read(*path):
    return open(os.path.join(DATA, *path)).read()


def patch(blob, patches):
    """A copy with bytes at physical addresses replaced, and the digest computed anew."""
    copy = bytearray(blob)
    ranges, = struct.unpack_from("<I", blob, 0x3c)
    at = 128 + 16 * ranges
    for change in patches:
        if change == "-":
            continue
        address, data = change.split(":")
        address, data, offset = int(address, 16), bytes.fromhex(data), at
        for number in range(ranges):
            start, pages, _ = struct.unpack_from("<QII", blob, 128 + 16 * number)
            if start <= address and address + len(data) <= start + pages * 4096:
                break
            offset += pages * 4096
        else:
            sys.exit(f"{change}: that page is not in the blob")
        copy[offset + address - start:offset + address - start + len(data)] = data
    copy[-32:] = hashlib.sha256(copy[:-32]).digest()
    return copy


def booted(tally, stem, vm, blob, script):
    """The part of @script behind its first jump, in a kernel that boots from @blob."""
    before, jump, rest = script.partition("reboot!\n")
    skipped = (before + jump).count("\n")
    wanted = {line: said for line, said in answers(read(vm)).items() if line > skipped}
    with tempfile.TemporaryDirectory() as folder:
        image, path = os.path.join(folder, "blob"), os.path.join(folder, "script.txt")
        open(image, "wb").write(blob)
        open(path, "w").write("\n" * skipped + rest)
        tally.compare(stem, wanted, run(["boot", "--agent"] + PROFILE + [image, path]))


def main():
    tally = Tally()
    base = lzma.open(os.path.join(DATA, "damaged", "base.blob.xz")).read()
    for folder in ("answers", "random"):
        for name in sorted(os.listdir(os.path.join(DATA, folder))):
            if not name.endswith(".txt"):
                continue
            stem = f"{folder}/{name[:-4]}"
            # What its second kernel was handed is base.blob.
            if stem == "answers/w1r":
                booted(tally, stem, stem + ".vm", base, read(stem + ".txt"))
                continue
            got = run(["run", "--agent"] + PROFILE + [os.path.join(DATA, stem + ".txt")])
            tally.compare(stem, answers(read(stem + ".vm")), got)
    for change in read("damaged/changes.txt").splitlines():
        name, *patches = change.split()
        booted(tally, "damaged/" + name, f"damaged/{name}.vm", patch(base, patches),
               read("damaged/script.txt"))
    if tally.total != ANSWERS:
        tally.complain(f"{tally.total} answers were compared, not {ANSWERS}")
    if tally.excused != NOT_MODELLED:
        tally.complain(f"not modelled is {tally.excused}, and not {NOT_MODELLED}")
    print(f"{tally.total} answers, {tally.wrong} wrong, "
          f"{sum(tally.excused.values())} not modelled")
    return tally.wrong > 0


if __name__ == "__main__":
    sys.exit(main())
