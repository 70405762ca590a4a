#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What separates the profile reference from linux-7.3.

reference_test.py transcripts: the transcripts recorded with linux-7.3 that reference answers
differently, as a table, each with the defects that explain it: the smallest set of quirks with
which reference gives the recorded transcript.

reference_test.py defects DOC: the table of defects in DOC names all quirks and who has them.
"""

import difflib
import itertools
import os
import pathlib
import re
import subprocess
import sys

LFB = os.environ["LFB"]
RECORDED = pathlib.Path(os.environ["LFB_TEST_DATA"], "golden", "linux-7.3")


def lfb(*args):
    return subprocess.run([LFB, *args], check=True, capture_output=True, text=True).stdout


def profiles_of_quirks():
    """Which profiles have which quirk, as the tool says."""
    lines = lfb("profiles").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("quirk "))
    names = lines[start].split()[1:]
    rows = [line.split() for line in lines[start + 1 :] if not line.startswith(" ")]
    have = {
        quirk: [name for name, has in zip(names, columns) if has == "yes"]
        for quirk, *columns in rows
    }
    # linux-7.2 has what linux-7.3 has; the table says that once.
    for profiles in have.values():
        assert ("linux-7.2" in profiles) == ("linux-7.3" in profiles)
    return {
        quirk: [name for name in profiles if name != "linux-7.2"]
        for quirk, profiles in have.items()
    }


def transcript(scenario, profile, *quirks):
    options = [word for quirk in quirks for word in ("--quirk", quirk)]
    return lfb("run", "--golden", "--profile", profile, *options, str(scenario))


def smallest_set(quirks, fits):
    """The smallest set of quirks that fits; there is one."""
    for size in range(len(quirks) + 1):
        found = [names for names in itertools.combinations(quirks, size) if fits(names)]
        if found:
            assert len(found) == 1, f"any of {found} would do"
            return found[0]
    sys.exit("no set of quirks would do")


def explanation(scenario, recorded, mended, quirks):
    """The quirks reference lacks to answer as recorded, and those that come to light without."""

    def gives_recorded(names):
        return transcript(scenario, "reference", *(f"+{name}" for name in names)) == recorded

    def gives_mended(names):
        without = [f"-{name}" for name in (*lacking, *names)]
        return transcript(scenario, "linux-7.3", *without) == mended

    lacking = smallest_set(quirks, gives_recorded)
    for name in lacking:
        without = transcript(scenario, "linux-7.3", f"-{name}")
        assert without != recorded, f"{scenario}: linux-7.3 does not need {name}"
    return lacking, smallest_set([name for name in quirks if name not in lacking], gives_mended)


def table_row(name, recorded, mended, lacking, uncovered):
    old, new = recorded.splitlines(), mended.splitlines()
    first = next(i for i, lines in enumerate(zip(old, new)) if lines[0] != lines[1])
    changes = [line[0] for line in difflib.ndiff(old, new)]
    return (
        f"| {name} | {first + 1} | `{old[first]}` | `{new[first]}` "
        f"| -{changes.count('-')} +{changes.count('+')} "
        f"| {', '.join(lacking)} | {', '.join(uncovered)} |"
    )


def transcripts():
    quirks = [name for name, profiles in profiles_of_quirks().items() if "linux-7.3" in profiles]
    everything = [f"-{name}" for name in quirks]
    print("| transcript | line | linux-7.3 | reference | lines | explained by | uncovers |")
    print("|---|---|---|---|---|---|---|")
    scenarios = sorted(RECORDED.glob("*.ops"))[:100]
    assert len(scenarios) == 100, f"{len(scenarios)} scenarios, not 100"
    for scenario in scenarios:
        recorded = scenario.with_suffix(".trace").read_text(encoding="ascii")
        mended = transcript(scenario, "reference")
        assert transcript(scenario, "linux-7.3", *everything) == mended, scenario
        if mended == recorded:
            continue
        lacking, uncovered = explanation(scenario, recorded, mended, quirks)
        print(table_row(scenario.stem, recorded, mended, lacking, uncovered))


def defects(path):
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| ([^|]*) \| [^|]+ \| [^|]+ \|$",
        pathlib.Path(path).read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    documented = [(quirk, profiles.split(", ")) for quirk, profiles in rows]
    actual = list(profiles_of_quirks().items())
    for wrong in [row for row in documented if row not in actual]:
        print(f"{path}: not what the tool says: {wrong}", file=sys.stderr)
    for missing in [row for row in actual if row not in documented]:
        print(f"{path}: not documented: {missing}", file=sys.stderr)
    sys.exit(documented != actual)


if sys.argv[1] == "transcripts":
    transcripts()
else:
    defects(sys.argv[2])
