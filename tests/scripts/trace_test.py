#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""trace_test.py TOOL SCHEMA SCENARIO...: each scenario is drawn in every form; what comes out is
well formed, the same twice, and of the same steps."""

import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree

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


VIEWS = {"flb": ["svg", "--view", "flb"], "memory": ["svg", "--view", "memory"]}


def draw(form, scenario):
    """What is printed, in the machine that the scenario's comments or its folder ask for."""
    with open(scenario, encoding="utf-8", errors="replace") as file:
        given = [word for line in file if line.startswith("# machine:")
                 for word in line.split()[2:]]
    profile = next((part for part in ("rfc-v6", "linux-7.0", "linux-7.3")
                    if part in os.path.dirname(scenario)), "reference")
    if scenario.endswith(".script"):
        given.append("--agent")
    if "--profile" not in given:
        given += ["--profile", profile]
    done = subprocess.run([TOOL, "trace", "--format", *VIEWS.get(form, [form]), *given, scenario],
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    need(done.returncode in (0, 1), f"exit status {done.returncode}: {done.stderr[:300]}")
    return done.stdout.decode("utf-8")


class Json:
    """The steps, held against each other."""

    def __init__(self, text, is_strict=True):
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


ROW = "{http://www.w3.org/2000/svg}g"
TEXT = "{http://www.w3.org/2000/svg}text"
TITLE = "{http://www.w3.org/2000/svg}title"
MESSAGE = re.compile(r"    (?:[AKL](?:->>|--x)[ALHFM]|Note over (?:A,M|[AKLHFM])): (?P<text>.*)")
NO_TEXT = re.compile(r"[<>&{}%;`\x00-\x1f\x7f]|#(?!\d+;)")


def check_texts(text):
    """It is XML, no two texts lie over each other, and what is cut is whole where it is pointed at.
    Returns its root, and each line's texts."""
    root = xml.etree.ElementTree.fromstring(text)
    lines = collections.defaultdict(list)
    for label in root.iter(TEXT):
        whole = label.find(TITLE)
        need(label.text.endswith("…") == (whole is not None) and
             (whole is None or whole.text.startswith(label.text[:-1])), f"svg: cut: {label.text}")
        begin = int(label.get("x"))
        lines[int(label.get("y"))].append(
            (begin, begin + int(label.get("textLength")), label.text))
    width, height = int(root.get("width")), int(root.get("height"))
    for y, labels in lines.items():
        labels.sort()
        need(labels[-1][1] <= width and y < height, f"svg: {y}: out of the picture")
        need(all(one[1] <= other[0] for one, other in zip(labels, labels[1:])),
             f"svg: {y}: text over text")
        need(all(len(said) * 7 == end - begin for begin, end, said in labels),
             f"svg: {y}: text of another width")
    return root, lines


def check_svg(text, steps):
    """It has the steps of the story, each whole."""
    root, lines = check_texts(text)
    uncut(lines, 96)
    rows = [int(row.get("id")[4:]) for row in root.iter(ROW)]
    need(rows == sorted(rows) or "refused" in text, "svg: not in order")
    drawn = {step["step"] for step in steps if step["matters"] and step["what"] != "flb-counted"}
    need(drawn <= set(rows), f"svg: not drawn: {sorted(drawn - set(rows))[:5]}")
    return len(rows)


def uncut(lines, letters):
    """Only what is longer than any column is cut."""
    need(not any(said.endswith("…") and len(said) < letters
                 for labels in lines.values() for _, _, said in labels), "svg: a text is cut")


FLB_STEPS = {f"flb-{what}" for what in (
    "preserve", "unpreserve", "retrieve", "finish", "serialized", "handed-over", "registered",
    "unregistered")}


def check_flb(text, steps):
    """Each change of an FLB's count, and each thing that becomes of it, in its column."""
    root, lines = check_texts(text)
    uncut(lines, 96)
    rows = [int(row.get("id")[4:]) for row in root.iter(ROW)]
    need(rows == sorted(rows), "flb: not in order")
    drawn = {step["step"] for step in steps if step["what"] in FLB_STEPS}
    need(drawn <= set(rows), f"flb: not drawn: {sorted(drawn - set(rows))[:5]}")
    counts = [f"{step['count_before']}→{step['count']}" +
              (" left" if step["side"] == "incoming" else "")
              for step in steps if step["what"] == "flb-counted"]
    shown = [said for y in sorted(lines) for _, _, said in lines[y]
             if re.fullmatch(r"\d+→\d+( left)?", said)]
    need(not steps or shown == counts, "flb: other counts")


def check_memory(text, steps):
    """In each kexec as many pages were preserved as are saved when it comes."""
    _, lines = check_texts(text)
    uncut(lines, 120)
    saved = [steps[step["step"] - 2]["saved"] for step in steps if step["what"] == "jumped"]
    shown, last = [], None
    for y in sorted(lines):
        said = [label for _, _, label in lines[y]]
        if said[0].startswith("kexec from kernel "):
            shown.append(0)
            last = 0
        elif said[0].startswith("no kexec"):
            last = None
        elif "■ preserved" in said and last is not None:
            address, _, pages = said[0].partition(", ")
            need(int(address, 16) > last, "memory: not by address")
            last = int(address, 16)
            shown[-1] += int(pages.split()[0]) if pages else 1
    need(not steps or shown == saved, f"memory: {shown} pages, not {saved}")


def check_mermaid(text):
    """Each line is a message or a note, and nothing in it is more than text."""
    lines = text.splitlines()
    need(lines[0] == "sequenceDiagram", "mermaid: another beginning")
    messages = [MESSAGE.fullmatch(line) for line in lines[7:]]
    need(all(messages), "mermaid: a line of no known kind")
    for message in messages:
        plain = re.sub(r"#\d+;", "", message["text"])
        need(not NO_TEXT.search(plain), f"mermaid: {message['text']}")
    return len(messages)


def check_perfetto(text, steps):
    """Slices are the steps, and lie in each other as they do, in each thread."""
    slices = [event for event in json.loads(text)["traceEvents"] if event["ph"] == "X"]
    need(len(slices) == len(steps), "perfetto: another number of steps")
    ends = collections.defaultdict(list)
    for event in slices:
        open_ends = ends[event["pid"], event["tid"]]
        while open_ends and open_ends[-1] <= event["ts"]:
            open_ends.pop()
        need(not open_ends or event["ts"] + event["dur"] <= open_ends[-1],
             f"perfetto: {event['ts']}: goes on behind what it lies in")
        open_ends.append(event["ts"] + event["dur"])
    for event, step in zip(slices, steps):
        need((event["ts"], event["dur"]) == (step["step"], step["last"] - step["step"] + 1),
             f"perfetto: {step['step']}: another place")


def check_all(scenario):
    """All forms, held against each other."""
    text, story = draw("json", scenario), draw("story", scenario)
    steps = Json(text).steps
    rows = check_svg(draw("svg", scenario), steps)
    need(check_mermaid(draw("mermaid", scenario)) == rows, "mermaid: not what svg draws")
    check_flb(draw("flb", scenario), steps)
    check_memory(draw("memory", scenario), steps)
    check_perfetto(draw("perfetto", scenario), steps)
    need(re.search(r" findings? in \d+ operations?\n", story), "story: without an end")
    need(text == draw("json", scenario) and story == draw("story", scenario),
         "not the same twice")


# One form alone.
ONE = {
    "json": lambda text: Json(text, False),
    "svg": lambda text: check_svg(text, ()),
    "flb": lambda text: check_flb(text, ()),
    "memory": lambda text: check_memory(text, ()),
    "mermaid": check_mermaid,
    "perfetto": json.loads,
}


def check(job):
    """What is wrong with one scenario's drawings; None: nothing."""
    scenario, forms = job
    try:
        for form in forms:
            ONE[form](draw(form, scenario))
        if not forms:
            check_all(scenario)
    except (Wrong, ValueError, KeyError, xml.etree.ElementTree.ParseError) as error:
        return f"{scenario}: {type(error).__name__}: {error}"
    return None


def refuses(checker, text, old, new):
    """It sees what is wrong when OLD is NEW."""
    need(old in text, f"nothing to damage: {old}")
    try:
        checker(text.replace(old, new, 1))
    except (Wrong, ValueError):
        return
    raise Wrong(f"not seen: {new} in the place of {old}")


def prove(scenario):
    """What checks drawings sees that one is wrong."""
    text = draw("json", scenario)
    steps = Json(text).steps
    refuses(Json, text, '"step": 9, ', '"step": 10, ')
    refuses(Json, text, '"count_before": 1, ', '"count_before": 2, ')
    refuses(Json, text, '"lane": "flb"', '"lane": "flbs"')
    refuses(Json, text, '"saved": 7', '"saved": 8')
    picture = draw("svg", scenario)
    refuses(lambda svg: check_svg(svg, steps), picture, 'textLength="21"', 'textLength="2100"')
    refuses(lambda svg: check_svg(svg, steps), picture, 'x="930"', 'x="735"')
    operation = next(step["step"] for step in steps if step["what"] == "flb-retrieve")
    refuses(lambda svg: check_svg(svg, steps), picture, f'id="row-{operation}"', 'id="row-1"')
    picture = draw("flb", scenario)
    refuses(lambda svg: check_flb(svg, steps), picture, "1→2<", "1→3<")
    refuses(lambda svg: check_flb(svg, steps), picture, f'id="row-{operation}"', 'id="row-0"')
    refuses(lambda svg: check_flb(svg, steps), picture, "still needed<", "still neede…<")
    picture = draw("memory", scenario)
    refuses(lambda svg: check_memory(svg, steps), picture, "■ preserved<", "■ preserve!<")
    refuses(lambda svg: check_memory(svg, steps), picture, "0x100022000<", "0x100002000<")
    diagram = draw("mermaid", scenario)
    refuses(check_mermaid, diagram, "token 1", "token #1")
    refuses(check_mermaid, diagram, "L->>F", "L->>X")
    refuses(lambda text: check_perfetto(text, steps), draw("perfetto", scenario),
            '"dur": 1, ', '"dur": 2, ')


def main():
    """All scenarios in one form each, and some in all; those that are not recorded always."""
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)
    scenarios = sys.argv[3:]
    prove(next(scenario for scenario in scenarios if scenario.endswith("/first.lfb")))
    in_all = "LFB_TRACE_ALL" in os.environ
    jobs = []
    for index, scenario in enumerate(scenarios):
        is_many = not in_all and ("/golden/linux" in scenario or "/golden/rfc" in scenario or
                                  "/zoo/" in scenario)
        jobs.append((scenario, [list(ONE)[index % len(ONE)]] if is_many and index % 15 else []))
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        wrong = [what for what in pool.map(check, jobs, chunksize=8) if what]
    print("\n".join(wrong[:10]))
    print(f"{len(scenarios)} scenarios")
    return 1 if wrong or not scenarios else 0


if __name__ == "__main__":
    sys.exit(main())
