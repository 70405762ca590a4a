/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where the reader is in the story, and how they get elsewhere. */
"use strict";

const byId = (id) => document.getElementById(id);
const runs = [...document.querySelectorAll("script[type='application/json']")]
	.map((script) => readRun(script.textContent));
const names = runs.length > 1 ? ["A", "B"] : [""];
const replays = runs.map((run) => new Replay(run));
const LINK = /^#step=(b?)(\d+)$/;
let rows = [], buttons = [], at = 0;

/* The steps of each run that have happened in a row. */
function reached(row) {
	const last = [0, 0];

	for (let i = row; i >= 0 && (!last[0] || (runs[1] && !last[1])); i--) {
		last[0] = last[0] || (rows[i].a ? rows[i].a.step : 0);
		last[1] = last[1] || (rows[i].b ? rows[i].b.step : 0);
	}
	return last;
}

/* What is not in the story happens with the step in front of it. */
function upTo(run, row) {
	const side = run ? "b" : "a";

	for (let i = row + 1; i < rows.length; i++) {
		if (rows[i][side])
			return rows[i][side].step - 1;
	}
	const steps = runs[run].steps, last = steps[steps.length - 1];

	/* With the power all would be gone that the last row is about. */
	return steps.length - (last.what === "switched-off" && rows[row][side] !== last);
}

function sayStep(row) {
	const number = make("p", "where", `step ${(row.a || row.b).step} of ` +
		`${(row.a ? runs[0] : runs[1]).steps.length}, kernel ${(row.a || row.b).kernel}`);
	const halves = [row.a, row.b].slice(0, runs.length).map((step, run) => {
		const found = step && step.what === "found";

		return make("p", "said", names[run] && make("b", "", `${names[run]} `),
			    step ? make("b", "", `${whoOf(step)} `) : "nothing", step && step.text,
			    step && answerOf(step) && " ", step && answerOf(step) &&
			    pill(answerOf(step), failed(step) ? "failed" : "plain"),
			    found && make("span", "meaning",
					  `${step.severity}: ${step.meaning}. At ${step.where}. `,
					  make("code", "", `lfb explain ${step.id}`)));
	});

	if (runs.length > 1 && row.differs)
		number.append(" ", pill("≠ different", "plain"));
	byId("sentence").replaceChildren(number, ...halves);
}

function showStates(row) {
	const steps = [row.a, row.b];
	const states = replays.map((replay, run) => replay.to(upTo(run, at)));
	const fill = (id, draw) => byId(id).replaceChildren(...states.map((state, run) =>
		make("div", "side", names[run] && make("h3", "run", names[run]),
		     ...draw(state, steps[run]))));

	fill("flbs", drawFlbs);
	fill("sessions", drawSessions);
	fill("memory", drawMemory);
	fill("handover", drawHandover);
	fill("facts", (_, step) => drawFacts(step));
}

/* Past rows are filled, later ones are outlines. */
function markRows(old) {
	for (let i = Math.min(old, at) + 1; i <= Math.max(old, at); i++)
		buttons[i].classList.toggle("later", i > at);
	if (buttons[old]) {
		buttons[old].removeAttribute("aria-current");
		buttons[old].tabIndex = -1;
	}
	buttons[at].setAttribute("aria-current", "step");
	buttons[at].tabIndex = 0;
}

/* The row comes to the middle, where it is not near it already. */
function scrollToRow() {
	const scroller = byId("scroller"), box = scroller.getBoundingClientRect();
	const row = buttons[at].getBoundingClientRect(), edge = box.height / 5;

	if (row.top < box.top + edge || row.bottom > box.bottom - edge)
		scroller.scrollTop += row.top - box.top - (box.height - row.height) / 2;
}

function linkTo(row) {
	return row.a ? `#step=${row.a.step}` : `#step=b${row.b.step}`;
}

function go(to) {
	const old = at;

	at = Math.max(0, Math.min(to, rows.length - 1));
	if (!rows.length)
		return;
	markRows(old);
	scrollToRow();
	/* Rows that come into view may be of another height than was thought. */
	requestAnimationFrame(() => requestAnimationFrame(scrollToRow));
	sayStep(rows[at]);
	showStates(rows[at]);
	byId("slider").value = at;
	byId("slider").ariaValueText = `step ${(rows[at].a || rows[at].b).step}`;
	byId("first").disabled = byId("back").disabled = at === 0;
	byId("end").disabled = byId("next").disabled = at === rows.length - 1;
	// A page that lies in another one has no address.
	if (location.protocol !== "about:")
		history.replaceState(null, "", linkTo(rows[at]));
}

function isFinding(row) {
	return [row.a, row.b].some((step) => step && step.what === "found");
}

function isOperation(row) {
	return [row.a, row.b].some((step) => step && step.what === "operation");
}

/* To the next row of a kind, from the top again behind the last. */
function goNext(is) {
	for (let i = 1; i <= rows.length; i++) {
		const row = (at + i) % rows.length;

		if (is(rows[row]))
			return go(row);
	}
}

/* An operation on or back, but not around. */
function goOperation(step) {
	let row = at + step;

	while (row > 0 && row < rows.length && !isOperation(rows[row]))
		row += step;
	go(row);
}

/* Draws all rows anew, and stays where the reader was. */
function fill(isAll) {
	const here = rows[at] && linkTo(rows[at]);

	byId("all").checked = isAll;
	rows = makeRows(runs, isAll ? () => true : (step) => step.matters);
	byId("rows").replaceChildren(...drawRows(runs, rows));
	buttons = [...byId("rows").querySelectorAll("button")];
	byId("slider").max = rows.length - 1;
	at = -1;
	showCounts();
	go(here ? rowOf(here) : 0);
}

/* The row of a link; that in front of it, if it is not in the story. */
function rowOf(link) {
	const [, run, number] = LINK.exec(link) || [];
	const side = run ? "b" : "a";
	let best = 0;

	rows.forEach((row, i) => {
		if (row[side] && row[side].step <= Number(number))
			best = i;
	});
	return best;
}

function follow(link) {
	const [, side, number] = LINK.exec(link) || [];
	const run = runs[side ? 1 : 0], step = run && run.steps[number - 1];

	if (step && !step.matters && !byId("all").checked)
		fill(true);
	if (step)
		go(rowOf(link));
}

function showCounts() {
	const findings = rows.filter(isFinding).length;
	const different = rows.filter((row) => row.differs).length;

	const name = (id, count) => {
		byId(id).replaceChildren(...count ? [make("span", "wide", "Next "),
						     `${id} (${count})`] : [`No ${id}s`]);
		byId(id).disabled = !count;
	};

	name("finding", findings);
	name("difference", different);
	byId("difference").hidden = runs.length < 2;
}

function showFindings() {
	const items = runs.flatMap((run, side) => run.steps.filter((step) => step.what === "found")
		.map((step) => {
			const link = make("a", "", step.id);

			link.href = `#step=${side ? "b" : ""}${step.step}`;
			return make("li", "", names[side] && `${names[side]} `,
				    pill(step.severity, toneOf(step)), " ", link, ` ${step.message}`);
		}));

	byId("findings").replaceChildren(...items);
	byId("findings-section").hidden = !items.length;
}

function showHead() {
	const said = runs.map(({ head }, run) => make("span", "run",
		names[run] && make("b", "", `${names[run]} `),
		...breakable(head.scenario.replace(/^.*\//, "")),
		make("small", "", ` ${head.profile}`),
		head.error && pill(head.error, "failed")));

	byId("title").replaceChildren(...said);
	document.title = runs.map(({ head }) => head.scenario.replace(/^.*\//, "")).join(" | ");
	byId("lanes").replaceChildren(...(runs.length > 1 ? said.map((name) =>
		make("span", "head", name.textContent)) :
		LANES.map((name, i) => make("span", `head lane-${i}`, name))));
	byId("lanes").className = runs.length > 1 ? "two" : "";
	document.body.classList.toggle("compares", runs.length > 1);
	byId("marks").replaceChildren(...Object.entries(TONES).filter(([, [mark]]) => mark)
		.map(([tone, [, meaning]]) => make("li", "", pill(meaning, tone))));
}

/* Light or dark: as the system has it, until somebody chooses. */
const system = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
	const chosen = document.documentElement.dataset.theme;

	return chosen ? chosen === "dark" : system.matches;
}

function nameTheme() {
	byId("theme").textContent = isDark() ? "Light" : "Dark";
}

const KEYS = {
	ArrowLeft: () => go(at - 1), ArrowRight: () => go(at + 1),
	Home: () => go(0), End: () => go(rows.length - 1),
	PageUp: () => goOperation(-1), PageDown: () => goOperation(1),
	f: () => goNext(isFinding), d: () => goNext((row) => row.differs),
};

function listen() {
	const press = { first: KEYS.Home, back: KEYS.ArrowLeft, next: KEYS.ArrowRight,
			end: KEYS.End, finding: KEYS.f, difference: KEYS.d };

	for (const [id, act] of Object.entries(press))
		byId(id).addEventListener("click", act);
	byId("slider").addEventListener("input", (event) => go(Number(event.target.value)));
	byId("all").addEventListener("change", (event) => fill(event.target.checked));
	byId("rows").addEventListener("click", (event) => {
		const button = event.target.closest("button");

		if (button)
			go(buttons.indexOf(button));
	});
	byId("theme").addEventListener("click", () => {
		document.documentElement.dataset.theme = isDark() ? "light" : "dark";
		nameTheme();
	});
	system.addEventListener("change", nameTheme);
	addEventListener("resize", scrollToRow);
	addEventListener("hashchange", () => follow(location.hash));
	addEventListener("keydown", (event) => {
		const act = KEYS[event.key];

		if (!act || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey)
			return;
		event.preventDefault();
		act();
		/* Who walks through the rows is on the row. */
		if (byId("rows").contains(document.activeElement))
			buttons[at].focus({ preventScroll: true });
	});
}

showHead();
showFindings();
nameTheme();
listen();
const asked = location.hash;
fill(false);
follow(asked);
