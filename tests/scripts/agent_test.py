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
import subprocess
import sys
import tempfile

LFB, DATA = sys.argv[1:3]
VERBOSE = "-v" in sys.argv

# What is not modelled, and so answered otherwise: script, lines, why.
EXCUSED = {
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


class Tally:
    def __init__(self):
        self.total = self.wrong = self.excused = 0

    def compare(self, name, wanted, got):
        excused = EXCUSED.get(name, ((), ""))[0]
        for line in sorted(set(wanted) | set(got)):
            real, ours = wanted.get(line, "nothing"), got.get(line, "nothing")
            self.total += 1
            if excused == "all" or line in excused:
                self.excused += 1
            elif real != ours:
                self.wrong += 1
                if self.wrong <= 40 or VERBOSE:
                    print(f"{name}: line {line}\n  a kernel: {real}\n  lfb:      {ours}")


def read(*path):
    return open(os.path.join(DATA, *path)).read()


def damaged(tally, scratch):
    blob = bytearray(lzma.open(os.path.join(DATA, "damaged", "base.blob.xz")).read())
    # What comes before the jump was done in the kernel that the blob takes the place of.
    before, jump, script = read("damaged", "script.txt").partition("reboot!\n")
    path = os.path.join(scratch, "script.txt")
    open(path, "w").write("\n" * (before + jump).count("\n") + script)
    for change in read("damaged", "changes.txt").splitlines():
        name, *patches = change.split()
        patched = patch(blob, patches)
        image = os.path.join(scratch, name + ".blob")
        open(image, "wb").write(patched)
        wanted = answers(read("damaged", name + ".vm"))
        for line in range(1, (before + jump).count("\n") + 1):
            wanted.pop(line, None)
        tally.compare("damaged/" + name, wanted,
                      run(["boot", "--agent", "--profile", "linux-7.3", image, path]))


def main():
    tally = Tally()
    for folder in ("answers", "random"):
        for name in sorted(os.listdir(os.path.join(DATA, folder))):
            if not name.endswith(".txt"):
                continue
            stem = f"{folder}/{name[:-4]}"
            got = run(["run", "--agent", "--profile", "linux-7.3",
                       os.path.join(DATA, folder, name)])
            tally.compare(stem, answers(read(stem + ".vm")), got)
    print(f"{tally.total} answers, {tally.wrong} differ, {tally.excused} not modelled")
    return tally.wrong > 0


if __name__ == "__main__":
    sys.exit(main())
