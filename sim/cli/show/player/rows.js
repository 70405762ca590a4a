/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Which rows the story has: a step of one run each, or of two runs, beside each other. */
"use strict";

const LANES = ["Agent", "Session", "Handler", "FLB", "Memory"];
const LANE_OF = { agent: 0, module: 0, test: 0, session: 1, handler: 2, flb: 3, memory: 4 };

/* The mark of a state or of what happened, its shape, and what it means. */
const TONES = {
	saved: ["■", "saved for the next kernel"],
	frozen: ["❖", "frozen, written down"],
	waits: ["◔", "handed over, waits"],
	taken: ["✔", "taken over"],
	gone: ["○", "let go, done"],
	failed: ["✖", "failed, lost, a mistake"],
	plain: ["", ""],
};

const TONE_OF_WHAT = {
	"pages-marked": "saved", "flb-preserve": "saved", "file-preserve": "saved",
	"session-created": "saved", "file-unfreeze": "saved", "session-unfrozen": "saved",
	"file-freeze": "frozen", "file-data": "frozen", "session-frozen": "frozen",
	"session-serialized": "frozen", "sessions-serialized": "frozen", "flb-serialized": "frozen",
	"reboot": "frozen", "kho-finalize": "frozen",
	"pages-handed-over": "waits", "flb-handed-over": "waits", "boot-handover": "waits",
	"session-given-back": "waits",
	"file-retrieve": "taken", "file-retrieved": "taken", "flb-retrieve": "taken",
	"session-retrieved": "taken", "sessions-restored": "taken", "file-can-finish": "taken",
	"pages-unmarked": "gone", "file-unpreserve": "gone", "flb-unpreserve": "gone",
	"file-finish": "gone", "flb-finish": "gone", "file-dropped": "gone",
	"session-removed": "gone", "session-ended": "gone",
	"stopped": "failed", "panicked": "failed", "failed": "failed", "touched": "failed",
	"warned": "failed",
};

function toneOf(step) {
	if (failed(step) || (step.what === "found" && step.severity !== "note"))
		return "failed";
	if (step.what === "session-added" || step.what === "file-added")
		return step.side === "incoming" ? "waits" : "saved";
	if (step.what === "pages-claimed")
		return endsWithFree(step) ? "gone" : "taken";
	return TONE_OF_WHAT[step.what] || "plain";
}

/* A few words for a narrow column; the sentence is step.text. */
function labelOf(step) {
	const word = step.what.replace(/^[a-z]+-/, "").replace(/-/g, " ");
	const pages = step.pages > 1 ? ` ×${step.pages}` : "";

	switch (step.what) {
	case "pages-marked":
		return `save ${step.phys}${pages}`;
	case "pages-unmarked":
		return `${endsWithFree(step) ? "free" : "unsave"} ${step.phys}${pages}`;
	case "pages-handed-over":
		return `waits ${step.phys}${pages}`;
	case "pages-claimed":
		return `${endsWithFree(step) ? "free" : "restore"} ${step.phys}${pages}`;
	case "flb-counted":
		return `${step.count_before}→${step.count}`;
	case "flb-got":
	case "flb-put":
		return `${word} ref ${step.references_before}→${step.references}`;
	}
	return step.token === undefined ? word : `${word} #${step.token}`;
}

/* "= -EBUSY", where an operation or a callback answered something that is worth a word. */
function answerOf(step) {
	if (step.ended === false)
		return "never ended";
	if (!step.result || (step.result > 0 && step.what !== "operation"))
		return "";
	const name = step.errno ? `-${step.errno.replace(/^-/, "")}` : step.result;

	return `= ${name}${step.why ? ` (${step.why})` : ""}`;
}

/* What makes two steps of different runs the same step. */
function keyOf(step) {
	return [step.what, step.operation, step.flb, step.session, step.token, step.side,
		step.owner, step.module, step.id, step.handler].join("\n");
}

/* Where something lies says nothing about what happened, nor does what the kernel is called. */
function differs(a, b) {
	const said = (step) => `${step.text} ${answerOf(step)}`.replaceAll(step.profile || "\0", "")
		.replace(/0x[0-9a-f]+/g, "");

	return !a || !b || said(a) !== said(b);
}

/* Beyond it the middles of two lists are not searched for what they share. */
const ALIGN_MAX = 25e6;

/* Pairs of two lists in order, [a, b], in which what has no partner stands alone. */
function align(as, bs, key) {
	const ka = as.map(key), kb = bs.map(key), pairs = [], tail = [];
	let from = 0, endA = as.length, endB = bs.length;

	while (from < endA && from < endB && ka[from] === kb[from])
		pairs.push([as[from], bs[from++]]);
	while (endA > from && endB > from && ka[endA - 1] === kb[endB - 1])
		tail.unshift([as[--endA], bs[--endB]]);
	for (const pair of alignMiddle(ka.slice(from, endA), kb.slice(from, endB))) {
		pairs.push([pair[0] < 0 ? null : as[from + pair[0]],
			    pair[1] < 0 ? null : bs[from + pair[1]]]);
	}
	return pairs.concat(tail);
}

/* By the longest list that both contain. */
function alignMiddle(ka, kb) {
	const width = kb.length + 1, pairs = [];
	const fits = ka.length * width <= ALIGN_MAX;
	const best = new Uint16Array(fits ? (ka.length + 1) * width : 0);
	let a = 0, b = 0;

	for (let i = ka.length - 1; fits && i >= 0; i--) {
		for (let j = kb.length - 1; j >= 0; j--) {
			best[i * width + j] = ka[i] === kb[j] ? best[(i + 1) * width + j + 1] + 1 :
				Math.max(best[(i + 1) * width + j], best[i * width + j + 1]);
		}
	}
	while (a < ka.length || b < kb.length) {
		if (fits && a < ka.length && b < kb.length && ka[a] === kb[b])
			pairs.push([a++, b++]);
		else if (a < ka.length && (b === kb.length || !fits ||
			 best[(a + 1) * width + b] >= best[a * width + b + 1]))
			pairs.push([a++, -1]);
		else
			pairs.push([-1, b++]);
	}
	return pairs;
}

/* Steps in pieces, each a step that lies in no other, and all in it. */
function pieces(steps, isShown) {
	const list = [];

	for (let i = 0; i < steps.length; i = steps[i].last)
		list.push({ head: steps[i], steps: steps.slice(i, steps[i].last).filter(isShown) });
	return list;
}

/* Rows { a, b, differs }: steps; one of them may be missing. */
function makeRows(runs, isShown) {
	const [a, b] = runs.map((run) => pieces(run.steps, isShown));
	const rows = [];

	if (!b) {
		return a.flatMap((piece) => piece.steps)
			.map((step) => ({ a: step, b: null, differs: false }));
	}
	for (const pair of align(a, b, (piece) => keyOf(piece.head))) {
		const [left, right] = pair.map((piece) => piece ? piece.steps : []);

		for (const [one, other] of align(left, right, keyOf)) {
			rows.push({ a: one || null, b: other || null,
				    differs: differs(one, other) });
		}
	}
	return rows;
}
