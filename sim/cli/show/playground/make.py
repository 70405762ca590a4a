#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""make.py TOOL.js OUTPUT SCENARIO...: the playground as one page, with the tool as WebAssembly
and the scenarios in it."""

import base64
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def script(text):
    """What no text in it ends."""
    return text.replace("</", "<\\/").replace("<!--", "<\\!--")


def main():
    tool, output, *scenarios = sys.argv[1:]
    with open(tool[:-len("js")] + "wasm", "rb") as file:
        wasm = base64.b64encode(file.read()).decode()
    lessons = {os.path.basename(path)[:-len(".lfb")]:
               re.sub("^# SPDX.*\n(#\n)?", "", read(path)) for path in scenarios}
    parts = {"@LESSONS@": script(json.dumps(lessons)), "@WASM@": wasm,
             "@TOOL@": script(read(tool)), "@SCRIPT@": read(os.path.join(HERE, "playground.js"))}
    page = read(os.path.join(HERE, "playground.html"))
    for place, text in parts.items():
        before, after = page.split(place)
        page = before + text + after
    with open(output, "w", encoding="utf-8") as file:
        file.write(page)


main()
