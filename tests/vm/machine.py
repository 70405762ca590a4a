# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A virtual machine that runs a script of the agent in a real kernel."""

import errno
import json
import os
import re
import selectors
import shutil
import socket
import struct
import subprocess
import tempfile
import time

# As in agent.h; the first kernel of a script is started with it too.
COMMAND_LINE = "console=ttyS0 nokaslr kho=on liveupdate=on panic=-1 reboot=t"
ANSWER = re.compile(r"@@ *(\d+): (.*?) += (ok|-[A-Z0-9]+)((?: \w+=\S*)*)")


class Trouble(Exception):
    """What keeps the machine from its work, in a sentence."""


def archive(files):
    """The files as the archive ("newc" of cpio) that kernels unpack at boot."""
    out = bytearray()
    for name, mode, data in files + [("TRAILER!!!", 0, b"")]:
        path = name.encode() + b"\0"
        fields = (1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0)
        out += b"070701" + b"".join(b"%08x" % field for field in fields) + path
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return bytes(out)


class Debugger:
    """The part of gdb's remote protocol that stops a kernel at a symbol and writes its memory."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.buffer = b""

    def send(self, text):
        data = text.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) & 0xFF))

    def receive(self, timeout):
        self.socket.settimeout(timeout)
        while True:
            match = re.search(rb"\$([^#]*)#..", self.buffer)
            if match:
                self.buffer = self.buffer[match.end():]
                self.socket.sendall(b"+")
                return match.group(1).decode()
            data = self.socket.recv(65536)
            if not data:
                raise Trouble("the machine ended before it came to the jump")
            self.buffer += data

    def ask(self, text):
        self.send(text)
        answer = self.receive(60)
        if answer.startswith("E"):
            raise Trouble(f"the machine refuses {text[:20]}: {answer}")
        return answer

    def run_to(self, address, timeout):
        self.ask(f"Z1,{address:x},1")
        self.send("c")
        try:
            answer = self.receive(timeout)
        except socket.timeout as error:
            raise Trouble(f"no jump within {timeout} s") from error
        if not answer.startswith(("T05", "S05")):
            raise Trouble(f"the machine stopped otherwise than at the jump: {answer}")
        self.ask(f"z1,{address:x},1")

    def write(self, address, data):
        """Writes physical memory."""
        self.ask("Qqemu.PhyMemMode:1")
        for start in range(0, len(data), 1024):
            part = data[start:start + 1024]
            self.ask(f"M{address + start:x},{len(part):x}:{part.hex()}")
        self.ask("Qqemu.PhyMemMode:0")

    def go(self):
        self.send("c")


def save_memory(path, monitor):
    """All memory of the machine, as an ELF core."""
    control = socket.socket(socket.AF_UNIX)
    control.connect(monitor)
    control.settimeout(300)
    answers = control.makefile("r", encoding="utf-8")
    answers.readline()
    dump = {"paging": False, "protocol": f"file:{path}"}
    for command, arguments in (("qmp_capabilities", {}), ("dump-guest-memory", dump)):
        control.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
        while True:
            answer = json.loads(answers.readline())
            if "error" in answer:
                raise Trouble(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                break
    control.close()


def symbol(build, name):
    """The address of a symbol of the kernel that was built in build."""
    with open(os.path.join(build, "System.map"), encoding="ascii") as lines:
        for line in lines:
            address, _, found = line.split()
            if found == name:
                return int(address, 16)
    raise Trouble(f"this kernel has no {name}")


class Machine:
    """One run of a script. What the console shows is kept in log."""

    def __init__(self, build, agent, script, memory="256M"):
        self.build = build
        self.folder = tempfile.mkdtemp(prefix="lfb-vm-")
        self.log = ""
        self.process = None
        self.memory = memory
        kernel = os.path.join(build, "arch/x86/boot/bzImage")
        with open(agent, "rb") as init, open(kernel, "rb") as image:
            root = archive([("dev", 0o040755, b""), ("init", 0o100755, init.read()),
                            ("bzImage", 0o100644, image.read()),
                            ("script", 0o100644, script.encode())])
        with open(self.path("root"), "wb") as out:
            out.write(root)
        self.command = ["qemu-system-x86_64", "-accel", "tcg", "-m", memory, "-smp", "1",
                        "-display", "none", "-nodefaults", "-no-user-config", "-no-reboot",
                        "-serial", "stdio", "-kernel", kernel, "-initrd", self.path("root"),
                        "-append", COMMAND_LINE]

    def path(self, name):
        return os.path.join(self.folder, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, stop_at_jump=False):
        """Switches it on. With stop_at_jump it stands still where a debugger takes over."""
        more = []
        if stop_at_jump:
            more = ["-S", "-gdb", f"unix:{self.path('gdb')},server=on,wait=off",
                    "-qmp", f"unix:{self.path('qmp')},server=on,wait=off"]
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(self.command + more, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if not stop_at_jump:
            return None
        for _ in range(100):
            if os.path.exists(self.path("gdb")) and os.path.exists(self.path("qmp")):
                return Debugger(self.path("gdb"))
            time.sleep(0.05)
        raise Trouble("qemu does not start: " + self.process.stdout.read1().decode())

    def finish(self, timeout):
        """Reads the console until the script is done or the last kernel died."""
        end = time.monotonic() + timeout
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while "@@SCRIPT DONE" not in self.log:
                if not selector.select(max(0, end - time.monotonic())):
                    raise Trouble(f"no end within {timeout} s; the last lines:\n{self.log[-600:]}")
                data = self.process.stdout.read1()
                if not data:
                    break
                self.log += data.decode(errors="replace").replace("\r", "")
        return answers(self.log)


def error_name(word):
    """-38 and -ENOSYS are the same answer."""
    if re.fullmatch(r"-\d+", word):
        return "-" + errno.errorcode.get(int(word[1:]), word[1:])
    return word


def answers(text):
    """What each line of the script answered: {line: (operation, answer)}."""
    found = {}
    for match in ANSWER.finditer(text):
        found[int(match[1])] = (match[2], error_name(match[3]) + match[4])
    return found


def segments(path):
    """The loaded parts of an ELF core: (physical address, bytes) one by one."""
    with open(path, "rb") as core:
        header = core.read(64)
        if header[:6] != b"\x7fELF\x02\x01":
            raise Trouble(f"{path} is no ELF core of 64 bits")
        offset, = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        for i in range(count):
            core.seek(offset + i * size)
            kind, _, start, _, physical, length = struct.unpack("<IIQQQQ", core.read(40))
            if kind == 1 and length:
                core.seek(start)
                yield physical, core.read(length)
