/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Rows and states as elements. */
"use strict";

/* An element with a class, and what is in it: text and elements; what is false is left out. */
function make(name, kind, ...inside) {
	const element = document.createElement(name);

	if (kind)
		element.className = kind;
	element.append(...inside.filter((part) => part || part === 0));
	return element;
}

function pill(text, tone) {
	const mark = TONES[tone][0];
	const shape = mark && make("span", "shape", `${mark} `);

	if (shape)
		shape.ariaHidden = "true";
	return make("span", `pill ${tone}`, shape, text);
}

/* A name that is longer than a line goes on in the next one behind a "_". */
function breakable(name) {
	return name.split(/(?<=_)/).flatMap((part) => [part, make("wbr")]);
}

function plural(count, word) {
	return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/* The story */

/* Is it one of several that are beside each other? The first of them is the agent. */
function isBeside(step) {
	return /^(task|work)-\d+$/.test(step.task);
}

/* "agent", "LUO": who is at work in a step; of an operation beside others the task. */
function whoOf(step) {
	if (step.what === "operation" && isBeside(step))
		return step.task;
	const names = { session: "LUO", handler: "handler", flb: "FLB" };

	return names[step.lane] || step.lane;
}

function spoken(step) {
	return `${whoOf(step)}: ${step.text} ${answerOf(step)}`;
}

/* A bar across all lanes. */
function drawBar(step, button) {
	button.classList.add("bar", step.what === "jumped" ? "jump" : toneOf(step));
	if (step.what === "jumped")
		button.append(make("span", "", `${step.text}; next: ${step.next_profile}`));
	else
		button.append(toneOf(step) === "plain" ? make("span", "", step.text) :
			      pill(step.text, toneOf(step)));
}

/* @before: the step of the row before; another task's, and who goes on is said. */
function drawLanes(run, step, before, button) {
	const lane = LANE_OF[step.lane], cause = run.steps[step.in - 1];
	const from = cause && LANE_OF[cause.lane];
	const cell = make("span", `cell lane-${lane}`, pill(labelOf(step), toneOf(step)));

	button.classList.add("lanes");
	if (from !== undefined && from !== lane) {
		button.append(make("span", `line from-${from} to-${lane}`));
		cell.classList.add(from < lane ? "from-left" : "from-right");
	}
	if (before && before.task !== step.task && (isBeside(step) || isBeside(before)))
		button.append(make("span", "who", step.task));
	button.append(cell);
}

function drawOperation(step, button) {
	button.classList.add("operation");
	button.append(make("span", "who", whoOf(step)), make("span", "said", step.text),
		      answerOf(step) && pill(answerOf(step), failed(step) ? "failed" : "plain"));
}

/* Of two runs each has its half, in words. */
function drawHalf(step) {
	if (!step)
		return make("span", "half none", "–");
	return make("span", `half ${step.what === "operation" ? "operation" : ""}`,
		    make("span", "who", whoOf(step)),
		    step.what === "operation" || LANE_OF[step.lane] === undefined ?
			make("span", "said", step.text) :
			make("span", "said", pill(labelOf(step), toneOf(step)), " ", step.text),
		    " ", answerOf(step) && pill(answerOf(step), failed(step) ? "failed" : "plain"));
}

function makeItem(kind, button) {
	const item = make("div", kind, button);

	item.role = "listitem";
	return item;
}

function drawRow(runs, row, before) {
	const button = make("button", "row later"), step = row.a || row.b;

	button.type = "button";
	button.tabIndex = -1;
	if (runs.length > 1) {
		button.classList.add("two");
		if (row.differs)
			button.classList.add("differs");
		button.append(make("span", "differ", row.differs && "≠"),
			      drawHalf(row.a), drawHalf(row.b));
		button.ariaLabel = `${row.differs ? "different. " : ""}A, ${row.a ?
			spoken(row.a) : "nothing"}. B, ${row.b ? spoken(row.b) : "nothing"}`;
		return makeItem(step.what === "jumped" ? "jumped" : "", button);
	}
	if (LANE_OF[step.lane] === undefined)
		drawBar(step, button);
	else if (step.what === "operation")
		drawOperation(step, button);
	else
		drawLanes(runs[0], step, before && before.a, button);
	button.ariaLabel = spoken(step);
	return makeItem("", button);
}

/* Rows that the browser lays out together, when they come into view. */
const TOGETHER = 40;

function drawRows(runs, rows) {
	const items = rows.map((row, i) => drawRow(runs, row, rows[i - 1])), blocks = [];

	for (let i = 0; i < items.length; i += TOGETHER) {
		blocks.push(make("div", "together", ...items.slice(i, i + TOGETHER)));
		blocks[blocks.length - 1].role = "presentation";
	}
	return blocks;
}

/* States */

const WORDS = {
	open: ["plain", "open"], saved: ["saved", "saved"], frozen: ["frozen", "frozen"],
	written: ["frozen", "written down"], crossing: ["waits", "goes across"],
	waits: ["waits", "waits"], taken: ["taken", "taken over"], finished: ["gone", "finished"],
	failed: ["failed", "failed"], restored: ["taken", "restored"], free: ["gone", "free"],
	kept: ["gone", "no longer saved"], lost: ["failed", "lost"],
};

function drawState(state, before) {
	const [tone, word] = WORDS[state] || ["plain", state];

	return pill(before ? `${before} ${word}` : word, tone);
}

function nothing(text) {
	return make("p", "nothing", text);
}

function drawFlbSide(flb, side, word) {
	const half = flb[side];
	const promised = side === "incoming" && half.promised && half.state === "waits";

	return make("tr", "", make("th", "", word),
		    make("td", "", make("b", "count", half.count),
			 half.count === 1 ? " file" : " files",
			 half.references > 0 && `, ${plural(half.references, "reference")}`),
		    make("td", "", half.state && drawState(half.state), promised &&
			 ` for ${plural(half.promised, "file")}`, half.state && half.handle &&
			 half.handle !== "0x0" && make("code", "", ` ${half.handle}`)));
}

function drawFlbs(state) {
	const all = [...state.flbs.values()].map((flb) => make("div", "item",
		make("h3", "", flb.name), flb.handlers.size > 0 &&
			` with files of ${[...flb.handlers].join(", ")}`,
		make("table", "", make("tbody", "", drawFlbSide(flb, "outgoing", "to hand over"),
				       drawFlbSide(flb, "incoming", "handed over")))));

	return all.length ? all : [nothing("No FLB is known.")];
}

/* More than these are not drawn one by one. */
const DRAWN_MAX = 24;

function tally(list, wordOf) {
	const counts = new Map();

	for (const one of list)
		counts.set(wordOf(one), (counts.get(wordOf(one)) || 0) + 1);
	return [...counts];
}

function drawSessions(state, step) {
	const sessions = [...state.sessions.values()];
	const files = sessions.reduce((sum, session) => sum + session.files.size, 0);

	if (!sessions.length)
		return [nothing("No session is there.")];
	/* What the step is about comes first. */
	const isNear = (session) => Boolean(step) && session.name === step.session;

	sessions.sort((a, b) => isNear(b) - isNear(a));
	return sessions.map((session) => {
		const all = [...session.files.values()];

		return make("div", "item", make("h3", "", session.name),
			    session.side === "incoming" ? ", handed over: " : " ",
			    drawState(session.state),
			    make("div", "chips", ...(files <= DRAWN_MAX ||
				(isNear(session) && all.length <= 4 * DRAWN_MAX) ?
				all.map((file) => drawState(file.state, `#${file.token}`)) :
				tally(all, (file) => file.state).map(([word, count]) =>
					drawState(word, plural(count, "file"))))));
	});
}

function drawBlocks(blocks) {
	const sum = blocks.reduce((all, block) => all + (block.end - block.from) / 4096, 0);

	if (blocks.length > DRAWN_MAX / 3)
		return [drawState(blocks[0].state, plural(sum, "page"))];
	return blocks.map((block) => {
		const pages = (block.end - block.from) / 4096;

		return drawState(block.state, `0x${block.from.toString(16)}${pages > 1 ?
			` ×${pages}` : ""}`);
	});
}

function drawMemory(state) {
	const all = [...state.saved.list, ...state.waiting.list, ...state.others.list];
	const owners = new Map();
	const list = [make("p", "", make("b", "count", state.saved.pages()), " saved, ",
			   make("b", "count", state.waiting.pages()), " waiting")];

	for (const block of all) {
		const owner = block.owner || "nobody that is known";

		if (!owners.has(owner))
			owners.set(owner, new Map());
		if (!owners.get(owner).has(block.state))
			owners.get(owner).set(block.state, []);
		owners.get(owner).get(block.state).push(block);
	}
	for (const [owner, states] of owners) {
		list.push(make("div", "item", make("h3", "", owner),
			       make("div", "chips", ...[...states.values()].flatMap(drawBlocks))));
	}
	return list;
}

function drawHandover(state) {
	const handover = state.handover;

	if (!handover)
		return [nothing("Nothing is written down for a next kernel.")];
	const parts = [...handover.parts.values()];
	const few = parts.reduce((sum, part) => sum + part.files.length, 0) <= DRAWN_MAX;

	return [make("p", "", `kernel ${handover.from} → kernel ${handover.from + 1}`,
		     handover.pages !== null && `: ${plural(handover.pages, "page")}`),
		make("ul", "tree", ...parts.map((part) => make("li", "",
			part.kind === "flb" ? "FLB " : "session ", make("b", "", part.name),
			` ${part.kind === "flb" ? "for " : ""}${plural(part.count, "file")} `,
			drawState(part.state), part.handle && make("code", "", ` ${part.handle}`),
			few && part.files.length > 0 && make("ul", "", ...part.files.map((file) =>
				make("li", "", `#${file.token} `, make("code", "",
					file.handle || "")))))))];
}

function drawFacts(step) {
	if (!step)
		return [nothing("–")];
	return [make("dl", "", ...Object.entries(step).flatMap(([name, value]) =>
		[make("dt", "", name), make("dd", "", String(value))]))];
}
