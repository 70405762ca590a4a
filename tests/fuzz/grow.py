#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""grow.py FOLDER SECONDS TARGET...: adds to seed corpora what fuzzing found, as little as it takes.

FOLDER has the fuzzers, as build/fuzz/tests/fuzz. Each TARGET is fuzzed for SECONDS, and of what
reaches more code than the seeds do, the input that reaches most of it joins them, again and again
until none is left: of large ones, until none reaches FOR_LARGE places more. A new seed is called
by its SHA-1, as libFuzzer calls it. As tests, seeds are held to more than inputs are: run those.
"""

import os
import shutil
import subprocess
import sys
import tempfile

SOURCE = os.path.dirname(os.path.abspath(__file__))
LARGE = 16 << 10
FOR_LARGE = 12


def options(target):
    """Those of libFuzzer, without the dictionary, as arguments."""
    with open(os.path.join(SOURCE, target + ".options"), encoding="ascii") as file:
        lines = file.read().split("[asan]")[0].splitlines()
    pairs = [line.replace(" ", "") for line in lines if "=" in line]
    return ["-" + pair for pair in pairs if not pair.startswith("dict")]


def run(fuzzer, *arguments):
    environment = dict(os.environ, ASAN_OPTIONS="quarantine_size_mb=4:malloc_context_size=4")
    subprocess.run([fuzzer, *arguments], env=environment, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def places(fuzzer, target, *folders):
    """By path: which places of the code an input reaches."""
    with tempfile.TemporaryDirectory() as scratch:
        control = os.path.join(scratch, "control")
        nothing = os.path.join(scratch, "nothing")
        os.mkdir(nothing)
        run(fuzzer, "-set_cover_merge=1", "-use_counters=0", "-use_cmp=0",
            "-merge_control_file=" + control, *options(target), nothing, *folders)
        with open(control, encoding="utf-8") as file:
            lines = file.read().splitlines()
    count = int(lines[0])
    paths, reached = lines[2:2 + count], {}
    for line in lines[2 + count:]:
        word, *numbers = line.split()
        if word == "FT":
            reached[paths[int(numbers[0])]] = set(numbers[1:])
    return reached


def speaks_of_licences(path):
    """What is left of a seed's first line would be a licence that nobody knows."""
    with open(path, "rb") as file:
        return b"SPDX" in file.read()


def pick(fuzzer, target, seeds, found):
    known = set().union(*places(fuzzer, target, seeds).values())
    reached = {path: them for path, them in places(fuzzer, target, found).items()
               if not speaks_of_licences(path)}
    added = 0
    while reached:
        best = max(sorted(reached), key=lambda path: len(reached[path] - known))
        if len(reached[best] - known) < (FOR_LARGE if os.path.getsize(best) > LARGE else 1):
            break
        known |= reached.pop(best)
        shutil.copy(best, seeds)
        added += 1
    print(f"{target}: {added} inputs were added, {len(known)} places are reached")


def grow(folder, seconds, target):
    fuzzer = os.path.join(folder, target + "_fuzzer")
    seeds = os.path.realpath(os.path.join(SOURCE, target + "_seed_corpus"))
    with tempfile.TemporaryDirectory() as found:
        run(fuzzer, f"-max_total_time={seconds}", "-seed=1", *options(target), found, seeds)
        pick(fuzzer, target, seeds, found)


if __name__ == "__main__":
    for name in sys.argv[3:]:
        try:
            grow(sys.argv[1], int(sys.argv[2]), name)
        except subprocess.CalledProcessError:
            sys.exit(f"{name} fails on an input: ./dev fuzz {sys.argv[2]} {name} keeps it")
