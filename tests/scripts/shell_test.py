#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""shell_test.py TOOL: lfb shell in a terminal: it asks, goes on after mistakes, completes words and
has a history, where it was built with libedit."""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile

PROMPT = "lfb> "


class Terminal:
    """A program in a terminal of its own; what it prints has no control sequences."""

    def __init__(self, *words, **environment):
        self.child, self.file = pty.fork()
        if not self.child:
            for name in ("HOME", "XDG_STATE_HOME"):
                os.environ.pop(name, None)
            if "HOME" not in environment:
                os.environ["LFB_HISTORY"] = ""
            os.environ["TERM"] = "vt100"
            os.environ.update(environment)
            os.execv(words[0], words)
        self.at = 0
        self.all = ""
        self.until(PROMPT)

    def read(self):
        """False: it has ended."""
        if not select.select([self.file], [], [], 60)[0]:
            raise AssertionError(f"nothing comes behind {self.all[self.at:]!r}")
        try:
            part = os.read(self.file, 4096)
        except OSError:
            return False
        text = re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>78])", "",
                      part.decode("utf-8", "replace"))
        self.all += text.replace("\r", "")
        return bool(part)

    def until(self, text):
        """Everything up to it, and not more."""
        while text not in self.all[self.at:]:
            if not self.read():
                raise AssertionError(f"it ended before {text!r}: {self.all[self.at:]!r}")
        end = self.all.index(text, self.at) + len(text)
        seen, self.at = self.all[self.at:end], end
        return seen

    def type(self, text):
        os.write(self.file, text.encode())

    def line(self, text):
        """Types a line; what is printed before the next is asked for."""
        self.type(text + "\n")
        self.until("\n")
        return self.until(PROMPT)

    def end(self):
        """The end of the input, typed again where it came before the line was asked for."""
        for _ in range(60):
            self.type("\x15\x04")
            while select.select([self.file], [], [], 1)[0]:
                if not self.read():
                    return os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])
        raise AssertionError(f"it does not end behind {self.all[self.at:]!r}")


def expect(seen, *texts):
    for text in texts:
        if text not in seen:
            raise AssertionError(f"{text!r} is not in {seen!r}")


def mistakes(tool):
    shell = Terminal(tool, "shell")
    expect(shell.line("opn"), "lfb: shell:1:1: expected an operation")
    expect(shell.line("why"), "shell:1:1: expected an operation")
    expect(shell.line("open = -2"), "shell:1: open: expected = -2, got = 0")
    expect(shell.line("why"), "expected = -2, got = 0", "open = 0, in kernel 0",
           "the same lines in other kernels: rfc-v6 0")
    expect(shell.line("undo"), "nothing was done yet")
    expect(shell.line("open"), "opens /dev/liveupdate")
    expect(shell.line("do null"), "lfb: shell:2: ", "[kernel 0: oops;")
    expect(shell.line("undo"), "undone: do null", "[kernel 0; pages")
    expect(shell.line("save -"), "open\n")
    assert shell.end() == 0
    shell = Terminal(tool, "shell")
    shell.line("do null")
    assert shell.end() == 1


def editing(tool):
    shell = Terminal(tool, "shell")
    expect(shell.line("ope\t"), "opens /dev/liveupdate")
    expect(shell.line("hand\t0"), "registers file handler 0")
    expect(shell.line("sessi\tmachine-7"), 'makes session "machine-7"')
    expect(shell.line("pres\tmach\t1 0 5"), 'preserves file 5 in "machine-7", as token 1')
    expect(shell.line("why LFB-FLB-PUT-W\t"), "# LFB-FLB-PUT-WITHOUT-GET")
    expect(shell.line("reb\tint\tlinux-7.0\t"), "KERNEL 1: linux-7.0")
    expect(shell.line("und\t"), "undone: reboot into linux-7.0")
    expect(shell.line("help undo"), "take the last operation back")
    # What could be several things is shown, and stays as it is.
    shell.type("un\t\t")
    expect(shell.until("unhandler"), "undo")
    shell.type("\x15state\n")
    shell.until("findings 0")
    shell.until(PROMPT)
    # Lines from before.
    expect(shell.line("\x10\x10\x10"), "undone: ")
    expect(shell.line("\x1b[A"), "undone: ")
    assert shell.end() == 0


def typed(tool, *lines, **environment):
    """What a shell says in all, of lines typed one after the other."""
    shell = Terminal(tool, "shell", **environment)
    for line in lines:
        shell.line(line)
    assert shell.end() == 0
    return shell.all


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        head, *lines = file.read().splitlines()
    assert head == "_HiStOrY_V2_"
    return [line.replace("\\040", " ") for line in lines]


def history(tool, folder):
    # Another shell has the lines of the first, oldest last, and those that were no operation.
    home = f"{folder}/.lfb_history"
    typed(tool, "open", "session earlier", "opn", HOME=folder)
    assert lines_of(home) == ["open", "session earlier", "opn"]
    assert os.stat(home).st_mode & 0o777 == 0o600
    expect(typed(tool, "\x10\x10\x10", "\x10\x10\x10", HOME=folder),
           "opens /dev/liveupdate", 'makes session "earlier"')
    assert len(lines_of(home)) == 5
    # Every byte comes back.
    typed(tool, "session \\a\\040#", HOME=folder)
    expect(typed(tool, "\x10", HOME=folder), 'makes session "\\a\\040#"')
    # Where it is.
    os.mkdir(f"{folder}/state")
    typed(tool, "state", HOME=folder, XDG_STATE_HOME=f"{folder}/state")
    assert lines_of(f"{folder}/state/lfb/history") == ["state"]
    typed(tool, "undo", HOME=folder, LFB_HISTORY=f"{folder}/mine")
    assert lines_of(f"{folder}/mine") == ["undo"]
    # None, if that is wanted, and none from a pipe.
    typed(tool, "undo", HOME=folder, LFB_HISTORY="")
    subprocess.run([tool, "shell"], input="open\n", text=True, check=True, stdout=subprocess.PIPE,
                   env={"HOME": f"{folder}/state", "LFB_HISTORY": f"{folder}/pipe"})
    assert len(lines_of(home)) == 7
    assert sorted(os.listdir(folder)) == [".lfb_history", "mine", "state"]
    assert os.listdir(f"{folder}/state") == ["lfb"]
    # It is not longer than a thousand lines for long.
    with open(f"{folder}/mine", "w", encoding="utf-8") as file:
        file.write("_HiStOrY_V2_\n" + "".join(f"line\\040{i}\n" for i in range(1500)))
    typed(tool, "state", LFB_HISTORY=f"{folder}/mine", HOME=folder)
    kept = lines_of(f"{folder}/mine")
    assert len(kept) == 1001 and kept[0] == "line 500" and kept[-1] == "state", kept[:3]
    # What is no history stays as it is, and what is no file is not read.
    with open(f"{folder}/mine", "w", encoding="utf-8") as file:
        file.write("a letter\n")
    expect(typed(tool, "state", LFB_HISTORY=f"{folder}/mine", HOME=folder),
           f"lfb: LFB_HISTORY: {folder}/mine: this is no history of the shell's", "findings 0")
    with open(f"{folder}/mine", encoding="utf-8") as file:
        assert file.read() == "a letter\n"
    expect(typed(tool, "state", LFB_HISTORY="/dev/zero", HOME=folder), "this is no file")
    expect(typed(tool, "state", LFB_HISTORY=f"{folder}/none/x", HOME=folder), "No such file")
    assert "lfb: " not in typed(tool, "state", HOME=f"{folder}/none")


def main():
    tool = sys.argv[1]
    mistakes(tool)
    linked = subprocess.run(["ldd", tool], stdout=subprocess.PIPE, check=True, text=True).stdout
    if "libedit" in linked:
        editing(tool)
        with tempfile.TemporaryDirectory() as folder:
            history(tool, folder)
        print("with libedit")
    return 0


if __name__ == "__main__":
    sys.exit(main())
