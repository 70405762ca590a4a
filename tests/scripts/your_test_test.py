#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""your_test_test.py PAGE FOLDER RESULT: does in FOLDER what PAGE tells its reader to do.

Its blocks mean, by their language and the comment in front of them:
	<!-- file: NAME -->	the block becomes that file
	<!-- edit: NAME -->	a diff without line numbers of that file, where it fits once
	```sh			commands at the terminal, in the folder and with the variables of
				those before; they succeed, with <!-- fails --> they do not
	```text			what these have just printed; "…" stands for anything
	<!-- needs: NAME -->	up to the next heading, only where the command NAME is installed, or
				where programs with AddressSanitizer can be built (asan)

In the end the reader has what lies in RESULT. With LFB_UPDATE=1 blocks of text without "…" are
written anew."""

import difflib
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import time

page, folder, result = (pathlib.Path(name) for name in sys.argv[1:])
state = str(folder) + ".state"


def die(line, *what):
    sys.exit("%s:%d: %s" % (page, line, "\n".join(what)))


def blocks(lines):
    """Each with its line, its language, the comments in front of it and its text; headings too."""
    comments = {}
    inside = None
    for number, line in enumerate(lines, 1):
        if inside is not None:
            if line == "```":
                yield start, language, comments, inside
                inside, comments = None, {}
            else:
                inside.append(line)
        elif line.startswith("```"):
            start, language, inside = number, line[3:], []
        elif line.startswith("#"):
            yield number, "heading", {}, [line]
        elif match := re.fullmatch(r"<!-- (\w+)(?:: (.+))? -->", line):
            comments[match[1]] = match[2] or True


def at_the_terminal(command):
    """What a command prints on a terminal, and its exit status."""
    ours, theirs = pty.openpty()
    script = """. "$0.env"; cd "$(cat "$0.cwd")"
        trap 'pwd >"$0.cwd"; export -p >"$0.env"' EXIT
        set -e\n"""
    process = subprocess.Popen(["sh", "-c", script + command, state],
                               stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
    os.close(theirs)
    printed = b""
    try:
        while got := os.read(ours, 65536):
            printed += got
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    return printed.decode().replace("\r\n", "\n").splitlines(), process.wait()


def is_there(name):
    if name != "asan":
        return shutil.which(name)
    return not subprocess.run([os.environ.get("CC", "cc"), "-fsanitize=address", "-x", "c", "-",
                               "-o", "/dev/null"], input=b"int main(void) { return 0; }",
                              stderr=subprocess.DEVNULL).returncode


def here():
    return pathlib.Path(pathlib.Path(state + ".cwd").read_text().strip())


def edit(number, name, diff):
    text = (here() / name).read_text()
    old = "".join(line[1:] + "\n" for line in diff if line[:1] != "+")
    new = "".join(line[1:] + "\n" for line in diff if line[:1] != "-")
    if text.count(old) != 1:
        die(number, "this stands %d times in %s:" % (text.count(old), name), old)
    (here() / name).write_text(text.replace(old, new))


def fits(shown, printed):
    """Is this what was printed? "…" alone in a line stands for any lines."""
    pattern = "".join("(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n"
                      for line in shown)
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed))


def done(lines, anew):
    """Does what the page says; returns how many commands that were."""
    heading, printed, missing, ran = "", [], None, 0
    for number, language, comments, text in blocks(lines):
        if language == "heading":
            heading, missing = text[0].lstrip("# "), None
            continue
        if "needs" in comments and not is_there(comments["needs"]):
            missing = comments["needs"]
            print('skipped: %s is not installed, so nobody tried "%s"' % (missing, heading))
        if missing:
            continue
        if "file" in comments:
            (here() / comments["file"]).write_text("\n".join(text) + "\n")
        elif "edit" in comments:
            edit(number, comments["edit"], text)
        elif language == "sh":
            printed, status = at_the_terminal("\n".join(text))
            ran += len(text)
            if (status != 0) != ("fails" in comments):
                die(number, "exit status %d" % status, *printed)
        elif language == "text" and not fits(text, printed):
            if not os.environ.get("LFB_UPDATE") or "…" in "".join(text):
                die(number, *difflib.unified_diff(text, printed, page.name, "printed",
                                                  lineterm=""))
            anew.append((number, len(text), printed))
    return ran


def main():
    begun = time.monotonic()
    anew = []
    lines = page.read_text().splitlines()
    pathlib.Path(state + ".cwd").write_text("%s\n" % folder)
    pathlib.Path(state + ".env").write_text("")
    os.environ.update(TERM="dumb", HOME=str(folder), LC_ALL="C.UTF-8")
    try:
        ran = done(list(lines), anew)
    finally:
        for number, length, printed in reversed(anew):
            lines[number:number + length] = printed
        if anew:
            page.write_text("\n".join(lines) + "\n")
    project = folder / "window" if (folder / "window").is_dir() else folder
    for path in sorted(result.iterdir()):
        is_now, wanted = ((where / path.name).read_text().splitlines()
                          for where in (project, result))
        if is_now != wanted:
            die(len(lines), *difflib.unified_diff(wanted, is_now, str(path), "what it leads to",
                                                  lineterm=""))
    print("%d commands in %.0f s" % (ran, time.monotonic() - begun))


main()
