#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# What ./dev vm is made of, without a machine: the agent compiles, answers are read as kernels and
# the simulator write them, both start kernels alike, and the archive of files is one.

set -eu

. "$(dirname "$0")/cli_common.sh"

vm=$LFB_SOURCE_DIR/tests/vm
"${CC:-cc}" -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Wshadow -Werror -fsyntax-only "$vm"/*.c ||
	fail "the agent does not compile"
for script in "$vm"/*.sh; do
	sh -n "$script" || fail "$script"
done
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$vm python3 - "$vm" "$LFB" "$dir/core" <<'END' || fail "vm.py"
import re
import sys

import machine
import vm

folder, lfb, core = sys.argv[1:]
with open(f"{folder}/agent.h", encoding="utf-8") as file:
    assert re.search(r'LFB_COMMAND_LINE "(.*)"', file.read())[1] == machine.COMMAND_LINE

found = machine.answers("""@@STAGE 1 up at 0.70
@@  1: open D                                               = ok
@@  4: ro create D a = -EFAULT[    0.856018] a kernel's message
@@  5: getname A                                            = ok name=a
@@ 60: file h hugetlb = -38
""")
assert found == {1: ("open D", "ok"), 4: ("ro create D a", "-EFAULT"),
                 5: ("getname A", "ok name=a"), 60: ("file h hugetlb", "-ENOSYS")}, found

# One that differs is told from those that do not, and from what the simulator does not have.
assert vm.compare("s", found, {**found, 4: ("ro create D a", "ok")}) == (4, 1)
assert vm.compare("s", {1: ("misc ls /debugfs", "ok")}, {}) == (0, 0)

# What is put into a real machine: pages where that has nothing, and one root.
script = f"{folder}/handover.txt"
ours = vm.simulate(lfb, script, *vm.PLACE, "--save-core", core)
with open(script, encoding="utf-8") as file:
    assert len(ours) == len(file.readlines()) - 1, ours
assert min(start for start, _ in machine.segments(core)) > vm.START
address, tree = vm.root_of(core)
assert address > vm.START and b"kexec-metadata" in tree

# The archive is one that kernels unpack: names and sizes at multiples of 4.
archive = machine.archive([("init", 0o100755, b"12345")])
assert archive[:6] == b"070701" and int(archive[54:62], 16) == 5 and len(archive) % 4 == 0
assert archive[110:115] == b"init\0" and archive[116:121] == b"12345"
END
finish
