#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""playground_test.py PAGE TOOL SCENARIO...: the playground in a real browser, from a file: what clicks
do; each SCENARIO gives the page that TOOL, which runs here, gives."""

import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts"))
import browser  # noqa: E402

PAGE, TOOL, *SCENARIOS = sys.argv[1:]
ROWS = "document.getElementById('play').contentDocument.querySelectorAll('#rows [role=listitem]').length"
SAID = "document.getElementById('said').textContent"
STATUS = "document.getElementById('said').dataset.status"
checks = 0


def holds(what, there):
    global checks
    checks += 1
    if not there:
        sys.exit(f"playground: {what}")


def until(page, script, want, what):
    for _ in range(300):
        got = page.value(script)
        if want(got):
            return got
        time.sleep(0.1)
    sys.exit(f"playground: {what}: {got!r}")


def choose(page, where, what):
    page.value(f"""(() => {{ const select = document.getElementById({where!r});
        document.getElementById("said").dataset.status = "";
        select.value = {what!r}; select.dispatchEvent(new Event("change")); }})()""")
    until(page, STATUS, lambda status: status, f"{what} was not played")


def type_in(page, text):
    page.value(f"document.getElementById('operation').value = {text!r}")
    page.click("#add button")


def clicks(page):
    until(page, SAID, lambda said: said == "It went well.", "the first scenario")
    first = until(page, ROWS, lambda rows: rows > 5, "the first scenario has no rows")
    type_in(page, "session another")
    more = until(page, ROWS, lambda rows: rows > first, "an operation was added, and no row")
    holds("it is the last line", page.value("document.getElementById('text').value")
          .endswith("\nsession another\n"))
    type_in(page, "sesion")
    until(page, STATUS, lambda status: status in ("1", "2"), "what is no operation is played")
    holds("it says where", "sesion" in page.value(SAID))
    page.click("#undo")
    until(page, STATUS, lambda status: status == "0", "the mistake was not undone")
    page.click("#undo")
    until(page, ROWS, lambda rows: rows == first, f"{more} rows, of which one was undone")
    holds("there is no more to undo", page.value("document.getElementById('undo').disabled"))


def editor(page):
    """By touch, in the dark."""
    page.prefer(prefers_color_scheme="dark")
    page.tap("#text")
    holds("a finger begins to edit", page.value("document.activeElement.id") == "text")
    page.value("""(() => { const text = document.getElementById("text");
        text.setSelectionRange(text.value.length, text.value.length); })()""")
    rows = page.value(ROWS)
    page.call("Input.insertText", text="session typed\n")
    page.tap("#run")
    until(page, ROWS, lambda now: now > rows, "what was typed is not played")
    page.frames()
    holds("what it plays is in sight", page.value(
        "document.getElementById('play').getBoundingClientRect().top < innerHeight / 2"))
    page.value("scrollTo(0, 0)")
    for scheme in ("dark", "light"):
        page.prefer(prefers_color_scheme=scheme)
        page.frames()
        for check in (browser.READABLE, browser.MISPLACED):
            holds(f"{scheme}: {page.value(check)}", page.value(check) == [])
    small = page.value("""[...document.querySelectorAll("button, select, input")]
        .filter((element) => element.offsetHeight < 30).map((element) => element.id)""")
    holds(f"too small for a finger: {small}", not small)


def links(page):
    """To a kernel, what was typed and a step."""
    choose(page, "kernel", "linux-7.0")
    rows = page.value(ROWS)
    type_in(page, "session grün&#+%41")
    until(page, ROWS, lambda now: now > rows, "it was not added")
    state = """[document.getElementById("kernel").value, document.getElementById("text").value,
        document.getElementById("play").contentDocument.getElementById("slider").ariaValueText]"""
    page.value("document.getElementById('play').contentWindow.follow('#step=30')")
    there = page.value(state)
    holds(f"at step {there[2]}", there[2] == "step 30")
    page.click("#link")
    until(page, SAID, lambda said: "link" in said, "no link")
    link = page.value("location.hash")
    holds(f"{link}", link.startswith("#k=linux-7.0&s=") and link.endswith("&step=30"))
    page.open(PAGE, link)
    until(page, f"(() => {{ try {{ return {state}; }} catch {{ return null; }} }})()",
          lambda here: here == there, "the link leads elsewhere")
    page.value("location.hash = '#k=linux-1.0&s=open'")
    until(page, SAID, lambda said: "no kernel linux-1.0" in said, "another kernel, and nothing said")
    holds("its text is there", page.value("document.getElementById('text').value") == "open")
    page.value("document.getElementById('text').value = '# long\\n'.repeat(2000)")
    page.click("#link")
    until(page, SAID, lambda said: "letters" in said, "what is too long is linked")
    holds("the address is as it was", page.value("location.hash").endswith("s=open"))
    page.open(PAGE, "#s=%ff%&&k&=%00")
    until(page, STATUS, lambda status: status, "what is no link is not survived")


def same_as_here(page):
    kernels = page.value("[...document.getElementById('kernel').options].map((o) => o.value)")
    holds(f"kernels: {kernels}", {"rfc-v6", "linux-7.0", "linux-7.3", "reference"} <= set(kernels))
    for scenario in SCENARIOS:
        choose(page, "lesson", os.path.basename(scenario)[:-len(".lfb")])
        for kernel in ("rfc-v6", "linux-7.3"):
            choose(page, "kernel", kernel)
            here = subprocess.run([TOOL, "trace", "--format", "html", "--profile", kernel,
                                   "/dev/stdin"], stdout=subprocess.PIPE, check=False,
                                  input=page.value("document.getElementById('text').value")
                                  .encode(), stderr=subprocess.DEVNULL)
            there = page.value("document.getElementById('play').srcdoc")
            holds(f"{scenario} in {kernel}: another status",
                  page.value(STATUS) == str(here.returncode))
            holds(f"{scenario} in {kernel}: another page",
                  there.replace("/typed.lfb", "/dev/stdin") == here.stdout.decode())


def main():
    path = browser.find()
    if not path:
        print("there is no browser")
        sys.exit(77)
    with browser.Browser(path) as page:
        for width, height, is_phone in ((1280, 800, False), (390, 844, True)):
            page.size(width, height, is_phone)
            page.open(PAGE)
            clicks(page)
            holds(f"it is wider than {width}", page.value(
                f"document.documentElement.scrollWidth <= {width}"))
            editor(page)
            page.prefer(prefers_color_scheme="dark")
            page.frames()
            if os.environ.get("LFB_PICTURES"):
                page.picture(os.path.join(os.environ["LFB_PICTURES"], f"playground-{width}.png"))
        links(page)
        page.open(PAGE)
        same_as_here(page)
        holds(f"the browser complains: {page.complaints[:3]}", not page.complaints)
    print(f"the playground: {checks} checks in a browser")


main()
