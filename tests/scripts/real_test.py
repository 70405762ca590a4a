#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Memory of real kernels, for real_test.sh.

real_test.py unpack IMAGE.xz OUT              the image as a file with holes
real_test.py core [--shift N] IMAGE OUT       the same as an ELF core of the pages that are not zero
real_test.py compare IMAGE.json DUMP          the dump (JSON) is what an independent decoder read
real_test.py same DUMP DUMP                   two dumps say the same but for what they are read from
real_test.py stale IMAGE OUT ROOT COPY NUMBER the root tree once more, with an older LUO state
real_test.py scratch IMAGE OUT ROOT           what tells of scratch areas
real_test.py chosen IMAGE OUT ROOT            the same, as arm64 has it
real_test.py broken-chosen IMAGE OUT ROOT     with many trees, none of which is any good
real_test.py hostile-chosen IMAGE OUT ROOT    with many, each of which has one wrong word
real_test.py large IMAGE OUT ROOT ORDER PHYS  with one more preserved block
real_test.py copy IMAGE OUT ROOT COPY         the root tree once more, as it is
real_test.py debugfs IMAGE ROOT OUT           what /sys/kernel/debug/kho showed of it
real_test.py hostile IMAGE OUT                damaged ELF cores, OUT.0 and so on
"""

import json
import lzma
import os
import struct
import sys

PAGE = 4096
ZERO = bytes(PAGE)


def write_sparse(path, data):
    with open(path, "wb") as out:
        for at in range(0, len(data), PAGE):
            page = data[at : at + PAGE]
            if page != ZERO[: len(page)]:
                out.seek(at)
                out.write(page)
        out.truncate(len(data))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def runs_of(data):
    """(address, bytes) of what is not zero."""
    runs = []
    for at in range(0, len(data), PAGE):
        page = data[at : at + PAGE]
        if page == ZERO:
            continue
        if runs and runs[-1][0] + len(runs[-1][1]) == at:
            runs[-1][1].extend(page)
        else:
            runs.append((at, bytearray(page)))
    return runs


def elf(segments, shift):
    """segments: (paddr, bytes, memsz). Bytes are shifted against pages, as QEMU's are."""
    count = len(segments) + 1
    offset = 64 + 56 * count + 24
    offset += -offset % PAGE + shift
    head = b"\x7fELF\2\1\1" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 4, 62, 1, 0, 64, 0, 0, 64, 56, count, 0, 0, 0)
    note = struct.pack("<IIQQQQQQ", 4, 0, 64 + 56 * count, 0, 0, 24, 0, 4)
    body = b""
    headers = note
    for paddr, data, memsz in segments:
        headers += struct.pack(
            "<IIQQQQQQ", 1, 6, offset + len(body), 0xFFFF888000000000, paddr, len(data), memsz, PAGE
        )
        body += data
    start = head + headers + struct.pack("<III", 5, 4, 1) + b"CORE\0\0\0\0" + bytes(4)
    return start + bytes(offset - len(start)) + body


def make_core(path, out, shift):
    data = read(path)
    # Zeros behind what is in the file, as far as the next segment: d5's empty block is zeros.
    runs = runs_of(data)
    ends = [at for at, _ in runs[1:]] + [len(data)]
    segments = [
        (at, bytes(run), min(end - at, len(run) + 8 * PAGE)) for (at, run), end in zip(runs, ends)
    ]
    # A vmcore has the kernel's text twice, and /proc/kcore what has no physical address.
    segments.insert(0, (segments[0][0], bytes(segments[0][1][:PAGE]), PAGE))
    segments.append((0xFFFFFFFFFFFFFFFF, b"no memory", 9))
    # Older ones say 0 of it.
    segments += [(0, b"vmalloc", 1 << 45), (0, b"modules", 1 << 30)]
    with open(out, "wb") as file:
        file.write(elf(segments, shift))


def expand(runs):
    return sorted(
        (run["address"] + (i << (12 + run["order"])), run["order"])
        for run in runs
        for i in range(run["blocks"])
    )


def memfd(item):
    return {
        **{key: item[key] for key in ("pos", "size", "seals", "flags", "nr_folios")},
        "vmalloc": {
            **{key: item["vmalloc"][key] for key in ("first", "total_pages", "flags", "order")},
            "pages": [
                page if isinstance(page, int) else page["address"]
                for page in item["vmalloc"]["pages"]
            ],
        },
        "folios": [
            (
                folio["index"],
                folio["pa"] if "pa" in folio else folio["address"],
                folio["flags"],
                # One has the order here, the other whether it is preserved at all.
                folio["preserved"] if "pa" in folio else folio["order"],
            )
            for folio in item["folios"]
        ],
    }


def common(luo):
    """What both decoders say of LUO's state."""
    return {
        **{key: luo[key] for key in ("address", "number", "sessions_address", "flbs_address")},
        "sessions": [
            {
                **{key: session[key] for key in ("name", "address", "files_address", "count")},
                "files": [
                    {
                        **{key: file[key] for key in ("compatible", "data", "token", "address")},
                        "memfd": memfd(file["memfd"]) if "memfd" in file else None,
                    }
                    for file in session["files"]
                ],
            }
            for session in luo["sessions"]
        ],
        "flbs": [
            {key: flb[key] for key in ("name", "data", "count", "address")} for flb in luo["flbs"]
        ],
    }


def check(what, expected, actual):
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in expected.keys() | actual.keys():
            check(f"{what}.{key}", expected.get(key), actual.get(key))
    elif expected != actual:
        sys.exit(f"{what}: expected {expected}, got {actual}")


def compare(expected, dump):
    check("root", expected["kho"]["address"], dump["kho"]["address"])
    check("generation", expected["kho"]["compatible"], dump["kho"]["compatible"])
    check("map", expected["kho"]["map"], dump["kho"]["map"])
    check(
        "entries",
        expected["kho"]["entries"],
        [{key: e[key] for key in ("name", "address", "size")} for e in dump["kho"]["entries"]],
    )
    check(
        "preserved",
        sorted((int(at, 16), order) for at, order in expected["preserved"]),
        expand(dump["memory_map"]["runs"]),
    )
    check(
        "orders",
        expected["memory_map"]["orders"],
        [[o["order"], o["blocks"]] for o in dump["memory_map"]["orders"]],
    )
    check("nodes", expected["memory_map"]["tree_pages"], dump["memory_map"]["pages"])
    check("bytes", expected["memory_map"]["bytes"], dump["memory_map"]["bytes"])
    check("LUO", common(expected["luo"]), common(dump["luo"]))
    check("release", "7.3.0-rc7", dump["kho"]["previous_release"])


def same(one, other):
    for dump in (one, other):
        dump.pop("image", None)
        dump.pop("blob", None)
    check("dump", one, other)


def make_stale(path, out, root, copy, number):
    """A second root tree, of an earlier update: its map has no page of its LUO state any more."""
    data = bytearray(read(path))
    data[copy : copy + PAGE] = data[root : root + PAGE]
    luo = data.index(b"luo-v5\0\0")
    stale = copy + PAGE
    data[stale : stale + PAGE] = data[luo : luo + PAGE]
    data[stale + 8 : stale + 16] = struct.pack("<Q", number)
    at = data.index(struct.pack("<Q", luo), copy, copy + PAGE)
    data[at : at + 8] = struct.pack("<Q", stale)
    write_sparse(out, data)


def make_scratch(path, out, root):
    """As x86 has it at the jump: where the list will be, and the list, elsewhere. And a decoy of
    either: of another root, and of areas that do not have the place."""
    data = bytearray(read(path))
    areas = struct.pack("<6Q", 0xDC00000, 0x1C00000, 0xFC00000, 0, 0x1400000, 0x400000)
    tell = struct.pack("<QIIQQQQ", 0, 10, 32, root, PAGE, 0xF7F0000, len(areas))
    other = struct.pack("<QIIQQQQ", 0, 10, 32, root + PAGE, PAGE, 0x200000, 16)
    data[0x5088 : 0x5088 + len(other)] = other
    data[0x6FD0 : 0x6FD0 + len(tell)] = tell
    data[0x8000 : 0x8000 + len(areas)] = areas.replace(b"\0\0\xc0\r", b"\0\0\xc0\n")
    data[0x9000 : 0x9000 + len(areas)] = areas
    write_sparse(out, data)


class Tree:
    """A device tree."""

    def __init__(self):
        self.strings = b"compatible\0"
        self.body = b""

    def words(self, *words):
        self.body += struct.pack(f">{len(words)}I", *words)

    def node(self, name):
        self.words(1)
        self.body += name + bytes(4 - len(name) % 4)

    def prop(self, name, value, size=None):
        if name + b"\0" not in self.strings:
            self.strings += name + b"\0"
        self.words(3, len(value) if size is None else size, self.strings.index(name + b"\0"))
        self.body += value + bytes(-len(value) % 4)

    def end(self):
        self.words(2)

    def blob(self):
        self.words(9)
        start = 40 + 16
        total = start + len(self.body) + len(self.strings)
        head = struct.pack(
            ">10I", 0xD00DFEED, total, start, start + len(self.body), 40, 17, 16, 0,
            len(self.strings), len(self.body),
        )
        return head + bytes(16) + self.body + self.strings


LIST = 0xF7F0000
AREAS = struct.pack("<6Q", 0xDC00000, 0x1C00000, 0xFC00000, 0, 0x1400000, 0x400000)


def chosen(root, cells=(2, 2), name=b"chosen", scratch=LIST, extra=b"", filling=0):
    """What a kernel of arm64 boots with. Cells of None: the root does not say how many."""
    tree = Tree()
    tree.node(b"")
    for what, count in zip((b"#address-cells", b"#size-cells"), cells):
        if count is not None:
            tree.prop(what, struct.pack(">I", count))
    # A node of the same name that is another one, and what makes a machine's tree large.
    tree.node(b"soc")
    tree.node(b"chosen")
    tree.prop(b"linux,kho-fdt", bytes(16))
    tree.end()
    tree.end()
    for n in range(filling):
        tree.node(b"cpu@%d" % n)
        tree.prop(b"reg", bytes(400))
        tree.end()

    def pair(address, size):
        value = b""
        for count, number in zip(cells, (address, size)):
            count = 1 if count is None else count
            value += (bytes(16) + struct.pack(">Q", number))[24 - 4 * min(count, 6) :]
        return value + extra

    tree.node(name)
    tree.prop(b"bootargs", b"kho=on\0")
    tree.prop(b"linux,kho-fdt", pair(root, PAGE))
    tree.prop(b"linux,kho-scratch", pair(scratch, len(AREAS)))
    tree.end()
    tree.end()
    return tree.blob()


def room_in(data, size):
    """Where nothing is, 2 MiB aligned as a tree is loaded."""
    at = 2 << 20
    while data[at : at + size].strip(b"\0"):
        at += 2 << 20
    return at


def make_chosen(path, out, root):
    data = bytearray(read(path))
    tree = chosen(root, filling=300)
    at = room_in(data, len(tree))
    data[at : at + len(tree)] = tree
    data[0x9000 : 0x9000 + len(AREAS)] = AREAS
    write_sparse(out, data)


def broken_trees(root):
    good = chosen(root)
    yield chosen(root, name=b"chosen@1")
    yield chosen(root, extra=bytes(4))
    yield chosen(root, extra=bytes(16))
    yield chosen(root, cells=(3, 2))
    yield chosen(root, cells=(0, 0))
    yield chosen(root, cells=(1 << 29, 2))
    yield chosen(root, scratch=LIST + 8)
    yield chosen(root, scratch=0)
    # Its end is missing.
    for size in range(4, len(good), 4):
        yield good[:size]
    # It never ends, or ends before it began.
    for tag in (1, 2, 4):
        tree = Tree()
        tree.words(*[tag] * 2000)
        yield tree.blob()


def hostile_trees(root):
    """Some of them are as good as before."""
    good = chosen(root)
    for at in range(4, len(good), 4):
        for word in (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xfc", b"\0\0\0\4"):
            yield good[:at] + word + good[at + 4 :]


def make_trees(path, out, trees):
    data = bytearray(read(path))
    data[0x9000 : 0x9000 + len(AREAS)] = AREAS
    at = 1 << 20
    for tree in trees:
        size = (len(tree) + PAGE - 1) // PAGE * PAGE
        while data[at : at + size].strip(b"\0"):
            at += PAGE
        data[at : at + len(tree)] = tree
        at += size
    write_sparse(out, data)


def make_large(path, out, root, order, phys):
    """One more preserved block: a key in the map, and the nodes that lead to it."""
    data = bytearray(read(path))
    if order < 20:
        data += bytes(max(0, phys + (PAGE << order) - len(data)))
    here = data.index(b"preserved-memory-map\0", root, root + PAGE)
    strings = root + struct.unpack(">I", data[root + 12 : root + 16])[0]
    prop = data.index(struct.pack(">III", 3, 8, here - strings), root, root + PAGE)
    node = struct.unpack("<Q", data[prop + 12 : prop + 20])[0]
    key = 1 << 52 - order | phys >> 12 + order
    fresh = room_in(data, 8 * PAGE)
    for shift in (51, 42, 33, 24, 15):
        entry = node + (key >> shift) % 512 * 8
        node = struct.unpack("<Q", data[entry : entry + 8])[0]
        if not node:
            node = fresh
            fresh += PAGE
            data[entry : entry + 8] = struct.pack("<Q", node)
    data[node + key % 32768 // 8] |= 1 << key % 8
    write_sparse(out, data)


def make_copy(path, out, root, copy):
    data = bytearray(read(path))
    data[copy : copy + PAGE] = data[root : root + PAGE]
    write_sparse(out, data)


def memblock_tree():
    """What reserve_mem=4K:4096:oops hands over."""
    tree = Tree()
    tree.node(b"")
    tree.prop(b"compatible", b"memblock-v1\0")
    tree.node(b"oops")
    tree.prop(b"compatible", b"reserve-mem-v1\0")
    tree.prop(b"start", struct.pack("<Q", 0x7000000))
    tree.prop(b"size", struct.pack("<Q", 4096))
    tree.end()
    tree.end()
    return tree.blob()


def make_debugfs(path, root, out):
    data = read(path)
    size = struct.unpack(">I", data[root + 4 : root + 8])[0]
    luo = data[data.index(b"luo-v5\0\0") :][:32]
    metadata = data.index(b"7.3.0-rc7\0") - 4
    files = {
        "out/scratch_phys": b"0x1000000\n0x1c000000\n",
        "out/scratch_len": b"0x800000\n0x400000\n",
        # The tree has grown since its file was made.
        "out/fdt": data[root : root + size - 90],
        "out/sub_fdts/LUO": luo,
        "out/sub_fdts/kexec-metadata": data[metadata : metadata + 73],
        "in/fdt": data[root : root + size],
        "in/sub_fdts/LUO": luo,
        "in/sub_fdts/memblock": memblock_tree(),
    }
    for name, content in files.items():
        os.makedirs(os.path.dirname(os.path.join(out, name)), exist_ok=True)
        with open(os.path.join(out, name), "wb") as file:
            file.write(content)


def make_hostile(path, out):
    data = read(path)
    whole = elf([(at, bytes(run), len(run)) for at, run in runs_of(data)], 0)
    huge = 0xFFFFFFFFFFFFF000
    cases = [
        whole[:40],
        whole[: 64 + 20],
        whole[: len(whole) // 2],
        elf([], 0),
        elf([(huge, b"x", PAGE)], 0),
        elf([(0, b"", huge)], 0),
        elf([(PAGE, b"x" * PAGE, huge)] * 300, 0),
        elf([(0x123, data, huge - 0x123)], 0),
        whole[:56] + b"\xff\xff" + whole[58:],
        whole[:4] + b"\1" + whole[5:],
    ]
    for i, case in enumerate(cases):
        with open(f"{out}.{i}", "wb") as file:
            file.write(case)
    print(len(cases))


def check_memfds(image, path):
    """Each line of @path: an address and what is there, twice."""
    memory = read(image)
    for line in open(path, encoding="ascii"):
        words = line.split()
        for address, held in (words[:2], words[2:]):
            if address != "-":
                start, held = int(address, 0), bytes.fromhex(held)
                check(line, held, memory[start:start + len(held)])


def load(path):
    with open(path, encoding="ascii") as file:
        return json.load(file)


def main(what, *args):
    if what == "unpack":
        with lzma.open(args[0]) as file:
            write_sparse(args[1], file.read())
    elif what == "core":
        shift = int(args[1]) if args[0] == "--shift" else 0
        make_core(args[-2], args[-1], shift)
    elif what == "compare":
        compare(load(args[0]), load(args[1]))
    elif what == "same":
        same(load(args[0]), load(args[1]))
    elif what == "stale":
        make_stale(args[0], args[1], *(int(arg, 0) for arg in args[2:]))
    elif what == "scratch":
        make_scratch(args[0], args[1], int(args[2], 0))
    elif what == "chosen":
        make_chosen(args[0], args[1], int(args[2], 0))
    elif what == "broken-chosen":
        make_trees(args[0], args[1], broken_trees(int(args[2], 0)))
    elif what == "hostile-chosen":
        make_trees(args[0], args[1], hostile_trees(int(args[2], 0)))
    elif what == "large":
        make_large(args[0], args[1], *(int(arg, 0) for arg in args[2:]))
    elif what == "copy":
        make_copy(args[0], args[1], *(int(arg, 0) for arg in args[2:]))
    elif what == "debugfs":
        make_debugfs(args[0], int(args[1], 0), args[2])
    elif what == "memfds":
        check_memfds(*args)
    elif what == "hostile":
        make_hostile(*args)


os.umask(0o077)
main(*sys.argv[1:])
