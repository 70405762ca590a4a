#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The house as it stands: its rooms, who uses whom, and what breaks its rules.

usage: map.py [--check] [OBJECTS]

Reads which rooms there are from "rooms" beside this file, includes from the sources, and
calls from the symbols (nm) of the object files below OBJECTS. Prints the map; with --check
only what is wrong, as FILE:LINE: what, and exits with 1 if anything is.
"""
import os
import re
import subprocess
import sys
from collections import defaultdict

MOST_SOURCES = 15
HEAD_LINES = 4
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


class Room:
    def __init__(self, folder, header, within):
        self.folder, self.within = folder, within
        self.header, *self.others = header.split(",")
        self.variants = []
        self.sources, self.headers, self.lines = [], [], 0
        self.uses = defaultdict(set)  # room folder -> files of ours that do


def read_rooms():
    rooms, public, siblings, circles = [], [], [], {}
    for line in open(os.path.join(HERE, "rooms")):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "room":
            rooms.append(Room(words[1], words[2], words[4] if len(words) > 3 else None))
        elif words[0] == "public":
            public.append(words[1])
        elif words[0] == "variants":
            next(room for room in rooms if room.folder == words[1]).variants = [
                f"{words[1]}/{name}" for name in words[2:]]
        elif words[0] == "siblings":
            siblings.append(words[1] + "/")
        else:
            circles[frozenset(words[1:3])] = " ".join(words[3:])
    return rooms, public, siblings, circles


class House:
    def __init__(self):
        self.rooms, self.public, self.siblings, self.known_circles = read_rooms()
        self.at = {room.folder: floor for floor, room in enumerate(self.rooms)}
        self.wrong = []
        for folder in ("include/luo", "lib", "sim", "examples"):
            for path, _, names in os.walk(os.path.join(ROOT, folder)):
                for name in sorted(names):
                    if name.endswith((".c", ".h")):
                        self.read(os.path.relpath(os.path.join(path, name), ROOT))

    def bad(self, file, line, what):
        self.wrong.append((file, line, what))

    def room(self, file):
        """The innermost room around a file; None for an example."""
        folder = os.path.dirname(file)
        while folder and folder not in self.at:
            folder = os.path.dirname(folder)
        return self.rooms[self.at[folder]] if folder else None

    def read(self, file):
        room = self.room(file)
        text = open(os.path.join(ROOT, file)).read().splitlines()
        if room:
            (room.sources if file.endswith(".c") else room.headers).append(file)
            room.lines += len(text)
            if os.path.dirname(file) not in [room.folder] + room.variants and \
                    room.header != "*":
                self.bad(file, 1, "lies in a folder that is no room: add it to tests/tidy/rooms")
        elif not file.startswith("examples/"):
            self.bad(file, 1, "lies in a folder that is no room: add it to tests/tidy/rooms")
        for number, line in enumerate(text, 1):
            found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
            if found:
                self.include(file, number, found[1] == '"', found[2])

    def include(self, file, number, quoted, path):
        """Is @file in its right to include this?"""
        here = self.room(file)
        folder = os.path.dirname(file)
        if path.startswith("luo/"):
            if here:
                here.uses["include/luo"].add(file)
            return
        beside = os.path.normpath(os.path.join(folder, path))
        if quoted and os.path.exists(os.path.join(ROOT, beside)) and \
                any(folder.startswith(name) and beside.startswith(name) for name in self.siblings):
            return
        public = [name for name in self.public + ["include/luo"] if folder.startswith(name)]
        # The system's <linux/...> that one of include/luo/kernel/linux stands before.
        beside = path.replace("asm-generic/../linux/", "") if not quoted else path
        if ".." in beside.split("/") or path.startswith("tests/"):
            self.bad(file, number, f"may not include {path}")
        if not quoted or "/" not in path:
            if quoted and not os.path.exists(os.path.join(ROOT, folder, path)):
                self.bad(file, number, f"there is no {path} beside it")
            return
        there = self.room(path)
        own = there and any(there.folder.startswith(name) for name in public)
        if public and not own or not there:
            self.bad(file, number, f"may not include {path}: it sees include/luo/ alone")
            return
        if there is here:
            return
        here.uses[there.folder].add(file)
        if self.at[there.folder] > self.at[here.folder]:
            self.bad(file, number, f"may not include {path}: {there.folder} lies above")
        elif there.header != "*" and os.path.basename(path) not in [there.header] + there.others:
            self.bad(file, number, f"may not include {path}: {there.folder}/{there.header} "
                     "is that room's header")
        elif there.within and not (here.folder + "/").startswith(there.within + "/"):
            self.bad(file, number, f"may not include {path}: only rooms of {there.within} may")

    def check_rooms(self):
        for room in self.rooms:
            # of variants one is built
            folders = [os.path.dirname(file) for file in room.sources]
            variants = [folders.count(folder) for folder in room.variants]
            sources = len(folders) - sum(variants) + max(variants, default=0)
            if sources > MOST_SOURCES:
                self.bad(room.folder, 1, f"has {sources} sources, more than {MOST_SOURCES}")
            if room.header == "*":
                continue
            header = f"{room.folder}/{room.header}"
            if header not in room.headers:
                self.bad(header, 1, "is missing: each room has one header for others")
                continue
            text = open(os.path.join(ROOT, header)).read()
            head = re.match(r"/\*.*?\*/\n/\*\n(.*?)\*/", text, re.S)
            if not head or head[1].count("\n") < HEAD_LINES:
                self.bad(header, 2, f"says in fewer than {HEAD_LINES} lines what the room is "
                         "for and what it may use")

    def check_calls(self, calls):
        for caller, callees in sorted(calls.items()):
            for callee, names in sorted(callees.items()):
                here, there = self.room(caller), self.room(callee)
                if not here or not there:
                    continue
                if self.at[there.folder] > self.at[here.folder]:
                    self.bad(caller, 1, f"calls up into {callee}: {', '.join(sorted(names))}")
        self.circles = [sorted(circle) for circle in circles_of(calls)]
        for circle in self.circles:
            if frozenset(circle) not in self.known_circles:
                self.bad(circle[0], 1, "a circle of calls: " + " ".join(circle))


def read_calls(objects):
    """Which file calls or names what of which other file, from the symbols of a build."""
    defined, wanted = {}, {}
    for path, _, names in os.walk(objects):
        for name in sorted(names):
            if not name.endswith(".o"):
                continue
            # ….dir/sim/kernel/module.c.o
            file = os.path.join(path, name).split(".dir/", 1)[-1][:-2]
            if not os.path.exists(os.path.join(ROOT, file)):
                continue
            symbols = subprocess.run(["nm", os.path.join(path, name)], check=True, text=True,
                                     stdout=subprocess.PIPE).stdout
            wanted[file] = set()
            for line in symbols.splitlines():
                words = line.split()
                if words[-2] == "U":
                    wanted[file].add(words[-1])
                elif words[-2].isupper():
                    defined[words[-1]] = file
    if not wanted:
        sys.exit(f"map.py: no object files below {objects}")
    calls = {file: defaultdict(set) for file in wanted}
    for file, names in wanted.items():
        for name in names:
            if defined.get(name, file) != file:
                calls[file][defined[name]].add(name)
    return calls


def circles_of(calls):
    """The sets of files that call each other in a loop (Tarjan)."""
    number, low, stack, found = {}, {}, [], []

    def visit(file):
        number[file] = low[file] = len(number)
        stack.append(file)
        for callee in sorted(calls.get(file, ())):
            if callee not in number:
                visit(callee)
                low[file] = min(low[file], low[callee])
            elif callee in stack:
                low[file] = min(low[file], number[callee])
        if low[file] == number[file]:
            circle = stack[stack.index(file):]
            del stack[stack.index(file):]
            if len(circle) > 1:
                found.append(circle)

    for file in sorted(calls):
        if file not in number:
            visit(file)
    return found


def short(folder, around):
    """A room's name as seen from the floor it is on."""
    return folder[len(around) + 1:] if folder.startswith(around + "/") else folder


def print_map(house, calls):
    used_by = defaultdict(list)
    for room in house.rooms:
        for folder in room.uses:
            used_by[folder].append(room.folder)
    print(f"{'room':22}{'sources':>8}{'headers':>8}{'lines':>7}  includes")
    for room in reversed(house.rooms):
        uses = sorted((folder for folder in room.uses if folder != "include/luo"),
                      key=lambda folder: -house.at[folder])
        print(f"{room.folder:22}{len(room.sources):8}{len(room.headers):8}{room.lines:7}  "
              + " ".join(uses))
    total = sum(room.lines for room in house.rooms)
    print(f"{'all':22}{sum(len(r.sources) for r in house.rooms):8}"
          f"{sum(len(r.headers) for r in house.rooms):8}{total:7}\n")
    for room in reversed(house.rooms):
        if used_by[room.folder] and room.folder != "include/luo":
            print(f"{room.folder} is included by {' '.join(reversed(used_by[room.folder]))}")
    if calls is None:
        return
    print()
    print(f"circles of calls: {len(house.circles)}")
    for circle in house.circles:
        print("  " + " ".join(circle) + ": " +
              house.known_circles.get(frozenset(circle), "UNKNOWN"))


def main():
    arguments = sys.argv[1:]
    check = "--check" in arguments
    arguments = [argument for argument in arguments if argument != "--check"]
    house = House()
    house.check_rooms()
    calls = read_calls(arguments[0]) if arguments else None
    if calls is not None:
        house.check_calls(calls)
    if not check:
        print_map(house, calls)
        if house.wrong:
            print(f"\nagainst the rules: {len(house.wrong)}")
    for file, line, what in sorted(house.wrong):
        print(f"{file}:{line}: {what}" if check else f"  {file}: {what}")
    return 1 if house.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
