#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""trace_test.py TOOL SCHEMA SCENARIO...: each scenario is drawn in every form; what comes out is
well formed, the same twice, and of the same steps."""

import concurrent.futures
import json
import os
import subprocess
import sys

import jsonschema

TOOL = sys.argv[1]
with open(sys.argv[2], encoding="utf-8") as schema:
    VALIDATOR = jsonschema.Draft202012Validator(json.load(schema))


class Wrong(Exception):
    """What is wrong with a drawing."""


def need(yes, what):
    """Raises Wrong unless YES."""
    if not yes:
        raise Wrong(what)


def draw(form, scenario):
    """What is printed, in the machine that the scenario's comments or its folder ask for."""
    with open(scenario, encoding="utf-8", errors="replace") as file:
        given = [word for line in file if line.startswith("# machine:")
                 for word in line.split()[2:]]
    profile = next((part for part in ("rfc-v6", "linux-7.0", "linux-7.3")
                    if part in os.path.dirname(scenario)), "reference")
    if "--profile" not in given:
        given += ["--profile", profile]
    done = subprocess.run([TOOL, "trace", "--format", form, *given, scenario], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    need(done.returncode in (0, 1), f"exit status {done.returncode}: {done.stderr[:300]}")
    return done.stdout.decode("utf-8")


class Json:
    """The steps, held against each other."""

    def __init__(self, text, is_strict):
        lines = [json.loads(line) for line in text.splitlines()]
        need(lines, "nothing was printed")
        self.head, self.steps = lines[0], lines[1:]
        need(self.head["steps"] == len(self.steps), "another number of steps than it says")
        for line in lines if is_strict else ():
            error = jsonschema.exceptions.best_match(VALIDATOR.iter_errors(line))
            need(not error, f"{error and error.message[:200]}: {line}")
        for number, step in enumerate(self.steps, 1):
            self.check_place(number, step)
        self.check_counts()

    def check_place(self, number, step):
        """Causes stand in front of their effects, and a step's are together."""
        need(step["step"] == number and step["in"] < number <= step["last"], f"{number}: order")
        if step["in"]:
            need(self.steps[step["in"] - 1]["last"] >= step["last"], f"{number}: not inside")

    def check_counts(self):
        """Counts go on where they were, kernel by kernel; pages are as many as their steps say."""
        counts, saved = {}, 0
        for step in self.steps:
            if step["what"] in ("jumped", "switched-off"):
                counts, saved = {}, 0
            if step["what"] in ("flb-counted", "flb-got", "flb-put"):
                key = step["flb"], step["side"]
                need(counts.get(key, (0, 0)) == (step["count_before"], step["references_before"]),
                     f"{step['step']}: another count before")
                counts[key] = step["count"], step["references"]
            if step["what"] == "pages-marked":
                need(saved <= step["saved"] <= saved + step["pages"], f"{step['step']}: saved")
            elif step["what"] == "pages-unmarked":
                need(saved - step["pages"] <= step["saved"] <= saved, f"{step['step']}: saved")
            else:
                need(step["saved"] == saved, f"{step['step']}: pages are saved by nobody")
            saved = step["saved"]


def check(job):
    """What is wrong with one scenario's drawings; None: nothing."""
    scenario, is_strict = job
    try:
        text = draw("json", scenario)
        need(text == draw("json", scenario), "json: not the same twice")
        Json(text, is_strict)
    except (Wrong, ValueError, KeyError) as error:
        return f"{scenario}: {type(error).__name__}: {error}"
    return None


def main():
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)
    scenarios = sys.argv[3:]
    # Each line against the schema takes its time: that is for some of them.
    jobs = [(scenario, "/golden/" not in scenario or index % 10 == 0)
            for index, scenario in enumerate(scenarios)]
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        wrong = [what for what in pool.map(check, jobs, chunksize=8) if what]
    print("\n".join(wrong[:10]))
    print(f"{len(scenarios)} scenarios")
    return 1 if wrong or not scenarios else 0


if __name__ == "__main__":
    sys.exit(main())
