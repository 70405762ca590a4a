#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""lifecycle_test.py PAGE TOOL [--update]: runs what a page's ```sh blocks say, one after the other,
each behind "./dev lfb", and holds what comes out against the block behind each. --update writes
that anew."""

import difflib
import os
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```sh\n(?P<command>.*?)^```\n(?P<between>\n*)^```\n(?P<output>.*?)^```\n",
                   re.M | re.S)


def main():
    page, tool = sys.argv[1:3]
    with open(page, encoding="utf-8") as file:
        text = file.read()
    ran = 0
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(os.environ["LFB_SOURCE_DIR"], "examples"),
                   os.path.join(folder, "examples"))

        def run(match):
            nonlocal ran
            ran += 1
            command = match["command"].replace("./dev lfb", '"$LFB_TOOL"')
            done = subprocess.run(["sh", "-c", command], cwd=folder, text=True, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "LFB_TOOL": tool,
                                       "LSAN_OPTIONS": "detect_leaks=0"})
            return (f"```sh\n{match['command']}```\n{match['between']}"
                    f"```\n{done.stdout}```\n")

        now = BLOCK.sub(run, text)
    # Commands that nobody runs are none.
    if ran != text.count("```sh") or not ran:
        print(f"{ran} blocks of commands were run, but the page has others", file=sys.stderr)
        return 1
    if "--update" in sys.argv:
        with open(page, "w", encoding="utf-8") as file:
            file.write(now)
        return 0
    diff = list(difflib.unified_diff(text.splitlines(True), now.splitlines(True), page, "is"))
    sys.stdout.writelines(diff)
    print(f"{ran} commands")
    return 1 if diff else 0


if __name__ == "__main__":
    sys.exit(main())
