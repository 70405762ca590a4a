#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Runs scripts of the agent in a real kernel and in the simulator and prints the answers that
differ; takes the memory at the jump and reads it; puts a handover of the simulator's into the
machine and lets the real kernel boot it. ./dev vm calls it; docs/vm.md says what it showed."""

import argparse
import os
import subprocess
import sys
import tempfile

import machine

# Where the simulator's memory lies, so that a real machine of 256 MiB has nothing there at a jump.
START = 0x8000000
PLACE = ("--memory-start", hex(START), "--memory", "64M")


def simulate(lfb, script, *options):
    """The answers of the simulator."""
    command = [lfb, "run", "--profile", "linux-7.3", *options, "--agent", script]
    result = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    found = machine.answers(result.stdout)
    if not found:
        raise machine.Trouble(f"{' '.join(command)} says no answer: {result.stderr.strip()}")
    return found


def compare(name, real, simulated):
    """Prints what differs. Returns how many lines were compared and how many differ."""
    count = differ = 0
    for line, (operation, answer) in sorted(real.items()):
        ours = simulated.get(line, (operation, "nothing"))[1]
        # What follows says whether the jump went well; the simulator has no debugfs.
        if operation.startswith(("reboot!", "misc ls", "misc hex")):
            continue
        count += 1
        if answer == ours:
            continue
        differ += 1
        print(f"{name}:{line}: {operation}: the kernel answers {answer}, the simulator {ours}")
    return count, differ


def both(real, simulated):
    """The answers of both; a kernel that died answers no further."""
    dead = {line: (answer[0], "nothing") for line, answer in simulated.items()}
    return {**dead, **real}, simulated


def run_answers(options, path):
    """The script in both."""
    with open(path, encoding="utf-8") as file:
        script = file.read()
    with machine.Machine(options.kernel, options.init, script) as real:
        real.start()
        found = real.finish(options.timeout)
    if options.log:
        with open(options.log, "a", encoding="utf-8") as log:
            log.write(real.log)
    return compare(os.path.basename(path), *both(found, simulate(options.lfb, path)))


def take_memory(options, path, core):
    """The memory at the first jump of the script; what becomes of the script is not waited for."""
    with open(path, encoding="utf-8") as file:
        script = file.read()
    with machine.Machine(options.kernel, options.init, script) as real:
        debugger = real.start(stop_at_jump=True)
        debugger.run_to(machine.symbol(options.kernel, "machine_kexec"), options.timeout)
        machine.save_memory(core, real.path("qmp"))


def root_of(core):
    """Where a core has the tree that a handover begins with: (address, bytes)."""
    found = []
    for start, data in machine.segments(core):
        at = data.find(b"\xd0\x0d\xfe\xed")
        while at >= 0:
            size = int.from_bytes(data[at + 4:at + 8], "big")
            tree = data[at:at + size]
            if (start + at) % 4096 == 0 and b"kho-v" in tree and b"preserved-memory-map" in tree:
                found.append((start + at, tree))
            at = data.find(b"\xd0\x0d\xfe\xed", at + 4)
    if len(found) != 1:
        raise machine.Trouble(f"{core} has {len(found)} roots of a handover, not one")
    return found[0]


def hand_over(options, path):
    """A script with one jump: the simulator runs what is before it, the real kernel the rest."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    jump = lines.index("reboot!")
    # The numbers of lines stay. A kernel that opened the device hands something over.
    first = ["open D"] + ["say left out"] * (jump - 1)
    script = "\n".join(first + lines[jump:]) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        core = os.path.join(folder, "core")
        simulated = simulate(options.lfb, path, *PLACE, "--save-core", core)
        _, tree = root_of(core)
        with machine.Machine(options.kernel, options.init, script) as real:
            debugger = real.start(stop_at_jump=True)
            debugger.run_to(machine.symbol(options.kernel, "machine_kexec"), options.timeout)
            theirs = os.path.join(folder, "theirs")
            machine.save_memory(theirs, real.path("qmp"))
            place, _ = root_of(theirs)
            for start, data in machine.segments(core):
                debugger.write(start, data)
            # The next kernel was told where the root is: ours takes its place.
            debugger.write(place, tree)
            debugger.go()
            found = real.finish(options.timeout)
        if options.log:
            with open(options.log, "a", encoding="utf-8") as log:
                log.write(real.log)
    found = {line: answer for line, answer in found.items() if line > jump + 1}
    simulated = {line: answer for line, answer in simulated.items() if line > jump + 1}
    return compare(os.path.basename(path), *both(found, simulated))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", required=True, help="the folder a kernel was built in")
    parser.add_argument("--init", required=True, help="the agent, built statically")
    parser.add_argument("--lfb", required=True, help="the tool")
    parser.add_argument("--timeout", type=int, default=300, help="seconds for a script")
    parser.add_argument("--log", help="what the consoles show is added to this file")
    parser.add_argument("--memory", metavar="CORE", help="take the memory at the first jump of the "
                        "script instead")
    parser.add_argument("--hand-over", action="store_true", help="let the simulator run what is "
                        "before the jump and the real kernel what is behind it")
    parser.add_argument("script", nargs="+")
    options = parser.parse_args()
    lines = differ = 0
    try:
        for path in options.script:
            if options.memory:
                take_memory(options, path, options.memory)
                continue
            count, wrong = (hand_over if options.hand_over else run_answers)(options, path)
            lines += count
            differ += wrong
    except machine.Trouble as trouble:
        sys.exit(f"vm: {trouble}")
    if not options.memory:
        print(f"{lines} answers of a real kernel, {differ} of them otherwise here")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
