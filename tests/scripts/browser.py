# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A real browser without a screen, over the pipe of its debugging protocol."""

import base64
import json
import os
import shutil
import subprocess
import tempfile

# Its names in Debian, and elsewhere.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

KEYS = {"ArrowLeft": 37, "ArrowRight": 39, "Home": 36, "End": 35, "PageUp": 33, "PageDown": 34,
        "Tab": 9, "Enter": 13, " ": 32}


def find():
    """The browser's path, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


# A page that scrolls to something may do so in its second frame.
FRAMES = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
    requestAnimationFrame(() => setTimeout(done, 20)))))"""


def bounds(selector):
    """Puts what a selector finds into sight, and says where it is."""
    return f"""(() => {{
        const element = document.querySelector({json.dumps(selector)});
        element.scrollIntoView({{ block: "nearest" }});
        const box = element.getBoundingClientRect();
        return [box.left, box.top, box.width, box.height];
    }})()"""


# Every row but those that are not laid out, and where its text can be seen.
READABLE = """(() => {
    const bad = [], width = document.documentElement.clientWidth;
    const channel = (c) => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => .2126 * channel(r / 255) + .7152 * channel(g / 255) +
        .0722 * channel(b / 255);
    const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
    const known = new Map([[null, [255, 255, 255]]]);
    const behind = (element) => {
        if (!known.has(element)) {
            const color = numbers(getComputedStyle(element).backgroundColor);
            known.set(element, color.length < 4 || color[3] === 1 ? color :
                behind(element.parentElement));
        }
        return known.get(element);
    };
    if (document.documentElement.scrollWidth > width)
        bad.push(`the page is ${document.documentElement.scrollWidth} wide, not ${width}`);
    for (const element of document.querySelectorAll("body *")) {
        const text = element.matches("textarea") || [...element.childNodes].some((node) =>
            node.nodeType === Node.TEXT_NODE && node.data.trim());
        if (!text || !element.checkVisibility({ contentVisibilityAuto: true }) ||
            element.closest(".hidden"))
            continue;
        const box = element.getBoundingClientRect();
        const what = `"${element.textContent.trim().slice(0, 40)}" in ${element.className}`;
        if (box.left < -.5 || box.right > width + .5)
            bad.push(`${what}: from ${box.left} to ${box.right} of ${width}`);
        const one = light(numbers(getComputedStyle(element).color));
        const other = light(behind(element));
        const contrast = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
        if (contrast < 4.5 && !element.closest(":disabled"))
            bad.push(`${what}: contrast ${contrast.toFixed(2)}`);
        if (parseFloat(getComputedStyle(element).fontSize) < 12)
            bad.push(`${what}: small`);
    }
    return bad.slice(0, 5);
})()"""

# Texts that are cut by what they lie in, stand out of their button or mark, or lie over others.
MISPLACED = """(() => {
    const bad = [], seen = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const scrolls = (element) => getComputedStyle(element).overflowY !== "visible";
    while (texts.nextNode()) {
        const node = texts.currentNode, range = document.createRange();
        const within = node.parentElement;
        if (!node.data.trim() || within.closest("script, style, noscript, option, .hidden") ||
            !within.checkVisibility({ contentVisibilityAuto: true }))
            continue;
        range.selectNodeContents(node);
        for (const box of range.getClientRects()) {
            const what = `"${node.data.trim().slice(0, 40)}" in ${within.className}`;
            let isSeen = box.width > 1;
            for (let at = within; at && at !== document.body; at = at.parentElement) {
                const around = at.getBoundingClientRect();
                if (scrolls(at) && (box.bottom < around.top || box.top > around.bottom))
                    isSeen = false;
                if ((scrolls(at) || at.matches(".pill, button, td, th, dd, section")) &&
                    (box.left < around.left - 1 || box.right > around.right + 1))
                    bad.push(`${what}: cut, or out of ${at.id || at.className}`);
            }
            if (isSeen && !within.closest("#lanes, #controls"))
                seen.push({ box, what });
        }
    }
    seen.sort((one, other) => one.box.top - other.box.top);
    seen.forEach((one, i) => {
        for (let j = i + 1; j < seen.length && seen[j].box.top < one.box.bottom - 3; j++) {
            const other = seen[j].box;
            if (Math.min(one.box.right, other.right) - Math.max(one.box.left, other.left) > 1)
                bad.push(`${one.what}: over ${seen[j].what}`);
        }
    });
    return bad.slice(0, 5);
})()"""


class Browser:
    """One page of it. What its pages complain about is in .complaints."""

    def __init__(self, path):
        self.complaints = []
        self.loaded = set()
        self.number = 0
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()

        def place():
            # Its pipes are 3 and 4, which are not to be overwritten by each other.
            one, other = os.dup(theirs_in), os.dup(theirs_out)
            high = max(one, other, 10) + 1
            os.dup2(one, high)
            os.dup2(other, high + 1)
            os.dup2(high, 3)
            os.dup2(high + 1, 4)

        self.process = subprocess.Popen(
            [path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--hide-scrollbars", "--no-first-run", "--remote-debugging-pipe",
             f"--user-data-dir={self.profile.name}", "about:blank"],
            preexec_fn=place, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.out = os.fdopen(ours_out, "wb", buffering=0)
        self.into = os.fdopen(ours_in, "rb")
        self.rest = b""
        self.session = None
        page = next(target for target in self.call("Target.getTargets")["targetInfos"]
                    if target["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page["targetId"],
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.out.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.into.close()
        self.profile.cleanup()

    def receive(self):
        """The next message."""
        while b"\0" not in self.rest:
            more = os.read(self.into.fileno(), 1 << 20)
            if not more:
                raise EOFError("the browser is gone")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(message)
        method, said = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(said["exceptionDetails"])[:1000])
        elif method == "Page.lifecycleEvent" and said["name"] == "load":
            self.loaded.add(said["loaderId"])
        elif method == "Log.entryAdded" and said["entry"]["level"] in ("warning", "error"):
            self.complaints.append(said["entry"]["text"])
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(json.dumps(said["args"])[:1000])
        return message

    def call(self, method, **params):
        """Does something, and gives what it answers."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.out.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                break
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, path, link=""):
        """Loads a file, and waits for it."""
        for url in ("about:blank", f"file://{path}{link}"):
            loader = self.call("Page.navigate", url=url).get("loaderId")
            while loader and loader not in self.loaded:
                self.receive()

    def value(self, script):
        """What an expression is in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:1000])
        return answer["result"].get("value")

    def size(self, width, height, is_phone=False):
        """As wide and high as a screen."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=is_phone)

    def prefer(self, **features):
        """What the system's user likes: prefers_color_scheme="dark"."""
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

    def press(self, key):
        """A key, down and up."""
        text = {"Enter": "\r"}.get(key, key) if len(key) == 1 or key == "Enter" else None
        for kind in ("keyDown" if text else "rawKeyDown", "keyUp"):
            extra = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                      windowsVirtualKeyCode=KEYS.get(key, ord(key[0].upper())), **extra)

    def click(self, selector, x=0.5):
        """A mouse, at a part of the width of what a selector finds, once that stands still: a row
        gets its height when it comes into sight, and the page may scroll in a later frame."""
        before, box = None, self.value(bounds(selector))
        while box != before:
            self.frames()
            before, box = box, self.value(bounds(selector))
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1,
                      x=box[0] + box[2] * x, y=box[1] + box[3] / 2)

    def tap(self, selector):
        """A finger."""
        self.call("Emulation.setTouchEmulationEnabled", enabled=True)
        self.frames()
        box = self.value(bounds(selector))
        self.call("Input.dispatchTouchEvent", type="touchStart",
                  touchPoints=[{"x": box[0] + box[2] / 2, "y": box[1] + box[3] / 2}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.frames()
        self.call("Emulation.setTouchEmulationEnabled", enabled=False)

    def frames(self):
        """Until what was asked for has been drawn."""
        self.call("Runtime.evaluate", expression=FRAMES, awaitPromise=True)

    def picture(self, path):
        """A screenshot."""
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
