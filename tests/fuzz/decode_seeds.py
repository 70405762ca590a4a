#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""decode_seeds.py LFB FOLDER: writes the seeds of the fuzz target "decode", always the same ones:
what updates hand over, by each kernel, as decode_fuzzer.c has it, begun at each place it reads."""

import json
import os
import struct
import subprocess
import sys
import tempfile

KERNELS = "rfc-v6 linux-7.0 linux-7.3".split()  # linux-7.2 writes what linux-7.3 does
ROOT, MAP_V1, MAP_V4, METADATA = range(4)
LUO = {"rfc-v6": 4, "linux-7.0": 5, "linux-7.3": 6}
PAGE = 4096

UPDATES = {
    "empty": "open\nreboot\n",
    "small": "handler 0\nflb 0 0\nopen\nsession vm-1\npreserve vm-1 1 0 1\nreboot\n",
    "full": "handler 0\nhandler 1\nflb 0 0\nflb 1 0\nflb 1 1\nopen\nsession vm-1\nsession vm-2\n"
            "preserve vm-1 1 0 1\npreserve vm-1 2 1 2\npreserve vm-2 1 0 3\n"
            "memfd 5 8192 1 6\nagain vm-2 2 5\nreboot\n",
    "many": "handler 0\nopen\n" + "".join(f"session s-{i}\npreserve s-{i} 1 0 {i}\n"
                                         for i in range(12)) + "reboot\n",
}


def pieces(blob):
    """What is not zero in the pages of a blob, at its addresses; full pages are files' bytes."""
    count, more = struct.unpack_from("<I", blob, 60)[0], struct.unpack_from("<I", blob, 120)[0]
    table = 128 + 16 * more
    at = table + 16 * count
    for i in range(count):
        start, pages, _ = struct.unpack_from("<QII", blob, table + 16 * i)
        page = blob[at:at + pages * PAGE]
        at += len(page)
        words = [n for n in range(0, len(page), 8)
                 if page[n:n + 8].strip(b"\0") and b"\0" in page[n // PAGE * PAGE:][:PAGE]]
        while words:
            length = 1
            while length < 31 and length < len(words) and words[length] == words[0] + 8 * length:
                length += 1
            yield start + words[0], page[words[0]:words[0] + 8 * length]
            del words[:length]


def seeds(lfb, kernel, update, folder):
    """Pairs of decoder and page, and what memory holds."""
    blob, script = os.path.join(folder, "blob"), os.path.join(folder, "update.lfb")
    with open(script, "w", encoding="ascii") as file:
        file.write(update)
    subprocess.run([lfb, "run", "--profile", kernel, "--memory", "1M", "--memory-map", "low",
                    "--save-blob", blob, script], check=True, stdout=subprocess.DEVNULL)
    said = json.loads(subprocess.run([lfb, "dump", "--json", blob], check=True,
                                     capture_output=True).stdout)
    with open(blob, "rb") as file:
        memory = b"".join(struct.pack("<BBH", at // PAGE, len(data), at % PAGE) + data
                          for at, data in pieces(file.read()))
    map_decoder = MAP_V4 if said["kho"]["compatible"] == "kho-v4" else MAP_V1
    starts = [("root", ROOT, said["kho"]["address"]), ("map", map_decoder, said["kho"]["map"])]
    for entry in said["kho"]["entries"]:
        if entry["name"] == "LUO":
            starts.append(("luo", LUO[kernel], entry["address"]))
        elif entry["name"] == "kexec-metadata":
            starts.append(("metadata", METADATA, entry["address"]))
    for name, decoder, address in starts:
        yield name, bytes((decoder, address // PAGE)) + memory


def main():
    lfb, out = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        for kernel in KERNELS:
            for what, update in UPDATES.items():
                for name, seed in seeds(lfb, kernel, update, folder):
                    with open(os.path.join(out, f"{kernel}-{what}-{name}"), "wb") as file:
                        file.write(seed)


if __name__ == "__main__":
    main()
