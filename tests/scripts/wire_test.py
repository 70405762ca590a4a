#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""wire_test.py SCENARIO DUMP: the dump (JSON) holds exactly what the scenario preserved."""

import json
import sys


def expectation(path):
    """What a scenario of one kernel in which everything succeeds hands over."""
    links, order, sessions = {}, [], {}
    with open(path, encoding="ascii") as lines:
        for words in map(str.split, lines):
            if words[0] == "flb":
                handler, flb = int(words[1]), int(words[2])
                links.setdefault(handler, []).append(flb)
                if flb not in order:
                    order.append(flb)
            elif words[0] == "session":
                sessions[words[1]] = []
            elif words[0] == "preserve":
                token, handler, ino = map(int, words[2:])
                sessions[words[1]].append((token, handler, ino))
            elif words[0] == "reboot":
                break
    count = dict.fromkeys(order, 0)
    for files in sessions.values():
        for _, handler, _ in files:
            for flb in links.get(handler, []):
                count[flb] += 1
    return {
        "sessions": [
            (
                name,
                len(files),
                [(token, f"handler-{handler}-v1", 0x10D000 | ino) for token, handler, ino in files],
            )
            for name, files in sessions.items()
        ],
        "flbs": [(f"flb-{flb}-v1", 0xF000 + flb, count[flb]) for flb in order if count[flb]],
    }


def content(path):
    with open(path, encoding="ascii") as file:
        dump = json.load(file)
    assert dump["problems"] == [], dump["problems"]
    assert dump["luo"]["number"] == 1
    return {
        "sessions": [
            (
                session["name"],
                session["count"],
                [(file["token"], file["compatible"], file["data"]) for file in session["files"]],
            )
            for session in dump["luo"]["sessions"]
        ],
        "flbs": [(flb["name"], flb["data"], flb["count"]) for flb in dump["luo"]["flbs"]],
    }


expected, actual = expectation(sys.argv[1]), content(sys.argv[2])
if expected != actual:
    sys.exit(f"{sys.argv[1]}: expected {expected}, got {actual}")
