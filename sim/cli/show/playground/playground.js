// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
// The tool, as WebAssembly in this page, plays what is typed; what it answers is a page.
"use strict";

const at = (id) => document.getElementById(id);
const lessons = JSON.parse(at("lessons").textContent);
const wasm = Uint8Array.from(atob(at("wasm").textContent), (digit) => digit.charCodeAt(0));
const past = []; // what was played before, the last at the end
let played = null;
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
	const run = await ask("trace", "--format", "html", "--profile", now.kernel, "/typed.lfb");

	run(now.text);
	if (said.out.length)
		at("play").srcdoc = text(said.out);
	at("said").textContent = text(said.err).trim() || "It went well.";
	at("said").dataset.status = said.status;
	if (!played || played.text !== now.text || played.kernel !== now.kernel) {
		if (played)
			past.push(played);
		played = now;
	}
	at("undo").disabled = !past.length;
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
	at("run").onclick = play;
	at("undo").onclick = undo;
	at("add").onsubmit = add;
	begin();
})();
