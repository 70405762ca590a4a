// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
// The tool, as WebAssembly in this page, plays what is typed; what it answers is a page.
"use strict";

const at = (id) => document.getElementById(id);
const lessons = JSON.parse(at("lessons").textContent);
const wasm = Uint8Array.from(atob(at("wasm").textContent), (digit) => digit.charCodeAt(0));
const LINK_MAX = 8000; // letters: longer ones are cut by much that sends them
const past = []; // what was played before, the last at the end
let played = null;
let shown = null; // when its page is there
let tool = null;
const said = { out: [], err: [], status: 0 };

// What it says is empty when it begins. A tool that came to grief is not asked again.
async function ask(...args) {
	said.out = [];
	said.err = [];
	said.status = 0;
	tool ??= await lfb({
		noInitialRun: true,
		wasmBinary: wasm,
		stdout: (byte) => said.out.push(byte & 255),
		stderr: (byte) => said.err.push(byte & 255),
		quit: (status, thrown) => {
			said.status = status;
			throw thrown;
		},
	});
	const mine = tool;

	return (text) => {
		if (text !== undefined)
			mine.FS.writeFile("/typed.lfb", text);
		try {
			mine.callMain(args);
		} catch (error) {
			tool = null;
			said.status = 99;
			said.err.push(...new TextEncoder().encode(String(error)));
		}
	};
}

const text = (bytes) => new TextDecoder().decode(new Uint8Array(bytes));

async function play() {
	const now = { text: at("text").value, kernel: at("kernel").value };
	const trace = await ask("trace", "--format", "html", "--profile", now.kernel, "/typed.lfb");

	trace(now.text);
	if (said.out.length) {
		shown = new Promise((done) => at("play").addEventListener("load", done, { once: true }));
		at("play").srcdoc = text(said.out);
	}
	at("said").textContent = text(said.err).trim() || "It went well.";
	at("said").dataset.status = said.status;
	if (!played || played.text !== now.text || played.kernel !== now.kernel) {
		if (played)
			past.push(played);
		played = now;
	}
	at("undo").disabled = !past.length;
}

// Where the page is below the editor, it comes into sight.
async function run() {
	await play();
	if (at("said").dataset.status === "0" && matchMedia("(max-width: 50rem)").matches)
		at("play").scrollIntoView();
}

function undo() {
	played = past.pop();
	at("text").value = played.text;
	at("kernel").value = played.kernel;
	play();
}

function add(event) {
	const more = at("operation").value.trim();

	event.preventDefault();
	if (!more)
		return;
	at("text").value = at("text").value.replace(/\n*$/, "\n") + more + "\n";
	at("operation").value = "";
	play();
}

// What is played as the end of an address; the step is where its reader is.
function linkOf() {
	const state = { k: at("kernel").value, s: at("text").value };
	const slider = at("play").contentDocument.getElementById("slider");

	if (slider?.ariaValueText && played.text === state.s)
		state.step = slider.ariaValueText.replace("step ", "");
	return `#${new URLSearchParams(state)}`;
}

async function copyLink() {
	const link = linkOf();

	if (link.length > LINK_MAX) {
		at("said").textContent = `A link to this would have ${link.length} letters, and more ` +
			`than ${LINK_MAX} are not taken everywhere: keep the text in a file.`;
		return;
	}
	history.replaceState(null, "", link);
	at("said").textContent = await navigator.clipboard.writeText(location.href)
		.then(() => "The link is copied.", () => "The link is this page's address now.");
}

// False: there is nothing in the address.
async function follow() {
	const state = new URLSearchParams(location.hash.slice(1));
	const kernel = state.get("k"), step = state.get("step");
	const isKnown = [...at("kernel").options].some((option) => option.value === kernel);

	if (!state.has("s"))
		return false;
	if (isKnown)
		at("kernel").value = kernel;
	at("lesson").value = null;
	at("text").value = state.get("s");
	await play();
	if (kernel && !isKnown)
		at("said").textContent = `There is no kernel ${kernel} here: this is ` +
			`${at("kernel").value}. ${at("said").textContent}`;
	await shown;
	if (step)
		at("play").contentWindow.follow?.(`#step=${step}`);
	return true;
}

function options(select, names) {
	for (const name of names)
		select.add(new Option(name));
}

function begin() {
	at("text").value = lessons[at("lesson").value];
	play();
}

(async () => {
	(await ask("profiles"))();
	// A table, whose first column has the names; the newest is the one that is begun with.
	options(at("kernel"), text(said.out).split("\n\n")[0].split("\n").slice(1)
		.map((line) => line.split(" ")[0]).reverse());
	options(at("lesson"), Object.keys(lessons));
	at("lesson").onchange = begin;
	at("kernel").onchange = play;
	at("run").onclick = run;
	at("undo").onclick = undo;
	at("add").onsubmit = add;
	at("link").onclick = copyLink;
	addEventListener("hashchange", follow);
	if (!await follow())
		begin();
})();
