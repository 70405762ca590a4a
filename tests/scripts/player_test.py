#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""player_test.py FOLDER: the pages there, in a real browser: what clicks and keys do, what is shown
against what the data says, whether it can be read."""

import os
import sys

import browser

FOLDER = sys.argv[1]
PICTURES = os.environ.get("LFB_PICTURES")

# The state after each step, against the counts that the step tells.
HONEST = """runs.flatMap((run) => {
    const state = new State(), bad = [];
    for (const step of run.steps) {
        const flb = step.count_before !== undefined && state.flb(step)[step.side];
        if (flb && flb.count !== step.count_before && flb.count)
            bad.push(`step ${step.step}: ${step.flb} ${flb.count}`);
        state.apply(step);
        if (step.kind !== "callback" && step.what !== "booted" && step.what !== "operation" &&
            (state.saved.pages() !== step.saved || state.waiting.pages() !== step.waiting))
            bad.push(`step ${step.step}: ${state.saved.pages()}, ${state.waiting.pages()}`);
    }
    return bad.slice(0, 5);
})"""

# Of two runs every step of the story is in one row, and in its order.
WHOLE = """["a", "b"].every((side, run) => {
    const shown = rows.filter((row) => row[side]).map((row) => row[side].step);
    const wanted = runs[run].steps.filter((step) => step.matters).map((step) => step.step);
    return shown.join() === wanted.join();
})"""

SEEN = """(() => {
    const box = document.querySelector("#scroller").getBoundingClientRect();
    const row = document.querySelector(".row[aria-current]").getBoundingClientRect();
    return row.top >= box.top && row.bottom <= box.bottom + 1;
})()"""


class Failed(Exception):
    """What does not hold."""


def need(yes, *what):
    """Raises Failed unless YES."""
    if not yes:
        raise Failed(" ".join(map(str, what)))


def quiet(page, what):
    """No page complains."""
    need(not page.complaints, what, page.complaints)


def show(page, name, link=""):
    """Opens one of the pages."""
    page.open(os.path.join(FOLDER, f"{name}.html"), link)
    quiet(page, name)


def sentence(page):
    """What a screen reader is told."""
    return page.value("document.querySelector('[aria-live]').textContent")


def text(page, part):
    """What is shown there."""
    return page.value(f"document.getElementById('{part}').innerText")


def at(page):
    """The step of the link."""
    return page.value("location.hash").removeprefix("#step=")


def test_steps(page):
    """Keys, buttons, the slider, a row, a link."""
    page.size(1280, 800)
    show(page, "first")
    story = page.value("rows.map((row) => String(row.a.step))")
    need(len(story) > 40, "the story has", len(story), "rows")
    for key, row in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", -1),
                     ("ArrowRight", -1), ("Home", 0), ("ArrowLeft", 0)):
        page.press(key)
        need(at(page) == story[row], key, at(page), story[row])
    page.click("#next")
    need(at(page) == story[1], "next", at(page))
    page.click("#end")
    page.click("#back")
    need(at(page) == story[-2], "end, back", at(page))
    page.click("#first")
    need(at(page) == story[0], "first", at(page))
    page.click("#slider")
    middle = story.index(at(page))
    need(abs(middle - len(story) / 2) < 3, "the slider's middle is row", middle)
    page.press("ArrowRight")
    need(at(page) == story[middle + 1], "a key on the slider goes one row", at(page))
    page.frames()
    need(page.value(SEEN), "the row is not in sight")
    page.click(".row[aria-current] .pill, .row[aria-current]")
    page.press("PageDown")
    need(page.value("rows[at].a.what") == "operation", "an operation on")
    page.frames()
    page.value("byId('scroller').scrollTop = 0")
    page.frames()
    page.click("#rows [role=listitem]:nth-child(3) button", 0.9)
    need(at(page) == story[2], "a click on a row", at(page))
    page.press("ArrowRight")
    need(page.value("document.activeElement === buttons[at]"), "the focus goes along")
    page.press("Home")
    need(sentence(page) != "" and page.value("at") == 0, "home")
    page.value("location.hash = '#step=53'")
    page.frames()
    need(at(page) == "53" and page.value("byId('all').checked"), "a link to what no story has")
    quiet(page, "steps")


def test_state(page):
    """What stands beside a step."""
    show(page, "first", "#step=52")
    need("token 2: saved as" in sentence(page), sentence(page))
    need("step 52 of 129" in sentence(page), sentence(page))
    flbs, sessions = text(page, "flbs"), text(page, "sessions")
    need("flb-0-v1" in flbs and "2 files" in flbs and "saved" in flbs, flbs)
    need("vm-1" in sessions and "#1 saved" in sessions and "#2 saved" in sessions, sessions)
    need("9 saved, 0 waiting" in text(page, "memory"), text(page, "memory"))
    jumped = page.value("runs[0].steps.find((step) => step.what === 'jumped').step")
    show(page, "first", f"#step={jumped}")
    handover = text(page, "handover")
    need("kernel 0 → kernel 1: 9 pages" in handover and "vm-1" in handover and
         "#2" in handover and "flb-0-v1" in handover and "goes across" in handover, handover)
    need("No session" in text(page, "sessions"), "sessions outlive their kernel")
    page.press("End")
    handover = text(page, "handover")
    need(handover.count("finished") == 2, handover)
    need("free" in text(page, "memory"), text(page, "memory"))
    need("\nsaved" in text(page, "facts") or page.value(
        "byId('facts').textContent.includes('saved')"), "no facts")
    quiet(page, "state")


def test_finding(page):
    """From finding to finding."""
    show(page, "finding")
    page.press("f")
    told = sentence(page)
    need("LFB-FLB-GET-NOT-PUT" in told and "error" in told and "lfb explain" in told, told)
    page.press("Home")
    page.click("#finding")
    need(sentence(page) == told, "the button goes elsewhere")
    page.press("Home")
    page.click("#findings a")
    page.frames()
    need(sentence(page) == told, "the link goes elsewhere")
    show(page, "first")
    need(page.value("byId('finding').disabled"), "findings where there are none")
    show(page, "died")
    need("PANIC" in text(page, "title").upper() or text(page, "title"), "what ended it")
    for name in ("wrong", "nothing"):
        show(page, name)
        page.press("End")
    need(page.value("document.querySelectorAll('#title .pill').length") == 0, "nothing went wrong")
    quiet(page, "finding")


def test_compare(page):
    """Two runs."""
    for name in ("kernels", "scenarios"):
        show(page, name)
        need(page.value(WHOLE), name, "does not have each step once")
        page.press("d")
        need("different" in sentence(page) and page.value("rows[at].differs"), sentence(page))
        need(page.value("document.querySelectorAll('#flbs .side').length") == 2, "states")
        page.press("End")
    show(page, "kernels", "#step=b40")
    need(page.value("rows[at].b && rows[at].b.step") == 40, "a link to the second run")
    page.click("#difference")
    need(page.value("rows[at].differs"), "the button")
    need("rfc-v6" in text(page, "title") and "linux-7.3" in text(page, "title"), "whose runs")
    # The same run twice has no differences, and another one has.
    need(page.value("makeRows([runs[0], runs[0]], () => true).every((row) => !row.differs)"),
         "a run differs from itself")
    quiet(page, "compare")


def test_names(page):
    """What is no markup is none."""
    show(page, "names")
    page.press("End")
    page.press("PageUp")
    for part in ("'<b>&amp;</script><script>bad()</script><!--", "</SCRIPT>--", "grün→\u2028",
                 "ÿí\u00a0\u0080", "@RUNS@"):
        need(part in page.value("document.querySelector('main').textContent"), part, "is not shown")
    need(page.value("document.querySelectorAll('b b, script').length") == 2, "names are markup")
    need(page.value("performance.getEntriesByType('resource').length") == 0, "it loads something")
    quiet(page, "names")
    # What gets in all the same does not run, and that would be seen.
    page.value("""try { const s = document.createElement("script"); s.textContent = "bad()";
        document.body.append(s); } catch (e) { console.error(String(e)) }""")
    page.frames()
    need(page.complaints and page.value("typeof bad") == "undefined", "a script gets in")
    page.complaints.clear()


def test_honest(page):
    """What is shown is what the data says."""
    for name in ("first", "finding", "kernels", "scenarios", "largest", "died", "names",
                 "mismatch"):
        show(page, name)
        need(page.value(HONEST) == [], name, page.value(HONEST))
    for what in ("pages-claimed", "flb-counted", "jumped"):
        show(page, "first")
        page.value(f"delete ACTS['{what}']")
        need(page.value(HONEST) != [], "it would not be seen that no", what, "is shown")


def test_largest(page):
    """The largest one can be used."""
    show(page, "largest")
    took = page.value("""Math.min(...[1, 2, 3].map(() => {
        const begin = performance.now();
        go(at + 1);
        document.body.offsetHeight;
        return performance.now() - begin;
    }))""")
    print(f"a step of {page.value('rows.length')} takes {took:.0f} ms")
    need(took < 300, "a step takes", took, "ms")
    page.press("End")
    page.frames()
    need(page.value(SEEN), "the last row is not in sight")


def test_readable(page):
    """On any screen, in any light."""
    links = {"first": "#step=52", "finding": "#step=74", "kernels": "#step=64",
             "largest": "#step=3000", "names": "", "scenarios": "#step=60"}
    for name, link in links.items():
        show(page, name, link)
        page.value("document.querySelectorAll('details').forEach((d) => d.open = true)")
        for width, height in ((360, 780), (768, 1024), (1280, 800)):
            page.size(width, height, width < 500)
            for scheme in ("light", "dark"):
                page.prefer(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
                page.frames()
                need(page.value(browser.READABLE) == [], width, scheme, name, page.value(browser.READABLE))
                need(page.value(SEEN), width, scheme, name, "the row is not in sight")
                if name != "largest" and scheme == "light":
                    need(page.value(browser.MISPLACED) == [], width, name,
                         page.value(browser.MISPLACED))
                if PICTURES:
                    page.picture(os.path.join(PICTURES, f"{name}-{width}-{scheme}.png"))
                # The largest differs from others by its numbers only.
                if name == "largest":
                    break
    need(page.value("document.getAnimations().length") == 0, "something moves")
    # What could not be read would be seen.
    page.value("byId('title').style.color = '#555'")
    need("contrast" in str(page.value(browser.READABLE)), "grey on black passes")
    page.value("byId('title').style.color = ''")
    for element, style in ((".pill", "max-width: 40px; white-space: nowrap"),
                           ("#sentence", "line-height: 5px")):
        page.value(f"document.querySelectorAll('{element}').forEach((e) => e.style = '{style}')")
        need(page.value(browser.MISPLACED) != [], element, style, "passes")
        page.value(f"document.querySelectorAll('{element}').forEach((e) => e.style = '')")
    page.value("byId('story').style.minWidth = '1400px'")
    need("wide" in str(page.value(browser.READABLE)), "a wide page passes")
    # The switch wins over the system.
    show(page, "first")
    color = "getComputedStyle(document.body).backgroundColor"
    dark = page.value(color)
    page.click("#theme")
    need(page.value(color) != dark and text(page, "theme") == "Dark", "the switch does nothing")
    quiet(page, "readable")


def test_reader(page):
    """Without a mouse, or without eyes."""
    page.size(1280, 800)
    for name in ("first", "kernels", "finding"):
        show(page, name)
        page.frames()
        tree = page.call("Accessibility.getFullAXTree")["nodes"]
        roles = set()
        for node in tree:
            role = node.get("role", {}).get("value")
            roles.add(role)
            if not node.get("ignored") and role in ("button", "slider", "link", "checkbox"):
                need(node["name"]["value"].strip(), name, role, "without a name")
        need({"button", "slider", "status", "main", "navigation", "listitem"} <= roles, roles)
    show(page, "first")
    seen = []
    for _ in range(8):
        page.press("Tab")
        seen.append(page.value("document.activeElement.id || document.activeElement.className"))
        need(page.value("""(() => {
            const style = getComputedStyle(document.activeElement);
            return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        })()"""), "no focus is seen on", seen[-1])
    need({"theme", "next", "slider", "all"} <= set(seen), seen)
    show(page, "first")
    page.value("byId('next').focus()")
    page.press("Enter")
    need(page.value("at") == 1, "Enter on a button")
    quiet(page, "reader")


def main():
    """All of it, in one browser."""
    path = browser.find()
    if not path:
        print("skipped: there is no browser; ./dev packages ci installs one")
        sys.exit(77)
    with browser.Browser(path) as page:
        for test in (test_steps, test_state, test_finding, test_compare, test_names, test_honest,
                     test_largest, test_readable, test_reader):
            try:
                test(page)
            except Failed as failed:
                sys.exit(f"{test.__name__}: {failed}")


main()
